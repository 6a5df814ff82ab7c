#include "controller/campaign/swarm.h"

#include <math.h>

#include "sim/random.h"

#define PURPOSE_SWARM 200 // of the seed, beside the world's own
#define STAGE_DRAWS_MAX 12
#define SWARM_EVENT_MAX 6
#define SWARM_KIND_MAX 3 // different kinds in one trial
// Ways between places and arming, on top of what the strokes take.
#define OVERHEAD 1.6
#define FIRST_EVENT_S 4.0

/// Planned time of the strokes and rests, s.
static double planned_s(const routine_t* routine)
{
    double total_s = 0.0;
    for (int i = 0; i < routine->item_count; ++i) {
        const routine_item_t* item = &routine->items[i];
        total_s += item->kind == ITEM_REST ? item->rest_s : item->stroke.duration_s;
    }
    return total_s;
}

static int draw(random_stream_t* stream, int count)
{
    const int drawn = (int)random_between(stream, 0.0, count);
    return drawn < count ? drawn : count - 1;
}

/// Evenly over orders of magnitude.
static double draw_log(random_stream_t* stream, double least, double most)
{
    return exp(random_between(stream, log(least), log(most)));
}

static const stage_t* choose_stage(const stages_t* stages, random_stream_t* stream, trial_t* trial)
{
    for (int i = 0; i < STAGE_DRAWS_MAX; ++i) {
        trial->routine = draw(stream, stages->routine_count);
        trial->client = draw(stream, stages->client_count);
        const stage_t* stage = stages->stage_of(stages->context, trial->routine, trial->client);
        if (stage != NULL) {
            return stage;
        }
    }
    return NULL;
}

/// People and machines as they are delivered: nothing of it is a fault.
static void draw_table(random_stream_t* stream, trial_t* trial)
{
    trial->body_lie = random_between(stream, 0.0, 1.0);
    trial->friction = random_between(stream, 0.1, 0.25);
    trial->tissue_spread = random_between(stream, 0.0, 0.5);
    trial->breathing_amplitude_m = random_between(stream, 0.001, 0.0035);
    trial->breathing_rate_Hz = random_between(stream, 0.2, 0.33);
    trial->force_noise_N = random_between(stream, 0.05, 0.25);
    trial->force_bias_N = random_between(stream, 0.5, 3.0);
    trial->force_latency_s = random_between(stream, 0.002, 0.006);
}

static onset_t at_any_time(random_stream_t* stream, double until_s)
{
    return (onset_t){.kind = ONSET_AT,
                     .at_us = (int64_t)(1e6 * random_between(stream, FIRST_EVENT_S, until_s))};
}

static void draw_requests(random_stream_t* stream, double until_s, trial_t* trial)
{
    static const uint32_t choices[] = {REQUEST_PAUSE,  REQUEST_SKIP,      REQUEST_INTENSITY,
                                       REQUEST_REPEAT, REQUEST_INTENSITY, REQUEST_EXTEND};
    const int count = draw(stream, 5);
    for (int i = 0; i < count; ++i) {
        const uint32_t request = choices[draw(stream, (int)(sizeof choices / sizeof choices[0]))];
        trial->requests[trial->request_count++] =
            (trial_request_t){at_any_time(stream, until_s), {request, draw(stream, 11)}};
    }
}

static double draw_magnitude(random_stream_t* stream, const world_event_info_t* info)
{
    if (!(info->least < info->most)) {
        return 0.0;
    }
    // Small ones are commoner than large ones, both ways where there are two.
    const double part = pow(random_between(stream, 0.0, 1.0), 3.0);
    if (info->least < 0.0 && info->most > 0.0) {
        return random_between(stream, -1.0, 1.0) < 0.0 ? part * info->least : part * info->most;
    }
    return info->least + part * (info->most - info->least);
}

static world_event_t draw_event(random_stream_t* stream, const machine_settings_t* machine,
                                world_event_kind_t kind)
{
    const world_event_info_t* info = world_event_info(kind);
    world_event_t event = {.kind = kind, .magnitude = draw_magnitude(stream, info)};
    event.duration_us = (int64_t)(1e6 * draw_log(stream, 0.02, 20.0));
    if (kind == WORLD_EVENT_ESTOP_RELEASED || kind == WORLD_EVENT_BUTTON_RELEASED ||
        kind == WORLD_EVENT_DEVICE_BACK) {
        event.duration_us = 0; // takes something back, for good
    }
    event.axis = draw(stream, EVENT_AXIS_COUNT);
    bool another;
    do {
        event.device = draw(stream, machine->device_count);
        another = (info->target == EVENT_TARGET_DRIVE &&
                   machine->devices[event.device].role != DEVICE_DRIVE) ||
                  !world_event_has_way(&event, machine);
    } while (another);
    return event;
}

/// A kind that can happen to some device of the machine.
static world_event_kind_t draw_kind(random_stream_t* stream, const machine_settings_t* machine)
{
    bool any_over_tcp = false;
    for (int i = 0; i < machine->device_count; ++i) {
        any_over_tcp = any_over_tcp || machine->devices[i].line == 0;
    }
    world_event_kind_t kind;
    do {
        kind = (world_event_kind_t)draw(stream, WORLD_EVENT_KIND_COUNT);
    } while (world_event_needs_tcp(kind) && !any_over_tcp);
    return kind;
}

static void draw_events(random_stream_t* stream, const machine_settings_t* machine, double until_s,
                        trial_t* trial)
{
    world_event_kind_t kinds[SWARM_KIND_MAX];
    const int kind_count = 1 + draw(stream, SWARM_KIND_MAX);
    for (int i = 0; i < kind_count; ++i) {
        kinds[i] = draw_kind(stream, machine);
    }
    const int count = 1 + draw(stream, SWARM_EVENT_MAX);
    for (int i = 0; i < count; ++i) {
        trial->events[trial->event_count++] =
            (trial_event_t){at_any_time(stream, until_s),
                            draw_event(stream, machine, kinds[draw(stream, kind_count)])};
    }
}

static bool draw_trial(const stages_t* stages, bool faults, trial_t* trial)
{
    random_stream_t stream = random_stream((uint64_t)trial->number, PURPOSE_SWARM);
    trial->seed = random_next(&stream);
    const stage_t* stage = choose_stage(stages, &stream, trial);
    if (stage == NULL) {
        return false;
    }
    const double until_s = OVERHEAD * planned_s(stage->session->routine) + 60.0;
    trial->whole = true;
    trial->limit_us = (int64_t)(until_s * 2.0 * 1e6);
    draw_table(&stream, trial);
    draw_requests(&stream, until_s, trial);
    if (faults) {
        draw_events(&stream, stage->session->machine, until_s / OVERHEAD, trial);
    }
    return true;
}

bool swarm_trial(const stages_t* stages, int64_t number, trial_t* trial)
{
    trial_begin(trial, CAMPAIGN_SWARM, number);
    return draw_trial(stages, true, trial);
}

bool healthy_trial(const stages_t* stages, int64_t number, trial_t* trial)
{
    trial_begin(trial, CAMPAIGN_HEALTHY, number);
    return draw_trial(stages, false, trial);
}
