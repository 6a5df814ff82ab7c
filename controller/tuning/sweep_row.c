#include "controller/tuning/sweep_row.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "controller/record/json.h"
#include "controller/record/json_read.h"

#define SWEEP_FORMAT 1

const char* sweep_result_text(sweep_result_t result)
{
    static const char* const texts[SWEEP_RESULT_COUNT] = {
#define X(id, word, meaning) [id] = word,
        SWEEP_RESULT_LIST(X)
#undef X
    };
    return texts[result];
}

bool sweep_bounded(const sweep_header_t* header)
{
    // As doubles: whole numbers from a file may be so large that their product is none any more.
    const double seeds = (double)header->seed_last - (double)header->seed_first + 1.0;
    const double places = (double)header->routine_count * (double)header->client_count;
    const double points = (double)sweep_axes_points(&header->axes);
    return seeds >= 1.0 && points >= 1.0 && points * places * seeds <= 10.0 * SWEEP_POINT_MAX;
}

int64_t sweep_trials_a_point(const sweep_header_t* header)
{
    return (int64_t)header->routine_count * header->client_count *
           (header->seed_last - header->seed_first + 1);
}

int64_t sweep_trials(const sweep_header_t* header)
{
    return sweep_axes_points(&header->axes) * sweep_trials_a_point(header);
}

sweep_place_t sweep_place(const sweep_header_t* header, int64_t number)
{
    const int64_t seeds = header->seed_last - header->seed_first + 1;
    sweep_place_t place;
    place.seed = header->seed_first + number % seeds;
    number /= seeds;
    place.client = (int)(number % header->client_count);
    number /= header->client_count;
    place.routine = (int)(number % header->routine_count);
    place.point = number / header->routine_count;
    return place;
}

static sweep_row_t blank(int64_t number, sweep_result_t result)
{
    sweep_row_t row = {.number = number, .result = result};
#define X(member) row.member = (double)NAN;
    SWEEP_NUMBER_LIST(X)
#undef X
    return row;
}

sweep_row_t sweep_row_of(int64_t number, const rehearsal_figures_t* figures)
{
    static const sweep_result_t results[REHEARSAL_ENDING_COUNT] = {
        [REHEARSAL_FINISHED] = SWEEP_PLAYED,
        [REHEARSAL_BROKEN_OFF] = SWEEP_PLAYED,
        [REHEARSAL_STOPPED] = SWEEP_STOPPED,
        [REHEARSAL_NOT_PLAYED] = SWEEP_FAILED,
    };
    sweep_row_t row = blank(number, results[figures->ending]);
    if (row.result != SWEEP_FAILED) {
#define X(member) row.member = figures->member;
        SWEEP_NUMBER_LIST(X)
#undef X
    }
    (void)snprintf(row.note, sizeof row.note, "%s", figures->rule);
    return row;
}

sweep_row_t sweep_row_refused(int64_t number, const char* note)
{
    sweep_row_t row = blank(number, SWEEP_REFUSED);
    (void)snprintf(row.note, sizeof row.note, "%s", note);
    return row;
}

static void write_names(json_t* json, const char* key, int count, const char names[][TEXT_CAPACITY])
{
    json_array_begin(json, key);
    for (int i = 0; i < count; ++i) {
        json_text(json, NULL, names[i]);
    }
    json_array_end(json);
}

bool sweep_header_write(const sweep_header_t* header, char* line, size_t capacity)
{
    json_t json = json_to_buffer(line, capacity);
    json_object_begin(&json, NULL);
    json_integer(&json, "sweep", SWEEP_FORMAT);
    json_text(&json, "version", header->version);
    json_text(&json, "commit", header->commit);
    json_text(&json, "inputs", header->inputs);
    json_array_begin(&json, "axes");
    for (int i = 0; i < header->axes.axis_count; ++i) {
        const sweep_axis_t* axis = &header->axes.axes[i];
        json_object_begin(&json, NULL);
        json_text(&json, "kind", sweep_kind_text(axis->kind));
        json_text(&json, "field", axis->field);
        json_text(&json, "unit", axis->unit);
        json_array_begin(&json, "values");
        for (int j = 0; j < axis->count; ++j) {
            json_number(&json, NULL, axis->values[j]);
        }
        json_array_end(&json);
        json_object_end(&json);
    }
    json_array_end(&json);
    write_names(&json, "routines", header->routine_count,
                (const char(*)[TEXT_CAPACITY])header->routines);
    write_names(&json, "clients", header->client_count,
                (const char(*)[TEXT_CAPACITY])header->clients);
    json_integer(&json, "seed_first", header->seed_first);
    json_integer(&json, "seed_last", header->seed_last);
    json_object_end(&json);
    return !json.overflow;
}

bool sweep_row_write(const sweep_header_t* header, const sweep_row_t* row, char* line,
                     size_t capacity)
{
    const sweep_place_t place = sweep_place(header, row->number);
    double values[SWEEP_AXIS_CAPACITY];
    sweep_axes_values(&header->axes, place.point, values);
    json_t json = json_to_buffer(line, capacity);
    json_object_begin(&json, NULL);
    json_integer(&json, "number", row->number);
    json_array_begin(&json, "values");
    for (int i = 0; i < header->axes.axis_count; ++i) {
        json_number(&json, NULL, values[i]);
    }
    json_array_end(&json);
    json_text(&json, "routine", header->routines[place.routine]);
    json_text(&json, "client", header->clients[place.client]);
    json_integer(&json, "seed", place.seed);
    json_text(&json, "result", sweep_result_text(row->result));
    json_text(&json, "note", row->note);
#define X(member) json_number(&json, #member, row->member);
    SWEEP_NUMBER_LIST(X)
#undef X
    json_object_end(&json);
    return !json.overflow;
}

static bool read_names(const json_value_t* root, const char* key, int* count,
                       char names[SWEEP_NAME_CAPACITY][TEXT_CAPACITY])
{
    const json_value_t* array = json_member(root, key);
    *count = json_count(array);
    if (*count < 1 || *count > SWEEP_NAME_CAPACITY) {
        return false;
    }
    for (int i = 0; i < *count; ++i) {
        const char* name = json_as_text(json_at(array, i));
        if (name == NULL || strlen(name) >= TEXT_CAPACITY) {
            return false;
        }
        memcpy(names[i], name, strlen(name) + 1);
    }
    return true;
}

static bool read_axis(const json_value_t* object, sweep_axis_t* axis)
{
    char kind[NAME_CAPACITY];
    if (!json_get_text(object, "kind", kind, sizeof kind) ||
        !json_get_text(object, "field", axis->field, sizeof axis->field) ||
        !json_get_text(object, "unit", axis->unit, sizeof axis->unit)) {
        return false;
    }
    bool known = false;
    for (int i = 0; i < SWEEP_KIND_COUNT; ++i) {
        if (strcmp(kind, sweep_kind_text((sweep_kind_t)i)) == 0) {
            axis->kind = (sweep_kind_t)i;
            known = true;
        }
    }
    const json_value_t* values = json_member(object, "values");
    axis->count = json_count(values);
    if (!known || axis->count < 1 || axis->count > SWEEP_VALUE_CAPACITY) {
        return false;
    }
    const json_value_t* value = json_at(values, 0);
    for (int i = 0; i < axis->count; ++i, value = json_next(value)) {
        if (!json_as_number(value, &axis->values[i])) {
            return false;
        }
    }
    return true;
}

static bool read_header(const json_value_t* root, sweep_header_t* header)
{
    int64_t format;
    const json_value_t* axes = json_member(root, "axes");
    header->axes.axis_count = json_count(axes);
    if (!json_get_whole(root, "sweep", &format) || format != SWEEP_FORMAT ||
        header->axes.axis_count < 1 || header->axes.axis_count > SWEEP_AXIS_CAPACITY) {
        return false;
    }
    for (int i = 0; i < header->axes.axis_count; ++i) {
        if (!read_axis(json_at(axes, i), &header->axes.axes[i])) {
            return false;
        }
    }
    return json_get_text(root, "version", header->version, sizeof header->version) &&
           json_get_text(root, "commit", header->commit, sizeof header->commit) &&
           json_get_text(root, "inputs", header->inputs, sizeof header->inputs) &&
           read_names(root, "routines", &header->routine_count, header->routines) &&
           read_names(root, "clients", &header->client_count, header->clients) &&
           json_get_whole(root, "seed_first", &header->seed_first) &&
           json_get_whole(root, "seed_last", &header->seed_last) &&
           header->seed_first <= header->seed_last && sweep_axes_points(&header->axes) > 0;
}

bool sweep_header_read(const char* line, sweep_header_t* header)
{
    memset(header, 0, sizeof *header);
    json_value_t* root = json_parse(line, strlen(line));
    const bool read = read_header(root, header) && sweep_bounded(header);
    json_free(root);
    return read;
}

static bool read_row(const json_value_t* root, sweep_row_t* row)
{
    char result[NAME_CAPACITY];
    *row = blank(-1, SWEEP_FAILED);
    if (!json_get_whole(root, "number", &row->number) || row->number < 0 ||
        !json_get_text(root, "result", result, sizeof result) ||
        !json_get_text(root, "note", row->note, sizeof row->note)) {
        return false;
    }
    bool known = false;
    for (int i = 0; i < SWEEP_RESULT_COUNT; ++i) {
        if (strcmp(result, sweep_result_text((sweep_result_t)i)) == 0) {
            row->result = (sweep_result_t)i;
            known = true;
        }
    }
    // A number that is not known stands there as null, and stays NaN.
#define X(member) (void)json_get_number(root, #member, &row->member);
    SWEEP_NUMBER_LIST(X)
#undef X
    return known;
}

bool sweep_row_read(const char* line, sweep_row_t* row)
{
    json_value_t* root = json_parse(line, strlen(line));
    const bool read = read_row(root, row);
    json_free(root);
    return read;
}
