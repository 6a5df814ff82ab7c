// The report is one well-formed page that needs nothing else, says what the figures say, escapes
// what people wrote, and draws every extreme of the data where it belongs.
#include "tests/support/cmocka_prelude.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "controller/report/report.h"
#include "tests/support/record_sample.h"

typedef struct {
    char directory[64];
    char run[96];
    sample_session_t* sample;
    recording_t* recording;
    double peak_N, lowest_N; // of all samples, as kept
    int64_t louder_cycle;    // from which the intensity is 8, -1 for never
} fixture_t;

static int setup(void** state)
{
    static fixture_t fixture;
    memset(&fixture, 0, sizeof fixture);
    fixture.louder_cycle = -1;
    sample_directory(fixture.directory, sizeof fixture.directory);
    snprintf(fixture.run, sizeof fixture.run, "%s/run", fixture.directory);
    fixture.sample = sample_session(0.3);
    snprintf(fixture.sample->client.name, NAME_CAPACITY, "<b>\"Ann\" & Co</b>");
    fixture.sample->body.client = fixture.sample->client;
    fixture.recording = calloc(1, sizeof *fixture.recording);
    *state = &fixture;
    return 0;
}

static int teardown(void** state)
{
    fixture_t* fixture = *state;
    free(fixture->recording);
    free(fixture->sample);
    sample_remove(fixture->directory);
    return 0;
}

/// Records a run in which one sample, `spike_cycle`, is as high as `spike_N`.
static void record_run(fixture_t* fixture, int64_t spike_cycle, double spike_N)
{
    const inputs_t inputs = {0};
    const recording_settings_t settings = {.session = &fixture->sample->session,
                                           .inputs = &inputs,
                                           .directory = fixture->run,
                                           .seed = 5};
    assert_int_equal(recording_begin(fixture->recording, &settings), RUN_DIRECTORY_OK);
    sample_run_t run;
    sample_run_begin(&run, fixture->sample, 5);
    cycle_input_t in;
    cycle_output_t out;
    bool more = true;
    fixture->peak_N = -HUGE_VAL;
    fixture->lowest_N = HUGE_VAL;
    while (more) {
        more = sample_run_step(&run, &in, &out);
        const bool louder = fixture->louder_cycle >= 0 && in.cycle >= fixture->louder_cycle;
        out.live.intensity_level = louder ? 8 : 5;
        if (in.cycle == spike_cycle) {
            out.estimate.normal_force_N = spike_N;
        }
        fixture->peak_N = fmax(fixture->peak_N, (double)(float)out.estimate.normal_force_N);
        fixture->lowest_N = fmin(fixture->lowest_N, (double)(float)out.estimate.normal_force_N);
        recording_append(fixture->recording, &in, &out);
    }
    const run_outcome_t outcome = {.planned_s = 46.0, .wall_s = 0.5};
    assert_true(recording_finish(fixture->recording, &outcome));
}

/// Takes out what is inside the page's scripts: data and the program's own code, which are not
/// markup. None of it may end its element or open a comment before that.
static void empty_scripts(char* page)
{
    char* at = page;
    while ((at = strstr(at, "<script")) != NULL) {
        at = strchr(at, '>') + 1;
        char* end = strstr(at, "</script>");
        assert_non_null(end);
        *end = '\0';
        assert_null(strstr(at, "<!--"));
        assert_null(strstr(at, "<script"));
        *end = '<';
        memmove(at, end, strlen(end) + 1);
    }
}

/// The page as a browser without scripts has it.
static char* report_page(fixture_t* fixture, size_t* size)
{
    char path[160];
    assert_int_equal(report_write(fixture->run, &fixture->recording->summary), REPORT_OK);
    snprintf(path, sizeof path, "%s/report.html", fixture->run);
    char* page = sample_read_file(path, size);
    empty_scripts(page);
    return page;
}

#define TAG_DEPTH 64
#define TAG_NAME 32

/// Every element is closed in its order, every attribute is quoted, every ampersand begins an
/// entity.
static void assert_well_formed(const char* page)
{
    char open[TAG_DEPTH][TAG_NAME];
    int depth = 0, elements = 0;
    const char* at = page;
    while (*at) {
        if (*at == '&') {
            const size_t length = strspn(at + 1, "#abcdefghijklmnopqrstuvwxyz0123456789");
            assert_true(length >= 2 && at[1 + length] == ';');
        }
        if (*at != '<') {
            assert_true(*at != '>' || depth > 0); // styles may hold one
            at++;
            continue;
        }
        if (at[1] == '!') {
            at = strchr(at, '>') + 1;
            continue;
        }
        const bool closing = at[1] == '/';
        at += closing ? 2 : 1;
        char name[TAG_NAME] = {0};
        const size_t length = strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789");
        assert_true(length > 0 && length < sizeof name);
        memcpy(name, at, length);
        bool quoted = false, empty = false;
        for (at += length; quoted || *at != '>'; at++) {
            assert_true(*at != '\0' && *at != '<');
            quoted = quoted != (*at == '"');
            assert_true(*at != '=' || quoted || at[1] == '"');
            empty = !quoted && *at == '/';
        }
        at++;
        if (closing) {
            assert_true(depth > 0);
            assert_string_equal(open[--depth], name);
        } else if (!empty) {
            assert_true(depth < TAG_DEPTH);
            memcpy(open[depth++], name, sizeof name);
        }
        elements++;
    }
    assert_int_equal(depth, 0);
    assert_true(elements > 100);
}

static void the_page_is_well_formed_alone_and_small(void** state)
{
    fixture_t* fixture = *state;
    record_run(fixture, -1, 0.0);
    size_t size = 0;
    char* page = report_page(fixture, &size);
    assert_well_formed(page);
    assert_true(size < 3000000);
    assert_null(strstr(page, "://"));
    assert_non_null(strstr(page, "default-src &#39;none&#39;"));
    assert_null(strstr(page, "src="));
    assert_null(strstr(page, "@import"));
    assert_null(strstr(page, "url("));
    assert_null(strstr(page, "nan"));
    assert_null(strstr(page, "inf\""));
    assert_non_null(strstr(page, "<html lang=\"en\">"));
    assert_non_null(strstr(page, "scope=\"col\""));
    assert_non_null(strstr(page, "scope=\"row\""));
    assert_non_null(strstr(page, "prefers-color-scheme:dark"));
    free(page);
}

static void what_people_wrote_is_escaped(void** state)
{
    fixture_t* fixture = *state;
    record_run(fixture, -1, 0.0);
    char* page = report_page(fixture, NULL);
    assert_null(strstr(page, "<b>\"Ann\""));
    assert_non_null(strstr(page, "&lt;b&gt;&quot;Ann&quot; &amp; Co&lt;/b&gt;"));
    assert_non_null(strstr(page, "Relaxing back &amp; legs"));
    free(page);
}

/// A number in an attribute of the force chart.
static double attribute(const char* page, const char* name)
{
    char needle[64];
    snprintf(needle, sizeof needle, " %s=\"", name);
    const char* at = strstr(page, needle);
    assert_non_null(at);
    return strtod(at + strlen(needle), NULL);
}

static void the_extremes_that_are_drawn_are_those_of_the_data(void** state)
{
    fixture_t* fixture = *state;
    record_run(fixture, 3210, 31.25); // a single sample, between two pixels
    assert_near(fixture->peak_N, 31.25, 0.0);
    char* page = report_page(fixture, NULL);
    const double top = attribute(page, "data-top"), bottom = attribute(page, "data-bottom");
    const double top_N = attribute(page, "data-top-n"), bottom_N = attribute(page, "data-bottom-n");
    const double left = attribute(page, "data-left"), right = attribute(page, "data-right");
    const double from_s = attribute(page, "data-from-s"), to_s = attribute(page, "data-to-s");
    assert_true(top_N >= fixture->peak_N && bottom_N <= 0.0);
    const char* path = strstr(page, "<path class=\"force\" d=\"");
    assert_non_null(path);
    path += strlen("<path class=\"force\" d=\"");
    double highest_N = -HUGE_VAL, lowest_N = HUGE_VAL, highest_s = 0.0;
    int points = 0;
    while (*path != '"') {
        if (*path == 'M' || *path == 'L') {
            char* end = NULL;
            const double x = strtod(path + 1, &end);
            const double y = strtod(end, &end);
            const double force_N = bottom_N + (bottom - y) / (bottom - top) * (top_N - bottom_N);
            if (force_N > highest_N) {
                highest_N = force_N;
                highest_s = from_s + (x - left) / (right - left) * (to_s - from_s);
            }
            lowest_N = fmin(lowest_N, force_N);
            points++;
            path = end;
        } else {
            path++;
        }
    }
    assert_true(points > 1000);
    const double pixel_N = 0.011 * (top_N - bottom_N) / (bottom - top);
    assert_near(highest_N, fixture->peak_N, pixel_N);
    assert_near(lowest_N, fixture->lowest_N, pixel_N);
    assert_near(highest_s, 3210 * 0.004, (to_s - from_s) / 1000.0);
    free(page);
}

static void tables_say_what_the_figures_say(void** state)
{
    fixture_t* fixture = *state;
    record_run(fixture, -1, 0.0);
    const summary_t* summary = &fixture->recording->summary;
    char* page = report_page(fixture, NULL);
    const force_figures_t figures = summary_technique(summary, TECHNIQUE_KNEADING);
    char expected[256];
    snprintf(expected, sizeof expected,
             "<th scope=\"row\">kneading</th><td class=\"n\">2</td>"
             "<td class=\"n\">%.1f</td>",
             force_figures_seconds(&figures, 0.004));
    assert_non_null(strstr(page, expected));
    snprintf(expected, sizeof expected, "<td class=\"n\">%.2f</td>",
             force_figures_error_rms_N(&figures));
    assert_non_null(strstr(page, expected));
    char digest[DIGEST_TEXT_CAPACITY];
    const digest_t decisions = summary_decisions(summary);
    digest_text(&decisions, digest);
    assert_non_null(strstr(page, digest));
    assert_non_null(strstr(page, "The routine was played to its end and the arm is parked."));
    assert_non_null(strstr(page, "the file is as it was written"));
    free(page);
}

static void a_torn_file_and_changed_events_are_said(void** state)
{
    fixture_t* fixture = *state;
    record_run(fixture, -1, 0.0);
    char path[160];
    snprintf(path, sizeof path, "%s/" RUN_CYCLES, fixture->run);
    size_t size = 0;
    free(sample_read_file(path, &size));
    assert_int_equal(truncate(path, (off_t)(size / 2)), 0);
    snprintf(path, sizeof path, "%s/" RUN_EVENTS, fixture->run);
    char* events = sample_read_file(path, &size);
    char* locked = strstr(events, "locked");
    locked[1] = '<';
    locked[2] = '&';
    FILE* file = fopen(path, "wb");
    fwrite(events, 1, size, file);
    fclose(file);
    free(events);
    char* page = report_page(fixture, NULL);
    assert_well_formed(page);
    assert_non_null(strstr(page, "the file breaks off"));
    assert_non_null(strstr(page, "the file was changed"));
    free(page);
}

static void a_change_of_intensity_stands_on_the_time_line(void** state)
{
    fixture_t* fixture = *state;
    fixture->louder_cycle = 3000;
    record_run(fixture, -1, 0.0);
    char* page = report_page(fixture, NULL);
    assert_well_formed(page);
    const char* mark = strstr(page, "<g class=\"level\">");
    assert_non_null(mark);
    assert_non_null(strstr(mark, "intensity 8 from 12.0 s, was 5"));
    assert_null(strstr(mark + 1, "<g class=\"level\">"));
    free(page);
}

static void a_run_without_cycles_still_makes_a_page(void** state)
{
    fixture_t* fixture = *state;
    const inputs_t inputs = {0};
    const recording_settings_t settings = {
        .session = &fixture->sample->session, .inputs = &inputs, .directory = fixture->run};
    assert_int_equal(recording_begin(fixture->recording, &settings), RUN_DIRECTORY_OK);
    const run_outcome_t outcome = {.failure = "no device answered", .wall_s = 0.1};
    assert_true(recording_finish(fixture->recording, &outcome));
    char* page = report_page(fixture, NULL);
    assert_well_formed(page);
    assert_non_null(strstr(page, "It could not be carried out: no device answered."));
    assert_null(strstr(page, "nan"));
    free(page);
    assert_int_equal(report_write("/nowhere", &fixture->recording->summary), REPORT_NO_CYCLES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        CLAIM(the_page_is_well_formed_alone_and_small),
        CLAIM(what_people_wrote_is_escaped),
        CLAIM(the_extremes_that_are_drawn_are_those_of_the_data),
        CLAIM(tables_say_what_the_figures_say),
        CLAIM(a_torn_file_and_changed_events_are_said),
        CLAIM(a_change_of_intensity_stands_on_the_time_line),
        CLAIM(a_run_without_cycles_still_makes_a_page),
#undef CLAIM
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
