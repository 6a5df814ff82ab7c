/// The table-driven reader on a small record of every kind of field: what comes out, what is
/// refused, and that reading goes on behind a mistake.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "config/fields.h"

typedef struct {
    int shape;
    double size_m;
} part_t;

typedef struct {
    double force_N;
    int count;
    int address;
    int64_t period_us;
    bool flag;
    char text[8];
    char name[8];
    int colour;
    uint32_t colours;
    double place_m[3];
    double steps_N[4];
    int step_count;
    figure_t figure;
    struct {
        double ratio;
    } inner;
    int part_count;
    part_t parts[3];
    int node;
    int alias_count;
    char aliases[2][NAME_CAPACITY];
} sample_t;

static const char* const colour_words[] = {"red", "green", "blue", NULL};
static const char* const shape_words[] = {"round", "square", NULL};

static const field_t inner_fields[] = {
    {.key = "ratio", .kind = FIELD_QUANTITY, .required = true, .minimum = -1.0, .maximum = 1.0},
    {0},
};
static const record_t inner_record = {.name = "inner", .fields = inner_fields};

#define PART_FIELDS(unit, limit)                                                                   \
    {.key = "shape",                                                                               \
     .kind = FIELD_CHOICE,                                                                         \
     .required = true,                                                                             \
     .offset = offsetof(part_t, shape),                                                            \
     .words = shape_words},                                                                        \
    {                                                                                              \
        .key = "size", .kind = FIELD_QUANTITY, .required = true,                                   \
        .offset = offsetof(part_t, size_m), .dimension = unit, .maximum = limit                    \
    }
static const field_t round_fields[] = {PART_FIELDS(DIMENSION_LENGTH, 1.0), {0}};
static const field_t square_fields[] = {PART_FIELDS(DIMENSION_ANGLE, 2.0), {0}};
static const record_t round_record = {.name = "round", .fields = round_fields};
static const record_t square_record = {.name = "square", .fields = square_fields};
static const record_t* const part_variants[] = {&round_record, &square_record, NULL};

#define SAMPLE(member) offsetof(sample_t, member)
static const field_t sample_fields[] = {
    {.key = "force",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = SAMPLE(force_N),
     .dimension = DIMENSION_FORCE,
     .minimum = -5.0,
     .maximum = 60.0,
     .meaning = "Some force."},
    {.key = "count", .kind = FIELD_WHOLE, .offset = SAMPLE(count), .minimum = -3.0, .maximum = 9.0},
    {.key = "address", .kind = FIELD_ADDRESS, .offset = SAMPLE(address), .maximum = 65535.0},
    {.key = "period",
     .kind = FIELD_WHOLE_US,
     .offset = SAMPLE(period_us),
     .dimension = DIMENSION_TIME,
     .minimum = 0.001,
     .maximum = 0.02},
    {.key = "flag", .kind = FIELD_FLAG, .offset = SAMPLE(flag)},
    {.key = "text", .kind = FIELD_TEXT, .offset = SAMPLE(text), .capacity = 8},
    {.key = "name", .kind = FIELD_NAME, .offset = SAMPLE(name), .capacity = 8},
    {.key = "colour", .kind = FIELD_CHOICE, .offset = SAMPLE(colour), .words = colour_words},
    {.key = "colours",
     .kind = FIELD_WORD_SET,
     .offset = SAMPLE(colours),
     .words = colour_words,
     .least = 1},
    {.key = "place",
     .kind = FIELD_VECTOR,
     .offset = SAMPLE(place_m),
     .dimension = DIMENSION_LENGTH,
     .minimum = -1.0,
     .maximum = 1.0,
     .capacity = 3},
    {.key = "steps",
     .kind = FIELD_SERIES,
     .offset = SAMPLE(steps_N),
     .count_offset = SAMPLE(step_count),
     .dimension = DIMENSION_FORCE,
     .minimum = 1.0,
     .maximum = 60.0,
     .least = 2,
     .capacity = 4},
    {.key = "figure",
     .kind = FIELD_FIGURE,
     .offset = SAMPLE(figure),
     .dimension = DIMENSION_PRESSURE,
     .maximum = 1e5},
    {.key = "inner", .kind = FIELD_RECORD, .offset = SAMPLE(inner), .record = &inner_record},
    {.key = "parts",
     .kind = FIELD_LIST,
     .offset = SAMPLE(parts),
     .count_offset = SAMPLE(part_count),
     .element_size = sizeof(part_t),
     .least = 1,
     .capacity = 3,
     .variants = part_variants,
     .variant_key = "shape"},
    {.key = "node", .kind = FIELD_NODE, .offset = SAMPLE(node)},
    {.key = "aliases",
     .kind = FIELD_NAMES,
     .offset = SAMPLE(aliases),
     .count_offset = SAMPLE(alias_count),
     .capacity = 2},
    {0},
};
static const record_t sample_record = {.name = "sample", .fields = sample_fields};

#define HEAD "kind: sample\nversion: 1\n"

static findings_t findings;
static sample_t sample;

static bool read_text(const char* text)
{
    memset(&findings, 0, sizeof findings);
    memset(&sample, 0xA5, sizeof sample);
    yaml_document_t document;
    if (!yaml_document_parse("test", text, strlen(text), &document, &findings))
        return false;
    bool ok = fields_expect_kind(&document, "sample", &findings);
    ok = fields_read(&document, 0, &sample_record, &sample, "", &findings) && ok;
    yaml_document_free(&document);
    assert_int_equal(ok, findings.error_count == 0);
    return ok;
}

/// The only finding of a file is about `field` and its message holds `words`.
static void assert_refused(const char* lines, const char* field, const char* words)
{
    char text[600];
    snprintf(text, sizeof text, HEAD "%s", lines);
    assert_false(read_text(text));
    if (findings.count != 1 || strcmp(findings.at[0].field, field) != 0 ||
        strstr(findings.at[0].message, words) == NULL) {
        print_error("%sexpected %s: %s, found:\n", lines, field, words);
        findings_print(&findings, stderr);
        fail();
    }
}

static void every_kind_of_field_is_read(void** state)
{
    (void)state;
    assert_true(read_text(HEAD "force: 12 N\ncount: -3\nperiod: 4 ms\nflag: true\ntext: a b\n"
                               "name: n-1_x.y\ncolour: blue\ncolours: [green, red]\n"
                               "place: [1 mm, -2 cm, 1 m]\nsteps: [15 N, 22 N, 30 N]\n"
                               "figure: {value: 2 kPa, grade: study, source: s, reviewer: r}\n"
                               "inner: {ratio: 0.5}\n"
                               "parts:\n  - {shape: round, size: 5 mm}\n"
                               "  - {shape: square, size: 90 deg}\n"
                               "node: [1, 2]\naliases: [a-b, c]\n"));
    assert_near(sample.force_N, 12.0, 0.0);
    assert_int_equal(sample.count, -3);
    assert_int_equal(sample.period_us, 4000);
    assert_true(sample.flag);
    assert_string_equal(sample.text, "a b");
    assert_string_equal(sample.name, "n-1_x.y");
    assert_int_equal(sample.colour, 2);
    assert_int_equal(sample.colours, 3);
    assert_near(sample.place_m[1], -0.02, 0.0);
    assert_int_equal(sample.step_count, 3);
    assert_near(sample.steps_N[0], 15.0, 0.0);
    assert_near(sample.steps_N[2], 30.0, 0.0);
    assert_near(sample.figure.value, 2000.0, 0.0);
    assert_int_equal(sample.figure.grade, GRADE_STUDY);
    assert_string_equal(sample.figure.reviewer, "r");
    assert_near(sample.inner.ratio, 0.5, 0.0);
    assert_int_equal(sample.part_count, 2);
    assert_near(sample.parts[0].size_m, 0.005, 0.0);
    assert_near(sample.parts[1].size_m, 1.5707963267948966, 0.0);
    assert_true(sample.node > 0);
    assert_int_equal(sample.alias_count, 2);
    assert_string_equal(sample.aliases[0], "a-b");
    assert_string_equal(sample.aliases[1], "c");
}

static void what_may_be_absent_is_zero_where_it_is(void** state)
{
    (void)state;
    assert_true(read_text(HEAD "force: -5 N\n"));
    assert_int_equal(sample.count, 0);
    assert_int_equal(sample.period_us, 0);
    assert_false(sample.flag);
    assert_string_equal(sample.text, "");
    assert_int_equal(sample.colours, 0);
    assert_near(sample.place_m[2], 0.0, 0.0);
    assert_int_equal(sample.step_count, 0);
    assert_near(sample.steps_N[3], 0.0, 0.0);
    assert_near(sample.figure.value, 0.0, 0.0);
    assert_near(sample.inner.ratio, 0.0, 0.0);
    assert_int_equal(sample.part_count, 0);
    assert_int_equal(sample.node, -1);
    assert_int_equal(sample.alias_count, 0);
}

static void limits_are_read_at_and_refused_beyond(void** state)
{
    (void)state;
    assert_true(read_text(HEAD "force: 60 N\ncount: 9\nperiod: 1 ms\ntext: '1234567'\n"));
    assert_true(read_text(HEAD "force: -5000 mN\ncount: -3\nperiod: 0.02 s\n"));
    assert_refused("force: 60.0001 N\n", "force", "allowed: -5 N to 60 N");
    assert_refused("force: 60001 mN\n", "force", "allowed: -5000 mN to 60000 mN");
    assert_refused("force: -5.0001 N\n", "force", "out of range");
    assert_refused("force: 1 N\ncount: 10\n", "count", "allowed: -3 to 9");
    assert_refused("force: 1 N\ncount: -4\n", "count", "out of range");
    assert_refused("force: 1 N\ncount: 99999999999999999999\n", "count", "out of range");
    assert_refused("force: 1 N\nperiod: 20.001 ms\n", "period", "allowed: 1 ms to 20 ms");
    assert_refused("force: 1 N\nperiod: 1.0005 ms\n", "period", "whole number of microseconds");
    assert_refused("force: 1 N\ntext: '12345678'\n", "text", "8 bytes; allowed: at most 7");
}

static void a_wrong_value_is_told_what_is_allowed(void** state)
{
    (void)state;
    assert_refused("force: 12\n", "force", "has no unit; allowed: mN or N, for example 12 N");
    assert_refused("force: 12 mm\n", "force", "'mm' is not a unit for this; allowed: mN or N");
    assert_refused("force: .NaN\n", "force", "not finite");
    assert_refused("force: -Inf\n", "force", "not finite");
    assert_refused("force: much\n", "force", "not a number");
    assert_refused("force:\n", "force", "has no value");
    assert_refused("force: null\n", "force", "has no value");
    assert_refused("force: ''\n", "force", "has no value");
    assert_refused("force: {a: 1}\n", "force", "a single value is expected here, not a mapping");
    assert_refused("force: 1 N\ncount: 1.0\n", "count", "not a whole number");
    assert_refused("force: 1 N\ncount: 01\n", "count", "not a whole number");
    assert_refused("force: 1 N\ncount: 1 N\n", "count", "not a whole number");
    assert_refused("force: 1 N\nflag: yes\n", "flag", "neither true nor false");
    assert_refused("force: 1 N\nflag: True\n", "flag", "neither true nor false");
    assert_refused("force: 1 N\nname: a b\n", "name", "not a name");
    assert_refused("force: 1 N\ncolour: gren\n", "colour", "did you mean 'green'?");
    assert_refused("force: 1 N\ncolour: 1\n", "colour", "allowed: red, green or blue");
    assert_refused("force: 1 N\ncolours: red\n", "colours", "a list is expected");
    assert_refused("force: 1 N\ncolours: []\n", "colours", "at least 1");
    assert_refused("force: 1 N\ncolours: [red, red]\n", "colours[1]", "stands twice");
    assert_refused("force: 1 N\naliases: a\n", "aliases", "a list is expected");
    assert_refused("force: 1 N\naliases: [a, b c]\n", "aliases[1]", "not a name");
    assert_refused("force: 1 N\naliases: [a, [b]]\n", "aliases[1]", "a single value");
    assert_refused("force: 1 N\nplace: [1 m, 2 mm]\n", "place", "exactly 3");
    assert_refused("force: 1 N\nplace: [1 m, 2 mm, 3]\n", "place[2]", "no unit");
    assert_refused("force: 1 N\nsteps: [1 N]\n", "steps", "allowed: 2 to 4");
    assert_refused("force: 1 N\nsteps: [1 N, 1 N, 1 N, 1 N, 1 N]\n", "steps", "allowed: 2 to 4");
    assert_refused("force: 1 N\nsteps: [1 N, 61 N]\n", "steps[1]", "out of range");
    assert_refused("force: 1 N\nsteps: 1 N\n", "steps", "a list is expected");
    assert_refused("force: 1 N\nfigure: 2 kPa\n", "figure", "a mapping is expected");
    assert_refused("force: 1 N\nfigure: {value: 2 kPa, grade: study}\n", "figure.source",
                   "missing");
    assert_refused("force: 1 N\ninner: {ratio: 0.5 N}\n", "inner.ratio", "more than a number");
    assert_refused("force: 1 N\nparts: []\n", "parts", "allowed: 1 to 3");
    assert_refused("force: 1 N\nparts: [1]\n", "parts[0]", "a mapping is expected");
    assert_refused("force: 1 N\nparts: [{size: 1 mm}]\n", "parts[0].shape", "missing");
    assert_refused("force: 1 N\nparts: [{shape: rond, size: 1 mm}]\n", "parts[0].shape",
                   "did you mean 'round'?");
    assert_refused("force: 1 N\nparts: [{shape: square, size: 1 mm}]\n", "parts[0].size",
                   "'mm' is not a unit for this; allowed: deg, mrad or rad");
}

static void addresses_are_decimal_or_hexadecimal(void** state)
{
    (void)state;
    static const struct {
        const char* text;
        int address;
    } known[] = {{"0", 0}, {"356", 356}, {"0x0164", 356}, {"0xabCD", 0xABCD}, {"0xFFFF", 65535}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        char text[100];
        snprintf(text, sizeof text, HEAD "force: 1 N\naddress: %s\n", known[i].text);
        assert_true(read_text(text));
        assert_int_equal(sample.address, known[i].address);
    }
    assert_refused("force: 1 N\naddress: 0x10000\n", "address", "out of range");
    assert_refused("force: 1 N\naddress: 65536\n", "address", "out of range");
    assert_refused("force: 1 N\naddress: -1\n", "address", "out of range");
    assert_refused("force: 1 N\naddress: 0xFFFFFFFFFFFFFFFFFF\n", "address", "out of range");
    assert_refused("force: 1 N\naddress: 0x\n", "address", "no hexadecimal number");
    assert_refused("force: 1 N\naddress: 0x12G\n", "address", "no hexadecimal number");
    assert_refused("force: 1 N\naddress: 0X12\n", "address", "not a whole number");
    assert_refused("force: 1 N\naddress: 012\n", "address", "not a whole number");
    assert_refused("force: 1 N\naddress: FF\n", "address", "not a whole number");
}

static void a_key_path_leads_to_its_node_or_nowhere(void** state)
{
    (void)state;
    static const char text[] = "a:\n  - b: 1\n  - b: {c: 2}\n";
    yaml_document_t document;
    memset(&findings, 0, sizeof findings);
    assert_true(yaml_document_parse("test", text, sizeof text - 1, &document, &findings));
    assert_string_equal(document.nodes[fields_node(&document, "a[1].b.c")].text, "2");
    assert_string_equal(document.nodes[fields_node(&document, "a[0].b")].text, "1");
    assert_int_equal(fields_node(&document, ""), 0);
    assert_int_equal(fields_node(&document, "a[1].b.d"), -1);
    assert_int_equal(fields_node(&document, "a[2].b"), -1);
    assert_int_equal(fields_node(&document, "z"), -1);
    yaml_document_free(&document);
}

static void keys_are_known_needed_and_single(void** state)
{
    (void)state;
    assert_refused("force: 1 N\nforse: 2 N\n", "forse", "did you mean 'force'?");
    assert_refused("force: 1 N\nkinds: 1\n", "kinds", "unknown key");
    assert_refused("force: 1 N\ninner: {ratio: 1, kind: sample}\n", "inner.kind", "unknown key");
    assert_refused("force: 1 N\nforce: 2 N\n", "force", "stands twice");
    assert_refused("count: 1\n", "force", "is missing: Some force.");
}

static void too_long_lists_are_refused_and_not_overrun(void** state)
{
    (void)state;
    assert_refused("force: 1 N\nparts: [{shape: round, size: 1 m}, {shape: round, size: 1 m}, "
                   "{shape: round, size: 1 m}, {shape: round, size: 1 m}]\n",
                   "parts", "4 entries; allowed: 1 to 3");
    assert_int_equal(sample.part_count, 3);
    assert_refused("force: 1 N\naliases: [a, b, c]\n", "aliases", "3 entries; allowed: at most 2");
}

static void all_mistakes_are_found_in_one_pass(void** state)
{
    (void)state;
    assert_false(read_text("kind: sampel\nversion: 2\nforce: 12\ncount: x\nflag: 1\nzzz: 1\n"
                           "parts: [{shape: round, size: 1}, {shape: round}]\nname: &a b\n"));
    assert_int_equal(findings.error_count, 9);
}

static void rules_across_fields_name_the_deepest_place_there_is(void** state)
{
    (void)state;
    static const char text[] = "a:\n  - b: 1\n  - b: {c: 2}\n";
    yaml_document_t document;
    memset(&findings, 0, sizeof findings);
    assert_true(yaml_document_parse("test", text, sizeof text - 1, &document, &findings));
    fields_refuse_path(&document, "a[1].b.c", &findings, "one %d", 1);
    fields_refuse_path(&document, "a[1].b.d", &findings, "two");
    fields_refuse_path(&document, "a[7].b", &findings, "three");
    fields_refuse_path(&document, "z", &findings, "four");
    fields_warn(&document, 0, "a", &findings, "five");
    static const int places[][2] = {{3, 12}, {3, 8}, {2, 3}, {1, 1}, {1, 1}};
    for (int i = 0; i < 5; i++) {
        assert_int_equal(findings.at[i].line, places[i][0]);
        assert_int_equal(findings.at[i].column, places[i][1]);
    }
    assert_string_equal(findings.at[0].message, "one 1");
    assert_string_equal(findings.at[1].field, "a[1].b.d");
    assert_int_equal(findings.warning_count, 1);
    yaml_document_free(&document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_field_is_read),
        cmocka_unit_test(what_may_be_absent_is_zero_where_it_is),
        cmocka_unit_test(limits_are_read_at_and_refused_beyond),
        cmocka_unit_test(a_wrong_value_is_told_what_is_allowed),
        cmocka_unit_test(addresses_are_decimal_or_hexadecimal),
        cmocka_unit_test(a_key_path_leads_to_its_node_or_nowhere),
        cmocka_unit_test(keys_are_known_needed_and_single),
        cmocka_unit_test(too_long_lists_are_refused_and_not_overrun),
        cmocka_unit_test(all_mistakes_are_found_in_one_pass),
        cmocka_unit_test(rules_across_fields_name_the_deepest_place_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
