#include "kinematics/momentum.h"

#include "kinematics/cholesky.h"
#include "kinematics/dynamics.h"

/// A newton metre at the tool weighs as a newton over this many metres.
static const double ANGLE_WEIGHT_M = 0.3;
/// Part of the normal matrix's mean diagonal that damps directions which the joints hardly feel.
static const double DAMPING_PART = 1e-8;

static bool joints_finite(const chain_t* chain, const joints_t* joints)
{
    for (int i = 0; i < chain->joint_count; i++) {
        if (!isfinite(joints->at[i])) {
            return false;
        }
    }
    return true;
}

static bool positive(double figure)
{
    return isfinite(figure) && figure > 0.0;
}

void momentum_begin(momentum_state_t* state)
{
    *state = (momentum_state_t){.started = false};
}

bool momentum_step(const chain_t* chain, const momentum_settings_t* settings,
                   momentum_state_t* state, const joints_t* positions, const joints_t* speeds,
                   const joints_t* efforts)
{
    momentum_state_t next = {.started = true};
    if (!positive(settings->period_s) || !positive(settings->time_constant_s) ||
        !vec3_finite(settings->gravity_mps2) || !joints_finite(chain, positions) ||
        !joints_finite(chain, speeds) || !joints_finite(chain, efforts)) {
        momentum_begin(state);
        return false;
    }
    dynamics_momentum(chain, positions, speeds, settings->gravity_mps2, &next.momentum,
                      &next.drift);
    // r' = (p' - drift - efforts - r) / time constant, stepped backwards so that no period is too
    // long for it; the drift is taken halfway between both ends.
    const double part = settings->period_s / settings->time_constant_s;
    for (int i = 0; state->started && i < chain->joint_count; i++) {
        const double drift = 0.5 * (state->drift.at[i] + next.drift.at[i]);
        const double expected =
            state->momentum.at[i] + settings->period_s * (efforts->at[i] + drift);
        const double unexplained = (next.momentum.at[i] - expected) / settings->period_s;
        next.external.at[i] = (state->external.at[i] + part * unexplained) / (1.0 + part);
    }
    if (!joints_finite(chain, &next.external) || !joints_finite(chain, &next.momentum) ||
        !joints_finite(chain, &next.drift)) {
        momentum_begin(state);
        return false;
    }
    *state = next;
    return true;
}

bool momentum_tool_wrench(const chain_t* chain, const jacobian_t* jacobian,
                          const joints_t* external, wrench_t* wrench)
{
    // Least squares of J' F = external: (J W J') F = J W external, torques over their weight.
    double row[6][JOINT_CAPACITY] = {{0.0}};
    double right[CHOLESKY_CAPACITY] = {0.0};
    cholesky_t gram;
    double trace = 0.0;
    *wrench = (wrench_t){{0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}};
    for (int i = 0; i < chain->joint_count; i++) {
        if (!positive(chain->effort_max.at[i])) {
            return false;
        }
        for (int k = 0; k < 6; k++) {
            const double weight = k < 3 ? 1.0 : 1.0 / ANGLE_WEIGHT_M;
            row[k][i] = weight * jacobian->at[k][i] / chain->effort_max.at[i];
            right[k] += row[k][i] * external->at[i] / chain->effort_max.at[i];
        }
    }
    for (int k = 0; k < 6; k++) {
        for (int j = 0; j <= k; j++) {
            gram.at[k][j] = 0.0;
            for (int i = 0; i < chain->joint_count; i++) {
                gram.at[k][j] += row[k][i] * row[j][i];
            }
        }
        trace += gram.at[k][k];
    }
    for (int k = 0; k < 6; k++) {
        gram.at[k][k] += DAMPING_PART * trace / 6.0;
    }
    if (!cholesky_factor(&gram, 6)) {
        return false;
    }
    cholesky_solve(&gram, 6, right);
    const wrench_t found = {vec3(right[0], right[1], right[2]),
                            vec3_scale(vec3(right[3], right[4], right[5]), 1.0 / ANGLE_WEIGHT_M)};
    if (!vec3_finite(found.force_N) || !vec3_finite(found.torque_Nm)) {
        return false;
    }
    *wrench = found;
    return true;
}
