#include "kinematics/momentum.h"

#include "kinematics/cholesky.h"
#include "kinematics/dynamics.h"

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
        !vec3_finite(settings->gravity_mps2) || !joints_finite(chain, speeds) ||
        !joints_finite(chain, efforts)) {
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

bool momentum_tool_force(const chain_t* chain, const jacobian_t* jacobian, const joints_t* external,
                         const joints_t* error, vec3_t direction, vec3_t* force_N,
                         double* deviation_N)
{
    // Least squares of J' F = external over the linear rows: (J W J') F = J W external. The inverse
    // of the matrix on the left is F's covariance.
    cholesky_t gram = {{{0.0}}};
    double right[CHOLESKY_CAPACITY] = {0.0};
    double along[CHOLESKY_CAPACITY] = {direction.x, direction.y, direction.z};
    *force_N = vec3(0.0, 0.0, 0.0);
    *deviation_N = 0.0;
    for (int i = 0; i < chain->joint_count; i++) {
        if (!positive(error->at[i])) {
            return false;
        }
        const double weight = 1.0 / (error->at[i] * error->at[i]);
        for (int k = 0; k < 3; k++) {
            const double row = weight * jacobian->at[k][i];
            right[k] += row * external->at[i];
            for (int j = 0; j <= k; j++) {
                gram.at[k][j] += row * jacobian->at[j][i];
            }
        }
    }
    if (!cholesky_factor(&gram, 3)) {
        return false;
    }
    cholesky_solve(&gram, 3, right);
    cholesky_solve(&gram, 3, along);
    const vec3_t found_N = vec3(right[0], right[1], right[2]);
    const double variance_N2 = vec3_dot(direction, vec3(along[0], along[1], along[2]));
    if (!vec3_finite(found_N) || !(isfinite(variance_N2) && variance_N2 >= 0.0)) {
        return false;
    }
    *force_N = found_N;
    *deviation_N = sqrt(variance_N2);
    return true;
}
