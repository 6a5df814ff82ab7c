/// Goes through the record of a run: recomputes every cycle, and holds all parts of the record
/// against each other, so that one flipped byte in cycles.bin or events.jsonl shows.
///
/// What binds what: every block of cycles.bin has a check sum, and the whole file its fingerprint
/// in summary.json; every line of events.jsonl is chained to the one before, and the last chain
/// stands in summary.json; mode and command of every cycle are in one fingerprint there, and every
/// figure there that cycles can tell is gathered from them again; the header of cycles.bin names
/// the fingerprint of the files the run was made from; cycles and events are computed anew. Who can
/// write anew all files of a record in agreement is not found: there is no secret in it.
#ifndef KNEAD_CONTROLLER_REPLAY_RUN_CHECK_H
#define KNEAD_CONTROLLER_REPLAY_RUN_CHECK_H

#include "controller/record/run_directory.h"
#include "controller/record/summary_read.h"
#include "controller/replay/recompute.h"

/// Enumerator, word, what holds if it does.
#define RUN_CHECK_LIST(X)                                                                          \
    X(RUN_CHECK_BLOCKS, "blocks", "every block of cycles.bin matches its check sum, to the end")   \
    X(RUN_CHECK_FINGERPRINT, "fingerprint", "cycles.bin has the fingerprint in summary.json")      \
    X(RUN_CHECK_HEADER, "header", "cycles.bin was made from the files that were kept")             \
    X(RUN_CHECK_COUNT, "count", "there are as many cycles as summary.json says")                   \
    X(RUN_CHECK_DECISIONS, "decisions", "the decisions have the fingerprint in summary.json")      \
    X(RUN_CHECK_FIGURES, "figures", "every figure in summary.json is what the cycles give")        \
    X(RUN_CHECK_RECOMPUTED, "recomputed", "every cycle comes out the same, bit for bit")           \
    X(RUN_CHECK_CHAIN, "chain", "every event follows from the one before it by its chain")         \
    X(RUN_CHECK_LAST_EVENT, "last_event", "the last event is the one in summary.json")             \
    X(RUN_CHECK_EVENTS, "events", "every event follows from the cycles, and none is missing")
typedef enum {
#define X(id, word, text) id,
    RUN_CHECK_LIST(X)
#undef X
} run_check_id_t;
#define RUN_CHECK_COUNT_OF 10
const char* run_check_word(run_check_id_t check);
const char* run_check_text(run_check_id_t check);

typedef enum {
    RUN_CHECK_UNTOLD, // a run that was cut off can't tell, or nobody asked
    RUN_CHECK_HOLDS,
    RUN_CHECK_FAILS,
} run_check_state_t;

#define RUN_CHECK_BEFORE 3 // cycles kept of those before the first that differs

typedef struct {
    const session_t* session;          // borrowed, as all pointers here
    const char* directory;             // of the run
    const summary_file_t* file;        // its summary.json
    const cycle_file_header_t* header; // of its cycles.bin
    cycle_reader_t* reader;            // at the first cycle
    bool whole;                        // all checks; else the cycles alone
    bool stored;                       // nothing is recomputed: what the files say of each other,
                                       // up to the first check that fails
    bool changed; // the session is another one: ends at the first other decision
    /// Called now and then; may be null.
    void (*progress)(void* context, int64_t cycles);
    void* context;
} run_check_settings_t;

typedef struct {
    int64_t recorded; // cycles in the file, as far as it was read
    int64_t compared;
    int64_t different; // of them not the same bits
    int64_t first_us, last_us;
    cycle_read_t end; // CYCLE_READ_RECORD: the file was not read to its end
    bool cut_off;     // the run was: it never wrote its last summary, or the disk was full
    bool gap;         // behind the first `gap_before` cycles nothing can be recomputed:
    int64_t gap_before;
    recompute_result_t why_gap;
    bool found; // a cycle that is different, or, with a changed session, decides otherwise
    cycle_record_t was, is; // it as recorded, and as it comes out
    int before_count;
    cycle_record_t before[RUN_CHECK_BEFORE]; // recorded, oldest first
    run_check_state_t state[RUN_CHECK_COUNT_OF];
    char told[RUN_CHECK_COUNT_OF][TEXT_CAPACITY]; // why one fails or can't be told
} run_check_t;

/// Goes through the whole record. False if memory was short; everything else is in `check`.
bool run_check(const run_check_settings_t* settings, run_check_t* check);

/// True if nothing that was looked at is damaged. Cycles that come out different are no damage.
bool run_check_intact(const run_check_t* check);

#endif
