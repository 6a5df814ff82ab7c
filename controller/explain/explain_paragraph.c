#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "controller/explain/explain_print.h"
#include "controller/explain/explain_words.h"
#include "controller/live.h"

// A tool that got this part of the way off the body has yielded: the rest is braking and where it
// was.
#define YIELDED_PART 0.5

/// A text that grows, cut at its end.
typedef struct {
    char* text;
    size_t length;
} growing_t;

static void add(growing_t* growing, const char* format, ...) __attribute__((format(printf, 2, 3)));

static void add(growing_t* growing, const char* format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(growing->text + growing->length, EXPLAIN_PARAGRAPH_CAPACITY - growing->length,
                    format, arguments);
    va_end(arguments);
    growing->length += strlen(growing->text + growing->length);
}

static void add_time(growing_t* growing, double time_s)
{
    char text[FIGURE_TEXT_CAPACITY];
    if (time_s >= 1.0) {
        add(growing, "%.2f s", time_s);
    } else {
        figure_text(QUANTITY_TIME, JOINT_REVOLUTE, time_s, text);
        add(growing, "%s", text);
    }
}

/// "while playing step 3 (effleurage on back.left; routines/short.yaml:14)"
static void add_step(growing_t* growing, const session_t* session, const explain_step_t* step)
{
    if (!step->known) {
        add(growing, "outside of any step");
        return;
    }
    add(growing, "%s step %d (%s%s%s; %s:%d)", step->doing, step->step, step->technique,
        step->region[0] != '\0' ? " on " : "", step->region, session->routine->path, step->line);
}

/// What the arm was told to do, where only positions that can't be trusted say whether it did.
static void add_doubted_motion(growing_t* growing, const explanation_t* explanation)
{
    const supervisor_mode_t mode = explanation->mode_after;
    add(growing,
        " The arm was to %s; how far it moved is not known, as no position can be trusted%s",
        mode == MODE_LIFT    ? "lift the tool off the body"
        : mode == MODE_YIELD ? "move away from the body"
                             : "brake",
        isfinite(explanation->power_off_s) ? "; then its power was taken off"
                                           : "; the record ends before its power was taken off");
}

/// What the arm was told to do, and whether it did: a drive without power moves nothing away.
static void add_motion(growing_t* growing, const session_t* session,
                       const explanation_t* explanation)
{
    char moved[FIGURE_TEXT_CAPACITY];
    figure_text(QUANTITY_LENGTH, JOINT_REVOLUTE, explanation->moved_m, moved);
    const double wanted_m = session->safety->yield_distance_m.value;
    const bool stood =
        explanation->mode_before == MODE_ARMING || explanation->mode_before == MODE_ARMED;
    const bool powered = supervisor_mode_powered(explanation->mode_after);
    if (powered && isfinite(explanation->doubted_s)) {
        add_doubted_motion(growing, explanation);
        return;
    }
    if (explanation->mode_after == MODE_LIFT) {
        add(growing, " The tool was lifted off the body and the arm waited above it");
    } else if (explanation->mode_after == MODE_YIELD &&
               explanation->moved_m >= YIELDED_PART * wanted_m) {
        add(growing, " The arm moved %s away from the body and braked", moved);
    } else if (explanation->mode_after == MODE_YIELD) {
        add(growing, " The arm was to move away from the body; it moved %s only", moved);
    } else if (explanation->mode_after == MODE_STOPPING && stood) {
        add(growing, " The arm stood still");
    } else if (explanation->mode_after == MODE_STOPPING) {
        add(growing, " The arm braked within %s", moved);
    } else {
        add(growing, " The power was taken off at once and the brakes hold the arm");
        return;
    }
    if (explanation->mode_after != MODE_LIFT) {
        add(growing, isfinite(explanation->power_off_s)
                         ? ", then its power was taken off"
                         : "; the record ends before its power was taken off");
    }
}

/// What the sensor says is no witness then.
static bool sensor_is_cause(const session_t* session, const explain_fault_t* cause)
{
    const rule_words_t* rule = rule_words(cause->rule);
    return rule != NULL && cause->device == session->machine->force_sensor &&
           (rule->about == ABOUT_FORCE_SENSOR || rule->about == ABOUT_FORCE_AXIS ||
            rule->about == ABOUT_SOME_DEVICE);
}

static void add_reaction(growing_t* growing, const session_t* session,
                         const explanation_t* explanation)
{
    add_motion(growing, session, explanation);
    const bool may_press = supervisor_mode_touches(explanation->mode_before) ||
                           explanation->peak_after_N >= session->limits.touch_force_N;
    if (!may_press) {
        add(growing, ".");
        return;
    }
    if (sensor_is_cause(session, &explanation->cause)) {
        add(growing, "; how the force went is not sure, as the sensor itself may be the cause");
        if (explanation->force_told && explanation->peak_after_N >= session->limits.touch_force_N) {
            char peak[FIGURE_TEXT_CAPACITY];
            figure_text(QUANTITY_FORCE, JOINT_REVOLUTE, explanation->peak_after_N, peak);
            add(growing, ", which told of %s at most", peak);
        }
        add(growing, ": see that the client is free, and that nothing ties the arm to him.");
        return;
    }
    if (explanation->cause.rule == INTERLOCK_ENTANGLED) {
        add(growing, "; what holds the tool may still do so.");
        return;
    }
    if (!explanation->force_told) {
        add(growing, "; how the force went on is not known: see that the client is free.");
        return;
    }
    if (explanation->peak_after_N < session->limits.touch_force_N) {
        add(growing, "; nothing was pressed.");
        return;
    }
    if (isfinite(explanation->released_s)) {
        add(growing, "; the force was gone after ");
        add_time(growing, explanation->released_s);
        add(growing, ".");
    } else {
        char force[FIGURE_TEXT_CAPACITY];
        figure_text(QUANTITY_FORCE, JOINT_REVOLUTE, session->limits.touch_force_N, force);
        add(growing,
            "; the record does not show that the force fell below %s: see that the client "
            "is free.",
            force);
    }
}

static void add_request(growing_t* growing, const explain_request_t* request)
{
    add(growing, " asked to %s", request_word(request->index));
    if (request->reason[0] != '\0') {
        add(growing, ", because: %s", request->reason);
    } else {
        add(growing, "; no reason was given");
    }
}

/// What has to be looked at beside the cause.
static void add_own_faults(growing_t* growing, const explanation_t* explanation)
{
    const explain_fault_t* own = explain_own_fault(explanation);
    if (own == NULL) {
        return;
    }
    const double after_s = 1e-6 * (double)(own->time_us - explanation->time_us);
    add(growing, " ");
    add_time(growing, after_s > 0.0 ? after_s : 1e-6 * (double)own->time_us);
    // What a client who pushes can do as well is not said to have come without him.
    const bool doubted = rule_doubts_position(own->rule) && supervisor_mode_powered(own->mode);
    add(growing, " %s: %s%s%s%s.",
        after_s <= 0.0 ? "after its beginning, without stopping it"
        : doubted      ? "later the power had to be taken off"
                       : "later, and not because of it",
        own->sentence, own->note[0] != '\0' ? "; " : "", own->note,
        doubted ? "; so no position can be trusted" : "");
}

static void add_cause(growing_t* growing, const explanation_t* explanation)
{
    const explain_fault_t* cause = &explanation->cause;
    add(growing, "%s%s%s.", cause->sentence, cause->note[0] != '\0' ? "; " : "", cause->note);
}

static void add_advice(growing_t* growing, const explanation_t* explanation)
{
    const explain_advice_t advice = explain_advice(explanation);
    if (advice.for_operator != NULL) {
        add(growing, " What to do: %s", advice.for_operator);
    }
    const char* latch = explain_latch_text(explanation);
    // Some advice ends with a blank, for another sentence behind it.
    if (growing->length > 0 && growing->text[growing->length - 1] == ' ') {
        growing->text[--growing->length] = '\0';
    }
    add(growing, "%s%s", latch[0] != '\0' ? " " : "", latch);
}

static void add_stop(growing_t* growing, const session_t* session, const explanation_t* explanation)
{
    add(growing, explanation->ending == EXPLAIN_ASKED ? "It was stopped " : "It stopped ");
    add_time(growing, 1e-6 * (double)explanation->time_us);
    add(growing, " after its beginning, ");
    add_step(growing, session, &explanation->step);
    if (explanation->ending == EXPLAIN_ASKED) {
        add(growing, ": somebody");
        add_request(growing, &explanation->asked);
        add(growing, ".");
    } else if (explanation->ending == EXPLAIN_STOPPED) {
        add(growing, ": ");
        add_cause(growing, explanation);
        if (explanation->asked.index >= 0) {
            add(growing, " In the same moment somebody");
            add_request(growing, &explanation->asked);
            add(growing, ".");
        }
    } else {
        add(growing,
            ", and the record does not tell why: no rule refused and nobody asked for it.");
    }
    add_reaction(growing, session, explanation);
}

/// Without the command that asks a device the same: that is for the engineer, in the table.
static void add_failure(growing_t* growing, const session_t* session,
                        const explanation_t* explanation)
{
    const char* command = strstr(explanation->failure, "; try: ");
    const int length = (int)(command != NULL ? command - explanation->failure
                                             : (long)strlen(explanation->failure));
    add(growing, "It could not be carried out: %.*s", length, explanation->failure);
    if (explanation->devices_told > 1) {
        add(growing, "; %d findings about devices in all", explanation->devices_told);
    }
    add(growing, ".");
    if (explanation->armed) {
        add(growing, " That was %.2f s after its beginning, ", 1e-6 * (double)explanation->last_us);
        add_step(growing, session, &explanation->step);
        add(growing, "; the drives' own watchdogs stop the arm.");
    }
}

static void add_ending(growing_t* growing, const session_t* session,
                       const explanation_t* explanation)
{
    const double end_s = 1e-6 * (double)(explanation->last_us - explanation->first_us);
    switch (explanation->ending) {
    case EXPLAIN_STOPPED:
    case EXPLAIN_ASKED:
    case EXPLAIN_STOPPED_UNKNOWN:
        add_stop(growing, session, explanation);
        break;
    case EXPLAIN_FINISHED:
        add(growing,
            "Nothing stopped it: the routine was played to its end in %.1f s and the arm "
            "is parked.",
            end_s);
        break;
    case EXPLAIN_ENDED:
        add(growing, "It was ended early, ");
        add_time(growing, 1e-6 * (double)explanation->time_us);
        add(growing, " after its beginning, ");
        add_step(growing, session, &explanation->step);
        add(growing, ": somebody");
        if (explanation->asked.index >= 0) {
            add_request(growing, &explanation->asked);
        } else {
            add(growing, " left it before it was over; who is not in the record");
        }
        add(growing, ". %s",
            explanation->mode_last == MODE_PARKED ? "The tool was lifted off and the arm is parked."
                                                  : "");
        break;
    case EXPLAIN_NEVER_READY:
        add(growing, "It never began, the drives never had torque: ");
        add_cause(growing, explanation);
        break;
    case EXPLAIN_NEVER_STARTED:
        add(growing, "It never began: no rule refused, and nobody armed and started it.");
        break;
    case EXPLAIN_FAILED:
        add_failure(growing, session, explanation);
        break;
    case EXPLAIN_CUT_OFF:
        add(growing,
            "The record breaks off%s: the program was killed, the computer lost its "
            "power, or the run still goes on.",
            explanation->any ? "" : " before the first cycle");
        if (explanation->any) {
            add(growing, " The last cycle is from ");
            add_time(growing, 1e-6 * (double)explanation->last_us);
            add(growing, " after its beginning, ");
            add_step(growing, session, &explanation->step);
            add(growing, "; no rule refused and nobody had asked to stop up to then.");
        }
        break;
    }
}

/// The run came to an end that it told, and its cycles are not all there.
static bool is_broken(const explain_record_t* record)
{
    return record->own_words != NULL &&
           (record->cycles_end != CYCLE_READ_END || record->cycles_foreign);
}

/// What comes before all else where the cycles are not those that the run recorded.
static void add_break(growing_t* growing, const explanation_t* explanation,
                      const explain_record_t* record)
{
    if (record->cycles_end == CYCLE_READ_END) {
        add(growing, "The cycles are not those that this run recorded: cycles.bin was changed, or "
                     "is another run's.");
    } else {
        add(growing, "The record of the cycles can be read only to ");
        add_time(growing, 1e-6 * (double)explanation->last_us);
        add(growing, " after the beginning: %s.", cycle_read_text(record->cycles_end));
    }
    add(growing, " At its end the run said: \"%s\"", record->own_words);
    if (explanation->ending != EXPLAIN_CUT_OFF) {
        add(growing, " The cycles tell: ");
    }
}

void explain_paragraph(const session_t* session, const explanation_t* explanation,
                       const explain_record_t* record, char text[EXPLAIN_PARAGRAPH_CAPACITY])
{
    growing_t growing = {.text = text};
    text[0] = '\0';
    if (is_broken(record)) {
        add_break(&growing, explanation, record);
    }
    if (!is_broken(record) || explanation->ending != EXPLAIN_CUT_OFF) {
        add_ending(&growing, session, explanation);
    }
    add_own_faults(&growing, explanation);
    if (explanation->ending != EXPLAIN_FAILED && explanation->failure[0] != '\0' &&
        (explanation->ending != EXPLAIN_NEVER_READY ||
         strncmp(explanation->failure, "nobody went on", strlen("nobody went on")) == 0)) {
        add(&growing, " The program said: %s.", explanation->failure);
    }
    if (explanation->verdict == VERDICT_RUNNING && explanation->ending != EXPLAIN_CUT_OFF &&
        !is_broken(record)) {
        add(&growing, " After that the record breaks off.");
    }
    if (record->scenario && !record->met && !is_broken(record)) {
        add(&growing, " The scenario '%s' expects %s; found: %s.", record->scenario_name,
            record->expected, record->found);
    }
    if (is_broken(record) && explanation->ending == EXPLAIN_CUT_OFF) {
        add(&growing,
            " What to do: See how the client is. events.jsonl tells what was refused; 'knead "
            "replay --verify' tells what of the record is whole.");
        return;
    }
    add_advice(&growing, explanation);
}
