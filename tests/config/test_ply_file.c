/// The PLY reader: the same points in all three formats, every broken file of tests/data/ply with
/// the finding that expected.txt has for it, binary files cut at every byte, and files broken at
/// random.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>

#include "config/ply_file.h"

#define FOLDER "tests/data/ply"
#define SEED 77123u
#define MUTATION_COUNT 40000
#define SMALL_CAPACITY 4096
#define LINE_CAPACITY 600

static findings_t findings;
static ply_points_t points;
static char bytes[SMALL_CAPACITY];
static size_t byte_count;
static uint64_t stream = SEED;

static int forget(void** state)
{
    (void)state;
    memset(&findings, 0, sizeof findings);
    ply_points_free(&points);
    byte_count = 0;
    return 0;
}

static int release(void** state)
{
    (void)state;
    ply_points_free(&points);
    return 0;
}

static bool parse(void)
{
    return ply_file_parse("test", bytes, byte_count, &points, &findings);
}

static void put_text(const char* text)
{
    memcpy(bytes + byte_count, text, strlen(text));
    byte_count += strlen(text);
}

static void put_bits(uint64_t bits, size_t size, bool big)
{
    for (size_t i = 0; i < size; i++) {
        const size_t shift = big ? size - 1 - i : i;
        bytes[byte_count++] = (char)(bits >> (8 * shift) & 0xFFu);
    }
}

static void put_float(float number, bool big)
{
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    put_bits(bits, sizeof bits, big);
}

static void put_double(double number, bool big)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    put_bits(bits, sizeof bits, big);
}

static const double corners[3][3] = {{0.5, -0.25, 0.125}, {-1.0, 2.0, 3.0}, {1e-3, 7.5, -0.0}};

/// Three vertices with a colour and a list before z, faces behind, an element of no use before.
static void put_binary(bool big)
{
    byte_count = 0;
    put_text("ply\nformat ");
    put_text(big ? "binary_big_endian" : "binary_little_endian");
    put_text(" 1.0\ncomment made for a test\nobj_info nothing\nelement camera 1\n"
             "property short gain\nelement vertex 3\nproperty float x\nproperty uchar red\n"
             "property double y\nproperty list uchar int tags\nproperty float32 z\n"
             "element face 1\nproperty list uchar int vertex_indices\nend_header\n");
    put_bits(7, 2, big);
    for (int i = 0; i < 3; i++) {
        put_float((float)corners[i][0], big);
        put_bits(200, 1, big);
        put_double(corners[i][1], big);
        put_bits((uint64_t)i, 1, big);
        for (int k = 0; k < i; k++)
            put_bits(99, 4, big);
        put_float((float)corners[i][2], big);
    }
    put_bits(3, 1, big);
    for (uint64_t i = 0; i < 3; i++)
        put_bits(i, 4, big);
}

static void put_ascii(void)
{
    byte_count = 0;
    put_text("ply\r\nformat ascii 1.0\r\nelement vertex 3\r\nproperty double x\r\n"
             "property float64 y\r\nproperty float z\r\nproperty uint8 red\r\nelement face 1\r\n"
             "property list uchar uint vertex_indices\r\nend_header\r\n"
             "0.5 -.25 1.25e-1 0\r\n-1 2 3. 255\r\n  1E-3\t7.5 -0 17 \r\n3 0 1 2");
}

static void assert_corners(void)
{
    assert_int_equal(findings.count, 0);
    assert_int_equal(points.count, 3);
    for (int i = 0; i < 3; i++)
        for (int axis = 0; axis < 3; axis++)
            assert_near((double)points.at[i][axis], (double)(float)corners[i][axis], 0.0);
}

static void all_formats_give_the_same_points(void** state)
{
    (void)state;
    for (int format = 0; format < 3; format++) {
        forget(NULL);
        if (format == 0)
            put_ascii();
        else
            put_binary(format == 2);
        assert_true(parse());
        assert_corners();
    }
}

static void integers_keep_their_sign_and_do_not_become_coordinates(void** state)
{
    (void)state;
    put_text(
        "ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\n"
        "property float z\nproperty char a\nproperty ushort b\nend_header\n1 2 3 -128 65535\n");
    assert_true(parse());
    forget(NULL);
    put_text(
        "ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\n"
        "property float z\nproperty char a\nproperty ushort b\nend_header\n1 2 3 -129 65535\n");
    assert_false(parse());
    assert_string_equal(findings.at[0].message, "a number does not fit its property's type");
    assert_int_equal(findings.at[0].line, 10);
    assert_int_equal(findings.at[0].column, 7);
}

static void a_binary_file_cut_anywhere_is_refused_and_says_where(void** state)
{
    (void)state;
    for (int big = 0; big < 2; big++) {
        put_binary(big == 1);
        const size_t whole = byte_count;
        for (size_t cut = 0; cut < whole; cut++) {
            memset(&findings, 0, sizeof findings);
            assert_false(ply_file_parse("test", bytes, cut, &points, &findings));
            assert_int_equal(findings.count, 1);
            assert_null(points.at);
        }
    }
}

static void what_follows_the_last_element_is_refused(void** state)
{
    (void)state;
    put_binary(true);
    const size_t whole = byte_count;
    put_text("!");
    assert_false(parse());
    char message[64];
    snprintf(message, sizeof message, "byte %zu: 1 bytes after the last element", whole);
    assert_string_equal(findings.at[0].message, message);
    forget(NULL);
    put_ascii();
    put_text("\n \r\n\t");
    assert_true(parse());
    forget(NULL);
    put_ascii();
    put_text("\nmore");
    assert_false(parse());
}

static void numbers_that_are_none_are_refused(void** state)
{
    (void)state;
    static const char* const bad[] = {"nan",   "inf", "-inf", "0x10", "1e999", "1,5",
                                      "1.2.3", "-",   "1e",   "+",    "e5"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        forget(NULL);
        put_text("ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\n"
                 "property float z\nend_header\n1 ");
        put_text(bad[i]);
        put_text(" 3\n");
        assert_false(parse());
        assert_int_equal(findings.at[0].line, 8);
        assert_int_equal(findings.at[0].column, 3);
    }
    const double none[] = {(double)NAN, (double)INFINITY, -(double)INFINITY, 1e300};
    for (int i = 0; i < 4; i++) {
        forget(NULL);
        put_text("ply\nformat binary_little_endian 1.0\nelement vertex 1\nproperty double x\n"
                 "property double y\nproperty double z\nend_header\n");
        const size_t header = byte_count;
        put_double(1.0, false);
        put_double(none[i], false);
        put_double(1.0, false);
        assert_false(parse());
        char message[80];
        snprintf(message, sizeof message, "byte %zu: a coordinate is not a finite number",
                 header + 8);
        assert_string_equal(findings.at[0].message, message);
    }
}

static void capacities_hold_at_and_above(void** state)
{
    (void)state;
    for (int more = 0; more <= 1; more++) {
        forget(NULL);
        put_text("ply\nformat ascii 1.0\n");
        for (int i = 0; i < PLY_ELEMENT_CAPACITY - 1 + more; i++)
            put_text("element nothing 0\n");
        put_text("element vertex 1\nproperty float x\nproperty float y\nproperty float z\n");
        for (int i = 3; i < PLY_PROPERTY_CAPACITY; i++)
            put_text("property char a\n");
        put_text("end_header\n1 2 3");
        for (int i = 3; i < PLY_PROPERTY_CAPACITY; i++)
            put_text(" 0");
        assert_int_equal(parse(), more == 0);
    }
    forget(NULL);
    put_text("ply\nformat ascii 1.0\nelement vertex 2000001\n");
    assert_false(parse());
    assert_string_equal(findings.at[0].message, "2000001 vertices; allowed: at most 2000000");
    forget(NULL); // no memory is taken for vertices that the file has no room for
    put_text("ply\nformat ascii 1.0\nelement vertex 2000000\nproperty float x\nproperty float y\n"
             "property float z\nend_header\n");
    assert_false(parse());
    assert_string_equal(findings.at[0].message, "the file is too short for its vertices");
}

static void a_file_that_is_none_is_refused(void** state)
{
    (void)state;
    assert_false(ply_file_read("tests/data/ply/nothing.ply", &points, &findings));
    assert_false(ply_file_read("tests/data", &points, &findings));
    assert_int_equal(findings.count, 2);
    assert_string_equal(findings.at[1].message, "not a regular file");
}

/// Lines of expected.txt: file, line, column, message.
static void every_broken_file_is_refused_in_the_expected_words(void** state)
{
    (void)state;
    FILE* file = fopen(FOLDER "/expected.txt", "r");
    assert_non_null(file);
    char line[LINE_CAPACITY], found[2 * LINE_CAPACITY], path[LINE_CAPACITY];
    int count = 0, wrong = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        if (line[0] == '#')
            continue;
        snprintf(path, sizeof path, FOLDER "/%.*s", (int)strcspn(line, " "), line);
        memset(&findings, 0, sizeof findings);
        const bool read = ply_file_read(path, &points, &findings);
        assert_int_equal(findings.count, 1);
        snprintf(found, sizeof found, "%s | %d | %d | %s\n", path + strlen(FOLDER) + 1,
                 findings.at[0].line, findings.at[0].column, findings.at[0].message);
        if (read || strcmp(found, line) != 0) {
            print_error("expected: %sfound:    %s", line, found);
            wrong++;
        }
        count++;
    }
    fclose(file);
    assert_int_equal(wrong, 0);
    assert_true(count >= 20);
}

static uint64_t draw(uint64_t below)
{
    stream ^= stream >> 12;
    stream ^= stream << 25;
    stream ^= stream >> 27;
    return (stream * 2685821657736338717u >> 11) % below;
}

static void mutate(void)
{
    static const char* const words[] = {"vertex", "list",  "4294967295", "-1",       "\n",
                                        "\r",     "float", "end_header", "property", " 1e308"};
    const uint64_t times = 1 + draw(4);
    for (uint64_t i = 0; i < times && byte_count > 1; i++) {
        const size_t at = draw(byte_count);
        switch (draw(5)) {
        case 0: // a byte
            bytes[at] = (char)draw(256);
            break;
        case 1: // a bit
            bytes[at] = (char)((unsigned char)bytes[at] ^ (1u << draw(8)));
            break;
        case 2: // something cut out
        {
            const size_t length = 1 + draw(byte_count - at < 9 ? byte_count - at : 9);
            memmove(bytes + at, bytes + at + length, byte_count - at - length);
            byte_count -= length;
            break;
        }
        case 3: // a word put over
        {
            const char* word = words[draw(sizeof words / sizeof words[0])];
            const size_t length = strlen(word);
            memcpy(bytes + at, word, at + length <= byte_count ? length : byte_count - at);
            break;
        }
        default: // the end cut off
            byte_count = draw(4) == 0 ? at : byte_count;
        }
    }
}

static void files_broken_at_random_are_read_or_refused_and_nothing_else(void** state)
{
    (void)state;
    int read = 0;
    for (int i = 0; i < MUTATION_COUNT; i++) {
        forget(NULL);
        if (i % 3 == 0)
            put_ascii();
        else
            put_binary(i % 3 == 1);
        mutate();
        // As long as the text and no longer, so that a sanitizer sees a byte too far.
        char* exact = malloc(byte_count > 0 ? byte_count : 1);
        assert_non_null(exact);
        memcpy(exact, bytes, byte_count);
        const bool ok = ply_file_parse("test", exact, byte_count, &points, &findings);
        free(exact);
        assert_int_equal(ok, findings.count == 0);
        assert_int_equal(ok, points.at != NULL);
        for (int k = 0; k < points.count; k++)
            for (int axis = 0; axis < 3; axis++)
                assert_true(isfinite(points.at[k][axis]));
        read += ok;
    }
    print_message("seed %u: %d of %d mutated files were still good\n", SEED, read, MUTATION_COUNT);
    assert_true(read > MUTATION_COUNT / 100 && read < MUTATION_COUNT / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_formats_give_the_same_points, forget, release),
        cmocka_unit_test_setup_teardown(integers_keep_their_sign_and_do_not_become_coordinates,
                                        forget, release),
        cmocka_unit_test_setup_teardown(a_binary_file_cut_anywhere_is_refused_and_says_where,
                                        forget, release),
        cmocka_unit_test_setup_teardown(what_follows_the_last_element_is_refused, forget, release),
        cmocka_unit_test_setup_teardown(numbers_that_are_none_are_refused, forget, release),
        cmocka_unit_test_setup_teardown(capacities_hold_at_and_above, forget, release),
        cmocka_unit_test_setup_teardown(a_file_that_is_none_is_refused, forget, release),
        cmocka_unit_test_setup_teardown(every_broken_file_is_refused_in_the_expected_words, forget,
                                        release),
        cmocka_unit_test_setup_teardown(files_broken_at_random_are_read_or_refused_and_nothing_else,
                                        forget, release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
