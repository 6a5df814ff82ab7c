#include "sim/scenario_check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    const yaml_document_t* document;
    findings_t* findings;
    bool good;
} check_t;

static bool is_given(const check_t* check, const char* field)
{
    return fields_node(check->document, field) >= 0;
}

/// A field of `require` that is there and has nothing in it.
static void refuse_empty(check_t* check, const char* field, const char* allowed)
{
    const int node = fields_node(check->document, field);
    if (node >= 0 && check->document->nodes[node].kind != YAML_NODE_SCALAR &&
        check->document->nodes[node].first_child < 0) {
        fields_refuse_path(check->document, field, check->findings,
                           "empty: it requires nothing; leave it out or give %s", allowed);
        check->good = false;
    }
}

static void refuse_doubles(check_t* check, const char* field, int count,
                           const char names[][NAME_CAPACITY])
{
    for (int i = 0; i < count; ++i) {
        for (int k = 0; k < i; ++k) {
            if (strcmp(names[i], names[k]) == 0) {
                char place[FINDING_FIELD_CAPACITY];
                (void)snprintf(place, sizeof place, "%s[%d]", field, i);
                fields_refuse_path(check->document, place, check->findings,
                                   "'%s' stands there already; once is enough", names[i]);
                check->good = false;
                break;
            }
        }
    }
}

/// What must not be and is asked for in another place.
static void refuse_forbidden(check_t* check, const scenario_t* scenario)
{
    const scenario_requirements_t* require = &scenario->require;
    for (int i = 0; i < require->must_not_count; ++i) {
        const char* name = require->must_not[i];
        const char* wanted = NULL;
        for (int k = 0; k < require->cause_count; ++k) {
            wanted = strcmp(name, require->causes[k]) == 0 ? "require.cause" : wanted;
        }
        if (require->reacts && strcmp(name, scenario_ending_text(require->reaction)) == 0) {
            wanted = "require.reaction";
        }
        if (strcmp(name, scenario_ending_text(scenario->expect)) == 0) {
            wanted = "expect";
        }
        if (wanted != NULL) {
            char place[FINDING_FIELD_CAPACITY];
            (void)snprintf(place, sizeof place, "require.must_not[%d]", i);
            fields_refuse_path(check->document, place, check->findings,
                               "'%s' is what '%s' asks for: take it out of one of them", name,
                               wanted);
            check->good = false;
        }
    }
}

/// What is required of a stop that the ending does not allow for.
static void refuse_against_ending(check_t* check, const scenario_t* scenario)
{
    static const char* const of_a_stop[] = {"require.reaction", "require.within", "require.cause"};
    const scenario_requirements_t* require = &scenario->require;
    const scenario_ending_t expect = scenario->expect;
    const char* word = scenario_ending_text(expect);
    const bool stops = expect >= SCENARIO_ENDING_LIFT && expect <= SCENARIO_ENDING_POWER_OFF;
    if (expect == SCENARIO_ENDING_FINISHED || expect == SCENARIO_ENDING_UNFINISHED) {
        for (size_t i = 0; i < sizeof of_a_stop / sizeof of_a_stop[0]; ++i) {
            if (is_given(check, of_a_stop[i])) {
                fields_refuse_path(check->document, of_a_stop[i], check->findings,
                                   "a run that is to be '%s' does not stop; with it 'expect' is "
                                   "one of lift, yield, stop, power_off, gone",
                                   word);
                check->good = false;
            }
        }
    } else if (stops && require->reacts && require->reaction != expect) {
        fields_refuse_path(check->document, "require.reaction", check->findings,
                           "'%s' is against 'expect: %s'; the same, or none",
                           scenario_ending_text(require->reaction), word);
        check->good = false;
    }
}

static void refuse_events(check_t* check, const scenario_t* scenario)
{
    for (int i = 0; i < scenario->event_count; ++i) {
        const world_event_t* event = &scenario->events[i];
        const char* word = world_event_info(event->kind)->word;
        char place[FINDING_FIELD_CAPACITY];
        if (event->duration_us > 0 && !world_event_lasts(event->kind)) {
            (void)snprintf(place, sizeof place, "events[%d].duration", i);
            fields_refuse_path(check->document, place, check->findings,
                               "'%s' happens and is over or stays; it has no duration: leave it "
                               "out",
                               word);
            check->good = false;
        }
        if (!world_event_counts_fit(event)) {
            (void)snprintf(place, sizeof place, "events[%d].magnitude", i);
            fields_refuse_path(check->document, place, check->findings,
                               "%.9g is not whole; of '%s' a whole number from %.0f to %.0f is "
                               "wanted",
                               event->magnitude, word, world_event_info(event->kind)->least,
                               world_event_info(event->kind)->most);
            check->good = false;
        }
    }
}

bool scenario_check(const yaml_document_t* document, const scenario_t* scenario,
                    findings_t* findings)
{
    check_t check = {.document = document, .findings = findings, .good = true};
    const scenario_requirements_t* require = &scenario->require;
    refuse_empty(&check, "require",
                 "reaction, within, force_max, travel_max, cause or must_not in it");
    refuse_empty(&check, "require.cause", "names of rules in it");
    refuse_empty(&check, "require.must_not", "names of rules or endings in it");
    refuse_doubles(&check, "require.cause", require->cause_count, require->causes);
    refuse_doubles(&check, "require.must_not", require->must_not_count, require->must_not);
    refuse_forbidden(&check, scenario);
    refuse_against_ending(&check, scenario);
    refuse_events(&check, scenario);
    return check.good;
}
