#include "sim/operator_faults.h"

void operator_faults_inject(operator_faults_t* faults, const world_event_t* event, int64_t now_us)
{
    const int64_t until_us = event->duration_us > 0 ? now_us + event->duration_us : INT64_MAX;
    switch ((int)event->kind) { // those that are requests
    case WORLD_EVENT_OPERATOR_STARTS_TWICE:
        faults->starts_twice_until_us = until_us;
        break;
    case WORLD_EVENT_OPERATOR_ACKNOWLEDGES_EARLY:
        faults->acknowledges_until_us = until_us;
        break;
    case WORLD_EVENT_OPERATOR_STARTS_AND_STOPS:
        faults->starts_and_stops_until_us = until_us;
        break;
    default:
        break;
    }
}

unsigned operator_faults_ask(const operator_faults_t* faults, int64_t now_us)
{
    unsigned asks = 0;
    if (now_us < faults->starts_twice_until_us) {
        asks |= OPERATOR_ASKS_ARM | OPERATOR_ASKS_START;
    }
    if (now_us < faults->acknowledges_until_us) {
        asks |= OPERATOR_ASKS_ACKNOWLEDGE;
    }
    if (now_us < faults->starts_and_stops_until_us) {
        asks |= OPERATOR_ASKS_START | OPERATOR_ASKS_STOP;
    }
    return asks;
}
