/// Every figure of a cycle that is given away: named once, with its unit, and read from the record.
/// CSV has one column for each, MCAP one member in the channel of its group.
///
/// *Measured* is what a device said, *commanded* what was sent to the drives in the same cycle,
/// *desired* what was wanted before force control and limits came to it. Records do not hold what
/// is desired, nor all of what was estimated: such figures are known only of a cycle that was
/// recomputed and came out as recorded.
/// Names end in their unit; a joint's figures begin with the joint's name, and their unit follows
/// from its kind.
#ifndef KNEAD_CONTROLLER_EXPORT_EXPORT_COLUMNS_H
#define KNEAD_CONTROLLER_EXPORT_EXPORT_COLUMNS_H

#include "controller/record/cycle_file.h"
#include "controller/session.h"

#define EXPORT_COLUMN_CAPACITY 192
#define EXPORT_NAME_CAPACITY (NAME_CAPACITY + 48)
#define EXPORT_WORDS_CAPACITY 2048 // bytes of a list of words, with its terminator

/// Groups of figures, and the topics they have in an MCAP file.
#define EXPORT_GROUP_LIST(X)                                                                       \
    X(EXPORT_CYCLE, "cycle", "what was decided, and on what")                                      \
    X(EXPORT_FORCE, "force", "force sensor, force along the normal, its target and its cap")       \
    X(EXPORT_TOOL, "tool", "where the tool is and how fast")                                       \
    X(EXPORT_JOINTS, "joints", "the joints and their drives")
typedef enum {
#define X(id, name, meaning) id,
    EXPORT_GROUP_LIST(X)
#undef X
} export_group_t;
#define EXPORT_GROUP_COUNT 4
const char* export_group_name(export_group_t group);
const char* export_group_meaning(export_group_t group);

typedef enum {
    EXPORT_NUMBER, // a double
    EXPORT_SINGLE, // a float
    EXPORT_WHOLE,
    EXPORT_TRUTH, // 0 or 1
    EXPORT_WORD,
} export_kind_t;

typedef struct {
    char name[EXPORT_NAME_CAPACITY];
    export_group_t group;
    export_kind_t kind;
    const char* meaning; // static
} export_column_t;

typedef struct {
    int count;
    export_column_t at[EXPORT_COLUMN_CAPACITY]; // `time` first; groups stay together
} export_columns_t;

/// One value. Unknown is what was never measured, is not a number, or does not apply.
typedef struct {
    bool known;
    double number;    // of numbers and singles
    int64_t whole;    // of whole numbers and truths
    const char* word; // of words; valid until the next row
} export_value_t;

#define EXPORT_DIGITS_CAPACITY 32

/// The digits of a column's value, kept for the cycles in which it stays the same. Zeroed: none.
typedef struct {
    bool any;
    uint64_t bits;
    char text[EXPORT_DIGITS_CAPACITY];
} export_digits_t;

/// A number or single as text: of a double 12 significant digits, far below what any device here
/// resolves, of a float the shortest of 6 to 9 that reads back as the same bits; `inf` and `-inf`.
const char* export_digits(export_digits_t* digits, export_kind_t kind, double number);

/// Goes from record to record.
typedef struct {
    const session_t* session;     // borrowed
    const cycle_output_t* output; // of the cycle, borrowed; null where it is not known
    bool any;                     // a record was seen
    int64_t time_us;              // of it, see export_row_take
    int64_t cycle;
    bus_command_t command_before;
    bool follows; // the record before was of the cycle before
    pose_t tool_measured, tool_commanded;
    char rules[EXPORT_WORDS_CAPACITY];
    char requests[EXPORT_WORDS_CAPACITY];
} export_row_t;

/// The columns of a run. They depend on the machine alone.
void export_columns_make(const session_t* session, export_columns_t* columns);

export_row_t export_row_begin(const session_t* session);

/// Takes in the next record, and fills `values` (one a column) unless it is null. `output` is what
/// the cycle came to when it was recomputed; null where that is not known.
///
/// `row->time_us` strictly rises: it is the clock that the cycle read, and where that stood or went
/// back, one period after the record before. What the cycle really read is the column `clock_s`.
void export_row_take(export_row_t* row, const cycle_record_t* record, const cycle_output_t* output,
                     export_value_t* values);

#endif
