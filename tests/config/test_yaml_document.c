/// The bounded tree: what a file says, where it says it, and that nothing hostile is read.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>

#include "config/yaml_document.h"

static findings_t findings;
static yaml_document_t document;

static int begin(void** state)
{
    (void)state;
    memset(&findings, 0, sizeof findings);
    memset(&document, 0, sizeof document);
    return 0;
}

static int end(void** state)
{
    (void)state;
    yaml_document_free(&document);
    return 0;
}

static bool parse(const char* text)
{
    yaml_document_free(&document);
    memset(&findings, 0, sizeof findings);
    return yaml_document_parse("test", text, strlen(text), &document, &findings);
}

static void a_tree_knows_the_place_of_every_value(void** state)
{
    (void)state;
    assert_true(parse("a: 1\nb:\n  - x: '2'\n  - [3, {y: \xC3\xA4, z: 5}]\n"));
    const int b = yaml_child(&document, 0, "b");
    assert_int_equal(document.nodes[0].kind, YAML_NODE_MAPPING);
    assert_int_equal(document.nodes[0].child_count, 2);
    assert_int_equal(document.nodes[b].kind, YAML_NODE_SEQUENCE);
    assert_int_equal(document.nodes[b].child_count, 2);
    const int first = document.nodes[b].first_child;
    const int x = yaml_child(&document, first, "x");
    assert_string_equal(document.nodes[x].text, "2");
    assert_true(document.nodes[x].quoted);
    assert_int_equal(document.nodes[x].line, 3);
    assert_int_equal(document.nodes[x].column, 8);
    assert_int_equal(document.nodes[x].key_column, 5);
    const int list = document.nodes[first].next;
    assert_null(document.nodes[list].key);
    const int mapping = document.nodes[document.nodes[list].first_child].next;
    const int z = yaml_child(&document, mapping, "z");
    assert_int_equal(document.nodes[z].line, 4);
    assert_int_equal(document.nodes[z].column, 19); // the umlaut before it is one character
    assert_false(document.nodes[z].quoted);
    assert_int_equal(yaml_child(&document, mapping, "w"), -1);
    assert_int_equal(yaml_child(&document, z, "w"), -1);
    assert_int_equal(yaml_child(&document, -1, "w"), -1);
}

static void a_file_that_is_not_there_is_a_finding(void** state)
{
    (void)state;
    assert_false(yaml_document_read("tests/data/no-such-file.yaml", &document, &findings));
    assert_int_equal(findings.error_count, 1);
    assert_int_equal(findings.at[0].line, 0);
    assert_false(yaml_document_read("tests/data", &document, &findings));
    assert_int_equal(findings.error_count, 2);
    assert_null(document.bytes);
}

static void capacities_are_kept_at_and_refused_above(void** state)
{
    (void)state;
    char* text = malloc(YAML_FILE_CAPACITY + 2);
    assert_non_null(text);
    // One scalar of exactly the capacity.
    snprintf(text, 4, "a: ");
    memset(text + 3, 'x', YAML_SCALAR_CAPACITY);
    text[3 + YAML_SCALAR_CAPACITY] = '\0';
    assert_true(parse(text));
    memset(text + 3, 'x', YAML_SCALAR_CAPACITY + 1);
    text[4 + YAML_SCALAR_CAPACITY] = '\0';
    assert_false(parse(text));
    // Depth: the root mapping is the first level.
    for (int levels = YAML_DEPTH_CAPACITY; levels <= YAML_DEPTH_CAPACITY + 1; levels++) {
        snprintf(text, 4, "a: ");
        memset(text + 3, '[', (size_t)levels - 1);
        memset(text + 2 + levels, ']', (size_t)levels - 1);
        text[1 + 2 * levels] = '\0';
        assert_int_equal(parse(text), levels == YAML_DEPTH_CAPACITY);
    }
    // Nodes: the root, the list and its entries.
    for (int extra = 0; extra <= 1; extra++) {
        char* at = text + snprintf(text, 5, "a: [");
        for (int i = 0; i < YAML_NODE_CAPACITY - 2 + extra; i++)
            at += snprintf(at, 3, "1,");
        snprintf(at, 2, "]");
        assert_int_equal(parse(text), extra == 0);
    }
    // Bytes of the file.
    for (int extra = 0; extra <= 1; extra++) {
        memset(text, '#', YAML_FILE_CAPACITY + 1);
        memcpy(text, "a: 1\n", 5);
        memset(&findings, 0, sizeof findings);
        yaml_document_free(&document);
        assert_int_equal(yaml_document_parse("test", text, (size_t)(YAML_FILE_CAPACITY + extra),
                                             &document, &findings),
                         extra == 0);
    }
    free(text);
}

static void keys_of_one_mapping_are_counted(void** state)
{
    (void)state;
    static char text[YAML_KEY_CAPACITY * 12];
    for (int extra = 0; extra <= 1; extra++) {
        char* at = text;
        for (int i = 0; i < YAML_KEY_CAPACITY + extra; i++)
            at += snprintf(at, 12, "k%d: 1\n", i);
        assert_int_equal(parse(text), extra == 0);
    }
}

static void a_duplicate_key_is_told_and_the_first_is_found(void** state)
{
    (void)state;
    assert_true(parse("a: 1\nlist:\n  - {b: 1, b: 2}\na: 3\n"));
    assert_int_equal(document.refused_count, 2);
    assert_int_equal(findings.error_count, 2);
    assert_string_equal(findings.at[0].field, "list[0].b");
    assert_int_equal(findings.at[1].line, 4);
    assert_string_equal(document.nodes[yaml_child(&document, 0, "a")].text, "1");
}

static void escapes_that_grow_still_fit(void** state)
{
    (void)state;
    static char text[3 * 340 + 16];
    char* at = text + snprintf(text, 5, "a: \"");
    for (int i = 0; i < 340; i++)
        at += snprintf(at, 3, "\\L"); // two bytes become the three of U+2028
    snprintf(at, 2, "\"");
    assert_true(parse(text));
    assert_int_equal(strlen(document.nodes[1].text), 1020);
}

static void a_zero_byte_can_not_be_smuggled_in_by_an_escape(void** state)
{
    (void)state;
    assert_false(parse("a: \"x\\0y\"\n"));
    assert_false(parse("\"a\\0b\": 1\n"));
    assert_int_equal(findings.error_count, 1);
}

static void ill_formed_utf8_is_refused(void** state)
{
    (void)state;
    static const char* const wrong[] = {
        "a: \x80",             // a continuation alone
        "a: \xC0\xAF",         // longer than needed
        "a: \xE0\x80\xAF",     // longer than needed
        "a: \xED\xA0\x80",     // a surrogate
        "a: \xF0\x80\x80\xAF", // longer than needed
        "a: \xF4\x90\x80\x80", // past U+10FFFF
        "a: \xF8\x88\x80\x80", // five bytes
        "a: \xE2\x82",         // cut short
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(parse(wrong[i]));
        assert_int_equal(findings.at[0].column, 4);
    }
    assert_true(parse("a: \xE2\x82\xAC \xF0\x9F\x98\x80"));
}

static void windows_line_ends_are_read(void** state)
{
    (void)state;
    assert_true(parse("a: 1\r\nb: 2\r\n"));
    assert_string_equal(document.nodes[yaml_child(&document, 0, "b")].text, "2");
    assert_int_equal(document.nodes[yaml_child(&document, 0, "b")].line, 2);
}

static void json_is_read_too(void** state)
{
    (void)state;
    assert_true(parse("{\"kind\": \"safety\", \"list\": [1, true]}"));
    assert_string_equal(document.nodes[yaml_child(&document, 0, "kind")].text, "safety");
}

static uint64_t random_next(uint64_t* seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/// Pieces of YAML thrown together: every outcome is a tree or at least one finding.
static void thrown_together_yaml_never_crashes(void** state)
{
    (void)state;
    static const char* const pieces[] = {
        "a",   ": ",   "\n",       "  ",     "- ",    "[",           "]",   "{",
        "}",   ",",    "'",        "\"",     "&x ",   "*x",          "!t ", "? ",
        "|\n", ">-\n", "#",        "---\n",  "...\n", "%YAML 1.1\n", "\t",  "\\",
        "<<",  "~",    "\xC3\xA4", "b: 1\n", "\r\n",  "@",           "`",   "0"};
    uint64_t seed = 99887766;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int i = 0; i < 20000; i++) {
        char text[200] = "";
        const int count = (int)(random_next(&seed) % 24);
        for (int j = 0; j < count; j++)
            strncat(text, pieces[random_next(&seed) % (sizeof pieces / sizeof pieces[0])],
                    sizeof text - strlen(text) - 1);
        const bool ok = parse(text);
        assert_true(ok ? document.node_count > 0 : findings.error_count > 0);
        assert_true(findings.error_count == 0 || !ok || document.refused_count > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_tree_knows_the_place_of_every_value, begin, end),
        cmocka_unit_test_setup_teardown(a_file_that_is_not_there_is_a_finding, begin, end),
        cmocka_unit_test_setup_teardown(capacities_are_kept_at_and_refused_above, begin, end),
        cmocka_unit_test_setup_teardown(keys_of_one_mapping_are_counted, begin, end),
        cmocka_unit_test_setup_teardown(a_duplicate_key_is_told_and_the_first_is_found, begin, end),
        cmocka_unit_test_setup_teardown(escapes_that_grow_still_fit, begin, end),
        cmocka_unit_test_setup_teardown(a_zero_byte_can_not_be_smuggled_in_by_an_escape, begin,
                                        end),
        cmocka_unit_test_setup_teardown(ill_formed_utf8_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(windows_line_ends_are_read, begin, end),
        cmocka_unit_test_setup_teardown(json_is_read_too, begin, end),
        cmocka_unit_test_setup_teardown(thrown_together_yaml_never_crashes, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
