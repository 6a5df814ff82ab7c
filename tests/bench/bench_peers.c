/// bench_peers: this project's kinematics and dynamics beside OROCOS KDL and MuJoCo, on the same
/// arms and cases, in turns inside one process. Prints a row a comparison: medians, their ratio,
/// what the ratio should be. Before anything is timed the results are compared.
///
/// Best run on a core of its own: chrt -f 50 taskset -c 1 bench_peers
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/peer_kdl.h"
#include "tests/bench/peer_mujoco.h"
#include "tests/bench/stopwatch.h"
#include "tests/bench/subject.h"
#include "tests/bench/table_run.h"

#define BLOCK 25  // cases between two turns
#define BATCH 100 // calls behind one figure where a call is too short for the clock
#define ROW_CAPACITY 32
#define AGREEMENT 1e-9 // metres, parts, and parts of an effort or of the largest acceleration
#define MUJOCO_AGREEMENT 1e-6 // it turns inertias to their main axes no finer than that
#define AGREEMENT_STRIDE 50   // every so many cases are compared
static const uint64_t SEED = 20250102u;

typedef struct {
    const char* machine_path;
    const char* device_directory;
    int repeats;
    bool json;
    bool quick; // a tenth of the cases
} options_t;

typedef struct {
    char name[96];
    double ours_ns;
    double peer_ns;
    double target; // 0: none stated
    int ours_solved;
    int peer_solved;
    int case_count; // 0: nothing to be solved
    bool solve_rate_counts;
} row_t;

typedef struct {
    row_t rows[ROW_CAPACITY];
    int row_count;
    bool json;
} report_t;

// ----------------------------------------------------------------------------------- the samples

/// One side of a comparison. `reaches` judges a solution after the clock has stopped; null where
/// there is nothing to judge.
typedef struct {
    void* context;
    void (*prepare)(void* context, int index); // before the clock runs; null for nothing
    void (*work)(void* context, int index);
    bool (*reaches)(void* context, int index);
    double* samples_ns;
    int sample_count;
    int solved;
} runner_t;

static void run_block(runner_t* side, int first, int count)
{
    for (int i = first; i < first + count; i++) {
        if (side->prepare) {
            side->prepare(side->context, i);
        }
        const double start_ns = stopwatch_now_ns();
        side->work(side->context, i);
        side->samples_ns[side->sample_count++] = stopwatch_now_ns() - start_ns;
        if (side->reaches && side->reaches(side->context, i)) {
            side->solved++;
        }
    }
}

static void run_batch(runner_t* side, int first, int count)
{
    const double start_ns = stopwatch_now_ns();
    for (int i = first; i < first + count; i++) {
        side->work(side->context, i);
    }
    side->samples_ns[side->sample_count++] = (stopwatch_now_ns() - start_ns) / (double)count;
}

/// All cases in turns, `repeats` times over.
static void run_in_turns(runner_t* ours, runner_t* peer, int case_count, int repeats, bool batches)
{
    const int stride = batches ? BATCH : BLOCK;
    for (int repeat = 0; repeat < repeats; repeat++) {
        for (int first = 0; first + stride <= case_count; first += stride) {
            runner_t* sides[2] = {ours, peer};
            for (int turn = 0; turn < 2; turn++) {
                runner_t* side = sides[(turn + first / stride) % 2]; // who goes first alternates
                stopwatch_rest();
                (batches ? run_batch : run_block)(side, first, stride);
            }
        }
    }
}

static bool sides_make(runner_t* ours, runner_t* peer, int capacity)
{
    ours->samples_ns = calloc((size_t)capacity, sizeof(double));
    peer->samples_ns = calloc((size_t)capacity, sizeof(double));
    return ours->samples_ns && peer->samples_ns;
}

static void sides_free(runner_t* ours, runner_t* peer)
{
    free(ours->samples_ns);
    free(peer->samples_ns);
}

// ------------------------------------------------------------------------------------ the report

static bool row_holds(const row_t* row)
{
    const bool fast = row->target == 0.0 || row->ours_ns <= row->target * row->peer_ns;
    // One case in ten thousand may be missed.
    const bool solved = !row->solve_rate_counts ||
                        row->ours_solved >= row->case_count - (row->case_count + 9999) / 10000;
    return fast && solved;
}

static void report_add(report_t* report, const row_t* row)
{
    report->rows[report->row_count++] = *row;
    if (report->json) {
        return;
    }
    if (report->row_count == 1) {
        printf("%-56s %11s %11s %8s %7s %8s %8s\n", "", "ours", "peer", "ratio", "target", "solved",
               "peer's");
    }
    printf("%-56s %8.3f us %8.3f us %8.4f", row->name, 1e-3 * row->ours_ns, 1e-3 * row->peer_ns,
           row->ours_ns / row->peer_ns);
    if (row->target > 0.0) {
        printf(" %7.2f", row->target);
    } else {
        printf(" %7s", "-");
    }
    if (row->case_count > 0) {
        printf(" %7.2f%% %7.2f%%", 100.0 * row->ours_solved / row->case_count,
               100.0 * row->peer_solved / row->case_count);
    } else {
        printf(" %8s %8s", "", "");
    }
    const bool judged = row->target > 0.0 || row->solve_rate_counts;
    printf(" %s\n", !judged ? "" : row_holds(row) ? "ok" : "no");
    fflush(stdout);
}

/// Names hold nothing that JSON would have to escape.
static void report_print_json(const report_t* report)
{
    printf("{\"seed\": %llu, \"rows\": [", (unsigned long long)SEED);
    for (int i = 0; i < report->row_count; i++) {
        const row_t* row = &report->rows[i];
        printf("%s\n  {\"name\": \"%s\", \"ours_ns\": %.1f, \"peer_ns\": %.1f, \"ratio\": %.6f",
               i > 0 ? "," : "", row->name, row->ours_ns, row->peer_ns,
               row->ours_ns / row->peer_ns);
        if (row->target > 0.0) {
            printf(", \"target\": %.3f", row->target);
        }
        if (row->case_count > 0) {
            printf(", \"cases\": %d, \"ours_solved\": %d, \"peer_solved\": %d", row->case_count,
                   row->ours_solved, row->peer_solved);
        }
        printf(", \"ok\": %s}", row_holds(row) ? "true" : "false");
    }
    printf("\n]}\n");
}

/// A row of `part` of both sides' samples: 0.5 for the median.
static void report_sides(report_t* report, const char* name, const char* what, runner_t* ours,
                         runner_t* peer, double part, double target)
{
    row_t row = {.target = target};
    snprintf(row.name, sizeof row.name, "%s%s", name, what);
    row.ours_ns = stopwatch_quantile(ours->samples_ns, ours->sample_count, part);
    row.peer_ns = stopwatch_quantile(peer->samples_ns, peer->sample_count, part);
    if (ours->reaches) {
        row.case_count = ours->sample_count;
        row.ours_solved = ours->solved;
        row.peer_solved = peer->solved;
    }
    row.solve_rate_counts = ours->reaches && part == 0.5;
    report_add(report, &row);
}

// ---------------------------------------------------------------------------------- the contests

/// An arm, its peers, and how the work of each is called.
typedef struct {
    subject_t* subject;
    peer_kdl_t* kdl;
    peer_mujoco_t* mujoco;
    table_run_t* table;
} contest_t;

#define WORK(name, call)                                                                           \
    static void name(void* context, int index)                                                     \
    {                                                                                              \
        contest_t* contest = context;                                                              \
        (void)call;                                                                                \
    }
WORK(ours_solve_random, subject_solve_random(contest->subject, index))
WORK(ours_solve_near, subject_solve_near(contest->subject, index))
WORK(ours_solve_servo, subject_solve_servo(contest->subject, index))
WORK(ours_solve_wrist, subject_solve_wrist(contest->subject, index))
WORK(ours_track, subject_track(contest->subject, index))
WORK(ours_pose_and_jacobian, (subject_pose_and_jacobian(contest->subject, index), 0))
WORK(ours_inverse_dynamics, (subject_inverse_dynamics(contest->subject, index), 0))
WORK(ours_forward_dynamics, (subject_forward_dynamics(contest->subject, index), 0))
WORK(ours_prepare_step, (table_run_prepare_step(contest->table, index), 0))
WORK(ours_step, (table_run_step(contest->table, index), 0))
WORK(ours_prepare_cycle, (table_run_prepare_cycle(contest->table, index), 0))
WORK(ours_cycle, (table_run_cycle(contest->table, index), 0))
WORK(kdl_solve_random, peer_kdl_solve_random(contest->kdl, index))
WORK(kdl_solve_near, peer_kdl_solve_near(contest->kdl, index))
WORK(kdl_solve_servo, peer_kdl_solve_servo(contest->kdl, index))
WORK(kdl_pose_and_jacobian, (peer_kdl_pose_and_jacobian(contest->kdl, index), 0))
WORK(kdl_inverse_dynamics, (peer_kdl_inverse_dynamics(contest->kdl, index), 0))
WORK(mujoco_forward_dynamics, (peer_mujoco_forward_dynamics(contest->mujoco, index), 0))
WORK(kdl_cycle, (peer_kdl_cycle(contest->kdl, index), 0))
WORK(mujoco_step, (peer_mujoco_step(contest->mujoco, index), 0))
#undef WORK

/// Ours must reach what its contract promises; the peer has ten times the pose and a hundred times
/// the turn, so that its way of counting errors costs it nothing.
static bool ours_reaches(void* context, int index)
{
    const contest_t* contest = context;
    return subject_reaches(contest->subject, index, &contest->subject->solution,
                           IK_POSITION_TOLERANCE_M * (1.0 + 1e-9),
                           IK_ORIENTATION_TOLERANCE_RAD * (1.0 + 1e-9));
}

static bool kdl_reaches(void* context, int index)
{
    const contest_t* contest = context;
    joints_t joints;
    peer_kdl_solution(contest->kdl, joints.at);
    return subject_reaches(contest->subject, index, &joints, 1e-4, 1e-3);
}

typedef struct {
    const char* name;
    void (*prepare)(void* context, int index); // ours; null for nothing
    void (*ours)(void* context, int index);
    void (*peer)(void* context, int index);
    double target;
    double target_p99; // 0: no row for it
    bool each_call;    // each call is timed; else batches of them
    bool judged;       // solutions are looked at
} discipline_t;

static bool run_discipline(report_t* report, const options_t* options, contest_t* contest,
                           const discipline_t* discipline)
{
    const int case_count = options->quick ? CASE_COUNT / 10 : CASE_COUNT;
    runner_t ours = {.context = contest, .prepare = discipline->prepare, .work = discipline->ours};
    runner_t peer = {.context = contest, .work = discipline->peer};
    const int repeats = discipline->peer == kdl_solve_random ? 1 : options->repeats; // slow
    if (discipline->judged) {
        ours.reaches = ours_reaches;
        peer.reaches = kdl_reaches;
    }
    if (!sides_make(&ours, &peer, case_count * repeats)) {
        sides_free(&ours, &peer);
        return false;
    }
    run_in_turns(&ours, &peer, case_count, repeats, !discipline->each_call);
    char name[80];
    snprintf(name, sizeof name, "%s, %s", contest->subject->name, discipline->name);
    report_sides(report, name, discipline->each_call ? ", median" : "", &ours, &peer, 0.5,
                 discipline->target);
    if (discipline->target_p99 > 0.0) {
        report_sides(report, name, ", p99", &ours, &peer, 0.99, discipline->target_p99);
    }
    sides_free(&ours, &peer);
    return true;
}

// --------------------------------------------------------------------------------- the agreement

static double largest(double a, double b)
{
    return !(a >= b) ? b : a; // NaN wins
}

/// The largest difference between the peers' results and ours over some cases, each relative to the
/// size of what is compared.
static double disagreement(contest_t* contest)
{
    subject_t* subject = contest->subject;
    double worst = 0.0;
    for (int index = 0; index < CASE_COUNT; index += AGREEMENT_STRIDE) {
        double position_m[3];
        double rotation[9];
        double jacobian[6][JOINT_CAPACITY];
        double efforts[JOINT_CAPACITY];
        subject_pose_and_jacobian(subject, index);
        subject_inverse_dynamics(subject, index);
        peer_kdl_pose_and_jacobian(contest->kdl, index);
        peer_kdl_inverse_dynamics(contest->kdl, index);
        peer_kdl_tool(contest->kdl, position_m, rotation);
        peer_kdl_jacobian(contest->kdl, jacobian);
        peer_kdl_efforts(contest->kdl, efforts);
        const pose_t tool = subject->frames.tool;
        const vec3_t x = quat_rotate(tool.orientation, vec3(1.0, 0.0, 0.0));
        const vec3_t z = quat_rotate(tool.orientation, vec3(0.0, 0.0, 1.0));
        const double ours[9] = {
            tool.position_m.x, tool.position_m.y, tool.position_m.z, x.x, x.y, x.z, z.x, z.y, z.z};
        const double theirs[9] = {position_m[0], position_m[1], position_m[2],
                                  rotation[0],   rotation[3],   rotation[6],
                                  rotation[2],   rotation[5],   rotation[8]};
        for (int k = 0; k < 9; k++) {
            worst = largest(worst, fabs(ours[k] - theirs[k]));
        }
        for (int i = 0; i < subject->chain.joint_count; i++) {
            for (int row = 0; row < 6; row++) {
                worst = largest(worst, fabs(subject->jacobian.at[row][i] - jacobian[row][i]));
            }
            worst = largest(worst,
                            fabs(subject->efforts.at[i] - efforts[i]) / (1.0 + fabs(efforts[i])));
        }
    }
    return worst;
}

/// The same for forward dynamics against MuJoCo, relative to the largest acceleration.
static double disagreement_with_mujoco(contest_t* contest)
{
    subject_t* subject = contest->subject;
    double worst = 0.0;
    for (int index = 0; index < CASE_COUNT; index += AGREEMENT_STRIDE) {
        double accelerations[JOINT_CAPACITY];
        double scale = 1.0;
        subject_forward_dynamics(subject, index);
        peer_mujoco_forward_dynamics(contest->mujoco, index);
        peer_mujoco_accelerations(contest->mujoco, accelerations);
        for (int i = 0; i < subject->chain.joint_count; i++) {
            scale = largest(scale, fabs(accelerations[i]));
        }
        for (int i = 0; i < subject->chain.joint_count; i++) {
            worst = largest(worst, fabs(subject->accelerations.at[i] - accelerations[i]) / scale);
        }
    }
    return worst;
}

// ------------------------------------------------------------------------------------ the program

static const discipline_t SOLVE = {.name = "solve, random seed / LMA restarts",
                                   .ours = ours_solve_random,
                                   .peer = kdl_solve_random,
                                   .target = 0.06,
                                   .target_p99 = 0.07,
                                   .each_call = true,
                                   .judged = true};
static const discipline_t WRIST = {.name = "nearest branch in closed form / LMA restarts",
                                   .ours = ours_solve_wrist,
                                   .peer = kdl_solve_random,
                                   .target = 0.01,
                                   .each_call = true,
                                   .judged = true};
static const discipline_t SHIPPED_ARM[] = {
    {.name = "solve, near seed / NR_JL wdls",
     .ours = ours_solve_near,
     .peer = kdl_solve_near,
     .target = 0.12,
     .each_call = true,
     .judged = true},
    {.name = "solve, servo seed / NR_JL wdls",
     .ours = ours_solve_servo,
     .peer = kdl_solve_servo,
     .target = 0.13,
     .each_call = true,
     .judged = true},
    {.name = "track / NR_JL wdls",
     .ours = ours_track,
     .peer = kdl_solve_servo,
     .target = 0.35,
     .each_call = true},
    {.name = "FK and Jacobian / KDL",
     .ours = ours_pose_and_jacobian,
     .peer = kdl_pose_and_jacobian,
     .target = 0.18},
    {.name = "inverse dynamics / KDL",
     .ours = ours_inverse_dynamics,
     .peer = kdl_inverse_dynamics,
     .target = 0.5},
    {.name = "forward dynamics / MuJoCo",
     .ours = ours_forward_dynamics,
     .peer = mujoco_forward_dynamics,
     .target = 0.4},
};

/// The shipped table against the same arm in MuJoCo, and its controller against the arithmetic that
/// KDL would do for one.
static const discipline_t SHIPPED_TABLE[] = {
    {.name = "simulated ms in contact / MuJoCo step",
     .prepare = ours_prepare_step,
     .ours = ours_step,
     .peer = mujoco_step,
     .target = 0.25,
     .each_call = true},
    {.name = "control cycle / KDL FK, Jacobian, wdls, RNE",
     .prepare = ours_prepare_cycle,
     .ours = ours_cycle,
     .peer = kdl_cycle,
     .target = 0.5,
     .each_call = true},
};

static bool run_table(report_t* report, const options_t* options, contest_t* contest)
{
    bool done = true;
    contest->table = table_run_open();
    peer_mujoco_hold(contest->mujoco, contest->subject->chain.preferred.at);
    for (size_t i = 0; done && i < sizeof SHIPPED_TABLE / sizeof SHIPPED_TABLE[0]; i++) {
        done = contest->table && run_discipline(report, options, contest, &SHIPPED_TABLE[i]);
    }
    if (peer_mujoco_contacts(contest->mujoco) != 1) {
        fprintf(stderr, "bench_peers: MuJoCo's arm has not kept its contact\n");
        done = false;
    }
    table_run_close(contest->table);
    contest->table = NULL;
    return done;
}

static bool run_arm(report_t* report, const options_t* options, subject_t* subject, bool shipped)
{
    contest_t contest = {.subject = subject};
    contest.kdl = peer_kdl_create(&subject->arm, subject->pad_index, subject->cases, CASE_COUNT);
    contest.mujoco =
        peer_mujoco_create(&subject->arm, subject->pad_index, subject->cases, CASE_COUNT);
    bool done = contest.kdl && contest.mujoco;
    if (done) {
        const double kdl = disagreement(&contest);
        const double mujoco = disagreement_with_mujoco(&contest);
        fprintf(
            stderr,
            "%s: pose, Jacobian and torques are KDL's to %.1e, accelerations MuJoCo's to %.1e\n",
            subject->name, kdl, mujoco);
        done = kdl <= AGREEMENT && mujoco <= MUJOCO_AGREEMENT &&
               run_discipline(report, options, &contest, &SOLVE);
    }
    if (done && subject->has_wrist && !shipped) {
        done = run_discipline(report, options, &contest, &WRIST);
    }
    for (size_t i = 0; done && shipped && i < sizeof SHIPPED_ARM / sizeof SHIPPED_ARM[0]; i++) {
        done = run_discipline(report, options, &contest, &SHIPPED_ARM[i]);
    }
    if (done && shipped) {
        done = run_table(report, options, &contest);
    }
    peer_kdl_destroy(contest.kdl);
    peer_mujoco_destroy(contest.mujoco);
    return done;
}

static void usage(void)
{
    fprintf(stderr, "usage: bench_peers [--json] [--quick] [--repeats N] [--machine FILE]\n"
                    "                   [--devices DIRECTORY]\n");
}

static bool options_read(options_t* options, int argc, char** argv)
{
    static const struct option names[] = {
        {"json", no_argument, NULL, 'j'},          {"quick", no_argument, NULL, 'q'},
        {"repeats", required_argument, NULL, 'r'}, {"machine", required_argument, NULL, 'm'},
        {"devices", required_argument, NULL, 'd'}, {NULL, 0, NULL, 0}};
    *options = (options_t){.machine_path = "config/machines/rail6.yaml",
                           .device_directory = "config/devices",
                           .repeats = 3};
    for (int letter; (letter = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        if (letter == 'j') {
            options->json = true;
        } else if (letter == 'q') {
            options->quick = true;
        } else if (letter == 'r') {
            options->repeats = (int)strtol(optarg, NULL, 10);
        } else if (letter == 'm') {
            options->machine_path = optarg;
        } else if (letter == 'd') {
            options->device_directory = optarg;
        } else {
            return false;
        }
    }
    return optind == argc && options->repeats >= 1 && options->repeats <= 100;
}

int main(int argc, char** argv)
{
    static subject_t subjects[SUBJECT_COUNT];
    options_t options;
    if (!options_read(&options, argc, argv)) {
        usage();
        return 2;
    }
    if (!subjects_make(subjects, options.machine_path, options.device_directory, SEED)) {
        return 1;
    }
    report_t report = {.json = options.json};
    bool done = true;
    for (int i = 0; done && i < SUBJECT_COUNT; i++) {
        done = run_arm(&report, &options, &subjects[i], i == SUBJECT_RAIL6);
    }
    subjects_free(subjects);
    if (options.json) {
        report_print_json(&report);
    }
    bool holds = done;
    for (int i = 0; i < report.row_count; i++) {
        holds = holds && row_holds(&report.rows[i]);
    }
    return holds ? 0 : 1;
}
