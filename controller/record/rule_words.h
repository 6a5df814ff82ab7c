/// What is said of each of the judge's rules when it has stopped the arm: in which quantity it
/// measures, what it is about, a sentence with the figures, and what each person is to do next.
///
/// Always holds: every rule has a row; every row tells the operator or the engineer something to
/// do.
#ifndef KNEAD_CONTROLLER_RECORD_RULE_WORDS_H
#define KNEAD_CONTROLLER_RECORD_RULE_WORDS_H

#include "controller/safety/interlock.h"

/// In what a rule's two figures are. Those of joints are angles or ways, as the joint turns or
/// slides.
typedef enum {
    QUANTITY_NONE, // yes or no: the judge's figures say nothing
    QUANTITY_TIME,
    QUANTITY_FORCE,
    QUANTITY_FORCE_RATE,
    QUANTITY_LENGTH,
    QUANTITY_SPEED,
    QUANTITY_JOINT_WAY,
    QUANTITY_JOINT_SPEED,
    QUANTITY_JOINT_EFFORT,
    QUANTITY_PERIODS,
    QUANTITY_SAMPLES,
    QUANTITY_PART, // of a range, 0 to 1
} quantity_t;

/// Which side of the second figure is allowed.
typedef enum { SENSE_NONE, SENSE_AT_MOST, SENSE_AT_LEAST } sense_t;

/// What a rule is about; where the verdict does not say which one, the record is searched for it.
typedef enum {
    ABOUT_NOTHING,
    ABOUT_JOINT,        // the verdict's subject
    ABOUT_DRIVE,        // the drive of that joint
    ABOUT_SOME_DRIVE,   // to be found: one that differs from the others
    ABOUT_SOME_DEVICE,  // to be found, or the drive of the joint
    ABOUT_FORCE_SENSOR, // as a device
    ABOUT_FORCE_AXIS,   // the verdict's subject, else to be found
    ABOUT_IO,           // the I/O coupler
    ABOUT_LINK,         // the verdict's subject, a part of the arm
    ABOUT_PARTS,        // two parts of the arm, or one and the table
    ABOUT_REGION,       // of the body under the tool
    ABOUT_TABLE_AXIS,   // to be found: an axis of the table's frame
} about_t;

typedef struct {
    quantity_t quantity;
    sense_t sense;
    about_t about;
    bool by_itself; // a stop never brings it with it: later in a run it is a fault of its own
    // {measured}, {allowed}, {place} and {region} stand for the figures and names. Begins small,
    // ends without a full stop.
    const char* sentence;
    // What to do next, sentences; null where there is nothing.
    const char* for_operator;
    const char* for_therapist;
    const char* for_engineer;
} rule_words_t;

/// True if the verdict's subject is a joint with this rule. With others it is a part of the arm, an
/// axis of the force sensor, or nothing.
bool rule_subject_is_joint(int rule);

/// The axis of the force sensor that the verdict's subject is with this rule: "x" to "rz". Null
/// where it is none.
const char* rule_subject_axis(int rule, int subject);

/// True if the rule says that a position, or what was reckoned from positions, may be wrong: how
/// far the arm moved can't be told then. An emergency stop or a late relay leaves positions as they
/// are.
bool rule_doubts_position(int rule);

/// Null for what is no rule.
const rule_words_t* rule_words(int rule);

#endif
