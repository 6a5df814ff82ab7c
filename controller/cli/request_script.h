/// Requests at set times, as a YAML file of kind `requests`: what a person would type while a
/// routine plays, for simulations that have to come out the same every time. The virtual table
/// knows nothing of it. It holds only what changes or ends a run that plays; nothing in it arms or
/// starts.
#ifndef KNEAD_CONTROLLER_CLI_REQUEST_SCRIPT_H
#define KNEAD_CONTROLLER_CLI_REQUEST_SCRIPT_H

#include "config/fields.h"
#include "controller/cli/wish.h"

#define REQUEST_SCRIPT_CAPACITY 64

typedef struct {
    int64_t at_us; // since the run began
    int choice;    // word of the file
    int level;     // of intensity
    char reason[EVENT_REASON_CAPACITY];
} scripted_request_t;

typedef struct {
    char name[NAME_CAPACITY];
    char meaning[TEXT_CAPACITY];
    int count;
    scripted_request_t at[REQUEST_SCRIPT_CAPACITY]; // in the order of their times
    int next;                                       // the first that has not been made
} request_script_t;

/// On failure `script` is untouched.
bool request_script_load(const char* path, request_script_t* script, findings_t* findings);

/// Adds what is due at `now_us` to the wish and goes on behind it.
void request_script_take(request_script_t* script, int64_t now_us, wish_t* wish);

/// True while something is still to come.
bool request_script_pending(const request_script_t* script);

/// The record of the kind, for `knead schema requests`.
const record_t* request_script_record(void);

#endif
