/// The ledger of a client: what every session gave to every region, one line of JSON a session,
/// only ever added to, so that the next session can count what the last days already gave.
///
///   {"version":1,"time":"2026-11-22T14:31:00Z","client":"...","routine":"...","run":"...",
///    "world":"real","verdict":"finished","regions":[{"region":"calf.left","contact_s":61.2,
///    "impulse_Ns":918.4,"pressure_peak_Pa":8123.1,"pressure_time_Pa_s":324811.4,"strokes":4},...],
///    "chain":"64 hex"}
///
/// `chain` is SHA-256 over the chain of the line before (64 zeros before the first) followed by the
/// line's own bytes up to `,"chain"`: a changed, missing or added line is found when it is read;
/// one taken off the end is not.
///
/// Always holds: a line is on the disk when `ledger_append` returns LEDGER_OK; nobody's clock is
/// asked here.
#ifndef KNEAD_CONTROLLER_RECORD_LEDGER_H
#define KNEAD_CONTROLLER_RECORD_LEDGER_H

#include <stdint.h>

#include "controller/record/summary.h"
#include "routines/dose.h"

#define LEDGER_LINE_CAPACITY 16384 // bytes, with terminator

#define LEDGER_RESULT_LIST(X)                                                                      \
    X(LEDGER_OK, "ok")                                                                             \
    X(LEDGER_UNREADABLE, "it can't be read")                                                       \
    X(LEDGER_UNWRITABLE, "it can't be written")                                                    \
    X(LEDGER_DAMAGED, "a line is damaged, or one before it was changed or taken away")             \
    X(LEDGER_OTHER_CLIENT, "it is another client's")                                               \
    X(LEDGER_IN_FUTURE, "a session in it lies in the future: the clock is wrong, or was")          \
    X(LEDGER_FULL, "it has more different regions, or a longer line, than can be counted")
typedef enum {
#define X(id, text) id,
    LEDGER_RESULT_LIST(X)
#undef X
} ledger_result_t;
const char* ledger_result_text(ledger_result_t result);

/// One session.
typedef struct {
    int64_t time_s; // when it began, seconds since 1970 in UTC
    char client[NAME_CAPACITY];
    char routine[TEXT_CAPACITY];
    char run[TEXT_CAPACITY]; // folder of its record
    world_kind_t world;
    char verdict[NAME_CAPACITY];
    int region_count;
    dose_total_t regions[REGION_CAPACITY]; // those that were touched
} ledger_entry_t;

/// What reading found.
typedef struct {
    int64_t line;               // 1-based, of what a result is about; 0 where it is about none
    char client[NAME_CAPACITY]; // whose ledger it is; empty while nobody's
    bool absent;                // there is no such file, which is how a new client's ledger begins
    int64_t session_count;      // whole lines
    bool torn; // the last line was cut off, as a loss of power does; it does not count
    int64_t clock_back_line; // first line dated before the one above it, or 0: such a session
                             // counts as one of the time of that above it
    int64_t last_s;          // when the last session began; 0 without one
} ledger_report_t;

/// The session that a run was: what each region really got, by the run's own figures. `run` is the
/// folder of its record. A client's name is that of the body's client.
void ledger_entry_of(const summary_t* summary, int64_t time_s, const char* run,
                     ledger_entry_t* entry);

/// Sums up what a client got in the DOSE_WEEK_S before `now_s`. A file that is not there holds
/// nothing. `client` may be null: then anybody's ledger will do, but one client's. On anything but
/// LEDGER_OK the sum is not to be used. `report` says which line.
ledger_result_t ledger_read(const char* path, const char* client, int64_t now_s, dose_sum_t* week,
                            ledger_report_t* report);

/// Adds what reading found to findings: an error for every result but LEDGER_OK, a warning for a
/// torn line and for a clock that was set back.
void ledger_tell(const char* path, ledger_result_t result, const ledger_report_t* report,
                 findings_t* findings);

/// Adds a session as the last line and waits until it is on the disk. Makes the file if there is
/// none, cuts off a torn line, refuses a file that `ledger_read` refuses but for one dated in the
/// future: what was given has to be written down. Two programs do not write at the same time.
ledger_result_t ledger_append(const char* path, const ledger_entry_t* entry,
                              ledger_report_t* report);

/// The name of a client's own ledger: "dose-NAME.jsonl" in `folder`, NAME in small letters with a
/// '-' for everything else. False if the path would pass `capacity`.
bool ledger_path(const char* folder, const char* client, char* path, size_t capacity);

#endif
