#include "sim/host_faults.h"

#include <math.h>

#define WATCH_US INT64_C(1000) // between two looks at a world that goes on alone
#define THROTTLE_EVERY_US INT64_C(1000000)

static int64_t inner_now_us(const host_faults_t* faults)
{
    return faults->inner.vtable->now_us(faults->inner.context);
}

host_faults_t host_faults_begin(timebase_t inner)
{
    return (host_faults_t){.inner = inner};
}

static void turn_bit(host_faults_t* faults)
{
    faults->limits[faults->flipped / 8] ^= (uint8_t)(1u << (faults->flipped % 8));
}

void host_faults_advance(host_faults_t* faults)
{
    const int64_t at_us = inner_now_us(faults);
    if (faults->flip_until_us != 0 && at_us >= faults->flip_until_us) {
        faults->flip_until_us = 0;
        turn_bit(faults);
    }
    if (at_us >= faults->jump_until_us) {
        faults->jump_us = 0;
    }
}

static void flip(host_faults_t* faults, double which, int64_t until_us)
{
    if (faults->flip_until_us != 0) { // one bit at a time
        turn_bit(faults);
        faults->flip_until_us = 0;
    }
    if (faults->limits_size > 0) {
        faults->flipped = (size_t)llround(which) % (8 * faults->limits_size);
        faults->flip_until_us = until_us;
        turn_bit(faults);
    }
}

void host_faults_inject(host_faults_t* faults, const world_event_t* event)
{
    const int64_t from_us = inner_now_us(faults);
    const int64_t until_us = event->duration_us > 0 ? from_us + event->duration_us : INT64_MAX;
    const int64_t time_us = llround(event->magnitude * 1e6);
    switch ((int)event->kind) { // those of this class
    case WORLD_EVENT_HOST_CRASH:
        faults->crashed = true;
        break;
    case WORLD_EVENT_HOST_HANG:
        faults->hang_us += time_us;
        break;
    case WORLD_EVENT_HOST_OVERRUN:
        faults->late_us = time_us;
        faults->late_until_us = until_us;
        break;
    case WORLD_EVENT_HOST_THROTTLED:
        faults->throttle_us = time_us;
        faults->throttle_from_us = from_us;
        faults->throttle_until_us = until_us;
        faults->throttled = 0;
        break;
    case WORLD_EVENT_HOST_CLOCK_JUMP:
        faults->jump_us = time_us;
        faults->jump_until_us = until_us;
        break;
    case WORLD_EVENT_HOST_LIMITS_FLIP:
        flip(faults, event->magnitude, until_us);
        break;
    default:
        break;
    }
}

/// Lets the world go on to `to_us` while nobody controls it. False if it can't.
static bool stand_still(host_faults_t* faults, int64_t to_us)
{
    bool passing = true;
    for (int64_t at_us = inner_now_us(faults); passing && at_us < to_us;
         at_us = inner_now_us(faults)) {
        const int64_t next_us = at_us + WATCH_US < to_us ? at_us + WATCH_US : to_us;
        passing = faults->inner.vtable->sleep_until(faults->inner.context, next_us);
        faults->stood_still_us += next_us - at_us;
        if (faults->watch != NULL) {
            (void)faults->watch(faults->context);
        }
    }
    return passing;
}

/// The controller does not come back: the world goes on until nothing moves.
static bool never_come_back(host_faults_t* faults)
{
    const int64_t until_us = inner_now_us(faults) + HOST_AWAY_MAX_US;
    bool moving = true;
    while (moving && inner_now_us(faults) < until_us) {
        // A tenth of a second at a time: an arm that turns round stands for a moment too.
        moving = false;
        for (int i = 0; i < 100; ++i) {
            const int64_t next_us = inner_now_us(faults) + WATCH_US;
            if (!faults->inner.vtable->sleep_until(faults->inner.context, next_us)) {
                return false;
            }
            moving = (faults->watch != NULL && faults->watch(faults->context)) || moving;
        }
    }
    return false;
}

static int64_t held_up_us(host_faults_t* faults, int64_t at_us)
{
    int64_t late_us = faults->hang_us;
    faults->hang_us = 0;
    if (at_us < faults->late_until_us) {
        late_us += faults->late_us;
    }
    if (at_us < faults->throttle_until_us &&
        at_us >= faults->throttle_from_us + faults->throttled * THROTTLE_EVERY_US) {
        faults->throttled++;
        late_us += faults->throttle_us;
    }
    return late_us;
}

static int64_t now_us(void* context)
{
    host_faults_t* faults = context;
    host_faults_advance(faults);
    return inner_now_us(faults) + faults->jump_us;
}

static bool sleep_until(void* context, int64_t deadline_us)
{
    host_faults_t* faults = context;
    host_faults_advance(faults);
    if (faults->crashed) {
        return never_come_back(faults);
    }
    const int64_t at_us = inner_now_us(faults);
    const int64_t wanted_us = deadline_us - faults->jump_us;
    const int64_t due_us = wanted_us > at_us ? wanted_us : at_us;
    const int64_t late_us = held_up_us(faults, at_us);
    if (due_us - at_us > HOST_AWAY_MAX_US) {
        return never_come_back(faults);
    }
    if (late_us == 0 && faults->jump_us == 0) {
        return faults->inner.vtable->sleep_until(faults->inner.context, due_us);
    }
    return stand_still(faults, due_us + late_us);
}

timebase_t host_faults_timebase(host_faults_t* faults)
{
    static const timebase_vtable_t vtable = {.now_us = now_us, .sleep_until = sleep_until};
    return (timebase_t){.vtable = &vtable, .context = faults};
}
