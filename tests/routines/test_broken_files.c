/// Every file of tests/data/broken is refused with exactly the findings that stand in its
/// expected.txt: place, key path and words. The file is the witness; it was read line by line
/// against the broken files, and a change of a message shows in it.
#include "tests/support/cmocka_prelude.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "config/load.h"
#include "routines/client_effects.h"
#include "routines/client_load.h"
#include "routines/routine_load.h"

#define FOLDER "tests/data/broken"
#define LINE_CAPACITY 1200
#define FILE_CAPACITY 300

static bool starts_with(const char* text, const char* beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

/// The shipped body of an average man, for the regions that routines name.
static const body_t* shipped_body(void)
{
    static body_settings_t settings;
    static body_t body;
    static bool built;
    if (!built) {
        static findings_t findings;
        const client_settings_t client = {.sex = SEX_MALE, .stature_m = 1.756, .mass_kg = 85.5};
        assert_true(load_body("config/bodies/prone.yaml", &settings, &findings));
        assert_int_equal(body_build(&settings, &client, 1.62, 2.0, &body), BODY_OK);
        built = true;
    }
    return &body;
}

/// The shipped list of what clients are asked.
static const screening_settings_t* shipped_screening(void)
{
    static screening_settings_t screening;
    static bool loaded;
    if (!loaded) {
        static findings_t findings;
        assert_true(load_screening("config/screening/published.yaml", &screening, &findings));
        loaded = true;
    }
    return &screening;
}

/// Loads a file as the kind its name begins with. False in `known` if it begins with none.
static bool load_by_name(const char* name, findings_t* findings, bool* known)
{
    char path[TEXT_CAPACITY];
    snprintf(path, sizeof path, FOLDER "/%.150s", name);
    *known = true;
    if (starts_with(name, "machine_")) {
        machine_settings_t machine;
        return load_machine(path, "config/devices", &machine, findings);
    }
    if (starts_with(name, "safety_")) {
        safety_settings_t safety;
        return load_safety(path, &safety, findings);
    }
    if (starts_with(name, "body_")) {
        body_settings_t body;
        return load_body(path, &body, findings);
    }
    if (starts_with(name, "device_")) {
        device_profile_t profile;
        return load_device_profile(path, &profile, findings);
    }
    if (starts_with(name, "routine_")) {
        static routine_t routine;
        return routine_load(path, shipped_body(), &routine, findings);
    }
    if (starts_with(name, "screening_")) {
        screening_settings_t screening;
        return load_screening(path, &screening, findings);
    }
    if (starts_with(name, "client_")) {
        client_settings_t client;
        client_effects_t effects;
        return client_load(path, &client, findings) &&
               client_effects(&client, shipped_screening(), shipped_body()->settings, &effects,
                              findings);
    }
    *known = false;
    return false;
}

/// The findings of a file as expected.txt has them.
static void print_lines(char* text, size_t capacity, const char* name, const findings_t* findings)
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < findings->count && used < capacity; i++) {
        const finding_t* finding = &findings->at[i];
        used += (size_t)snprintf(text + used, capacity - used, "%s | %d | %d | %s | %s\n", name,
                                 finding->line, finding->column, finding->field, finding->message);
    }
}

/// The lines of expected.txt that begin with a file's name.
static void expected_lines(char* text, size_t capacity, const char* name)
{
    FILE* file = fopen(FOLDER "/expected.txt", "r");
    assert_non_null(file);
    char beginning[FILE_CAPACITY + 4], line[LINE_CAPACITY];
    snprintf(beginning, sizeof beginning, "%s | ", name);
    size_t used = 0;
    text[0] = '\0';
    while (fgets(line, sizeof line, file) != NULL)
        if (starts_with(line, beginning) && used < capacity)
            used += (size_t)snprintf(text + used, capacity - used, "%s", line);
    fclose(file);
}

static void every_broken_file_is_refused_in_the_expected_words(void** state)
{
    (void)state;
    static findings_t findings;
    static char expected[1 << 16], found[1 << 16];
    DIR* folder = opendir(FOLDER);
    assert_non_null(folder);
    int read_count = 0, wrong_count = 0;
    for (const struct dirent* entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        const size_t length = strlen(entry->d_name);
        if (length < 5 || strcmp(entry->d_name + length - 5, ".yaml") != 0)
            continue;
        memset(&findings, 0, sizeof findings);
        bool known = false;
        const bool loaded = load_by_name(entry->d_name, &findings, &known);
        assert_true(known);
        read_count++;
        print_lines(found, sizeof found, entry->d_name, &findings);
        expected_lines(expected, sizeof expected, entry->d_name);
        if (loaded || findings.error_count == 0 || strcmp(found, expected) != 0) {
            print_error("%s: loaded %d\nexpected:\n%sfound:\n%s", entry->d_name, loaded, expected,
                        found);
            wrong_count++;
        }
    }
    closedir(folder);
    assert_int_equal(wrong_count, 0);
    assert_true(read_count >= 140);
}

static void every_expected_line_names_a_file_that_is_there(void** state)
{
    (void)state;
    FILE* file = fopen(FOLDER "/expected.txt", "r");
    assert_non_null(file);
    char line[LINE_CAPACITY];
    while (fgets(line, sizeof line, file) != NULL) {
        if (line[0] == '#')
            continue;
        char path[LINE_CAPACITY + sizeof FOLDER + 1];
        snprintf(path, sizeof path, FOLDER "/%.*s", (int)strcspn(line, " "), line);
        FILE* broken = fopen(path, "rb");
        if (broken == NULL)
            print_error("%s\n", path);
        assert_non_null(broken);
        fclose(broken);
    }
    fclose(file);
}

static void every_finding_of_a_place_shows_its_line(void** state)
{
    (void)state;
    static findings_t findings;
    memset(&findings, 0, sizeof findings);
    bool known;
    assert_false(load_by_name("safety_unknown_key.yaml", &findings, &known));
    assert_int_equal(findings.count, 2);
    assert_string_equal(findings.at[1].excerpt,
                        "shear_forse_max: {value: 25 N, grade: judgement, source: a test}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_broken_file_is_refused_in_the_expected_words),
        cmocka_unit_test(every_expected_line_names_a_file_that_is_there),
        cmocka_unit_test(every_finding_of_a_place_shows_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
