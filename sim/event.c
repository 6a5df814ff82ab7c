#include "sim/event.h"

#include <math.h>
#include <string.h>

static const world_event_info_t infos[WORLD_EVENT_KIND_COUNT] = {
#define X(id, word, klass, target, dimension, least, most, meaning)                                \
    [id] = {word,  meaning, EVENT_CLASS_##klass, EVENT_TARGET_##target, DIMENSION_##dimension,     \
            least, most},
    WORLD_EVENT_LIST(X)
#undef X
};

const world_event_info_t* world_event_info(world_event_kind_t kind)
{
    return (unsigned)kind < WORLD_EVENT_KIND_COUNT ? &infos[kind] : NULL;
}

int world_event_kind_of(const char* word)
{
    for (int kind = 0; kind < WORLD_EVENT_KIND_COUNT; ++kind) {
        if (strcmp(infos[kind].word, word) == 0) {
            return kind;
        }
    }
    return -1;
}

event_home_t world_event_home(world_event_kind_t kind)
{
    if (kind >= WORLD_EVENT_BUS_LOSS && kind <= WORLD_EVENT_DEVICES_SWAPPED) {
        return EVENT_HOME_WIRE;
    }
    if (kind >= WORLD_EVENT_HOST_CRASH && kind <= WORLD_EVENT_HOST_LIMITS_FLIP) {
        return EVENT_HOME_HOST;
    }
    if (kind >= WORLD_EVENT_OPERATOR_STARTS_TWICE &&
        kind <= WORLD_EVENT_OPERATOR_STARTS_AND_STOPS) {
        return EVENT_HOME_OPERATOR;
    }
    return EVENT_HOME_WORLD;
}

bool world_event_lasts(world_event_kind_t kind)
{
    return kind != WORLD_EVENT_DRIVE_FAULT && kind != WORLD_EVENT_CLIENT_COUGHS &&
           kind != WORLD_EVENT_BUS_RESET && kind != WORLD_EVENT_HOST_HANG &&
           kind != WORLD_EVENT_HOST_CRASH && kind != WORLD_EVENT_DEVICE_BACK &&
           kind != WORLD_EVENT_ESTOP_RELEASED && kind != WORLD_EVENT_BUTTON_RELEASED;
}

bool world_event_adds_up(world_event_kind_t kind)
{
    return kind == WORLD_EVENT_BODY_SHIFT || kind == WORLD_EVENT_CLIENT_ROLLS ||
           kind == WORLD_EVENT_CLIENT_PUSHES_UP || kind == WORLD_EVENT_HOST_HANG;
}

bool world_event_counts_fit(const world_event_t* event)
{
    const bool counted =
        event->kind == WORLD_EVENT_FORCE_SWAP || event->kind == WORLD_EVENT_BUS_BURST ||
        event->kind == WORLD_EVENT_BUS_EXCEPTION || event->kind == WORLD_EVENT_HOST_LIMITS_FLIP;
    return !counted || event->magnitude == round(event->magnitude);
}

const char* event_missing_text(const char* word)
{
    static const struct {
        const char* word;
        const char* why;
    } missing[] = {
#define X(word, why) {word, why},
        EVENT_MISSING_LIST(X)
#undef X
    };
    for (size_t i = 0; i < sizeof missing / sizeof missing[0]; ++i) {
        if (strcmp(missing[i].word, word) == 0) {
            return missing[i].why;
        }
    }
    return NULL;
}

bool world_event_fits(const world_event_t* event, const machine_settings_t* machine)
{
    const world_event_info_t* info = world_event_info(event->kind);
    if (!info || event->duration_us < 0) {
        return false;
    }
    const bool device_known = event->device >= 0 && event->device < machine->device_count;
    if (info->target == EVENT_TARGET_DEVICE && !device_known) {
        return false;
    }
    if (info->target == EVENT_TARGET_DRIVE &&
        !(device_known && machine->devices[event->device].role == DEVICE_DRIVE)) {
        return false;
    }
    if (info->target == EVENT_TARGET_AXIS &&
        !(event->axis >= 0 && event->axis < EVENT_AXIS_COUNT)) {
        return false;
    }
    const bool sized = info->least < info->most;
    return !sized || (isfinite(event->magnitude) && event->magnitude >= info->least &&
                      event->magnitude <= info->most);
}

bool world_event_needs_tcp(world_event_kind_t kind)
{
    return kind == WORLD_EVENT_BUS_REORDER || kind == WORLD_EVENT_BUS_WRONG_TRANSACTION ||
           kind == WORLD_EVENT_BUS_WRONG_LENGTH || kind == WORLD_EVENT_BUS_RESET ||
           kind == WORLD_EVENT_BUS_REFUSED;
}

bool world_event_has_way(const world_event_t* event, const machine_settings_t* machine)
{
    return !world_event_needs_tcp(event->kind) || machine->devices[event->device].line == 0;
}
