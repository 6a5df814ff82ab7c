/// The name of a trial as a line that plays it again: "matrix:17", "swarm:12345", and for a trial
/// that was shrunk what is left of it: "swarm:12345/0,3d2h1" keeps the events 0 and 3 of seed 12345
/// and halves the duration of the second one twice and its magnitude once.
#ifndef KNEAD_CONTROLLER_CAMPAIGN_REPLAY_H
#define KNEAD_CONTROLLER_CAMPAIGN_REPLAY_H

#include "controller/campaign/trial.h"

#define REPLAY_CAPACITY 200
#define REPLAY_HALVINGS_MAX 9

typedef struct {
    int event;
    int duration_halvings, magnitude_halvings;
} replay_event_t;

typedef struct {
    campaign_kind_t kind;
    int64_t number;
    bool shrunk; // only the events below; else all of them as they are
    int event_count;
    replay_event_t events[OUTCOME_EVENT_CAPACITY];
} replay_t;

/// False, with `replay` undefined, for anything but such a line.
bool replay_read(const char* text, replay_t* replay);
void replay_write(const replay_t* replay, char text[REPLAY_CAPACITY]);

/// The trial that it names. False if there is none, or it has not these events.
bool replay_trial(const replay_t* replay, const stages_t* stages, const machine_settings_t* machine,
                  trial_t* trial);

/// All of a trial: the beginning of shrinking.
replay_t replay_whole(const trial_t* trial);

#endif
