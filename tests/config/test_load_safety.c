/// The limits' loader: every limit of the list is asked for, and its compiled-in bounds hold at,
/// just below and just above. Refusals of whole files are in routines/test_broken_files.c.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/load.h"
#include "config/quantity.h"

typedef struct {
    const char* key;
    dimension_t dimension;
    double lowest, highest;
    size_t offset;
} limit_t;

static const limit_t limits[] = {
#define X(member, text, unit, least, most, meaning)                                                \
    {text, unit, least, most, offsetof(safety_settings_t, member)},
    SAFETY_LIMIT_LIST(X)
#undef X
};
#define LIMIT_COUNT (sizeof limits / sizeof limits[0])

/// Limits of a technique; `since` is the first kind that has them.
typedef struct {
    limit_t limit;
    technique_limits_kind_t since;
} technique_limit_t;

static const technique_limit_t technique_limits[] = {
#define X(member, text, unit, least, most, meaning)                                                \
    {{text, unit, least, most, offsetof(technique_limits_t, member)}, TECHNIQUE_STEADY},
    TECHNIQUE_LIMIT_LIST(X)
#undef X
#define X(member, text, unit, least, most, meaning)                                                \
    {{text, unit, least, most, offsetof(technique_limits_t, member)}, TECHNIQUE_RHYTHMIC},
        TECHNIQUE_RATE_LIMIT_LIST(X)
#undef X
#define X(member, text, unit, least, most, meaning)                                                \
    {{text, unit, least, most, offsetof(technique_limits_t, member)}, TECHNIQUE_IN_BOUTS},
            TECHNIQUE_BOUT_LIMIT_LIST(X)
#undef X
};
#define TECHNIQUE_LIMIT_COUNT (sizeof technique_limits / sizeof technique_limits[0])

static const struct {
    const char* word;
    technique_limits_kind_t kind;
} techniques[TECHNIQUE_COUNT] = {
#define X(id, text, limits_kind, meaning) [id] = {text, limits_kind},
    TECHNIQUE_LIST(X)
#undef X
};

static findings_t findings;
static safety_settings_t shipped, loaded;

static int load_shipped(void** state)
{
    (void)state;
    memset(&findings, 0, sizeof findings);
    return load_safety("config/safety/default.yaml", &shipped, &findings) ? 0 : -1;
}

static const figure_t* figure_of(const safety_settings_t* safety, const limit_t* limit)
{
    return (const figure_t*)((const char*)safety + limit->offset);
}

static void print_value(FILE* file, const limit_t* limit, double value)
{
    const char* const si_units[] = {
#define X(id, si, allowed) [id] = si,
        DIMENSION_LIST(X)
#undef X
    };
    fprintf(file, "%s: {value: %.12g%s%s, grade: judgement, source: a test}\n", limit->key, value,
            limit->dimension == DIMENSION_NONE ? "" : " ", si_units[limit->dimension]);
}

static const figure_t* technique_figure(int technique, const technique_limit_t* limit)
{
    return (const figure_t*)((const char*)&shipped.techniques[technique] + limit->limit.offset);
}

static void print_techniques(FILE* file, const limit_t* changed, int changed_technique,
                             double value)
{
    fputs("techniques:\n", file);
    for (int i = 0; i < TECHNIQUE_COUNT; i++) {
        fprintf(file, "  %s:\n", techniques[i].word);
        for (size_t k = 0; k < TECHNIQUE_LIMIT_COUNT; k++) {
            const technique_limit_t* at = &technique_limits[k];
            const bool is_changed = &at->limit == changed && i == changed_technique;
            const double written = is_changed ? value : technique_figure(i, at)->value;
            if (at->since > techniques[i].kind || isnan(written))
                continue;
            fputs("    ", file);
            print_value(file, &at->limit, written);
        }
    }
}

/// Loads the shipped limits with one of them changed, or left out where `value` is NaN. `technique`
/// is the one whose limit it is.
static bool load_changed(const limit_t* changed, int technique, double value)
{
    char path[] = "/tmp/knead-test-safety-XXXXXX";
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    FILE* file = fdopen(descriptor, "w");
    assert_non_null(file);
    fputs("kind: safety\nversion: 1\nname: test\n", file);
    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        const bool is_changed = &limits[i] == changed;
        const double written = is_changed ? value : figure_of(&shipped, &limits[i])->value;
        if (!isnan(written))
            print_value(file, &limits[i], written);
    }
    print_techniques(file, changed, technique, value);
    fclose(file);
    memset(&findings, 0, sizeof findings);
    const bool ok = load_safety(path, &loaded, &findings);
    unlink(path);
    return ok;
}

static bool load_with(const limit_t* changed, double value)
{
    return load_changed(changed, -1, value);
}

static bool found(const char* key, const char* words)
{
    for (int i = 0; i < findings.count; i++)
        if (strncmp(findings.at[i].field, key, strlen(key)) == 0 &&
            strstr(findings.at[i].message, words) != NULL)
            return true;
    return false;
}

/// Shows H03, H42.
static void no_limit_can_leave_its_compiled_in_bounds(void** state)
{
    (void)state;
    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        const limit_t* limit = &limits[i];
        assert_false(load_with(limit, limit->highest * 1.001));
        assert_true(found(limit->key, "out of range"));
        assert_false(load_with(limit, limit->lowest - 1e-4));
        assert_true(found(limit->key, "out of range"));
        // At the bound a rule between limits may still refuse, but never the range.
        load_with(limit, limit->highest);
        assert_false(found(limit->key, "out of range"));
        load_with(limit, limit->lowest);
        assert_false(found(limit->key, "out of range"));
    }
}

/// Shows H42.
static void no_limit_can_be_left_out(void** state)
{
    (void)state;
    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        assert_false(load_with(&limits[i], (double)NAN));
        assert_int_equal(findings.error_count, 1);
        assert_true(found(limits[i].key, "is missing"));
    }
}

static const char* technique_path(int technique, const technique_limit_t* limit)
{
    static char path[FINDING_FIELD_CAPACITY];
    snprintf(path, sizeof path, "techniques.%s.%s", techniques[technique].word, limit->limit.key);
    return path;
}

static void no_limit_of_a_technique_can_leave_its_compiled_in_bounds(void** state)
{
    (void)state;
    for (int i = 0; i < TECHNIQUE_COUNT; i++) {
        for (size_t k = 0; k < TECHNIQUE_LIMIT_COUNT; k++) {
            const technique_limit_t* at = &technique_limits[k];
            if (at->since > techniques[i].kind)
                continue;
            const char* path = technique_path(i, at);
            assert_false(load_changed(&at->limit, i, at->limit.highest * 1.001));
            assert_true(found(path, "out of range"));
            assert_false(load_changed(&at->limit, i, at->limit.lowest * 0.999));
            assert_true(found(path, "out of range"));
            load_changed(&at->limit, i, at->limit.highest);
            assert_false(found(path, "out of range"));
            load_changed(&at->limit, i, at->limit.lowest);
            assert_false(found(path, "out of range"));
        }
    }
}

static void no_limit_of_a_technique_can_be_left_out(void** state)
{
    (void)state;
    for (int i = 0; i < TECHNIQUE_COUNT; i++) {
        for (size_t k = 0; k < TECHNIQUE_LIMIT_COUNT; k++) {
            const technique_limit_t* at = &technique_limits[k];
            if (at->since > techniques[i].kind)
                continue;
            assert_false(load_changed(&at->limit, i, (double)NAN));
            assert_int_equal(findings.error_count, 1);
            assert_true(found(technique_path(i, at), "is missing"));
        }
    }
}

static void slowest_rhythm_is_not_above_the_quickest(void** state)
{
    (void)state;
    const technique_limit_t* slowest = &technique_limits[TECHNIQUE_LIMIT_COUNT - 3];
    assert_string_equal(slowest->limit.key, "rate_min");
    const double quickest_Hz = shipped.techniques[TECHNIQUE_KNEADING].rate_max_Hz.value;
    assert_true(load_changed(&slowest->limit, TECHNIQUE_KNEADING, quickest_Hz));
    assert_false(load_changed(&slowest->limit, TECHNIQUE_KNEADING, quickest_Hz + 0.01));
    assert_true(found("techniques.kneading.rate_min.value", "is above rate_max"));
}

static void shipped_techniques_have_their_figures_with_source(void** state)
{
    (void)state;
    assert_near(shipped.techniques[TECHNIQUE_LYMPH_DRAINAGE].pressure_max_Pa.value, 4000.0, 1e-9);
    assert_near(shipped.techniques[TECHNIQUE_EFFLEURAGE].force_max_N.value, 30.0, 0.0);
    assert_near(shipped.techniques[TECHNIQUE_KNEADING].rate_max_Hz.value, 1.2, 0.0);
    assert_near(shipped.techniques[TECHNIQUE_TAPPING].bout_max_s.value, 20.0, 0.0);
    for (int i = 0; i < TECHNIQUE_COUNT; i++)
        for (size_t k = 0; k < TECHNIQUE_LIMIT_COUNT; k++) {
            const figure_t* figure = technique_figure(i, &technique_limits[k]);
            const bool has = technique_limits[k].since <= techniques[i].kind;
            assert_true(has == (figure->value > 0.0));
            assert_true(has == (figure->source[0] != '\0'));
        }
}

static void limits_come_out_in_si_with_their_source(void** state)
{
    (void)state;
    assert_near(shipped.contact_force_max_N.value, 60.0, 0.0);
    assert_near(shipped.transit_speed_max_mps.value, 0.25, 0.0);
    assert_near(shipped.sample_age_max_s.value, 0.020, 0.0);
    assert_near(shipped.session_time_max_s.value, 5400.0, 0.0);
    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        const figure_t* figure = figure_of(&shipped, &limits[i]);
        assert_true(figure->source[0] != '\0');
        assert_string_equal(figure->reviewer, "nobody yet");
    }
}

/// Each rule between two limits: the smaller one at the larger one is refused.
static void limits_that_belong_together_keep_their_order(void** state)
{
    (void)state;
    static const struct {
        const char *smaller, *larger;
    } rules[] = {
        {"touch_force", "free_force_max"},         {"tare_force_max", "free_force_max"},
        {"force_drift_max", "free_force_max"},     {"free_force_max", "contact_force_max"},
        {"shear_force_max", "contact_force_max"},  {"contact_force_margin", "contact_force_max"},
        {"touch_speed_max", "approach_speed_max"}, {"approach_speed_max", "transit_speed_max"},
        {"normal_speed_max", "yield_speed"},       {"tap_speed_max", "transit_speed_max"},
    };
    for (size_t rule = 0; rule < sizeof rules / sizeof rules[0]; rule++) {
        const limit_t *smaller = NULL, *larger = NULL;
        for (size_t i = 0; i < LIMIT_COUNT; i++) {
            if (strcmp(limits[i].key, rules[rule].smaller) == 0)
                smaller = &limits[i];
            if (strcmp(limits[i].key, rules[rule].larger) == 0)
                larger = &limits[i];
        }
        assert_true(smaller != NULL && larger != NULL);
        // Whichever of the two can be moved to the other without leaving its own bounds.
        const double small_value = figure_of(&shipped, smaller)->value;
        const double large_value = figure_of(&shipped, larger)->value;
        const bool raise = large_value <= smaller->highest;
        const bool lower = small_value >= larger->lowest;
        if (!raise && !lower)
            continue; // the bounds alone keep these two apart
        assert_false(load_with(raise ? smaller : larger, raise ? large_value : small_value));
        assert_true(found(rules[rule].smaller, "has to be below"));
    }
}

static const limit_t* limit_named(const char* key)
{
    for (size_t i = 0; i < LIMIT_COUNT; i++)
        if (strcmp(limits[i].key, key) == 0)
            return &limits[i];
    return NULL;
}

static void one_session_may_use_up_a_week_but_not_more(void** state)
{
    (void)state;
    assert_true(load_with(limit_named("region_time_max"), 1800.0));
    assert_false(load_with(limit_named("region_time_max"), 1801.0));
    assert_true(found("region_time_max", "can't be over region_week_time_max"));
    assert_true(load_with(limit_named("region_impulse_max"), 36e3));
    assert_false(load_with(limit_named("region_impulse_max"), 36001.0));
    assert_true(found("region_impulse_max", "can't be over region_week_impulse_max"));
}

static void limits_that_are_refused_leave_the_target_alone(void** state)
{
    (void)state;
    memset(&loaded, 0x5A, sizeof loaded);
    static safety_settings_t before;
    before = loaded;
    assert_false(load_with(&limits[0], 1000.0));
    assert_memory_equal(&loaded, &before, sizeof loaded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(no_limit_can_leave_its_compiled_in_bounds, load_shipped),
        cmocka_unit_test_setup(no_limit_can_be_left_out, load_shipped),
        cmocka_unit_test_setup(no_limit_of_a_technique_can_leave_its_compiled_in_bounds,
                               load_shipped),
        cmocka_unit_test_setup(no_limit_of_a_technique_can_be_left_out, load_shipped),
        cmocka_unit_test_setup(slowest_rhythm_is_not_above_the_quickest, load_shipped),
        cmocka_unit_test_setup(shipped_techniques_have_their_figures_with_source, load_shipped),
        cmocka_unit_test_setup(limits_come_out_in_si_with_their_source, load_shipped),
        cmocka_unit_test_setup(limits_that_belong_together_keep_their_order, load_shipped),
        cmocka_unit_test_setup(one_session_may_use_up_a_week_but_not_more, load_shipped),
        cmocka_unit_test_setup(limits_that_are_refused_leave_the_target_alone, load_shipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
