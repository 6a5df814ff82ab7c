#include "controller/record/summary_read.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "controller/record/json_read.h"

const char* summary_read_text(summary_read_t result)
{
    static const char* const texts[] = {
#define X(id, text) [id] = text,
        SUMMARY_READ_LIST(X)
#undef X
    };
    return texts[result];
}

static bool read_verdict(const json_value_t* root, run_verdict_t* verdict)
{
    const char* word = json_as_text(json_member(root, "verdict"));
    for (int index = VERDICT_RUNNING; word != NULL && index <= VERDICT_FAILED; index++) {
        if (strcmp(word, run_verdict_text((run_verdict_t)index)) == 0) {
            *verdict = (run_verdict_t)index;
            return true;
        }
    }
    return false;
}

/// The seed stands as text: it has 64 bits.
static bool read_seed(const json_value_t* root, uint64_t* seed)
{
    const char* text = json_as_text(json_member(root, "seed"));
    if (text == NULL || text[0] < '0' || text[0] > '9') {
        return false;
    }
    char* end = NULL;
    errno = 0;
    const unsigned long long number = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0') {
        return false;
    }
    *seed = number;
    return true;
}

static bool read_input(const json_value_t* row, input_file_t* input)
{
    char digest[DIGEST_TEXT_CAPACITY];
    const char* role = json_as_text(json_member(row, "role"));
    return role != NULL && input_role_named(role, &input->role) &&
           json_get_line(row, "path", input->path, sizeof input->path) &&
           json_get_text(row, "sha256", digest, sizeof digest) &&
           hex_read(digest, input->digest.bytes, DIGEST_SIZE);
}

static bool read_inputs(const json_value_t* root, inputs_t* inputs)
{
    const json_value_t* rows = json_member(root, "inputs");
    const int count = json_count(rows);
    if (rows == NULL || count > INPUT_CAPACITY) {
        return false;
    }
    for (inputs->count = 0; inputs->count < count; inputs->count++) {
        if (!read_input(json_at(rows, inputs->count), &inputs->at[inputs->count])) {
            return false;
        }
    }
    return true;
}

static bool read_link(const json_value_t* row, link_figures_t* link)
{
    int64_t port = 0;
    int64_t unit = 0;
    if (!json_get_line(row, "line", link->line, sizeof link->line) &&
        !(json_get_line(row, "host", link->host, sizeof link->host) &&
          json_get_whole(row, "port", &port))) {
        return false;
    }
    link->port = (int)port;
    link->round_trip_mean_us = (double)NAN;
    (void)json_get_number(row, "round_trip_mean_us", &link->round_trip_mean_us);
    const bool read = json_get_line(row, "device", link->name, sizeof link->name) &&
                      json_get_whole(row, "unit", &unit) &&
                      json_get_whole(row, "exchanges", &link->exchanges) &&
                      json_get_whole(row, "timeouts", &link->timeouts) &&
                      json_get_whole(row, "mismatches", &link->mismatches) &&
                      json_get_whole(row, "crc_errors", &link->crc_errors) &&
                      json_get_whole(row, "exceptions", &link->exceptions) &&
                      json_get_whole(row, "stale", &link->stale) &&
                      json_get_whole(row, "no_turns", &link->no_turns) &&
                      json_get_whole(row, "connects", &link->connects) &&
                      json_get_whole(row, "reconnects", &link->reconnects) &&
                      json_get_whole(row, "round_trip_max_us", &link->round_trip_max_us);
    link->unit = (int)unit;
    return read;
}

static bool read_outcome(const json_value_t* root, run_outcome_t* outcome)
{
    const json_value_t* rows = json_member(root, "bus");
    const int count = json_count(rows);
    if (rows == NULL || count > DEVICE_CAPACITY) {
        return false;
    }
    for (outcome->device_count = 0; outcome->device_count < count; outcome->device_count++) {
        if (!read_link(json_at(rows, outcome->device_count),
                       &outcome->devices[outcome->device_count])) {
            return false;
        }
    }
    // Null where they are not known.
    outcome->planned_s = (double)NAN;
    outcome->wall_s = (double)NAN;
    (void)json_get_number(root, "planned_s", &outcome->planned_s);
    (void)json_get_number(root, "wall_s", &outcome->wall_s);
    (void)json_get_line(root, "failure", outcome->failure, sizeof outcome->failure);
    (void)json_get_text(root, "cycles_sha256", outcome->cycles_digest,
                        sizeof outcome->cycles_digest);
    return json_get_whole(root, "cycles_dropped", &outcome->cycles_dropped) &&
           json_get_boolean(root, "recording_complete", &outcome->recording_complete) &&
           json_get_whole(root, "event_count", &outcome->event_count) &&
           json_get_text(root, "events_chain", outcome->events_chain, sizeof outcome->events_chain);
}

static summary_read_t read_root(const json_value_t* root, summary_file_t* file)
{
    const char* kind = json_as_text(json_member(root, "kind"));
    int64_t version = 0;
    if (kind == NULL || strcmp(kind, "summary") != 0 ||
        !json_get_whole(root, "version", &version)) {
        return SUMMARY_READ_NOT_OURS;
    }
    if (version != SUMMARY_VERSION) {
        return SUMMARY_READ_VERSION;
    }
    const char* world = json_as_text(json_member(root, "world"));
    const bool read =
        world != NULL && read_verdict(root, &file->verdict) &&
        json_get_line(root, "sentence", file->sentence, sizeof file->sentence) &&
        read_seed(root, &file->seed) && json_get_whole(root, "cycles", &file->cycles) &&
        json_get_text(root, "decisions_sha256", file->decisions, sizeof file->decisions) &&
        read_inputs(root, &file->inputs) && read_outcome(root, &file->outcome);
    file->virtual_world = world != NULL && strcmp(world, "virtual") == 0;
    return read ? SUMMARY_READ_OK : SUMMARY_READ_DAMAGED;
}

summary_read_t summary_read(const char* path, summary_file_t* file)
{
    memset(file, 0, sizeof *file);
    json_value_t* root = json_parse_file(path);
    if (root == NULL) {
        return errno != 0 ? SUMMARY_READ_NO_FILE : SUMMARY_READ_NOT_OURS;
    }
    const summary_read_t result = read_root(root, file);
    json_free(root);
    return result;
}
