#include "kinematics/momentum.h"

#include "kinematics/dynamics.h"

/// A determinant below this part of its diagonal's product is none: a direction that no joint
/// feels.
static const double SINGULAR_PART = 1e-12;

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

/// Solves a symmetric matrix (xx yy zz xy xz yz) for two right sides by its adjugate. False if it
/// is not positive definite beyond rounding.
static bool solve_symmetric(const double a[6], const vec3_t right[2], vec3_t solution[2])
{
    const double yz = a[1] * a[2] - a[5] * a[5];
    const double xz = a[0] * a[2] - a[4] * a[4];
    const double xy = a[0] * a[1] - a[3] * a[3];
    const double mixed_xy = a[4] * a[5] - a[3] * a[2];
    const double mixed_xz = a[3] * a[5] - a[4] * a[1];
    const double mixed_yz = a[3] * a[4] - a[0] * a[5];
    const double determinant = a[0] * yz + a[3] * mixed_xy + a[4] * mixed_xz;
    if (!(determinant > SINGULAR_PART * a[0] * a[1] * a[2] && isfinite(1.0 / determinant))) {
        return false;
    }
    for (int i = 0; i < 2; i++) {
        const vec3_t b = right[i];
        solution[i] = vec3_scale(vec3(yz * b.x + mixed_xy * b.y + mixed_xz * b.z,
                                      mixed_xy * b.x + xz * b.y + mixed_yz * b.z,
                                      mixed_xz * b.x + mixed_yz * b.y + xy * b.z),
                                 1.0 / determinant);
    }
    return true;
}

bool momentum_tool_force(const chain_t* chain, const jacobian_t* jacobian, const joints_t* external,
                         const joints_t* error, vec3_t direction, vec3_t* force_N,
                         double* deviation_N)
{
    // Least squares of J' F = external over the linear rows: (J W J') F = J W external. The inverse
    // of the matrix on the left is F's covariance.
    double gram[6] = {0.0};
    vec3_t right[2] = {{0.0, 0.0, 0.0}, direction};
    vec3_t solution[2];
    *force_N = vec3(0.0, 0.0, 0.0);
    *deviation_N = 0.0;
    for (int i = 0; i < chain->joint_count; i++) {
        if (!positive(error->at[i])) {
            return false;
        }
        const double part = 1.0 / error->at[i];
        const vec3_t row =
            vec3_scale(vec3(jacobian->at[0][i], jacobian->at[1][i], jacobian->at[2][i]), part);
        right[0] = vec3_add(right[0], vec3_scale(row, part * external->at[i]));
        gram[0] += row.x * row.x;
        gram[1] += row.y * row.y;
        gram[2] += row.z * row.z;
        gram[3] += row.x * row.y;
        gram[4] += row.x * row.z;
        gram[5] += row.y * row.z;
    }
    if (!solve_symmetric(gram, right, solution)) {
        return false;
    }
    const double variance_N2 = vec3_dot(direction, solution[1]);
    if (!vec3_finite(solution[0]) || !(isfinite(variance_N2) && variance_N2 >= 0.0)) {
        return false;
    }
    *force_N = solution[0];
    *deviation_N = sqrt(variance_N2);
    return true;
}
