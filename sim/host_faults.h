/// What can go wrong with the computer that controls, for runs in one process: a timebase around
/// the virtual one that lets events of class `host` happen. While the controller stands still the
/// world goes on, so that the drives' own watchdogs act.
///
/// - host_hang: the next sleep ends that much later.
/// - host_overrun: every sleep does; host_throttled: the first one of every second does.
/// - host_clock_jump: the time that the controller reads is off by so much. Jumping back, its next
///   deadline lies that much further ahead: it stands still until then.
/// - host_limits_flip: a bit of the bytes that were handed over is another, until the event ends.
/// - host_crash: the next sleep never ends. The world goes on until nothing moves any more.
#ifndef KNEAD_SIM_HOST_FAULTS_H
#define KNEAD_SIM_HOST_FAULTS_H

#include <stddef.h>

#include "controller/timebase.h"
#include "sim/event.h"

/// A controller that has not come back after this time is not waited for: the sleep gives up, as it
/// does after a crash when nothing moves any more.
#define HOST_AWAY_MAX_US INT64_C(15000000)

typedef struct {
    timebase_t inner;
    /// Called once a millisecond while the controller stands still; true while anything moves. May
    /// be null: then everything counts as still.
    bool (*watch)(void* context);
    void* context;
    uint8_t* limits; // bytes whose bits can turn; null: none
    size_t limits_size;

    bool crashed;
    int64_t hang_us; // still to be slept
    int64_t late_us, late_until_us;
    int64_t throttle_us, throttle_from_us, throttle_until_us;
    int64_t throttled; // times so far
    int64_t jump_us, jump_until_us;
    int64_t flip_until_us;  // 0: no bit is turned
    size_t flipped;         // which
    int64_t stood_still_us; // in all
} host_faults_t;

/// A host without faults around `inner`, whose context must outlive it.
host_faults_t host_faults_begin(timebase_t inner);

/// The controller's timebase; `faults` must outlive it. A sleep that gives up returns false.
timebase_t host_faults_timebase(host_faults_t* faults);

/// Lets an event begin now; it ends by its own duration. Kinds of other classes are left alone.
void host_faults_inject(host_faults_t* faults, const world_event_t* event);

/// Ends what is over. The timebase does so by itself with every look at the time.
void host_faults_advance(host_faults_t* faults);

#endif
