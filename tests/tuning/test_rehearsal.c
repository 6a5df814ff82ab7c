/// Rehearsals: the same bits every time, figures as the run's own summary has them, worse with
/// slower gains, over when a rule stops them or their time is up.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "controller/tuning/rehearsal_line.h"
#include "tests/tuning/loaded_stage.h"

static loaded_stage_t press, slow;

static int open_stages(void** state)
{
    (void)state;
    loaded_stage_open(&press, NULL, ONE_PRESS);
    loaded_stage_open(&slow, SLOW_MACHINE, ONE_PRESS);
    return 0;
}

static int close_stages(void** state)
{
    (void)state;
    loaded_stage_close(&press);
    loaded_stage_close(&slow);
    return 0;
}

static rehearsal_t rehearsal_on(const loaded_stage_t* loaded)
{
    return (rehearsal_t){.stage = &loaded->stage, .person = rehearsal_person(), .seed = 3};
}

static void the_same_rehearsal_gives_the_same_bits(void** state)
{
    (void)state;
    const rehearsal_t rehearsal = rehearsal_on(&press);
    rehearsal_figures_t figures[2];
    char lines[2][REHEARSAL_LINE_CAPACITY];
    for (int i = 0; i < 2; ++i) {
        rehearsal_play(&rehearsal, &figures[i]);
        assert_true(rehearsal_write(&figures[i], lines[i], sizeof lines[i]));
    }
    assert_string_equal(lines[0], lines[1]);
    assert_int_equal(figures[0].ending, REHEARSAL_FINISHED);
    assert_true(figures[0].techniques[TECHNIQUE_COMPRESSION].contact_s > 2.0);
    assert_near(figures[0].force_rms_N, figures[0].techniques[TECHNIQUE_COMPRESSION].force_rms_N,
                1e-12);
    assert_true(figures[0].force_rms_N > 0.05 && figures[0].force_rms_N < 1.0);
    assert_true(figures[0].force_peak_N > 18.0 && figures[0].force_peak_N < 25.0);
}

/// What tuning rests on: gains of the session, of the file and handed over are the same thing.
static void gains_handed_over_act_as_those_of_the_file(void** state)
{
    (void)state;
    rehearsal_t of_file = rehearsal_on(&slow), handed = rehearsal_on(&press);
    const gains_t gains = slow.stage.session->gains;
    rehearsal_figures_t a, b;
    char first[REHEARSAL_LINE_CAPACITY], second[REHEARSAL_LINE_CAPACITY];
    handed.gains = &gains;
    rehearsal_play(&of_file, &a);
    rehearsal_play(&handed, &b);
    assert_true(rehearsal_write(&a, first, sizeof first));
    assert_true(rehearsal_write(&b, second, sizeof second));
    assert_string_equal(first, second);
}

static void slow_gains_follow_worse_than_the_shipped_ones(void** state)
{
    (void)state;
    const rehearsal_t good = rehearsal_on(&press), bad = rehearsal_on(&slow);
    rehearsal_figures_t a, b;
    rehearsal_play(&good, &a);
    rehearsal_play(&bad, &b);
    assert_true(b.force_rms_N > 2.0 * a.force_rms_N);
}

static void the_person_on_the_table_is_another_one(void** state)
{
    (void)state;
    rehearsal_t rehearsal = rehearsal_on(&press);
    rehearsal_figures_t as_map, hard, deep;
    rehearsal_play(&rehearsal, &as_map);
    rehearsal.person.tissue_factor = 1.7;
    rehearsal_play(&rehearsal, &hard);
    assert_true(fabs(hard.force_rms_N - as_map.force_rms_N) > 1e-6);
    rehearsal.person = rehearsal_person();
    rehearsal.person.breathing_amplitude_m = 0.0035;
    rehearsal_play(&rehearsal, &deep);
    assert_true(fabs(deep.force_rms_N - as_map.force_rms_N) > 1e-6);
}

static void a_rehearsal_is_over_when_its_time_is_up(void** state)
{
    (void)state;
    rehearsal_t rehearsal = rehearsal_on(&press);
    rehearsal_figures_t figures;
    rehearsal.limit_s = 6.0;
    rehearsal_play(&rehearsal, &figures);
    assert_int_equal(figures.ending, REHEARSAL_BROKEN_OFF);
    assert_near(figures.simulated_s, 6.0, 0.02);
}

/// Somebody heaves the whole body as no stroke can follow: the rules end it, and say which.
static void a_rule_that_stops_it_ends_it_and_is_named(void** state)
{
    (void)state;
    rehearsal_t rehearsal = rehearsal_on(&press);
    rehearsal_figures_t figures, whole;
    rehearsal_play(&rehearsal, &whole);
    rehearsal.person.breathing_amplitude_m = 0.030;
    rehearsal.person.breathing_rate_Hz = 0.8;
    rehearsal_play(&rehearsal, &figures);
    assert_int_equal(figures.ending, REHEARSAL_STOPPED);
    assert_true(strlen(figures.rule) > 0);
    assert_true(figures.simulated_s < whole.simulated_s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_rehearsal_gives_the_same_bits),
        cmocka_unit_test(gains_handed_over_act_as_those_of_the_file),
        cmocka_unit_test(slow_gains_follow_worse_than_the_shipped_ones),
        cmocka_unit_test(the_person_on_the_table_is_another_one),
        cmocka_unit_test(a_rehearsal_is_over_when_its_time_is_up),
        cmocka_unit_test(a_rule_that_stops_it_ends_it_and_is_named),
    };
    return cmocka_run_group_tests(tests, open_stages, close_stages);
}
