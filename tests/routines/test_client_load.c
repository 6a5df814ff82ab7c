/// A client's file is read whole or refused: every optional part comes out in SI with its place in
/// the file, days are the calendar's, and what is left out is zero.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "routines/client_load.h"

#define HEAD                                                                                       \
    "kind: client\nversion: 1\nname: A\nsex: female\nheight: 1.6 m\nweight: 60 kg\n" // 6 lines

static findings_t findings;

static bool read_text(const char* text, client_settings_t* client)
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

static void four_figures_are_enough_and_the_rest_is_zero(void** state)
{
    (void)state;
    static client_settings_t client;
    memset(&client, 0x5A, sizeof client);
    assert_true(read_text(HEAD, &client));
    assert_int_equal(findings.count, 0);
    assert_false(client.screened);
    assert_int_equal(client.answer_count + client.place_count + client.cap_count, 0);
    assert_int_equal(client.landmark_count, 0);
    assert_near(client.force_max_N, 0.0, 0.0);
    assert_near(client.pressure_max_Pa, 0.0, 0.0);
    assert_int_equal(client.intensity_over_written, 0);
    assert_string_equal(client.scan, "");
    assert_int_equal(client.lie, LIE_CONFIRMED);
}

static void every_part_comes_out_with_its_place(void** state)
{
    (void)state;
    static client_settings_t client;
    assert_true(read_text(
        HEAD
        "screening:\n"
        "  date: \"2026-11-22\"\n"
        "  answers:\n"
        "    fever: no\n"
        "    over_65: yes\n"
        "    bruise:\n"
        "      answer: yes\n"
        "      places:\n"
        "        - {region: calf.left, along: 0.25, across: -0.5, radius: 20 mm}\n"
        "    anticoagulants: {answer: cleared, by: \"A. B, C, physician\", date: \"1970-01-02\","
        " note: light}\n"
        "caps:\n"
        "  force_max: 30 N\n"
        "  regions:\n"
        "    - {region: gluteus.left, pressure_max: 40 kPa}\n"
        "avoid:\n"
        "  - {x: 1 m, y: -80 mm, radius: 5 cm, reason: tender}\n"
        "  - {region: calf.right, reason: ticklish}\n"
        "intensity: 3\n"
        "notes: Likes it slow.\n",
        &client));
    assert_int_equal(findings.count, 0);
    assert_true(client.screened);
    assert_int_equal(client.screening_line, 7);
    assert_int_equal(client.answer_count, 4);
    assert_int_equal(client.answers[1].answer, ANSWER_YES);
    assert_int_equal(client.answers[1].line, 11);
    assert_int_equal(client.answers[3].answer, ANSWER_CLEARED);
    assert_string_equal(client.answers[3].cleared_by, "A. B, C");
    assert_string_equal(client.answers[3].profession, "physician");
    assert_int_equal(client.answers[3].cleared_day, 1);
    assert_string_equal(client.answers[3].note, "light");
    assert_int_equal(client.place_count, 3);
    assert_int_equal(client.places[0].kind, PLACE_IN_REGION);
    assert_int_equal(client.places[0].answer, 2);
    assert_near(client.places[0].along_part, 0.25, 0.0);
    assert_near(client.places[0].across_part, -0.5, 0.0);
    assert_near(client.places[0].radius_m, 0.020, 0.0);
    assert_int_equal(client.places[0].line, 15);
    assert_int_equal(client.places[1].kind, PLACE_ON_TABLE);
    assert_int_equal(client.places[1].answer, -1);
    assert_near(client.places[1].y_m, -0.080, 1e-15);
    assert_string_equal(client.places[1].reason, "tender");
    assert_int_equal(client.places[2].kind, PLACE_REGION);
    assert_near(client.force_max_N, 30.0, 0.0);
    assert_near(client.pressure_max_Pa, 0.0, 0.0);
    assert_int_equal(client.cap_count, 1);
    assert_near(client.caps[0].pressure_max_Pa, 40e3, 0.0);
    assert_near(client.caps[0].force_max_N, 0.0, 0.0);
    assert_int_equal(client.intensity_over_written, -2);
}

static void landmarks_and_scan_come_out_in_the_tables_frame(void** state)
{
    (void)state;
    static client_settings_t client;
    assert_true(read_text(HEAD "landmark_error: 3 mm\n"
                               "landmarks:\n"
                               "  - {at: c7, x: 1.62 m, y: 3 mm, z: 215 mm}\n"
                               "  - {at: iliac_crest.left, x: 1.18 m, y: 140 mm, z: 180 mm}\n"
                               "scan: back.ply\n",
                          &client));
    assert_int_equal(client.landmark_count, 2);
    assert_int_equal(client.landmarks[1].id, LANDMARK_ILIAC_CREST_LEFT);
    assert_near(client.landmarks[0].touched_m[0], 1.62, 1e-15);
    assert_near(client.landmarks[0].touched_m[2], 0.215, 1e-15);
    assert_near(client.landmark_error_m, 0.003, 1e-15);
    assert_string_equal(client.scan, "/tmp/back.ply");
    assert_true(read_text(HEAD "scan: /data/back.ply\n", &client));
    assert_string_equal(client.scan, "/data/back.ply");
}

static void all_mistakes_are_found_in_one_pass_and_nothing_is_taken(void** state)
{
    (void)state;
    static client_settings_t client, before;
    assert_true(read_text(HEAD, &client));
    before = client;
    assert_false(read_text(HEAD "screening:\n"
                                "  date: today\n"
                                "  answers:\n"
                                "    fever: perhaps\n"
                                "    bruise: {answer: no, by: \"A, physician\"}\n"
                                "avoid:\n"
                                "  - {region: calf.left, radius: 20 mm, reason: sore}\n"
                                "landmark_error: 3 mm\n",
                           &client));
    assert_int_equal(findings.error_count, 5);
    assert_memory_equal(&client, &before, sizeof client);
}

/// The C library's own calendar is the witness.
static void days_are_those_of_the_calendar(void** state)
{
    (void)state;
    for (int day = 0; day < 2932897; day += day < 60000 ? 1 : 97) {
        const time_t seconds = (time_t)day * 86400;
        struct tm parts;
        assert_non_null(gmtime_r(&seconds, &parts));
        char wanted[NAME_CAPACITY], text[NAME_CAPACITY];
        strftime(wanted, sizeof wanted, "%Y-%m-%d", &parts);
        client_day_text(day, text);
        assert_string_equal(text, wanted);
        int back = -1;
        assert_true(client_day_parse(text, &back));
        assert_int_equal(back, day);
    }
    static const char* const wrong[] = {"",           "2026-11-2",   "2026-02-29", "1900-02-29",
                                        "2100-02-29", "2026-13-01",  "2026-00-10", "2026-11-31",
                                        "2026-11-00", "2026/11/22",  "26-11-22",   "1969-12-31",
                                        "2026-1a-22", "2026-11-22 ", "-026-11-22"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int day = 7;
        assert_false(client_day_parse(wrong[i], &day));
        assert_int_equal(day, 7);
    }
    int leap = 0;
    assert_true(client_day_parse("2000-02-29", &leap));
}

static void the_schema_names_every_part(void** state)
{
    (void)state;
    char* text = NULL;
    size_t size = 0;
    FILE* stream = open_memstream(&text, &size);
    assert_non_null(stream);
    client_print_schema(stream);
    fclose(stream);
    static const char* const keys[] = {"landmarks", "scan",      "screening", "answers", "caps",
                                       "avoid",     "intensity", "notes",     "lie"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        char quoted[NAME_CAPACITY];
        snprintf(quoted, sizeof quoted, "\"%s\":", keys[i]);
        assert_non_null(strstr(text, quoted));
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_figures_are_enough_and_the_rest_is_zero),
        cmocka_unit_test(every_part_comes_out_with_its_place),
        cmocka_unit_test(landmarks_and_scan_come_out_in_the_tables_frame),
        cmocka_unit_test(all_mistakes_are_found_in_one_pass_and_nothing_is_taken),
        cmocka_unit_test(days_are_those_of_the_calendar),
        cmocka_unit_test(the_schema_names_every_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
