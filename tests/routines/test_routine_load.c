// What is proven: a valid routine becomes exactly the strokes it says; every mistake is refused at
// its line and column with words that help; all mistakes of a file come in one pass; a refused file
// leaves the routine untouched.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>

#include "routines/client_load.h"
#include "routines/routine_load.h"
#include "tests/support/sample_body.h"

static body_settings_t settings;
static body_t body;
static findings_t findings;
static routine_t routine;

static int setup(void** state)
{
    (void)state;
    sample_body_settings(&settings);
    const client_settings_t client = sample_average_man();
    return body_build(&settings, &client, SAMPLE_NECK_X_M, SAMPLE_TABLE_LENGTH_M, &body) == BODY_OK
               ? 0
               : -1;
}

#define HEAD                                                                                       \
    "kind: routine\n"                                                                              \
    "version: 1\n"                                                                                 \
    "name: Test\n"                                                                                 \
    "goal: wellness\n"                                                                             \
    "position: prone\n"                                                                            \
    "pad: palm_60\n"                                                                               \
    "steps:\n" // line 7

static bool parse(const char* text)
{
    memset(&findings, 0, sizeof findings);
    return routine_parse("test.yaml", text, strlen(text), &body, &routine, &findings);
}

/// The text is refused with exactly this finding.
static void assert_refused(const char* text, int line, int column, const char* field,
                           const char* message)
{
    assert_false(parse(text));
    if (findings.count != 1) {
        findings_print(&findings, stderr);
    }
    assert_int_equal(findings.error_count, 1);
    assert_string_equal(findings.at[0].path, "test.yaml");
    assert_string_equal(findings.at[0].message, message);
    assert_string_equal(findings.at[0].field, field);
    assert_int_equal(findings.at[0].line, line);
    assert_int_equal(findings.at[0].column, column);
}

static const char valid[] = HEAD "  - technique: effleurage\n" // 8
                                 "    region: [lumbar.left, lumbar.right]\n"
                                 "    force: 12 N\n"
                                 "    speed: 60 mm/s\n"
                                 "    passes: 4\n"
                                 "  - rest: 10 s\n" // 13
                                 "  - repeat: 2\n"
                                 "    steps:\n"
                                 "      - technique: kneading\n" // 16
                                 "        region: gluteus.left\n"
                                 "        force: 15 N\n"
                                 "        rate: 48 /min\n"
                                 "        radius: 2 cm\n"
                                 "        duration: 0.5 min\n"
                                 "      - technique: compression\n" // 22
                                 "        region: trapezius.right\n"
                                 "        force: 9500 mN\n"
                                 "        press: 2 s\n"
                                 "        hold: 3 s\n"
                                 "        release: 1500 ms\n"
                                 "        passes: 3\n";

static void valid_routine_becomes_its_strokes(void** state)
{
    (void)state;
    assert_true(parse(valid));
    assert_int_equal(findings.count, 0);
    assert_string_equal(routine.name, "Test");
    assert_string_equal(routine.goal, "wellness");
    assert_string_equal(routine.aim, "");
    assert_string_equal(routine.pad, "palm_60");
    assert_string_equal(routine.path, "test.yaml");
    assert_int_equal(routine.item_count, 7);
    assert_int_equal(routine.step_count, 4);

    const stroke_t* first = &routine.items[0].stroke;
    assert_int_equal(routine.items[0].kind, ITEM_STROKE);
    assert_int_equal(first->technique, TECHNIQUE_EFFLEURAGE);
    assert_int_equal(first->region, body_region_named(&settings, "lumbar.left"));
    assert_int_equal(routine.items[1].stroke.region, body_region_named(&settings, "lumbar.right"));
    assert_near(first->parameters.force_N, 12.0, 0.0);
    assert_near(first->parameters.speed_mps, 0.06, 0.0);
    assert_int_equal(first->parameters.passes, 4);
    assert_near(first->parameters.rate_Hz, 0.0, 0.0);
    assert_near(first->duration_s, technique_duration_s(&body, first), 0.0);

    assert_int_equal(routine.items[2].kind, ITEM_REST);
    assert_near(routine.items[2].rest_s, 10.0, 0.0);

    const stroke_t* kneading = &routine.items[3].stroke;
    assert_int_equal(kneading->technique, TECHNIQUE_KNEADING);
    assert_near(kneading->parameters.rate_Hz, 0.8, 1e-15);
    assert_near(kneading->parameters.radius_m, 0.02, 0.0);
    assert_near(kneading->duration_s, 30.0, 1e-12);
    const stroke_t* compression = &routine.items[4].stroke;
    assert_near(compression->parameters.force_N, 9.5, 0.0);
    assert_near(compression->parameters.press_s, 2.0, 0.0);
    assert_near(compression->parameters.hold_s, 3.0, 0.0);
    assert_near(compression->parameters.release_s, 1.5, 0.0);
}

static void repeat_plays_its_steps_again_but_counts_them_once(void** state)
{
    (void)state;
    assert_true(parse(valid));
    assert_memory_equal(&routine.items[5], &routine.items[3], sizeof routine.items[3]);
    assert_memory_equal(&routine.items[6], &routine.items[4], sizeof routine.items[4]);
    assert_int_equal(routine.items[5].stroke.step, 2);
    assert_int_equal(routine.items[6].stroke.step, 3);
    const int lines[] = {8, 13, 16, 22};
    const char* const fields[] = {"steps[0]", "steps[1]", "steps[2].steps[0]", "steps[2].steps[1]"};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(routine.step_line[i], lines[i]);
        assert_string_equal(routine.step_field[i], fields[i]);
    }
    assert_int_equal(routine.items[6].stroke.line, 22);
}

static void form_is_checked_without_a_body(void** state)
{
    (void)state;
    memset(&findings, 0, sizeof findings);
    assert_true(routine_parse("test.yaml", valid, strlen(valid), NULL, &routine, &findings));
    assert_int_equal(routine.items[0].stroke.region, -1);
    assert_near(routine.items[0].stroke.duration_s, 0.0, 0.0);
    assert_int_equal(routine.item_count, 7);
}

#define EFFLEURAGE(rest)                                                                           \
    HEAD "  - technique: effleurage\n"                                                             \
         "    region: lumbar.left\n" rest

static void parameter_of_another_technique_is_refused_with_its_name(void** state)
{
    (void)state;
    assert_refused(EFFLEURAGE("    force: 12 N\n"
                              "    speed: 60 mm/s\n"
                              "    passes: 4\n"
                              "    radius: 20 mm\n"),
                   13, 5, "steps[0].radius",
                   "unknown key: effleurage does not use 'radius'; it takes technique, region, "
                   "force, speed, passes");
}

static void unknown_key_is_refused_with_the_nearest(void** state)
{
    (void)state;
    assert_refused(EFFLEURAGE("    force: 12 N\n"
                              "    speed: 60 mm/s\n"
                              "    passes: 4\n"
                              "    speeed: 20 mm/s\n"),
                   13, 5, "steps[0].speeed", "unknown key; did you mean 'speed'?");
}

static void missing_parameter_is_named(void** state)
{
    (void)state;
    assert_refused(EFFLEURAGE("    force: 12 N\n"
                              "    passes: 4\n"),
                   8, 5, "steps[0].speed", "is missing: Along the stroke.");
}

static void bare_number_where_a_unit_belongs_is_refused(void** state)
{
    (void)state;
    assert_false(parse(EFFLEURAGE("    force: 12\n"
                                  "    speed: 60 mm/s\n"
                                  "    passes: 4\n")));
    assert_int_equal(findings.error_count, 1);
    assert_int_equal(findings.at[0].line, 10);
    assert_int_equal(findings.at[0].column, 12);
    assert_string_equal(findings.at[0].field, "steps[0].force");
    assert_non_null(strstr(findings.at[0].message, "no unit"));
}

static void values_are_taken_up_to_their_limits_and_no_further(void** state)
{
    (void)state;
    const struct {
        const char* force;
        bool accepted;
    } cases[] = {{"3.999 N", false}, {"4 N", true},    {"110 N", true},   {"110.1 N", false},
                 {"-5 N", false},    {"nan", false},   {".inf N", false}, {"1e1 N", true},
                 {"0x10 N", false},  {"12 kg", false}, {"12 N N", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 EFFLEURAGE("    force: %s\n"
                            "    speed: 60 mm/s\n"
                            "    passes: 4\n"),
                 cases[i].force);
        assert_int_equal(parse(text), cases[i].accepted);
    }
}

#define AT_REGION(region)                                                                          \
    HEAD "  - technique: effleurage\n"                                                             \
         "    region: " region "\n"                                                                \
         "    force: 12 N\n"                                                                       \
         "    speed: 60 mm/s\n"                                                                    \
         "    passes: 4\n"

static void unknown_region_is_refused_with_the_nearest(void** state)
{
    (void)state;
    assert_refused(AT_REGION("lumbr.left"), 9, 13, "steps[0].region",
                   "no region of 'sample' is called 'lumbr.left'; did you mean 'lumbar.left'?");
    assert_refused(AT_REGION("nose"), 9, 13, "steps[0].region",
                   "no region of 'sample' is called 'nose'");
}

static void region_without_its_side_is_refused_with_both(void** state)
{
    (void)state;
    assert_refused(AT_REGION("lumbar"), 9, 13, "steps[0].region",
                   "'lumbar' has two sides; did you mean 'lumbar.left' or 'lumbar.right'?");
}

static void wrong_entry_of_a_region_list_is_refused_at_its_place(void** state)
{
    (void)state;
    assert_refused(AT_REGION("[lumbar.left, calf.rigth]"), 9, 27, "steps[0].region[1]",
                   "no region of 'sample' is called 'calf.rigth'; did you mean 'calf.right'?");
    assert_refused(AT_REGION("[]"), 9, 13, "steps[0].region",
                   "the name of a region or a list of 1 to 16 names is expected here");
    assert_refused(AT_REGION("{a: b}"), 9, 13, "steps[0].region",
                   "the name of a region or a list of 1 to 16 names is expected here");
    assert_refused(AT_REGION("[[lumbar.left]]"), 9, 14, "steps[0].region[0]",
                   "the name of a region is expected here");
}

#define TECHNIQUES                                                                                 \
    "effleurage, kneading, compression, friction_circular, friction_cross, tapping, hacking, "     \
    "cupping, vibration, deep_stroke, trigger_point, myofascial_release or lymph_drainage"

static void unknown_technique_is_refused_with_the_nearest(void** state)
{
    (void)state;
    assert_refused(HEAD "  - technique: efleurage\n"
                        "    region: lumbar.left\n",
                   8, 16, "steps[0].technique",
                   "unknown technique; allowed: " TECHNIQUES "; did you mean 'effleurage'?");
    assert_refused(HEAD "  - technique: [kneading]\n", 8, 16, "steps[0].technique",
                   "unknown technique; allowed: " TECHNIQUES);
}

#define POINTED                                                                                    \
    "  - technique: trigger_point\n"                                                               \
    "    region: trapezius.left\n"

static void steps_and_point_of_a_trigger_point_become_parameters(void** state)
{
    (void)state;
    assert_true(parse(HEAD POINTED "    steps: [15 N, 22 N]\n"
                                   "    hold: 20 s\n"
                                   "    point: {along: 0.3, across: -0.5}\n"));
    const technique_parameters_t* p = &routine.items[0].stroke.parameters;
    assert_int_equal(p->step_count, 2);
    assert_near(p->step_N[0], 15.0, 0.0);
    assert_near(p->step_N[1], 22.0, 0.0);
    assert_near(p->force_N, 22.0, 0.0); // what the check takes as the working force
    assert_near(p->hold_s, 20.0, 0.0);
    assert_near(p->point.along, 0.3, 0.0);
    assert_near(p->point.across, -0.5, 0.0);
}

static void steps_have_to_press_harder_and_harder(void** state)
{
    (void)state;
    assert_refused(HEAD POINTED "    steps: [15 N, 15 N]\n"
                                "    hold: 20 s\n"
                                "    point: {along: 0.3, across: 0}\n",
                   10, 12, "steps[0].steps", "each step has to press harder than the one before");
    assert_refused(HEAD POINTED "    steps: [5 N, 10 N, 15 N, 20 N]\n"
                                "    hold: 20 s\n"
                                "    point: {along: 0.3, across: 0}\n",
                   10, 12, "steps[0].steps", "4 entries; allowed: 1 to 3");
    assert_refused(HEAD POINTED "    steps: [15 N, 3 N]\n"
                                "    hold: 20 s\n"
                                "    point: {along: 0.3, across: 0}\n",
                   10, 19, "steps[0].steps[1]", "'3 N' is out of range; allowed: 4 N to 110 N");
}

static void point_lies_inside_the_region(void** state)
{
    (void)state;
    assert_refused(HEAD POINTED "    steps: [15 N]\n"
                                "    hold: 20 s\n"
                                "    point: {along: 1.1, across: 0}\n",
                   12, 20, "steps[0].point.along", "'1.1' is out of range; allowed: 0 to 1");
    assert_refused(
        HEAD POINTED "    steps: [15 N]\n"
                     "    hold: 20 s\n"
                     "    point: {along: 0.5}\n",
        12, 5, "steps[0].point.across",
        "is missing: -1 at the region's edge nearer to the spine, 1 at the farther one.");
}

#define TAPPING_OF(bout)                                                                           \
    HEAD "  - technique: tapping\n"                                                                \
         "    region: gluteus.left\n"                                                              \
         "    force: 8 N\n"                                                                        \
         "    rate: 2 Hz\n"                                                                        \
         "    height: 8 mm\n"                                                                      \
         "    advance: 15 mm\n"                                                                    \
         "    bout: " bout "\n"                                                                    \
         "    pause: 4 s\n"                                                                        \
         "    bouts: 2\n"

static void bout_has_room_for_three_taps(void** state)
{
    (void)state;
    assert_true(parse(TAPPING_OF("1.5 s")));
    assert_refused(TAPPING_OF("1.4 s"), 14, 11, "steps[0].bout",
                   "is too short for three taps, a light one, a full one and a light one");
}

#define VIBRATION_OF(swing)                                                                        \
    HEAD "  - technique: vibration\n"                                                              \
         "    region: gluteus.left\n"                                                              \
         "    force: 10 N\n"                                                                       \
         "    swing: " swing "\n"                                                                  \
         "    rate: 5 Hz\n"                                                                        \
         "    speed: 0 mm/s\n"                                                                     \
         "    duration: 10 s\n"

static void vibration_does_not_leave_the_skin(void** state)
{
    (void)state;
    assert_true(parse(VIBRATION_OF("6 N")));
    assert_refused(VIBRATION_OF("6.01 N"), 11, 12, "steps[0].swing",
                   "is more than 0.6 of the force: the pad would leave the skin");
}

static void lymph_is_pushed_where_the_word_says(void** state)
{
    (void)state;
    static const struct {
        const char* text;
        toward_t toward;
    } rows[] = {{"head", TOWARD_HEAD},
                {"feet", TOWARD_FEET},
                {"side", TOWARD_SIDE},
                {"spine", TOWARD_SPINE}};
    for (int i = 0; i < 4; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 HEAD "  - {technique: lymph_drainage, region: calf.left, force: 2 N, rate: 1 Hz, "
                      "radius: 5 mm, cycles: 6, places: 3, toward: %s}\n",
                 rows[i].text);
        assert_true(parse(text));
        assert_int_equal(routine.items[0].stroke.parameters.toward, rows[i].toward);
    }
}

static void step_of_no_kind_is_refused(void** state)
{
    (void)state;
    const char* message = "a step is a mapping with one of the keys technique, rest or repeat";
    assert_refused(HEAD "  - tehcnique: kneading\n", 8, 5, "steps[0]", message);
    assert_refused(HEAD "  - kneading\n", 8, 5, "steps[0]", message);
    assert_refused(HEAD "  - []\n", 8, 5, "steps[0]", message);
}

static void steps_must_be_a_list_with_something_in_it(void** state)
{
    (void)state;
    assert_refused("kind: routine\nversion: 1\nname: A\ngoal: wellness\nposition: prone\n"
                   "pad: p\nsteps: []\n",
                   7, 8, "steps", "a list of steps is expected here");
    assert_refused("kind: routine\nversion: 1\nname: A\ngoal: wellness\nposition: prone\n"
                   "pad: p\n",
                   1, 1, "steps", "is missing: What to do, in order.");
}

#define CALM "{rest: 5 s}"

static void repeats_nest_three_deep_and_no_deeper(void** state)
{
    (void)state;
    assert_true(parse(HEAD "  - {repeat: 2, steps: [{repeat: 2, steps: [{repeat: 3, steps: [" CALM
                           "]}]}]}\n"));
    assert_int_equal(routine.item_count, 12);
    assert_int_equal(routine.step_count, 1);
    assert_refused(HEAD "  - repeat: 2\n"
                        "    steps:\n"
                        "      - repeat: 2\n"
                        "        steps:\n"
                        "          - repeat: 2\n"
                        "            steps:\n"
                        "              - repeat: 2\n"
                        "                steps: [" CALM "]\n",
                   14, 17, "steps[0].steps[0].steps[0].steps[0]",
                   "repeats stand inside each other more than 3 deep");
}

static void repeat_needs_a_count_of_two_or_more(void** state)
{
    (void)state;
    assert_false(parse(HEAD "  - repeat: 1\n    steps: [" CALM "]\n"));
    assert_int_equal(findings.error_count, 1);
    assert_int_equal(findings.at[0].line, 8);
    assert_string_equal(findings.at[0].field, "steps[0].repeat");
    assert_true(parse(HEAD "  - repeat: 50\n    steps: [" CALM "]\n"));
    assert_false(parse(HEAD "  - repeat: 51\n    steps: [" CALM "]\n"));
    assert_refused(HEAD "  - repeat: 2\n", 8, 5, "steps[0].steps", "is missing: What to repeat.");
}

static void routine_of_1024_items_fits_and_one_more_is_refused_once(void** state)
{
    (void)state;
    // 32 x 32 rests.
    char text[2048] = HEAD "  - {repeat: 32, steps: [{repeat: 32, steps: [" CALM "]}]}\n";
    assert_true(parse(text));
    assert_int_equal(routine.item_count, ROUTINE_ITEM_CAPACITY);
    strcat(text, "  - " CALM "\n");
    assert_refused(
        text, 9, 5, "steps[1]",
        "more than 1024 strokes and rests, repeats played out; make the routine shorter");
}

static void steps_as_written_are_at_most_256(void** state)
{
    (void)state;
    char text[8192] = HEAD;
    for (int i = 0; i < ROUTINE_STEP_CAPACITY; i++) {
        strcat(text, "  - " CALM "\n");
    }
    assert_true(parse(text));
    strcat(text, "  - " CALM "\n");
    assert_refused(text, 264, 5, "steps[256]",
                   "more than 256 steps, repeats played out; make the routine shorter");
}

static void all_mistakes_are_found_in_one_pass(void** state)
{
    (void)state;
    assert_false(parse("kind: routine\n"
                       "version: 1\n"
                       "name: Test\n"
                       "goal: welness\n"   // 4
                       "position: prone\n" // pad is missing
                       "steps:\n"
                       "  - technique: kneading\n"
                       "    region: nose\n"   // 8
                       "    force: 12\n"      // 9
                       "    rate: 0.8 Hz\n"   // radius is missing
                       "    speed: 20 mm/s\n" // 11
                       "    duration: 10 s\n"
                       "  - rest: 0.5 s\n" // 13
                       "  - dance: 3\n"));
    assert_int_equal(findings.error_count, 8);
    const int lines[] = {1, 4, 7, 8, 9, 11, 13, 14};
    for (size_t i = 0; i < 8; i++) {
        bool met = false;
        for (int k = 0; k < findings.count; k++) {
            met = met || findings.at[k].line == lines[i];
        }
        assert_true(met);
    }
}

static void refused_file_leaves_the_routine_untouched(void** state)
{
    (void)state;
    assert_true(parse(valid));
    static routine_t before;
    before = routine;
    assert_false(parse(AT_REGION("nose")));
    assert_memory_equal(&before, &routine, sizeof routine);
}

static void wrong_kind_or_version_is_refused(void** state)
{
    (void)state;
    assert_false(parse("kind: client\nversion: 1\nname: A\ngoal: wellness\nposition: prone\n"
                       "pad: p\nsteps: [" CALM "]\n"));
    assert_int_equal(findings.at[0].line, 1);
    assert_false(parse("kind: routine\nversion: 2\nname: A\ngoal: wellness\nposition: prone\n"
                       "pad: p\nsteps: [" CALM "]\n"));
    assert_int_equal(findings.at[0].line, 2);
    assert_false(parse("[1, 2]\n"));
    assert_false(parse(""));
    assert_false(parse("steps: [a, b\n"));
}

static void missing_file_is_a_finding(void** state)
{
    (void)state;
    memset(&findings, 0, sizeof findings);
    assert_false(routine_load("no/such/file.yaml", &body, &routine, &findings));
    assert_int_equal(findings.error_count, 1);
    client_settings_t client;
    memset(&findings, 0, sizeof findings);
    assert_false(client_load("no/such/file.yaml", &client, &findings));
    assert_int_equal(findings.error_count, 1);
}

/// Writes a client's file, reads it, removes it.
static bool read_client(const char* text, client_settings_t* client)
{
    char path[] = "/tmp/knead-client-XXXXXX";
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    FILE* file = fdopen(descriptor, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    memset(&findings, 0, sizeof findings);
    const bool ok = client_load(path, client, &findings);
    remove(path);
    return ok;
}

static void client_is_read_with_its_units(void** state)
{
    (void)state;
    client_settings_t client;
    assert_true(read_client("kind: client\nversion: 1\nname: Average man\nsex: male\n"
                            "height: 1756 mm\nweight: 85.5 kg\n",
                            &client));
    assert_string_equal(client.name, "Average man");
    assert_int_equal(client.sex, SEX_MALE);
    assert_near(client.stature_m, 1.756, 0.0);
    assert_near(client.mass_kg, 85.5, 0.0);
    assert_true(read_client("kind: client\nversion: 1\nname: A\nsex: female\n"
                            "height: 1.6 m\nweight: 60 kg\n",
                            &client));
    assert_int_equal(client.sex, SEX_FEMALE);
}

static void wrong_client_is_refused_and_leaves_the_old_one(void** state)
{
    (void)state;
    client_settings_t client = sample_average_man();
    assert_false(read_client("kind: client\nversion: 1\nname: A\nsex: femal\n"
                             "height: 1.19 m\nweight: 60\nage: 40\n",
                             &client));
    assert_int_equal(findings.error_count, 4);
    assert_near(client.stature_m, 1.756, 0.0);
    assert_false(
        read_client("kind: client\nversion: 1\nname: A\nsex: female\nheight: 1.6 m\n", &client));
    assert_int_equal(findings.error_count, 1);
    assert_string_equal(findings.at[0].field, "weight");
}

/// Counts a word in the schema of a kind; -1 if there is no such schema.
static int count_in_schema(const char* kind, const char* word)
{
    char* text = NULL;
    size_t size = 0;
    FILE* stream = open_memstream(&text, &size);
    assert_non_null(stream);
    const bool known = routine_print_schema(kind, stream);
    fclose(stream);
    int count = known ? 0 : -1;
    for (const char* at = strstr(text, word); known && at != NULL; at = strstr(at + 1, word)) {
        count++;
    }
    free(text);
    return count;
}

static void schema_knows_every_technique_at_every_depth(void** state)
{
    (void)state;
    static const char* const words[] = {
#define X(id, text, limits, meaning) "{\"const\": \"" text "\"}",
        TECHNIQUE_LIST(X)
#undef X
    };
    for (int i = 0; i < TECHNIQUE_COUNT; i++) {
        assert_int_equal(count_in_schema("routine", words[i]), 4);
    }
    assert_int_equal(count_in_schema("routine", "\"repeat\": {"), 3);
    // Three techniques are given a point, one is given rising steps of 1 to 3 forces.
    assert_int_equal(count_in_schema("routine", "\"point\": {"), 4 * 3);
    assert_int_equal(count_in_schema("routine", "\"minItems\": 1, \"maxItems\": 3, "), 4);
    assert_true(count_in_schema("client", "\"height\"") > 0);
    assert_int_equal(count_in_schema("machine", "a"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_routine_becomes_its_strokes),
        cmocka_unit_test(repeat_plays_its_steps_again_but_counts_them_once),
        cmocka_unit_test(form_is_checked_without_a_body),
        cmocka_unit_test(parameter_of_another_technique_is_refused_with_its_name),
        cmocka_unit_test(unknown_key_is_refused_with_the_nearest),
        cmocka_unit_test(missing_parameter_is_named),
        cmocka_unit_test(bare_number_where_a_unit_belongs_is_refused),
        cmocka_unit_test(values_are_taken_up_to_their_limits_and_no_further),
        cmocka_unit_test(unknown_region_is_refused_with_the_nearest),
        cmocka_unit_test(region_without_its_side_is_refused_with_both),
        cmocka_unit_test(wrong_entry_of_a_region_list_is_refused_at_its_place),
        cmocka_unit_test(unknown_technique_is_refused_with_the_nearest),
        cmocka_unit_test(steps_and_point_of_a_trigger_point_become_parameters),
        cmocka_unit_test(steps_have_to_press_harder_and_harder),
        cmocka_unit_test(point_lies_inside_the_region),
        cmocka_unit_test(bout_has_room_for_three_taps),
        cmocka_unit_test(vibration_does_not_leave_the_skin),
        cmocka_unit_test(lymph_is_pushed_where_the_word_says),
        cmocka_unit_test(step_of_no_kind_is_refused),
        cmocka_unit_test(steps_must_be_a_list_with_something_in_it),
        cmocka_unit_test(repeats_nest_three_deep_and_no_deeper),
        cmocka_unit_test(repeat_needs_a_count_of_two_or_more),
        cmocka_unit_test(routine_of_1024_items_fits_and_one_more_is_refused_once),
        cmocka_unit_test(steps_as_written_are_at_most_256),
        cmocka_unit_test(all_mistakes_are_found_in_one_pass),
        cmocka_unit_test(refused_file_leaves_the_routine_untouched),
        cmocka_unit_test(wrong_kind_or_version_is_refused),
        cmocka_unit_test(missing_file_is_a_finding),
        cmocka_unit_test(client_is_read_with_its_units),
        cmocka_unit_test(wrong_client_is_refused_and_leaves_the_old_one),
        cmocka_unit_test(schema_knows_every_technique_at_every_depth),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
