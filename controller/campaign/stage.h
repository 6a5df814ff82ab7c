/// What a trial is played on: a routine that was checked for a client, the machine, and the table
/// as it is without faults. Made once for a routine and a client, by whoever can read files, and
/// never changed: trials copy what they change.
#ifndef KNEAD_CONTROLLER_CAMPAIGN_STAGE_H
#define KNEAD_CONTROLLER_CAMPAIGN_STAGE_H

#include "controller/session.h"
#include "sim/world.h"

typedef struct {
    const session_t* session;
    const world_settings_t* world; // without events, the body just where its model is
    const char* routine;           // names, for the outcome
    const char* client;
    double body_offset_max_m; // how far the true body may lie off its model
    double body_turn_max_rad;
} stage_t;

/// All that a campaign may choose from.
typedef struct {
    void* context;
    int routine_count, client_count;
    /// Null where the routine is not for that client, or its files were refused.
    const stage_t* (*stage_of)(void* context, int routine, int client);
} stages_t;

#endif
