#include "controller/cli/bench_kinematics.h"

#include "kinematics/dynamics.h"
#include "kinematics/fk.h"
#include "kinematics/ik.h"

#define POSTURE_COUNT 10000
#define POSTURE_SEED UINT64_C(0x6B6E656164)

// Short, so that few batches in a hundred are interrupted by something else; long for the clock.
#define BATCH 16
#define BATCH_OF_STEPS 4

// Where a solver starts: anywhere, near enough for a path's first pose, one control period away.
#define NEAR_RAD 0.05
#define SERVO_RAD 0.001

// The path of the tracking figure: a circle about the preferred posture's pose.
#define CIRCLE_RADIUS_M 0.05
#define CIRCLE_SPEED_MPS 0.10

static const vec3_t gravity_mps2 = {0.0, 0.0, -9.80665};

typedef struct {
    joints_t position, speed, acceleration;
    pose_t tool;
    joints_t seeds[3]; // random, near, servo
} posture_t;

typedef struct {
    const session_t* session;
    const chain_t* chain;
    const posture_t* postures;
    int seed_kind; // index into posture_t.seeds
    int64_t tried, solved;
    // Of the tracking figure.
    pose_t start;
    joints_t joints, speeds;
} kinematics_bench_t;

/// Marsaglia 2003: xorshift64. Uniform in -1 to 1.
static double draw(uint64_t* stream)
{
    *stream ^= *stream << 13;
    *stream ^= *stream >> 7;
    *stream ^= *stream << 17;
    return (double)(*stream >> 11) * 0x1p-52 - 1.0;
}

static double clamp(double number, double lowest, double highest)
{
    return fmin(fmax(number, lowest), highest);
}

/// Somewhere between a joint's limits; `part` in -1 to 1.
static double between_limits(const chain_t* chain, int joint, double part)
{
    return 0.5 * (chain->position_min.at[joint] + chain->position_max.at[joint] +
                  part * (chain->position_max.at[joint] - chain->position_min.at[joint]));
}

static void draw_postures(const chain_t* chain, posture_t* postures)
{
    uint64_t stream = POSTURE_SEED;
    for (int i = 0; i < POSTURE_COUNT; ++i) {
        posture_t* posture = &postures[i];
        for (int joint = 0; joint < chain->joint_count; ++joint) {
            const double position = between_limits(chain, joint, draw(&stream));
            const double lowest = chain->position_min.at[joint];
            const double highest = chain->position_max.at[joint];
            posture->position.at[joint] = position;
            posture->speed.at[joint] = chain->velocity_max.at[joint] * draw(&stream);
            posture->acceleration.at[joint] = chain->acceleration_max.at[joint] * draw(&stream);
            posture->seeds[0].at[joint] = between_limits(chain, joint, draw(&stream));
            posture->seeds[1].at[joint] =
                clamp(position + NEAR_RAD * draw(&stream), lowest, highest);
            posture->seeds[2].at[joint] =
                clamp(position + SERVO_RAD * draw(&stream), lowest, highest);
        }
        posture->tool = fk_tool_pose(chain, &posture->position);
    }
}

static const posture_t* posture_at(const kinematics_bench_t* bench, int index)
{
    return &bench->postures[index % POSTURE_COUNT];
}

static double work_fk(void* context, int first, int count)
{
    const kinematics_bench_t* bench = context;
    double sum = 0.0;
    for (int i = first; i < first + count; ++i) {
        sum += fk_tool_pose(bench->chain, &posture_at(bench, i)->position).orientation.w;
    }
    return sum;
}

static double work_fk_jacobian(void* context, int first, int count)
{
    const kinematics_bench_t* bench = context;
    double sum = 0.0;
    for (int i = first; i < first + count; ++i) {
        chain_frames_t frames;
        jacobian_t jacobian;
        fk_frames(bench->chain, &posture_at(bench, i)->position, &frames);
        fk_jacobian(bench->chain, &frames, &jacobian);
        sum += jacobian.at[0][0] + frames.tool.orientation.w;
    }
    return sum;
}

static double work_ik_solve(void* context, int first, int count)
{
    kinematics_bench_t* bench = context;
    double sum = 0.0;
    for (int i = first; i < first + count; ++i) {
        const posture_t* posture = posture_at(bench, i);
        joints_t solution;
        const ik_result_t result = ik_solve(bench->chain, &posture->tool,
                                            &posture->seeds[bench->seed_kind], &solution, NULL);
        ++bench->tried;
        bench->solved += result == IK_OK ? 1 : 0;
        sum += solution.at[0];
    }
    return sum;
}

static double work_ik_track(void* context, int first, int count)
{
    kinematics_bench_t* bench = context;
    const ik_track_settings_t* settings = &bench->session->track;
    const double turn_radps = CIRCLE_SPEED_MPS / CIRCLE_RADIUS_M;
    for (int i = first; i < first + count; ++i) {
        const double angle_rad = turn_radps * settings->period_s * (double)bench->tried;
        pose_t target = bench->start;
        target.position_m.x += CIRCLE_RADIUS_M * (cos(angle_rad) - 1.0);
        target.position_m.y += CIRCLE_RADIUS_M * sin(angle_rad);
        const twist_t feedforward = {.linear_mps = {-CIRCLE_SPEED_MPS * sin(angle_rad),
                                                    CIRCLE_SPEED_MPS * cos(angle_rad), 0.0}};
        joints_t next, next_speeds;
        const ik_result_t result = ik_track(bench->chain, settings, &bench->joints, &bench->speeds,
                                            &target, &feedforward, 0, &next, &next_speeds);
        bench->joints = next;
        bench->speeds = next_speeds;
        ++bench->tried;
        bench->solved += result == IK_OK ? 1 : 0;
    }
    return bench->joints.at[0];
}

static double work_inverse_dynamics(void* context, int first, int count)
{
    const kinematics_bench_t* bench = context;
    double sum = 0.0;
    for (int i = first; i < first + count; ++i) {
        const posture_t* posture = posture_at(bench, i);
        joints_t efforts;
        dynamics_inverse(bench->chain, &posture->position, &posture->speed, &posture->acceleration,
                         gravity_mps2, &efforts);
        sum += efforts.at[0];
    }
    return sum;
}

/// As the simulator's step has it: mass matrix and bias in one pass, then the solution.
static double work_forward_dynamics(void* context, int first, int count)
{
    const kinematics_bench_t* bench = context;
    const int joint_count = bench->chain->joint_count;
    double sum = 0.0;
    for (int i = first; i < first + count; ++i) {
        const posture_t* posture = posture_at(bench, i);
        chain_motion_t motion;
        dynamics_motion(bench->chain, &posture->position, &posture->speed, gravity_mps2, &motion);
        joints_t accelerations = motion.bias;
        (void)dynamics_solve(&motion.mass, joint_count, &accelerations);
        sum += accelerations.at[0];
    }
    return sum;
}

static bench_figure_t run_solve(kinematics_bench_t* bench, int seed_kind, const char* key,
                                const char* meaning, int samples)
{
    bench->seed_kind = seed_kind;
    bench->tried = 0;
    bench->solved = 0;
    bench_figure_t figure = bench_run(key, meaning, work_ik_solve, bench, 1, samples);
    figure.solved_part = (double)bench->solved / (double)bench->tried;
    return figure;
}

static bench_figure_t run_track(kinematics_bench_t* bench, int samples)
{
    bench->joints = bench->chain->preferred;
    bench->speeds = (joints_t){0};
    bench->start = fk_tool_pose(bench->chain, &bench->joints);
    bench->tried = 0;
    bench->solved = 0;
    bench_figure_t figure = bench_run("ik_track", "inverse kinematics, tracking, one period",
                                      work_ik_track, bench, BATCH_OF_STEPS, samples);
    figure.solved_part = (double)bench->solved / (double)bench->tried;
    return figure;
}

void bench_kinematics(const session_t* session, bool quick, bench_figure_t* figures)
{
    static posture_t postures[POSTURE_COUNT]; // too large for the stack
    draw_postures(&session->chain, postures);
    kinematics_bench_t bench = {.session = session, .chain = &session->chain, .postures = postures};
    const int repeats = quick ? 2000 : 20000;
    const int poses = quick ? 1000 : POSTURE_COUNT;
    figures[0] = bench_run("fk", "forward kinematics", work_fk, &bench, BATCH, repeats);
    figures[1] = bench_run("fk_jacobian", "all frames and the Jacobian", work_fk_jacobian, &bench,
                           BATCH, repeats);
    figures[2] =
        run_solve(&bench, 0, "ik_solve_random", "inverse kinematics, random pose and seed", poses);
    figures[3] = run_solve(&bench, 1, "ik_solve_near",
                           "inverse kinematics, seed within 0.05 rad or m", poses);
    figures[4] = run_solve(&bench, 2, "ik_solve_servo",
                           "inverse kinematics, seed within 0.001 rad or m", poses);
    figures[5] = run_track(&bench, repeats);
    figures[6] = bench_run("inverse_dynamics", "inverse dynamics", work_inverse_dynamics, &bench,
                           BATCH, repeats);
    figures[7] = bench_run("forward_dynamics", "forward dynamics: mass, bias, solution",
                           work_forward_dynamics, &bench, BATCH, repeats);
}
