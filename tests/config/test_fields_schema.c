/// The printed JSON Schema of every kind. It is JSON, so our own reader of YAML reads it back: the
/// test looks at the tree, not at the text. Whether patterns accept what the reader does is tried
/// with the system's own regular expressions.
#include "tests/support/cmocka_prelude.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "config/load.h"

typedef struct {
    yaml_document_t document;
    findings_t findings;
} schema_t;

static schema_t schema;

static void print_schema(const char* kind)
{
    char* text = NULL;
    size_t size = 0;
    FILE* out = open_memstream(&text, &size);
    assert_non_null(out);
    fields_print_schema(load_record(kind), out, 0);
    fclose(out);
    memset(&schema, 0, sizeof schema);
    // The one key of JSON Schema that is not a word in our sense.
    char* dollar = strstr(text, "\"$schema\"");
    assert_non_null(dollar);
    memcpy(dollar, "\"xschema\"", 9);
    const bool ok = yaml_document_parse(kind, text, size, &schema.document, &schema.findings);
    findings_print(&schema.findings, stderr);
    assert_true(ok);
    free(text);
}

/// The node at keys separated by '/'; fails the test if it is not there.
static int at(const char* path)
{
    int node = 0;
    char key[80];
    for (const char* next = path; *next != '\0';) {
        const size_t length = strcspn(next, "/");
        snprintf(key, sizeof key, "%.*s", (int)length, next);
        node = yaml_child(&schema.document, node, key);
        if (node < 0)
            print_error("%s: no %s\n", path, key);
        assert_true(node >= 0);
        next += length + (next[length] == '/' ? 1 : 0);
    }
    return node;
}

static const char* text_at(const char* path)
{
    return schema.document.nodes[at(path)].text;
}

static bool list_holds(int node, const char* word)
{
    for (int entry = schema.document.nodes[node].first_child; entry >= 0;
         entry = schema.document.nodes[entry].next)
        if (strcmp(schema.document.nodes[entry].text, word) == 0)
            return true;
    return false;
}

static void every_kind_has_a_closed_schema_with_kind_and_version(void** state)
{
    (void)state;
    static const char* const kinds[] = {"machine", "safety", "body", "device"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        print_schema(kinds[i]);
        assert_string_equal(text_at("xschema"), "http://json-schema.org/draft-07/schema#");
        assert_string_equal(text_at("type"), "object");
        assert_string_equal(text_at("additionalProperties"), "false");
        assert_string_equal(text_at("properties/kind/const"), kinds[i]);
        assert_string_equal(text_at("properties/version/const"), "1");
        assert_true(list_holds(at("required"), "kind"));
        assert_true(list_holds(at("required"), "version"));
        assert_true(list_holds(at("required"), "name"));
        yaml_document_free(&schema.document);
    }
    assert_null(load_record("routine"));
    assert_null(load_record(""));
}

static void assert_pattern(const char* path, const char* text, bool accepted)
{
    regex_t pattern;
    assert_int_equal(regcomp(&pattern, text_at(path), REG_EXTENDED | REG_NOSUB), 0);
    if ((regexec(&pattern, text, 0, NULL, 0) == 0) != accepted)
        print_error("%s on '%s'\n", text_at(path), text);
    assert_int_equal(regexec(&pattern, text, 0, NULL, 0) == 0, accepted);
    regfree(&pattern);
}

static void quantities_are_patterns_with_their_units(void** state)
{
    (void)state;
    print_schema("body");
    static const char stiffness[] =
        "properties/regions/items/properties/tissue/properties/stiffness/pattern";
    assert_pattern(stiffness, "0.95 N/mm^1.5", true);
    assert_pattern(stiffness, "3e4N/m^1.5", true);
    assert_pattern(stiffness, "0.95 N/mm^1x5", false);
    assert_pattern(stiffness, "0.95", false);
    assert_pattern(stiffness, "01 N/mm^1.5", false);
    assert_string_equal(text_at("properties/regions/items/properties/force_factor/type"), "number");
    assert_string_equal(text_at("properties/regions/minItems"), "1");
    assert_string_equal(text_at("properties/regions/maxItems"), "48");
    assert_true(
        list_holds(at("properties/regions/items/properties/techniques/items/enum"), "kneading"));
    yaml_document_free(&schema.document);
}

static void figures_need_value_grade_and_source(void** state)
{
    (void)state;
    print_schema("safety");
    const int required = at("properties/contact_force_max/required");
    assert_true(list_holds(required, "value"));
    assert_true(list_holds(required, "grade"));
    assert_true(list_holds(required, "source"));
    assert_false(list_holds(required, "reviewer"));
    assert_true(list_holds(at("properties/contact_force_max/properties/grade/enum"), "judgement"));
    assert_non_null(strstr(text_at("properties/contact_force_max/properties/value/description"),
                           "5 N to 110 N"));
    const int lymph = at("properties/techniques/properties/lymph_drainage/required");
    assert_true(list_holds(lymph, "pressure_max") && list_holds(lymph, "rate_max"));
    assert_false(list_holds(lymph, "bout_max"));
    assert_true(list_holds(at("properties/techniques/properties/tapping/required"), "bout_max"));
    assert_false(
        list_holds(at("properties/techniques/properties/effleurage/required"), "rate_max"));
    assert_true(list_holds(at("properties/techniques/required"), "myofascial_release"));
    yaml_document_free(&schema.document);
}

static void variants_differ_in_a_constant(void** state)
{
    (void)state;
    print_schema("machine");
    int variant = schema.document.nodes[at("properties/joints/items/oneOf")].first_child;
    static const char* const kinds[] = {"revolute", "prismatic"};
    for (int i = 0; i < 2; i++) {
        const int properties = yaml_child(&schema.document, variant, "properties");
        const int kind = yaml_child(&schema.document, properties, "kind");
        const int constant = yaml_child(&schema.document, kind, "const");
        assert_true(constant >= 0);
        assert_string_equal(schema.document.nodes[constant].text, kinds[i]);
        variant = schema.document.nodes[variant].next;
    }
    assert_int_equal(variant, -1);
    yaml_document_free(&schema.document);
}

static void a_device_says_which_words_and_numbers_it_takes(void** state)
{
    (void)state;
    print_schema("device");
    static const char point[] = "properties/points/items/properties/";
    char path[200];
    snprintf(path, sizeof path, "%saddress/type", point);
    assert_string_equal(text_at(path), "integer");
    snprintf(path, sizeof path, "%saddress/maximum", point);
    assert_string_equal(text_at(path), "65535");
    snprintf(path, sizeof path, "%smodicon/maximum", point);
    assert_string_equal(text_at(path), "465536");
    snprintf(path, sizeof path, "%spoint/enum", point);
    assert_true(list_holds(at(path), "other"));
    snprintf(path, sizeof path, "%sunit/maxLength", point);
    assert_string_equal(text_at(path), "15");
    assert_true(list_holds(at("properties/word_order/enum"), "low_first_swapped"));
    assert_true(list_holds(at("properties/rtu/properties/parity/enum"), "odd"));
    assert_string_equal(text_at("properties/rtu/properties/bauds/items/maximum"), "4000000");
    assert_true(list_holds(at("properties/lost_controller/required"), "source"));
    assert_true(list_holds(at("properties/safe_state/items/required"), "value"));
    assert_false(list_holds(at("required"), "cyclic"));
    yaml_document_free(&schema.document);
}

static void an_indented_schema_is_a_fragment(void** state)
{
    (void)state;
    char* text = NULL;
    size_t size = 0;
    FILE* out = open_memstream(&text, &size);
    fields_print_schema(load_record("device"), out, 1);
    fclose(out);
    assert_null(strstr(text, "$schema"));
    assert_null(strstr(text, "\"version\""));
    assert_int_equal(text[size - 1], '}');
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_a_closed_schema_with_kind_and_version),
        cmocka_unit_test(quantities_are_patterns_with_their_units),
        cmocka_unit_test(figures_need_value_grade_and_source),
        cmocka_unit_test(variants_differ_in_a_constant),
        cmocka_unit_test(a_device_says_which_words_and_numbers_it_takes),
        cmocka_unit_test(an_indented_schema_is_a_fragment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
