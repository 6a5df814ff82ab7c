/// Every field of a record that differs is named with both figures and their unit, and nothing else
/// is; what a drive, a person or the routine would notice is a decision, figures below a count of a
/// register are not.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>

#include "controller/record/cycle_difference.h"
#include "tests/support/record_sample.h"

typedef struct {
    sample_session_t* sample;
    cycle_file_header_t header;
    cycle_record_t first, second;
    cycle_difference_t found[CYCLE_DIFFERENCE_MOST];
} scene_t;

static int scene_setup(void** state)
{
    scene_t* scene = calloc(1, sizeof *scene);
    scene->sample = sample_session(1.0);
    const digest_t inputs = {{0}};
    cycle_file_header_make(&scene->sample->machine, 1, &inputs, &scene->header);
    scene->first.verdict.rule = INTERLOCK_RULE_NONE;
    scene->first.mode = MODE_CONTACT;
    scene->second = scene->first;
    *state = scene;
    return 0;
}

static int scene_teardown(void** state)
{
    scene_t* scene = *state;
    free(scene->sample);
    free(scene);
    return 0;
}

static int differences(scene_t* scene)
{
    return cycle_differences(&scene->sample->machine, &scene->first, &scene->second, scene->found);
}

static bool decides(const scene_t* scene)
{
    return cycle_decides_otherwise(&scene->header, &scene->first, &scene->second);
}

static void the_same_record_differs_nowhere(void** state)
{
    scene_t* scene = *state;
    assert_int_equal(differences(scene), 0);
    assert_false(decides(scene));
}

static void figures_stand_with_their_unit(void** state)
{
    scene_t* scene = *state;
    scene->second.normal_force_N = 12.5f;
    assert_int_equal(differences(scene), 1);
    assert_string_equal(scene->found[0].field, "normal_force_N");
    assert_string_equal(scene->found[0].first, "0 N");
    assert_string_equal(scene->found[0].second, "12.5 N");
    assert_false(decides(scene));
    scene->second = scene->first;
    scene->second.command.position[0] = 0.25;
    assert_int_equal(differences(scene), 1);
    assert_string_equal(scene->found[0].field, "commanded position of rail");
    assert_string_equal(scene->found[0].second, "0.25 m");
    assert_true(decides(scene));
}

static void the_bits_of_what_is_no_number_count(void** state)
{
    scene_t* scene = *state;
    const uint64_t bits[2] = {UINT64_C(0x7ff8000000000000), UINT64_C(0x7ff8000000000001)};
    memcpy(&scene->first.verdict.measured, &bits[0], sizeof bits[0]);
    memcpy(&scene->second.verdict.measured, &bits[1], sizeof bits[1]);
    assert_int_equal(differences(scene), 1);
    assert_string_equal(scene->found[0].second, "nan (0x7ff8000000000001)");
    scene->first.verdict.measured = 0.0;
    scene->second.verdict.measured = -0.0;
    assert_int_equal(differences(scene), 1);
}

static void a_command_within_a_count_of_its_register_is_the_same(void** state)
{
    scene_t* scene = *state;
    scene->second.command.position[2] = 0.9 * SAMPLE_POSITION_SCALE;
    assert_false(decides(scene));
    scene->second.command.position[2] = 1.1 * SAMPLE_POSITION_SCALE;
    assert_true(decides(scene));
    scene->second.command.position[2] = (double)NAN;
    assert_true(decides(scene));
}

static void every_kind_of_decision_counts(void** state)
{
    scene_t* scene = *state;
    const cycle_record_t same = scene->second;
    for (int kind = 0; kind < 9; ++kind) {
        cycle_record_t* other = &scene->second;
        *other = same;
        other->mode = kind == 0 ? MODE_YIELD : other->mode;
        other->verdict.refused = kind == 1 ? INTERLOCK_RULE(INTERLOCK_ESTOP) : 0;
        other->verdict.reaction = kind == 2 ? REACTION_LIFT : other->verdict.reaction;
        other->verdict.rule = kind == 3 ? INTERLOCK_ESTOP : other->verdict.rule;
        other->answers = kind == 4 ? 1 : 0;
        other->item = kind == 5 ? 3 : 0;
        other->command.request[1] = kind == 6 ? DRIVE_REQUEST_QUICK_STOP : DRIVE_REQUEST_DISABLE;
        other->command.power_relay_close = kind == 7;
        other->command.lamp_moving = kind == 8;
        assert_true(decides(scene));
        assert_int_equal(differences(scene), 1);
    }
}

static void a_decision_is_told_with_place_and_cause(void** state)
{
    scene_t* scene = *state;
    char text[800];
    scene->first.verdict.rule = INTERLOCK_ESTOP;
    cycle_decision_text(&scene->sample->session, &scene->first, text, sizeof text);
    assert_non_null(strstr(text, "contact, effleurage on "));
    assert_non_null(strstr(text, "step 1, routines/library/relaxing_back.yaml:7"));
    assert_non_null(strstr(text, "estop refuses"));
    scene->first.item = -1;
    cycle_place_text(&scene->sample->session, &scene->first, text, sizeof text);
    assert_string_equal(text, "");
}

int main(void)
{
#define WITH_SCENE(test) cmocka_unit_test_setup_teardown(test, scene_setup, scene_teardown)
    const struct CMUnitTest tests[] = {
        WITH_SCENE(the_same_record_differs_nowhere),
        WITH_SCENE(figures_stand_with_their_unit),
        WITH_SCENE(the_bits_of_what_is_no_number_count),
        WITH_SCENE(a_command_within_a_count_of_its_register_is_the_same),
        WITH_SCENE(every_kind_of_decision_counts),
        WITH_SCENE(a_decision_is_told_with_place_and_cause),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
