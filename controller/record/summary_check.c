#include "controller/record/summary_check.h"

#include <stdlib.h>
#include <string.h>

#include "controller/record/json_read.h"

#define SITE_CAPACITY 80
#define VALUE_CAPACITY 40

typedef struct {
    char place[SITE_CAPACITY]; // "items[3].peak_N"
    char* told;
} walk_t;

/// What cycles can't tell, by the names of the outermost members.
static bool left_out(const char* name)
{
    static const char* const names[] = {"timing",       "bus",          "wall_s",
                                        "speed_factor", "routine_file", "planned_s",
                                        "inputs",       "failure",      "sentence"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; ++i) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

/// Records made before a figure was thought of lack it.
static bool may_lack(const char* name)
{
    return strcmp(name, "pull_peak_N") == 0 || strcmp(name, "force_known_to_s") == 0;
}

static void value_text(const json_value_t* value, char text[VALUE_CAPACITY])
{
    double number = 0.0;
    bool truth = false;
    const char* words = json_as_text(value);
    if (value == NULL) {
        (void)snprintf(text, VALUE_CAPACITY, "nothing");
    } else if (words != NULL) {
        (void)snprintf(text, VALUE_CAPACITY, "'%.*s'", VALUE_CAPACITY - 3, words);
        json_make_line(text);
    } else if (json_as_number(value, &number)) {
        (void)snprintf(text, VALUE_CAPACITY, "%.15g", number);
    } else if (json_as_boolean(value, &truth)) {
        (void)snprintf(text, VALUE_CAPACITY, truth ? "true" : "false");
    } else {
        (void)snprintf(text, VALUE_CAPACITY, "%s", json_first(value) != NULL ? "more" : "none");
    }
}

static bool differs(walk_t* walk, const json_value_t* said, const json_value_t* found)
{
    char was[VALUE_CAPACITY], is[VALUE_CAPACITY];
    value_text(said, was);
    value_text(found, is);
    (void)snprintf(walk->told, TEXT_CAPACITY, "%s is %s there, and %s by the cycles", walk->place,
                   was, is);
    return false;
}

static bool same(walk_t* walk, const json_value_t* said, const json_value_t* found, bool outermost);

/// One member or entry: `name` is null in an array.
static bool same_child(walk_t* walk, const char* name, int index, const json_value_t* said,
                       const json_value_t* found)
{
    const size_t length = strlen(walk->place);
    char* end = walk->place + length;
    const size_t left = sizeof walk->place - length;
    if (name != NULL) {
        (void)snprintf(end, left, "%s%s", length > 0 ? "." : "", name);
        json_make_line(walk->place);
    } else {
        (void)snprintf(end, left, "[%d]", index);
    }
    const bool holds = same(walk, said, found, false);
    *end = '\0';
    return holds;
}

/// The members of an object by their names, so that their order does not matter; the entries of an
/// array by theirs.
static bool same_children(walk_t* walk, const json_value_t* said, const json_value_t* found,
                          bool outermost)
{
    int index = 0;
    const json_value_t* beside = json_first(said);
    for (const json_value_t* at = json_first(found); at != NULL; at = json_next(at), ++index) {
        const char* name = json_name(at);
        const json_value_t* other = name != NULL ? json_member(said, name) : beside;
        beside = json_next(beside);
        const bool skip =
            outermost && name != NULL && (left_out(name) || (other == NULL && may_lack(name)));
        if (!skip && !same_child(walk, name, index, other, at)) {
            return false;
        }
    }
    index = 0;
    beside = json_first(found);
    for (const json_value_t* at = json_first(said); at != NULL; at = json_next(at), ++index) {
        const char* name = json_name(at);
        const json_value_t* other = name != NULL ? json_member(found, name) : beside;
        beside = json_next(beside);
        if (other == NULL && !same_child(walk, name, index, at, NULL)) {
            return false;
        }
    }
    return true;
}

static bool same(walk_t* walk, const json_value_t* said, const json_value_t* found, bool outermost)
{
    if (said == NULL || found == NULL || !json_same_kind(said, found)) {
        return differs(walk, said, found);
    }
    double was = 0.0;
    double is = 0.0;
    bool said_true = false;
    bool found_true = false;
    const char* words = json_as_text(said);
    if (words != NULL) {
        return strcmp(words, json_as_text(found)) == 0 || differs(walk, said, found);
    }
    if (json_as_number(said, &was) && json_as_number(found, &is)) {
        return (!(was < is) && !(was > is)) || differs(walk, said, found);
    }
    if (json_as_boolean(said, &said_true) && json_as_boolean(found, &found_true)) {
        return said_true == found_true || differs(walk, said, found);
    }
    return same_children(walk, said, found, outermost);
}

/// What would be written now, read back: numbers as a file has them.
static json_value_t* read_back(const summary_t* summary)
{
    char* text = NULL;
    size_t size = 0;
    FILE* stream = open_memstream(&text, &size);
    if (stream == NULL) {
        return NULL;
    }
    summary_put(summary, stream);
    json_value_t* value = fclose(stream) == 0 ? json_parse(text, size) : NULL;
    free(text);
    return value;
}

summary_check_t summary_check(const summary_t* summary, const char* path, char told[TEXT_CAPACITY])
{
    told[0] = '\0';
    walk_t walk = {.told = told};
    json_value_t* said = json_parse_file(path);
    json_value_t* found = said != NULL ? read_back(summary) : NULL;
    const summary_check_t result = said == NULL || found == NULL    ? SUMMARY_CHECK_UNREADABLE
                                   : same(&walk, said, found, true) ? SUMMARY_CHECK_SAME
                                                                    : SUMMARY_CHECK_OTHER;
    json_free(said);
    json_free(found);
    return result;
}
