/// Plays whole routines on bodies of several sizes and checks, on every cycle and against the
/// table's own truth, what must hold: force under the region's cap, speeds and joints inside their
/// limits, nothing but finite numbers, no trip; and afterwards the force figures that were
/// promised.
// ctest label: slow
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "controller/record/summary.h"
#include "tests/support/closed_loop.h"

typedef struct {
    double speed_peak_part;   // of the joint's limit, commanded
    double acceleration_part; // likewise
    double true_force_peak_N;
    long cycles;
} figures_t;

static void check_cycle(const closed_loop_t* loop, const limit_state_t* before, figures_t* figures)
{
    const session_t* session = &loop->assembly->session;
    const cycle_output_t* out = &loop->out;
    const chain_t* chain = &session->chain;
    const double period_s = session->period_s;
    const bool powered = supervisor_mode_powered(out->mode);
    assert_int_equal(out->verdict.refused, 0);
    assert_true(!out->estimate.force_tared || isfinite(out->estimate.normal_force_N));
    assert_true(out->estimate.force_tared || !supervisor_mode_touches(out->mode));
    assert_true(isfinite(out->tool.normal_offset_m) && pose_finite(out->tool.tool_commanded));
    for (int joint = 0; joint < chain->joint_count; ++joint) {
        const double position = out->command.position[joint];
        assert_true(isfinite(position));
        assert_true(position >= chain->position_min.at[joint] &&
                    position <= chain->position_max.at[joint]);
        if (powered) {
            const double speed = (position - before->position.at[joint]) / period_s;
            const double acceleration = (speed - before->speed.at[joint]) / period_s;
            figures->speed_peak_part =
                fmax(figures->speed_peak_part, fabs(speed) / chain->velocity_max.at[joint]);
            figures->acceleration_part = fmax(
                figures->acceleration_part, fabs(acceleration) / chain->acceleration_max.at[joint]);
        }
    }
    // The true force, not the measured one, under the true region's cap.
    const body_settings_t* body = session->body->settings;
    const double global_N = session->safety->contact_force_max_N.value;
    const double cap_N = loop->truth.tissue < body->region_count
                             ? fmin(body->regions[loop->truth.tissue].force_max_N.value, global_N)
                             : global_N;
    assert_true(loop->truth.normal_force_N <= cap_N);
    figures->true_force_peak_N = fmax(figures->true_force_peak_N, loop->truth.normal_force_N);
    figures->cycles += 1;
}

static void check_run(closed_loop_t* loop, const char* client, int64_t seed)
{
    static summary_t summary;
    summary_begin(&summary, &loop->assembly->session, &loop->assembly->inputs, (uint64_t)seed);
    figures_t figures = {0};
    bool going = true;
    while (going) {
        const limit_state_t before = loop->state.limit;
        going = closed_loop_step(loop);
        // Before the first sample nothing is known, and that must refuse.
        if (loop->out.mode != MODE_LOCKED) {
            check_cycle(loop, &before, &figures);
        }
        cycle_record_t record;
        cycle_record_make(&loop->in, &loop->out, &record);
        summary_observe(&summary, &record);
        assert_true(loop->in.now_us < (int64_t)3600 * 1000000);
    }
    assert_int_equal(loop->out.mode, MODE_PARKED);
    assert_true(figures.speed_peak_part <= 1.0 + 1e-9);
    assert_true(figures.acceleration_part <= 1.0 + 1e-6);
    for (int technique = 0; technique < TECHNIQUE_COUNT; ++technique) {
        const force_figures_t force = summary_technique(&summary, (technique_id_t)technique);
        if (force.cycles > 0) {
            const double target_N = force_figures_target_mean_N(&force);
            print_message("%s, %s: RMS %.2f N at %.1f N, overshoot %.2f N, true peak %.1f N\n",
                          client, technique_info((technique_id_t)technique)->name,
                          force_figures_error_rms_N(&force), target_N, force.overshoot_N,
                          figures.true_force_peak_N);
            assert_true(force_figures_error_rms_N(&force) <= fmax(2.0, 0.1 * target_N));
            assert_true(force.overshoot_N <= 5.0);
            assert_int_equal(force.over_cap_cycles, 0);
        }
    }
    closed_loop_close(loop);
}

static void play_and_check(const char* routine, const char* client, int64_t seed)
{
    check_run(closed_loop_open(routine, client, NULL, seed), client, seed);
}

static void the_average_man_gets_his_whole_back_done_within_every_limit(void** context)
{
    (void)context;
    play_and_check("routines/library/relaxing-back.yaml", "routines/clients/average-man.yaml", 1);
}

static void small_and_tall_bodies_keep_the_same_limits(void** context)
{
    (void)context;
    play_and_check("routines/library/short-back.yaml", "routines/clients/small-woman.yaml", 2);
    play_and_check("routines/library/short-back.yaml", "routines/clients/average-woman.yaml", 3);
    play_and_check("routines/library/short-back.yaml", "routines/clients/tall-man.yaml", 4);
}

static void many_seeds_of_tissue_registration_and_breathing_keep_them_too(void** context)
{
    (void)context;
    for (int64_t seed = 10; seed < 22; ++seed) {
        play_and_check("routines/library/short-back.yaml", "routines/clients/average-man.yaml",
                       seed);
    }
}

static void clients_who_lie_shifted_and_turned_are_followed(void** context)
{
    (void)context;
    const char* routine = "routines/library/short-back.yaml";
    const char* man = "routines/clients/average-man.yaml";
    const char* woman = "routines/clients/small-woman.yaml";
    check_run(closed_loop_open_turned(routine, man, 30, 0.015, -0.010, 0.087), man, 30);
    check_run(closed_loop_open_turned(routine, woman, 31, -0.012, 0.008, -0.087), woman, 31);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_average_man_gets_his_whole_back_done_within_every_limit),
        cmocka_unit_test(small_and_tall_bodies_keep_the_same_limits),
        cmocka_unit_test(many_seeds_of_tissue_registration_and_breathing_keep_them_too),
        cmocka_unit_test(clients_who_lie_shifted_and_turned_are_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
