/// One routine played on the virtual table without faults, and what became of its forces: what
/// tuning and sweeps are made of. In process, on virtual time: the same rehearsal gives the same
/// figures, bit for bit.
///
/// The loop, the bus and the timebase are those of a run. Figures are gathered as a run's summary
/// gathers them; what they add is the truth of the table: the force on the body and how it swings.
///
/// A rehearsal that a rule stops is over then: what it costs is known, the rest of it is not worth
/// its time.
#ifndef KNEAD_CONTROLLER_TUNING_REHEARSAL_H
#define KNEAD_CONTROLLER_TUNING_REHEARSAL_H

#include <stdbool.h>
#include <stdint.h>

#include "controller/campaign/stage.h"
#include "routines/gains.h"

/// How the person on the table differs from what the controller believes.
typedef struct {
    double tissue_factor; // of the body map's stiffness; 1 is as the map has it
    double tissue_spread; // standard deviation of its log, from place to place; NaN: as people's
    double body_lie;      // part of the largest offset and turn that is drawn, 0 to 1
    double breathing_amplitude_m; // NaN: as quiet breathing has it, as the next one
    double breathing_rate_Hz;
} rehearsal_person_t;

typedef struct {
    const stage_t* stage; // borrowed, as all pointers here
    const gains_t* gains; // null: those of the stage's session
    rehearsal_person_t person;
    uint64_t seed;
    double limit_s; // of virtual time, after which it is broken off; 0 for none
} rehearsal_t;

#define REHEARSAL_ENDING_LIST(X)                                                                   \
    X(REHEARSAL_FINISHED, "finished", "played to its end")                                         \
    X(REHEARSAL_BROKEN_OFF, "broken_off", "played as long as it was to be")                        \
    X(REHEARSAL_STOPPED, "stopped", "a rule stopped it, or lifted the tool")                       \
    X(REHEARSAL_NOT_PLAYED, "not_played", "could not be played at all")
typedef enum {
#define X(id, word, meaning) id,
    REHEARSAL_ENDING_LIST(X)
#undef X
} rehearsal_ending_t;
#define REHEARSAL_ENDING_COUNT 4
const char* rehearsal_ending_text(rehearsal_ending_t ending);

/// Of one technique. Without contact all are 0.
typedef struct {
    double contact_s;
    double force_rms_N;   // error of the force along the normal; of taps that of their peaks
    double force_limit_N; // what that may be
    double overshoot_N;   // after touching down, over the target
    double path_rms_m;    // along the skin from where the tool was to be
} rehearsal_touch_t;

/// What is not known is NaN.
typedef struct {
    rehearsal_ending_t ending;
    char rule[NAME_CAPACITY]; // that stopped it; empty where none did
    double simulated_s, contact_s;
    double force_rms_N;  // mean over its techniques: each counts the same, however long it takes
    double path_rms_m;   // likewise
    double overshoot_N;  // largest
    double force_peak_N; // true, on the body
    double over_cap_N;   // largest that the true force was above what the region may get
    double swing_N;      // of the force's error, what is quicker than REHEARSAL_SWING_TIME_S
    double following_rms_part; // largest of a joint, of what it may show at rest
    rehearsal_touch_t techniques[TECHNIQUE_COUNT];
} rehearsal_figures_t;

// Quicker than a stroke's force changes, slower than the noise of the sensor.
#define REHEARSAL_SWING_TIME_S 0.1

/// A person as the body map has one, who lies where the model does.
rehearsal_person_t rehearsal_person(void);

/// Plays it.
void rehearsal_play(const rehearsal_t* rehearsal, rehearsal_figures_t* figures);

#endif
