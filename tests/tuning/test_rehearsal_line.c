/// Figures through a line and back: the same bits, and nothing else is taken for a line.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "controller/tuning/rehearsal_line.h"
#include "sim/random.h"

static double drawn(random_stream_t* stream)
{
    const uint64_t kind = random_next(stream) % 8;
    return kind == 0   ? (double)NAN
           : kind == 1 ? 0.0
                       : random_gaussian(stream) * pow(10.0, random_between(stream, -9.0, 9.0));
}

static rehearsal_figures_t drawn_figures(random_stream_t* stream)
{
    rehearsal_figures_t figures = {
        .ending = (rehearsal_ending_t)(random_next(stream) % REHEARSAL_ENDING_COUNT),
        .simulated_s = drawn(stream),
        .force_rms_N = drawn(stream),
        .path_rms_m = drawn(stream),
        .swing_N = drawn(stream),
        .following_rms_part = drawn(stream),
    };
    (void)snprintf(figures.rule, sizeof figures.rule, "%s",
                   random_next(stream) % 2 == 0 ? "force_margin" : "");
    for (int i = 0; i < TECHNIQUE_COUNT; ++i) {
        figures.techniques[i].contact_s = drawn(stream);
        figures.techniques[i].path_rms_m = drawn(stream);
    }
    return figures;
}

static void a_line_brings_the_same_bits_back(void** state)
{
    (void)state;
    const uint64_t seed = 4711;
    print_message("seed %llu\n", (unsigned long long)seed);
    random_stream_t stream = random_stream(seed, 1);
    for (int i = 0; i < 300; ++i) {
        const rehearsal_figures_t figures = drawn_figures(&stream);
        char line[REHEARSAL_LINE_CAPACITY], again[REHEARSAL_LINE_CAPACITY];
        rehearsal_figures_t back;
        assert_true(rehearsal_write(&figures, line, sizeof line));
        assert_null(strchr(line, '\n'));
        assert_true(rehearsal_read(line, &back));
        assert_true(rehearsal_write(&back, again, sizeof again));
        assert_string_equal(line, again);
        assert_int_equal(back.ending, figures.ending);
        assert_string_equal(back.rule, figures.rule);
        assert_true(back.swing_N == figures.swing_N ||
                    (isnan(back.swing_N) && isnan(figures.swing_N)));
    }
}

static void a_line_that_was_cut_or_added_to_is_refused(void** state)
{
    (void)state;
    random_stream_t stream = random_stream(1, 1);
    const rehearsal_figures_t figures = drawn_figures(&stream);
    char line[REHEARSAL_LINE_CAPACITY];
    rehearsal_figures_t back;
    assert_true(rehearsal_write(&figures, line, sizeof line));
    const size_t length = strlen(line);
    for (size_t cut = 0; cut < length; ++cut) {
        char part[REHEARSAL_LINE_CAPACITY];
        memcpy(part, line, cut);
        part[cut] = '\0';
        // The last number may lose digits and still be one: then it is another line's.
        assert_true(!rehearsal_read(part, &back) || strrchr(line, ' ') < line + cut);
    }
    memcpy(line + length, " 0x1p+0", sizeof " 0x1p+0");
    assert_false(rehearsal_read(line, &back));
    assert_false(rehearsal_read("", &back));
    assert_false(rehearsal_read("9 - 1", &back));
    assert_false(rehearsal_write(&figures, line, 40));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_brings_the_same_bits_back),
        cmocka_unit_test(a_line_that_was_cut_or_added_to_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
