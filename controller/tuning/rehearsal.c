#include "controller/tuning/rehearsal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "controller/bus/fieldbus.h"
#include "controller/loop.h"
#include "controller/operator.h"
#include "controller/record/cycle_file.h"
#include "controller/record/summary.h"
#include "routines/tool_motion.h"
#include "sim/sim_port.h"

// A reply in the same process is there or it is not.
#define EXCHANGE_TIMEOUT_US INT64_C(1000000)

typedef struct {
    const rehearsal_t* rehearsal;
    session_t session; // the stage's, with other gains
    world_settings_t settings;
    tissue_settings_t tissues[REGION_CAPACITY];
    world_t* world;
    device_host_t host;
    fieldbus_t bus;
    cycle_state_t state;
    operator_t automatic;
    summary_t summary;
    world_truth_t truth; // when the input was read
    double error_slow_N;
    double swing_square_sum_N2;
    int64_t swing_cycles;
    double force_peak_N, over_cap_N;
    bool broken_off;
} play_t;

const char* rehearsal_ending_text(rehearsal_ending_t ending)
{
    static const char* const texts[REHEARSAL_ENDING_COUNT] = {
#define X(id, word, meaning) [id] = word,
        REHEARSAL_ENDING_LIST(X)
#undef X
    };
    return texts[ending];
}

rehearsal_person_t rehearsal_person(void)
{
    return (rehearsal_person_t){.tissue_factor = 1.0,
                                .tissue_spread = 0.0,
                                .body_lie = 0.0,
                                .breathing_amplitude_m = (double)NAN,
                                .breathing_rate_Hz = (double)NAN};
}

static double or_else(double wanted, double otherwise)
{
    return isnan(wanted) ? otherwise : wanted;
}

static void lay_out(play_t* play)
{
    const rehearsal_t* rehearsal = play->rehearsal;
    const rehearsal_person_t* person = &rehearsal->person;
    const stage_t* stage = rehearsal->stage;
    world_settings_t* world = &play->settings;
    *world = *stage->world;
    world->seed = rehearsal->seed;
    world->event_count = 0;
    for (int i = 0; i < world->tissue_count && i < REGION_CAPACITY; ++i) {
        play->tissues[i] = world->tissues[i];
        play->tissues[i].stiffness_N_per_m1_5 *= person->tissue_factor;
    }
    world->tissues = play->tissues;
    world_settings_draw_body(world, person->body_lie * stage->body_offset_max_m,
                             person->body_lie * stage->body_turn_max_rad);
    world->tissue_spread = or_else(person->tissue_spread, world->tissue_spread);
    world->breathing_amplitude_m =
        or_else(person->breathing_amplitude_m, world->breathing_amplitude_m);
    world->breathing_rate_Hz = or_else(person->breathing_rate_Hz, world->breathing_rate_Hz);
}

static void give_gains(play_t* play)
{
    session_t* session = &play->session;
    *session = *play->rehearsal->stage->session;
    if (play->rehearsal->gains != NULL) {
        session->gains = *play->rehearsal->gains;
        session->track =
            tool_track_settings(session->period_s, &session->gains, &session->body->surface);
    }
}

static asked_t ask(void* context, const cycle_output_t* last, int64_t now_us)
{
    play_t* play = context;
    (void)now_us;
    world_truth(play->world, &play->truth);
    return (asked_t){operator_requests(&play->automatic, last, play->session.period_us), 0};
}

/// The part of the force's error that is quicker than strokes are. A tap is all quick, and judged
/// by its peaks.
static void note_swing(play_t* play, const cycle_output_t* out)
{
    const double error_N = out->estimate.normal_force_N - out->target.force_target_N;
    if (out->mode != MODE_CONTACT || out->target.contact == CONTACT_BROKEN || !isfinite(error_N)) {
        play->error_slow_N = isfinite(error_N) ? error_N : 0.0;
        return;
    }
    const double part = fmin(play->session.period_s / REHEARSAL_SWING_TIME_S, 1.0);
    play->error_slow_N += part * (error_N - play->error_slow_N);
    const double quick_N = error_N - play->error_slow_N;
    play->swing_square_sum_N2 += quick_N * quick_N;
    ++play->swing_cycles;
}

static bool observe(void* context, const cycle_input_t* in, const cycle_output_t* out,
                    const bus_frame_t* frame)
{
    play_t* play = context;
    cycle_record_t record;
    (void)frame;
    cycle_record_make(in, out, &record);
    summary_observe(&play->summary, &record);
    note_swing(play, out);
    play->force_peak_N = fmax(play->force_peak_N, play->truth.normal_force_N);
    if (out->mode == MODE_CONTACT) {
        play->over_cap_N =
            fmax(play->over_cap_N, play->truth.normal_force_N - out->target.force_cap_N);
    }
    const double limit_s = play->rehearsal->limit_s;
    play->broken_off = limit_s > 0.0 && (double)in->now_us * 1e-6 >= limit_s;
    const bool stopped = play->summary.stops > 0 || play->summary.end_requested;
    return out->mode != MODE_PARKED && !stopped && !play->broken_off;
}

static void measure_techniques(const play_t* play, rehearsal_figures_t* figures)
{
    double force_sum = 0.0, path_sum = 0.0;
    int count = 0;
    for (int technique = 0; technique < TECHNIQUE_COUNT; ++technique) {
        const force_figures_t force = summary_technique(&play->summary, (technique_id_t)technique);
        const touch_figures_t touch = summary_touch(&play->summary, (technique_id_t)technique);
        rehearsal_touch_t* row = &figures->techniques[technique];
        if (force.errors == 0) {
            continue;
        }
        row->contact_s = force_figures_seconds(&force, play->session.period_s);
        row->force_rms_N = force_figures_error_rms_N(&force);
        row->force_limit_N = force_figures_error_rms_limit_N(&force);
        row->overshoot_N = force.overshoot_N;
        row->path_rms_m = touch_figures_path_error_rms_m(&touch);
        figures->contact_s += row->contact_s;
        figures->overshoot_N = fmax(figures->overshoot_N, row->overshoot_N);
        force_sum += row->force_rms_N;
        path_sum += row->path_rms_m;
        ++count;
    }
    figures->force_rms_N = force_sum / count; // 0/0 is NaN: not known
    figures->path_rms_m = path_sum / count;
}

static void name_rule(const play_t* play, rehearsal_figures_t* figures)
{
    const stop_cause_t* stop = &play->summary.first_stop;
    const int rule = stop->any ? stop->rule : play->state.interlock.first_rule;
    const interlock_rule_info_t* info = rule >= 0 && rule < INTERLOCK_RULE_COUNT
                                            ? interlock_rule_info((interlock_rule_t)rule)
                                            : NULL;
    (void)snprintf(figures->rule, sizeof figures->rule, "%s", info != NULL ? info->name : "lift");
}

static void measure(play_t* play, rehearsal_figures_t* figures)
{
    const summary_t* summary = &play->summary;
    measure_techniques(play, figures);
    figures->simulated_s = (double)world_now_us(play->world) * 1e-6;
    figures->force_peak_N = play->force_peak_N;
    figures->over_cap_N = play->over_cap_N;
    figures->swing_N = sqrt(play->swing_square_sum_N2 / (double)play->swing_cycles);
    for (int joint = 0; joint < play->session.chain.joint_count; ++joint) {
        const double part = summary_following_rms(&summary->joints[joint]) /
                            summary_following_limit(&play->session, joint);
        figures->following_rms_part = fmax(figures->following_rms_part, part);
    }
    if (summary->stops > 0 || summary->end_requested) {
        figures->ending = REHEARSAL_STOPPED;
        name_rule(play, figures);
    } else {
        figures->ending = play->broken_off ? REHEARSAL_BROKEN_OFF : REHEARSAL_FINISHED;
    }
}

static bool switch_on(play_t* play)
{
    lay_out(play);
    give_gains(play);
    play->world = world_create(&play->settings);
    if (play->world == NULL) {
        return false;
    }
    const machine_settings_t* machine = play->session.machine;
    play->host = world_host(play->world);
    const port_t port = sim_port(&play->host, machine->device_count);
    fieldbus_findings_t findings = {0};
    return fieldbus_init(&play->bus, &port, machine, EXCHANGE_TIMEOUT_US, &findings) &&
           fieldbus_configure(&play->bus, EXCHANGE_TIMEOUT_US, &findings);
}

void rehearsal_play(const rehearsal_t* rehearsal, rehearsal_figures_t* figures)
{
    *figures = (rehearsal_figures_t){.ending = REHEARSAL_NOT_PLAYED,
                                     .force_rms_N = (double)NAN,
                                     .path_rms_m = (double)NAN,
                                     .swing_N = (double)NAN};
    play_t* play = calloc(1, sizeof *play);
    if (play == NULL) {
        return;
    }
    play->rehearsal = rehearsal;
    if (switch_on(play)) {
        static const inputs_t none;
        const loop_client_t client = {.context = play, .ask = ask, .observe = observe};
        loop_timing_t timing;
        cycle_begin(&play->state);
        summary_begin(&play->summary, &play->session, &none, rehearsal->seed);
        (void)loop_run(&play->session, &play->bus, sim_timebase(&play->host), &client, &play->state,
                       &timing);
        fieldbus_close(&play->bus);
        measure(play, figures);
    }
    world_destroy(play->world);
    free(play);
}
