/// Proves on the whole program with the virtual table, for request sequences drawn from printed
/// seeds and for each request alone: the force stays under every cap and its target never jumps,
/// nothing begins to move without what has to be asked first, no request makes a safety rule
/// refuse, every run comes to its end, and equal sequences give equal bytes.
// ctest label: slow
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>

#include "routines/intensity.h"
#include "tests/support/closed_loop.h"

#define SEED 20240605u
#define REQUESTS_S 150.0 // then whatever is paused is resumed and the rest plays undisturbed
#define RUN_MAX_S 1500.0
// Near what regions and pads allow.
#define STRONG "tests/data/valid/routine_strong.yaml"

static uint64_t draw(uint64_t* random)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return *random >> 33;
}

/// What the last period left, to compare this one with.
typedef struct {
    supervisor_mode_t mode;
    double force_target_N;
    double position[JOINT_CAPACITY];
    uint32_t requests;
} before_t;

/// Every limit on a stroke's force, worked out here from the files' figures.
static double lowest_cap_N(const session_t* session, const stroke_t* stroke)
{
    const region_settings_t* region = &session->body->settings->regions[stroke->region];
    const pad_settings_t* pad = &session->machine->arm.tool.pads[session->pad_index];
    const double area_m2 = 3.14159265358979323846 / 4.0 * pad->diameter_m * pad->diameter_m;
    double cap_N = region->force_max_N.value;
    cap_N = fmin(cap_N, region->pressure_max_Pa.value * area_m2);
    cap_N = fmin(cap_N, session->safety->techniques[stroke->technique].force_max_N.value *
                            region->force_factor);
    return fmin(cap_N, session->safety->contact_force_max_N.value -
                           session->safety->contact_force_margin_N.value);
}

static void check_force(const closed_loop_t* loop, const before_t* before)
{
    const session_t* session = &loop->assembly->session;
    const plan_target_t* target = &loop->out.target;
    if (loop->out.mode != MODE_CONTACT) {
        return;
    }
    const stroke_t* stroke = &session->routine->items[target->item].stroke;
    assert_true(target->force_target_N <= lowest_cap_N(session, stroke) + 1e-9);
    assert_true(target->force_target_N <= target->force_cap_N);
    assert_true(loop->truth.normal_force_N <= target->force_cap_N);
    if (before->mode == MODE_CONTACT) {
        const double step_N = STROKE_FORCE_RATE_MAX_N_PER_S * session->period_s;
        assert_true(fabs(target->force_target_N - before->force_target_N) <= step_N + 1e-9);
    } else {
        assert_true(target->force_target_N <= STROKE_LIGHT_FORCE_N + 0.2);
    }
}

static void check_motion(const closed_loop_t* loop, const before_t* before)
{
    const session_t* session = &loop->assembly->session;
    const supervisor_mode_t mode = loop->out.mode;
    const uint32_t asked = loop->in.requests;
    if (mode == MODE_TRANSIT && before->mode == MODE_ARMED) {
        assert_true((asked & REQUEST_START) != 0);
    }
    if (mode == MODE_TRANSIT && before->mode == MODE_PAUSED) {
        assert_true((asked & REQUEST_RESUME) != 0);
    }
    if (mode != MODE_PAUSED && before->mode == MODE_PAUSED) {
        assert_true((asked & (REQUEST_RESUME | REQUEST_END | REQUEST_STOP)) != 0);
    }
    if (supervisor_mode_powered(mode) && !supervisor_mode_powered(before->mode)) {
        assert_true((asked & REQUEST_ARM) != 0);
    }
    for (int joint = 0; supervisor_mode_powered(mode) && joint < session->chain.joint_count;
         ++joint) {
        const double moved = loop->out.command.position[joint] - before->position[joint];
        const double most = session->chain.velocity_max.at[joint] * session->period_s;
        assert_true(fabs(moved) <= most * (1.0 + 1e-9) || !supervisor_mode_powered(before->mode));
    }
}

static void check_answers(const closed_loop_t* loop)
{
    const live_t* live = &loop->out.live;
    for (int index = 0; index < REQUEST_COUNT; ++index) {
        const bool asked = (loop->in.requests >> index & 1u) != 0;
        assert_int_equal(asked, live->results[index] != REQUEST_NOT_MADE);
        assert_int_equal((live->granted >> index & 1u) != 0,
                         live->results[index] == REQUEST_GRANTED);
    }
    assert_true(intensity_level_known(live->intensity_level));
}

/// One period, with everything checked. False once the run is over.
static bool step(closed_loop_t* loop, before_t* before)
{
    const bool going = closed_loop_step(loop);
    check_force(loop, before);
    check_motion(loop, before);
    check_answers(loop);
    before->mode = loop->out.mode;
    before->force_target_N = loop->out.target.force_target_N;
    memcpy(before->position, loop->out.command.position, sizeof before->position);
    assert_true(loop->in.now_us < (int64_t)(RUN_MAX_S * 1e6));
    return going;
}

/// What is asked for in this period: mostly nothing.
static uint32_t random_requests(uint64_t* random, int one_in, int* level)
{
    static const uint32_t often[] = {REQUEST_INTENSITY, REQUEST_INTENSITY,  REQUEST_PAUSE,
                                     REQUEST_RESUME,    REQUEST_RESUME,     REQUEST_SKIP,
                                     REQUEST_REPEAT,    REQUEST_EXTEND,     REQUEST_START,
                                     REQUEST_ARM,       REQUEST_ACKNOWLEDGE};
    *level = (int)(draw(random) % 15) - 2;
    if (draw(random) % (uint64_t)one_in != 0) {
        return 0;
    }
    uint32_t requests = often[draw(random) % (sizeof often / sizeof often[0])];
    if (draw(random) % 4 == 0) { // two at once
        requests |= often[draw(random) % (sizeof often / sizeof often[0])];
    }
    return requests;
}

/// How often each answer was given, so that a test that asks for nothing is noticed.
static int tally[REQUEST_COUNT][REQUEST_RESULT_COUNT];

static void play_random(const char* routine, uint64_t seed, int one_in)
{
    print_message("seed %llu, one request in %d periods\n", (unsigned long long)seed, one_in);
    uint64_t random = seed;
    closed_loop_t* loop = closed_loop_open(routine, NULL, NULL, (int64_t)(seed % 1000));
    before_t before = {0};
    bool going = true;
    while (going) {
        const bool disturbed = loop->in.now_us < (int64_t)(REQUESTS_S * 1e6);
        loop->extra_requests = disturbed ? random_requests(&random, one_in, &loop->extra_level)
                               : before.mode == MODE_PAUSED ? REQUEST_RESUME
                                                            : 0;
        going = step(loop, &before);
        for (int index = 0; index < REQUEST_COUNT; ++index) {
            tally[index][loop->out.live.results[index]] += 1;
        }
        assert_int_equal(loop->state.interlock.first_rule, INTERLOCK_RULE_NONE);
    }
    assert_int_equal(loop->out.mode, MODE_PARKED);
    closed_loop_close(loop);
}

static void random_requests_keep_every_promise_and_the_run_ends(void** context)
{
    (void)context;
    for (uint64_t run = 0; run < 8; ++run) {
        play_random(run % 2 == 0 ? STRONG : NULL, SEED + run, run % 4 < 2 ? 700 : 150);
    }
    const int changes[] = {REQUEST_PAUSE_INDEX,  REQUEST_RESUME_INDEX, REQUEST_SKIP_INDEX,
                           REQUEST_REPEAT_INDEX, REQUEST_EXTEND_INDEX, REQUEST_INTENSITY_INDEX};
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; ++i) {
        print_message("%s granted %d times\n", request_word(changes[i]),
                      tally[changes[i]][REQUEST_GRANTED]);
        assert_true(tally[changes[i]][REQUEST_GRANTED] >= 5);
    }
}

static void a_request_every_period_does_too(void** context)
{
    (void)context;
    play_random(NULL, SEED + 100, 1);
    play_random(STRONG, SEED + 101, 1);
}

static void stops_at_any_moment_among_other_requests_let_go(void** context)
{
    (void)context;
    for (uint64_t run = 0; run < 12; ++run) {
        uint64_t random = SEED + 200 + run;
        closed_loop_t* loop = closed_loop_open(NULL, NULL, NULL, (int64_t)run);
        before_t before = {0};
        const int64_t stop_us = (int64_t)(draw(&random) % 80000000) + 2000000;
        bool going = true;
        while (going) {
            loop->extra_requests = random_requests(&random, 300, &loop->extra_level);
            const bool now = loop->in.now_us >= stop_us && loop->in.now_us < stop_us + 4000;
            loop->extra_requests |= now ? REQUEST_STOP : 0;
            const bool moved = before.mode >= MODE_TRANSIT && before.mode <= MODE_LIFT &&
                               before.mode != MODE_PARKED;
            going = step(loop, &before);
            if (now && moved) {
                assert_true(loop->out.mode == MODE_YIELD || loop->out.mode == MODE_STOPPING);
                assert_int_equal(loop->out.live.granted, REQUEST_STOP);
            }
            if (loop->in.now_us > stop_us + 3000000) {
                break;
            }
        }
        assert_int_equal(loop->out.mode, MODE_TRIPPED);
        assert_true(loop->truth.normal_force_N < 0.5);
        closed_loop_close(loop);
    }
}

static void reach_full_contact(closed_loop_t* loop)
{
    assert_true(closed_loop_until(loop, MODE_CONTACT, 60.0));
    while (loop->state.plan.player.elapsed_us < 2500000) {
        assert_true(closed_loop_step(loop));
    }
}

static void the_body_feels_what_the_intensity_says(void** context)
{
    (void)context;
    double mean_N[3] = {0};
    const int levels[3] = {0, 5, 10};
    for (int i = 0; i < 3; ++i) {
        closed_loop_t* loop = closed_loop_open(NULL, NULL, NULL, 21);
        loop->assembly->session.intensity_start = levels[i]; // as a client would like it
        while (loop->out.target.item < 3) {                  // to the kneading of 14 N
            assert_true(closed_loop_step(loop));
        }
        assert_true(closed_loop_until(loop, MODE_CONTACT, 60.0));
        while (loop->state.plan.player.elapsed_us < 4000000) {
            assert_true(closed_loop_step(loop));
        }
        double sum_N = 0.0;
        for (int period = 0; period < 2500; ++period) { // five whole circles
            assert_true(closed_loop_step(loop));
            sum_N += loop->truth.normal_force_N / 2500.0;
        }
        mean_N[i] = sum_N;
        closed_loop_close(loop);
    }
    print_message("mean force at 0, 5, 10: %.2f %.2f %.2f N\n", mean_N[0], mean_N[1], mean_N[2]);
    // The highest force, 17.5 N, becomes 8.75 and 26.25 N; the light 3 N stay: 14 N become 7.4 and
    // 20.6 N.
    assert_near(mean_N[0], 7.4, 0.5);
    assert_near(mean_N[1], 14.0, 0.5);
    assert_near(mean_N[2], 20.6, 0.5);
}

static void everything_asked_for_stays_under_the_caps_and_reaches_them(void** context)
{
    (void)context;
    closed_loop_t* loop = closed_loop_open(STRONG, NULL, NULL, 27);
    loop->assembly->session.intensity_start = INTENSITY_LEVEL_MAX;
    before_t before = {0};
    double nearest_N = 100.0; // to the lowest cap, of the wanted force
    bool capped = false;
    bool paused = false;
    bool asked = false; // to resume, in the last period
    while (step(loop, &before)) {
        assert_int_equal(loop->state.interlock.first_rule, INTERLOCK_RULE_NONE);
        const plan_target_t* target = &loop->out.target;
        if (loop->out.mode == MODE_CONTACT) {
            const session_t* session = &loop->assembly->session;
            const stroke_t* stroke = &session->routine->items[target->item].stroke;
            nearest_N = fmin(nearest_N, lowest_cap_N(session, stroke) - target->force_target_N);
            capped = capped || target->intensity_capped;
        }
        // Lifted where the force is highest, so that it has the longest way to come back.
        if (!paused && target->force_target_N > 50.0) {
            paused = true;
            loop->extra_requests = REQUEST_PAUSE;
        } else if (before.mode == MODE_PAUSED) { // let go and asked again until it is granted
            asked = !asked;
            loop->extra_requests = asked ? REQUEST_RESUME : 0;
        }
    }
    print_message("nearest to a cap: %.3f N\n", nearest_N);
    assert_int_equal(loop->out.mode, MODE_PARKED);
    assert_true(paused && capped);
    assert_true(nearest_N >= -1e-9 && nearest_N < 0.1);
    closed_loop_close(loop);
}

static void skipping_lifts_and_goes_on_with_the_next_step(void** context)
{
    (void)context;
    closed_loop_t* loop = closed_loop_open(NULL, NULL, NULL, 22);
    reach_full_contact(loop);
    loop->extra_requests = REQUEST_SKIP;
    assert_true(closed_loop_step(loop));
    assert_int_equal(loop->out.mode, MODE_RETRACT);
    assert_int_equal(loop->out.target.item, 2); // past the step's other region, to the rest
    assert_true(closed_loop_until(loop, MODE_CONTACT, 30.0));
    assert_int_equal(loop->out.target.item, 3);
    closed_loop_close(loop);
}

static void repeating_lifts_and_begins_the_step_again(void** context)
{
    (void)context;
    closed_loop_t* loop = closed_loop_open(NULL, NULL, NULL, 23);
    while (loop->out.target.item < 1) {
        assert_true(closed_loop_step(loop));
    }
    reach_full_contact(loop);
    loop->extra_requests = REQUEST_REPEAT;
    assert_true(closed_loop_step(loop));
    assert_int_equal(loop->out.mode, MODE_RETRACT);
    assert_int_equal(loop->out.target.item, 0); // its first region
    assert_true(closed_loop_until(loop, MODE_CONTACT, 30.0));
    assert_true(loop->out.target.item_elapsed_s < 0.1);
    closed_loop_close(loop);
}

static void an_extended_stroke_is_in_contact_that_much_longer(void** context)
{
    (void)context;
    int contact[2] = {0};
    for (int extended = 0; extended < 2; ++extended) {
        closed_loop_t* loop = closed_loop_open(NULL, NULL, NULL, 24);
        bool asked = extended == 0;
        while (loop->out.target.item <= 3) {
            assert_true(closed_loop_step(loop));
            const bool kneads = loop->out.target.item == 3 && loop->out.mode == MODE_CONTACT;
            contact[extended] += kneads;
            if (kneads && !asked) {
                loop->extra_requests = REQUEST_EXTEND;
                asked = true;
            }
        }
        closed_loop_close(loop);
    }
    const double longer_s = 0.004 * (contact[1] - contact[0]);
    assert_near(longer_s, 20.0, 0.1); // the stroke of 20 s once more, and no more than that
}

static void a_pause_holds_on_the_way_home(void** context)
{
    (void)context;
    closed_loop_t* loop = closed_loop_open(NULL, NULL, NULL, 25);
    reach_full_contact(loop);
    loop->extra_requests = REQUEST_END;
    assert_true(closed_loop_until(loop, MODE_PARKING, 10.0));
    for (int period = 0; period < 300; ++period) {
        assert_true(closed_loop_step(loop));
    }
    loop->extra_requests = REQUEST_PAUSE;
    for (int period = 0; period < 1000; ++period) {
        assert_true(closed_loop_step(loop));
        assert_int_equal(loop->out.mode, MODE_PAUSED);
    }
    loop->extra_requests = REQUEST_RESUME;
    assert_true(closed_loop_until(loop, MODE_PARKED, 60.0));
    assert_int_equal(loop->state.interlock.first_rule, INTERLOCK_RULE_NONE);
    closed_loop_close(loop);
}

static void the_same_requests_give_the_same_bytes(void** context)
{
    (void)context;
    closed_loop_t* loops[2];
    for (int i = 0; i < 2; ++i) {
        loops[i] = closed_loop_open(NULL, NULL, NULL, 26);
    }
    uint64_t random = SEED + 300;
    for (int period = 0; period < 20000; ++period) {
        int level = 0;
        const uint32_t requests = random_requests(&random, 200, &level);
        for (int i = 0; i < 2; ++i) {
            loops[i]->extra_requests = requests;
            loops[i]->extra_level = level;
            (void)closed_loop_step(loops[i]);
        }
        assert_memory_equal(&loops[0]->out, &loops[1]->out, sizeof loops[0]->out);
        assert_memory_equal(&loops[0]->state, &loops[1]->state, sizeof loops[0]->state);
    }
    for (int i = 0; i < 2; ++i) {
        closed_loop_close(loops[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_requests_keep_every_promise_and_the_run_ends),
        cmocka_unit_test(a_request_every_period_does_too),
        cmocka_unit_test(stops_at_any_moment_among_other_requests_let_go),
        cmocka_unit_test(the_body_feels_what_the_intensity_says),
        cmocka_unit_test(everything_asked_for_stays_under_the_caps_and_reaches_them),
        cmocka_unit_test(skipping_lifts_and_goes_on_with_the_next_step),
        cmocka_unit_test(repeating_lifts_and_begins_the_step_again),
        cmocka_unit_test(an_extended_stroke_is_in_contact_that_much_longer),
        cmocka_unit_test(a_pause_holds_on_the_way_home),
        cmocka_unit_test(the_same_requests_give_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
