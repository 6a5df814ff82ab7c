#include "controller/live.h"
#include "controller/record/atomic_file.h"
#include "controller/record/histogram_json.h"
#include "controller/record/json.h"
#include "controller/record/rule_words.h"
#include "controller/record/summary.h"

#include <math.h>

static void write_digest(json_t* json, const char* key, const digest_t* digest)
{
    char text[DIGEST_TEXT_CAPACITY];
    digest_text(digest, text);
    json_text(json, key, text);
}

static void write_figures(json_t* json, const force_figures_t* figures, double period_s)
{
    json_number(json, "contact_s", force_figures_seconds(figures, period_s));
    json_integer(json, "touch_downs", figures->touch_downs);
    json_number(json, "target_mean_N", force_figures_target_mean_N(figures));
    json_number(json, "force_mean_N", force_figures_force_mean_N(figures));
    json_number(json, "error_mean_N", force_figures_error_mean_N(figures));
    json_number(json, "error_rms_N", force_figures_error_rms_N(figures));
    json_number(json, "error_rms_limit_N", force_figures_error_rms_limit_N(figures));
    json_number(json, "peak_N", figures->peak_N);
    json_number(json, "cap_N", figures->cap_N);
    json_number(json, "overshoot_N", figures->touch_downs > 0 ? figures->overshoot_N : (double)NAN);
    json_number(json, "impulse_Ns", force_figures_impulse_Ns(figures, period_s));
    json_integer(json, "unknown_cycles", figures->unknown_cycles);
    json_integer(json, "over_cap_cycles", figures->over_cap_cycles);
    json_boolean(json, "rms_ok", force_figures_rms_ok(figures));
    json_boolean(json, "overshoot_ok", force_figures_overshoot_ok(figures));
    json_boolean(json, "cap_ok", force_figures_cap_ok(figures));
    json_boolean(json, "ok", force_figures_ok(figures));
}

/// What a technique promises beside its force, where it promises it.
static void write_touch(json_t* json, const touch_figures_t* figures)
{
    if (figures->taps_wanted > 0) {
        json_object_begin(json, "taps");
        json_integer(json, "wanted", figures->taps_wanted);
        json_integer(json, "counted", figures->taps);
        json_number(json, "rate_wanted_Hz", touch_figures_tap_rate_wanted_Hz(figures));
        json_number(json, "rate_Hz", touch_figures_tap_rate_Hz(figures));
        json_number(json, "peak_wanted_mean_N", touch_figures_tap_wanted_mean_N(figures));
        json_number(json, "peak_error_rms_N", touch_figures_tap_error_rms_N(figures));
        json_number(json, "peak_N", figures->tap_peak_N);
        json_object_end(json);
    }
    if (figures->easings > 0) {
        json_object_begin(json, "easings");
        json_integer(json, "wanted", figures->easings);
        json_integer(json, "reached", figures->easings_reached);
        json_object_end(json);
    }
    if (figures->held_cycles > 0) {
        json_object_begin(json, "holds");
        json_number(json, "error_rms_N", touch_figures_held_error_rms_N(figures));
        json_number(json, "error_max_N", figures->held_error_N);
        json_object_end(json);
    }
    json_object_begin(json, "path");
    json_number(json, "error_rms_m", touch_figures_path_error_rms_m(figures));
    json_number(json, "error_max_m", figures->path_error_m);
    json_object_end(json);
    json_boolean(json, "touch_ok", touch_figures_ok(figures));
}

static void write_cause(json_t* json, const summary_t* summary)
{
    const stop_cause_t* stop = &summary->first_stop;
    const arm_settings_t* arm = &summary->session->machine->arm;
    if (!stop->any) {
        json_null(json, "first_cause");
        return;
    }
    json_object_begin(json, "first_cause");
    const bool ruled = stop->rule != INTERLOCK_RULE_NONE;
    const interlock_rule_info_t* info =
        ruled ? interlock_rule_info((interlock_rule_t)stop->rule) : NULL;
    json_text(json, "rule", info ? info->name : stop->asked ? "request" : "none");
    json_text(json, "text",
              info          ? info->text
              : stop->asked ? "somebody asked to stop"
                            : "no rule refused");
    json_text(json, "hazard", info ? info->hazards : NULL);
    json_text(json, "reaction", reaction_text(stop->reaction));
    json_number(json, "measured", info ? stop->measured : (double)NAN);
    json_number(json, "allowed", info ? stop->allowed : (double)NAN);
    json_text(json, "joint",
              rule_subject_is_joint(stop->rule) && stop->subject >= 0 &&
                      stop->subject < arm->joint_count
                  ? arm->joints[stop->subject].name
                  : NULL);
    json_number(json, "time_s", (double)stop->time_us / 1e6);
    json_integer(json, "item", stop->item);
    json_object_end(json);
}

static void write_run(json_t* json, const summary_t* summary)
{
    const session_t* session = summary->session;
    char sentence[2 * TEXT_CAPACITY];
    summary_sentence(summary, sentence, sizeof sentence);
    json_text(json, "verdict", run_verdict_text(summary_verdict(summary)));
    json_text(json, "sentence", sentence);
    json_text(json, "failure",
              summary->outcome.failure[0] != '\0' ? summary->outcome.failure : NULL);
    write_cause(json, summary);
    json_integer(json, "stops", summary->stops);
    json_text(json, "routine", session->routine->name);
    json_text(json, "routine_file", session->routine->path);
    json_text(json, "machine", session->machine->name);
    json_text(json, "world", session->machine->world == WORLD_REAL ? "real" : "virtual");
    json_text(json, "client", session->body->client.name);
    json_text(json, "pad", session->machine->arm.tool.pads[session->pad_index].name);
    json_number(json, "planned_s", summary->outcome.planned_s);
    json_number(json, "contact_s", summary_contact_s(summary));
    json_number(json, "virtual_s", summary_virtual_s(summary));
    json_number(json, "wall_s", summary->outcome.wall_s);
    json_number(json, "speed_factor", summary_speed_factor(summary));
    json_integer(json, "cycles", summary->cycles);
    json_number(json, "period_s", session->period_s);
    // As text: JSON readers keep 53 bits of a number.
    char seed[24];
    (void)snprintf(seed, sizeof seed, "%llu", (unsigned long long)summary->seed);
    json_text(json, "seed", seed);
    json_integer(json, "overruns", summary->overruns);
    json_integer(json, "overruns_in_a_row", summary->overruns_row);
    json_integer(json, "cycles_dropped", summary->outcome.cycles_dropped);
    json_boolean(json, "recording_complete", summary->outcome.recording_complete);
    json_number(json, "tool_speed_peak_mps", summary->tool_speed_peak_mps);
    json_number(json, "shear_peak_N", summary->shear_peak_N);
    json_number(json, "force_peak_N", summary->force_peak_N);
    json_number(json, "pull_peak_N", summary->pull_peak_N);
    json_number(json, "force_known_to_s",
                summary->force_lost_us >= 0 ? 1e-6 * (double)summary->force_lost_us : (double)NAN);
}

static void write_techniques(json_t* json, const summary_t* summary)
{
    json_array_begin(json, "techniques");
    for (int technique = 0; technique < TECHNIQUE_COUNT; technique++) {
        const force_figures_t figures = summary_technique(summary, (technique_id_t)technique);
        if (figures.cycles > 0) {
            json_object_begin(json, NULL);
            json_text(json, "technique", technique_info((technique_id_t)technique)->name);
            json_integer(json, "strokes", figures.strokes);
            write_figures(json, &figures, summary->session->period_s);
            const touch_figures_t touch = summary_touch(summary, (technique_id_t)technique);
            write_touch(json, &touch);
            json_object_end(json);
        }
    }
    json_array_end(json);
}

static void write_steps(json_t* json, const summary_t* summary)
{
    const routine_t* routine = summary->session->routine;
    json_array_begin(json, "steps");
    for (int step = 0; step < routine->step_count; step++) {
        const force_figures_t figures = summary_step(summary, step);
        if (figures.cycles > 0) {
            json_object_begin(json, NULL);
            json_integer(json, "step", step);
            json_integer(json, "line", routine->step_line[step]);
            json_integer(json, "strokes", figures.strokes);
            write_figures(json, &figures, summary->session->period_s);
            json_object_end(json);
        }
    }
    json_array_end(json);
}

static const char* region_name(const summary_t* summary, int region)
{
    const body_settings_t* body = summary->session->body->settings;
    return region >= 0 && region < body->region_count ? body->regions[region].name : NULL;
}

static void write_items(json_t* json, const summary_t* summary)
{
    const routine_t* routine = summary->session->routine;
    json_array_begin(json, "items");
    for (int item = 0; item < routine->item_count; item++) {
        const stroke_t* stroke = &routine->items[item].stroke;
        if (summary->items[item].cycles > 0 && routine->items[item].kind == ITEM_STROKE) {
            json_object_begin(json, NULL);
            json_integer(json, "item", item);
            json_integer(json, "step", stroke->step);
            json_integer(json, "line", stroke->line);
            json_text(json, "technique", technique_info(stroke->technique)->name);
            json_text(json, "region", region_name(summary, stroke->region));
            json_number(json, "planned_s", stroke->duration_s);
            write_figures(json, &summary->items[item], summary->session->period_s);
            json_object_end(json);
        }
    }
    json_array_end(json);
}

static void write_regions(json_t* json, const summary_t* summary)
{
    json_array_begin(json, "regions");
    for (int region = 0; region < summary->session->body->settings->region_count; region++) {
        const force_figures_t* figures = &summary->regions[region];
        if (figures->cycles > 0) {
            json_object_begin(json, NULL);
            json_text(json, "region", region_name(summary, region));
            json_integer(json, "strokes", figures->strokes);
            json_number(json, "pressure_mean_Pa", summary_region_pressure_Pa(summary, region));
            write_figures(json, figures, summary->session->period_s);
            json_object_end(json);
        }
    }
    json_array_end(json);
}

static void write_joints(json_t* json, const summary_t* summary)
{
    json_array_begin(json, "joints");
    for (int joint = 0; joint < summary->session->machine->arm.joint_count; joint++) {
        const joint_settings_t* settings = &summary->session->machine->arm.joints[joint];
        const joint_figures_t* figures = &summary->joints[joint];
        const bool any = figures->cycles > 0;
        json_object_begin(json, NULL);
        json_text(json, "joint", settings->name);
        json_text(json, "unit", settings->kind == JOINT_PRISMATIC ? "m" : "rad");
        json_number(json, "position_lowest", any ? figures->position_min : (double)NAN);
        json_number(json, "position_highest", any ? figures->position_max : (double)NAN);
        json_number(json, "position_min", settings->position_min);
        json_number(json, "position_max", settings->position_max);
        json_number(json, "speed_peak", any ? figures->speed_peak : (double)NAN);
        json_number(json, "speed_max", settings->velocity_max);
        json_number(json, "effort_peak", any ? figures->effort_peak : (double)NAN);
        json_number(json, "effort_max", settings->effort_max);
        json_number(json, "following_error_peak", any ? figures->following_peak : (double)NAN);
        json_number(json, "following_error_rms", summary_following_rms(figures));
        json_number(json, "following_error_max", summary_following_limit(summary->session, joint));
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_refusals(json_t* json, const summary_t* summary)
{
    json_object_begin(json, "refusals");
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; rule++) {
        if (summary->refusals[rule] > 0) {
            json_integer(json, interlock_rule_info((interlock_rule_t)rule)->name,
                         summary->refusals[rule]);
        }
    }
    json_object_end(json);
}

static void write_requests(json_t* json, const summary_t* summary)
{
    json_object_begin(json, "requests");
    for (int index = 0; index < REQUEST_COUNT; index++) {
        if (summary->granted[index] > 0) {
            json_integer(json, request_word(index), summary->granted[index]);
        }
    }
    json_integer(json, "refused", summary->refused_requests);
    json_object_end(json);
}

static void write_bus(json_t* json, const summary_t* summary)
{
    json_array_begin(json, "bus");
    for (int device = 0; device < summary->outcome.device_count; device++) {
        const link_figures_t* counters = &summary->outcome.devices[device];
        json_object_begin(json, NULL);
        json_text(json, "device", counters->name);
        if (counters->line[0] != '\0') {
            json_text(json, "line", counters->line);
        } else {
            json_text(json, "host", counters->host);
            json_integer(json, "port", counters->port);
        }
        json_integer(json, "unit", counters->unit);
        json_integer(json, "exchanges", counters->exchanges);
        json_integer(json, "timeouts", counters->timeouts);
        json_integer(json, "mismatches", counters->mismatches);
        json_integer(json, "crc_errors", counters->crc_errors);
        json_integer(json, "exceptions", counters->exceptions);
        json_integer(json, "stale", counters->stale);
        json_integer(json, "no_turns", counters->no_turns);
        json_integer(json, "connects", counters->connects);
        json_integer(json, "reconnects", counters->reconnects);
        json_number(json, "round_trip_mean_us", counters->round_trip_mean_us);
        json_integer(json, "round_trip_max_us", counters->round_trip_max_us);
        histogram_write(json, "round_trip_us", counters->round_trips_us);
        json_text(json, "round_trip_reason",
                  counters->round_trips_us != NULL ? NULL : "nothing crossed a wire");
        json_object_end(json);
    }
    json_array_end(json);
}

/// How the run kept to the machine's clock, or why nothing is known of that.
static void write_timing(json_t* json, const summary_t* summary)
{
    const loop_timing_t* timing = summary->outcome.timing;
    json_object_begin(json, "timing");
    json_text(json, "reason",
              timing != NULL ? NULL
              : summary_verdict(summary) == VERDICT_RUNNING
                  ? "the run is not over"
                  : "time was virtual: it waits for the controller, and nothing is late");
    histogram_write(json, "wake_up_us", timing != NULL ? &timing->wake_up_us : NULL);
    histogram_write(json, "exchange_us", timing != NULL ? &timing->exchange_us : NULL);
    histogram_write(json, "compute_us", timing != NULL ? &timing->compute_us : NULL);
    json_object_end(json);
}

static void write_hashes(json_t* json, const summary_t* summary)
{
    json_array_begin(json, "inputs");
    for (int index = 0; index < summary->inputs.count; index++) {
        const input_file_t* input = &summary->inputs.at[index];
        char copy[INPUT_PATH_CAPACITY + NAME_CAPACITY];
        json_object_begin(json, NULL);
        json_text(json, "role", input_role_text(input->role));
        json_text(json, "path", input->path);
        json_text(json, "copy", input_copy_name(input, copy, sizeof copy) ? copy : NULL);
        write_digest(json, "sha256", &input->digest);
        json_object_end(json);
    }
    json_array_end(json);
    const digest_t inputs = inputs_digest(&summary->inputs);
    const digest_t decisions = summary_decisions(summary);
    write_digest(json, "inputs_sha256", &inputs);
    write_digest(json, "decisions_sha256", &decisions);
    json_integer(json, "event_count", summary->outcome.event_count);
    json_text(json, "events_chain", summary->outcome.events_chain);
    const char* cycles = summary->outcome.cycles_digest;
    json_text(json, "cycles_sha256", cycles[0] != '\0' ? cycles : NULL);
}

static void write_modes(json_t* json, const summary_t* summary)
{
    json_object_begin(json, "mode_s");
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        if (summary->mode_cycles[mode] > 0) {
            json_number(json, supervisor_mode_text((supervisor_mode_t)mode),
                        (double)summary->mode_cycles[mode] * summary->session->period_s);
        }
    }
    json_object_end(json);
}

void summary_put(const summary_t* summary, FILE* out)
{
    json_t writer = json_to_file(out);
    json_t* json = &writer;
    json_object_begin(json, NULL);
    json_text(json, "kind", "summary");
    json_integer(json, "version", SUMMARY_VERSION);
    write_run(json, summary);
    write_modes(json, summary);
    write_refusals(json, summary);
    write_requests(json, summary);
    write_techniques(json, summary);
    write_steps(json, summary);
    write_items(json, summary);
    write_regions(json, summary);
    write_joints(json, summary);
    write_bus(json, summary);
    write_timing(json, summary);
    write_hashes(json, summary);
    json_object_end(json);
}

bool summary_write(const summary_t* summary, const char* path)
{
    atomic_file_t target;
    if (!atomic_file_open(&target, path)) {
        return false;
    }
    summary_put(summary, target.file);
    return atomic_file_commit(&target);
}

// ------------------------------------------------------------------------------------ for people

static void print_number(FILE* out, int width, int decimals, double number)
{
    if (isfinite(number)) {
        (void)fprintf(out, "  %*.*f", width, decimals, number);
    } else {
        (void)fprintf(out, "  %*s", width, "-");
    }
}

static void print_techniques(const summary_t* summary, FILE* out)
{
    (void)fprintf(out, "  %-14s  %7s  %8s  %8s  %7s  %7s  %9s  %s\n", "technique", "strokes",
                  "time s", "target N", "RMS N", "peak N", "oversh. N", "ok");
    for (int technique = 0; technique < TECHNIQUE_COUNT; technique++) {
        const force_figures_t figures = summary_technique(summary, (technique_id_t)technique);
        if (figures.cycles == 0) {
            continue;
        }
        (void)fprintf(out, "  %-14s  %7d", technique_info((technique_id_t)technique)->name,
                      figures.strokes);
        print_number(out, 8, 1, force_figures_seconds(&figures, summary->session->period_s));
        print_number(out, 8, 1, force_figures_target_mean_N(&figures));
        print_number(out, 7, 2, force_figures_error_rms_N(&figures));
        print_number(out, 7, 1, figures.peak_N);
        print_number(out, 9, 2, figures.touch_downs > 0 ? figures.overshoot_N : (double)NAN);
        const touch_figures_t touch = summary_touch(summary, (technique_id_t)technique);
        const bool kept = force_figures_ok(&figures) && touch_figures_ok(&touch);
        (void)fprintf(out, "  %s%s%s%s%s\n",
                      kept ? "yes" : "no:", force_figures_rms_ok(&figures) ? "" : " RMS",
                      force_figures_overshoot_ok(&figures) ? "" : " overshoot",
                      force_figures_cap_ok(&figures) ? "" : " cap",
                      touch_figures_ok(&touch) ? "" : " rhythm or hold");
    }
}

/// What was asked for while it played; arming and starting belong to every run.
static void print_requests(const summary_t* summary, FILE* out)
{
    const char* between = "  on request: ";
    for (int index = REQUEST_PAUSE_INDEX; index < REQUEST_COUNT; index++) {
        if (summary->granted[index] > 0) {
            (void)fprintf(out, "%s%s %lld×", between, request_word(index),
                          (long long)summary->granted[index]);
            between = ", ";
        }
    }
    if (summary->refused_requests > 0) {
        (void)fprintf(out, "%srefused %lld×", between, (long long)summary->refused_requests);
        between = ", ";
    }
    if (between[0] == ',') {
        (void)fputc('\n', out);
    }
}

void summary_print(const summary_t* summary, FILE* out)
{
    char sentence[2 * TEXT_CAPACITY];
    summary_sentence(summary, sentence, sizeof sentence);
    (void)fprintf(out, "%s: %s\n%s\n\n", summary->session->routine->name,
                  run_verdict_text(summary_verdict(summary)), sentence);
    if (summary->mode_cycles[MODE_CONTACT] > 0) {
        print_techniques(summary, out);
        (void)fputc('\n', out);
    }
    (void)fprintf(out, "  %.1f s, of it %.1f s in contact; %lld cycles of %.3g ms; %lld late",
                  summary_virtual_s(summary), summary_contact_s(summary),
                  (long long)summary->cycles, 1e3 * summary->session->period_s,
                  (long long)summary->overruns);
    if (isfinite(summary_speed_factor(summary))) {
        (void)fprintf(out, "; %.3g times real time", summary_speed_factor(summary));
    }
    (void)fprintf(out, "\n  highest force of the whole run %.1f N, largest pull %.1f N\n",
                  summary->force_peak_N, summary->pull_peak_N);
    if (summary->force_lost_us >= 0) {
        (void)fprintf(out,
                      "  from %.1f s on no position could be trusted: what the force was then is "
                      "not known\n",
                      1e-6 * (double)summary->force_lost_us);
    }
    print_requests(summary, out);
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; rule++) {
        if (summary->refusals[rule] > 0) {
            (void)fprintf(out, "  refused %lld×: %s\n", (long long)summary->refusals[rule],
                          interlock_rule_info((interlock_rule_t)rule)->text);
        }
    }
}
