#include "controller/export/export_mcap.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "controller/export/export_columns.h"
#include "controller/export/export_scene.h"
#include "controller/export/foxglove_schemas.h"
#include "controller/export/mcap_file.h"
#include "controller/record/events.h"

#define SCENE_SPACING_US (INT64_C(1000000) / EXPORT_SCENE_HZ)
// The largest message of a cycle: the figures of all joints at their longest.
#define MESSAGE_CAPACITY                                                                           \
    (EXPORT_COLUMN_CAPACITY * (EXPORT_NAME_CAPACITY + 32) + 2 * EXPORT_WORDS_CAPACITY)

/// foxglove.LogLevel
typedef enum { LEVEL_INFO = 2, LEVEL_WARNING = 3, LEVEL_ERROR = 4 } log_level_t;

typedef struct {
    const export_source_t* source;
    export_figures_t* figures;
    export_walk_t walk;
    mcap_file_t* file;
    uint16_t group_channels[EXPORT_GROUP_COUNT];
    uint16_t joint_states, moving_frames, fixed_frames, arm, body, force, log;
    export_columns_t columns;
    export_digits_t digits[EXPORT_COLUMN_CAPACITY];
    int line; // of the routine's file, in the last cycle; 0 unknown
    int64_t scene_due_us;
    bool no_memory;
    char message[MESSAGE_CAPACITY];
} tracks_t;

static uint64_t log_time_ns(int64_t time_us)
{
    return (uint64_t)((EXPORT_EPOCH_S * 1000000 + time_us) * 1000);
}

// --------------------------------------------------------------------------------- the channels

static const char* json_type(export_kind_t kind)
{
    switch (kind) {
    case EXPORT_NUMBER:
    case EXPORT_SINGLE:
        return "number";
    case EXPORT_WHOLE:
        return "integer";
    case EXPORT_TRUTH:
        return "boolean";
    case EXPORT_WORD:
        return "string";
    }
    return "string";
}

/// The JSON Schema of a group. No member is required: what is unknown is left out.
static void write_schema(const export_columns_t* columns, export_group_t group, json_t* json)
{
    char title[NAME_CAPACITY];
    (void)snprintf(title, sizeof title, "knead.%s", export_group_name(group));
    json_object_begin(json, NULL);
    json_text(json, "$schema", "http://json-schema.org/draft-07/schema#");
    json_text(json, "title", title);
    json_text(json, "description", export_group_meaning(group));
    json_text(json, "type", "object");
    json_object_begin(json, "properties");
    for (int i = 0; i < columns->count; ++i) {
        const export_column_t* column = &columns->at[i];
        if (column->group == group) {
            json_object_begin(json, column->name);
            json_text(json, "type", json_type(column->kind));
            json_text(json, "description", column->meaning);
            json_object_end(json);
        }
    }
    json_object_end(json);
    json_boolean(json, "additionalProperties", false);
    json_object_end(json);
}

static uint16_t declare_group(tracks_t* tracks, export_group_t group)
{
    char* text = NULL;
    size_t size = 0;
    FILE* stream = open_memstream(&text, &size);
    if (stream == NULL) {
        tracks->no_memory = true;
        return 0;
    }
    json_t json = json_to_file(stream);
    write_schema(&tracks->columns, group, &json);
    uint16_t channel = 0;
    if (fclose(stream) == 0) {
        char name[NAME_CAPACITY];
        char topic[NAME_CAPACITY];
        (void)snprintf(name, sizeof name, "knead.%s", export_group_name(group));
        (void)snprintf(topic, sizeof topic, "/%s", export_group_name(group));
        channel =
            mcap_file_channel(tracks->file, topic, mcap_file_schema(tracks->file, name, text));
    } else {
        tracks->no_memory = true;
    }
    free(text);
    return channel;
}

static void declare(tracks_t* tracks)
{
    mcap_file_t* file = tracks->file;
    for (int group = 0; group < EXPORT_GROUP_COUNT; ++group) {
        tracks->group_channels[group] = declare_group(tracks, (export_group_t)group);
    }
    const uint16_t states = mcap_file_schema(file, "foxglove.JointStates", foxglove_joint_states);
    const uint16_t transforms =
        mcap_file_schema(file, "foxglove.FrameTransforms", foxglove_frame_transforms);
    const uint16_t scene = mcap_file_schema(file, "foxglove.SceneUpdate", foxglove_scene_update);
    const uint16_t log = mcap_file_schema(file, "foxglove.Log", foxglove_log);
    tracks->joint_states = mcap_file_channel(file, "/joint_states", states);
    tracks->moving_frames = mcap_file_channel(file, "/tf", transforms);
    tracks->fixed_frames = mcap_file_channel(file, "/tf_fixed", transforms);
    tracks->arm = mcap_file_channel(file, "/scene/arm", scene);
    tracks->body = mcap_file_channel(file, "/scene/body", scene);
    tracks->force = mcap_file_channel(file, "/scene/force", scene);
    tracks->log = mcap_file_channel(file, "/log", log);
}

// --------------------------------------------------------------------------------- the messages

/// Sends what was put together in `tracks->message`.
static void send(tracks_t* tracks, uint16_t channel, uint64_t time_ns, const json_t* json)
{
    if (json->overflow) { // only by a mistake of ours: the capacity is for the longest figures
        tracks->no_memory = true;
        return;
    }
    mcap_file_message(tracks->file, channel, time_ns, json->buffer, json->length);
}

/// Sends a scene that is large and comes once.
static void send_scene(tracks_t* tracks, uint16_t channel, uint64_t time_ns,
                       void (*write)(json_t*, const session_t*, uint64_t))
{
    char* text = NULL;
    size_t size = 0;
    FILE* stream = open_memstream(&text, &size);
    if (stream == NULL) {
        tracks->no_memory = true;
        return;
    }
    json_t json = json_to_file(stream);
    json.indented = false;
    write(&json, tracks->source->session, time_ns);
    if (fclose(stream) == 0) {
        mcap_file_message(tracks->file, channel, time_ns, text, size);
    } else {
        tracks->no_memory = true;
    }
    free(text);
}

static void add_value(tracks_t* tracks, json_t* json, int column)
{
    const export_column_t* at = &tracks->columns.at[column];
    const export_value_t* value = &tracks->walk.values[column];
    switch (at->kind) {
    case EXPORT_NUMBER:
    case EXPORT_SINGLE:
        if (isfinite(value->number)) {
            json_digits(json, at->name,
                        export_digits(&tracks->digits[column], at->kind, value->number));
        }
        return;
    case EXPORT_WHOLE:
        json_integer(json, at->name, value->whole);
        return;
    case EXPORT_TRUTH:
        json_boolean(json, at->name, value->whole != 0);
        return;
    case EXPORT_WORD:
        json_text(json, at->name, value->word);
        return;
    }
}

static void send_figures(tracks_t* tracks, uint64_t time_ns)
{
    for (int group = 0; group < EXPORT_GROUP_COUNT; ++group) {
        json_t json = json_to_buffer(tracks->message, sizeof tracks->message);
        json_object_begin(&json, NULL);
        for (int i = 0; i < tracks->columns.count; ++i) {
            if (tracks->columns.at[i].group == (export_group_t)group &&
                tracks->walk.values[i].known) {
                add_value(tracks, &json, i);
            }
        }
        json_object_end(&json);
        send(tracks, tracks->group_channels[group], time_ns, &json);
    }
}

static void add_known(json_t* json, const char* key, double number)
{
    if (isfinite(number)) {
        json_number(json, key, number);
    }
}

static void send_joint_states(tracks_t* tracks, const cycle_record_t* record, uint64_t time_ns)
{
    const arm_settings_t* arm = &tracks->source->session->machine->arm;
    json_t json = json_to_buffer(tracks->message, sizeof tracks->message);
    json_object_begin(&json, NULL);
    scene_time(&json, "timestamp", time_ns);
    json_array_begin(&json, "joints");
    for (int i = 0; i < arm->joint_count; ++i) {
        const drive_feedback_t* drive = &record->input.feedback.drives[i];
        json_object_begin(&json, NULL);
        json_text(&json, "name", arm->joints[i].name);
        add_known(&json, "position", drive->position);
        add_known(&json, "velocity", drive->velocity);
        add_known(&json, "effort", drive->effort);
        json_object_end(&json);
    }
    json_array_end(&json);
    json_object_end(&json);
    send(tracks, tracks->joint_states, time_ns, &json);
}

/// Frames can't be drawn of joints that are not numbers: then the last ones stay.
static void send_frames(tracks_t* tracks, const cycle_record_t* record, uint64_t time_ns)
{
    const session_t* session = tracks->source->session;
    joints_t measured = {0};
    bool finite = true;
    for (int i = 0; i < session->machine->arm.joint_count; ++i) {
        measured.at[i] = record->input.feedback.drives[i].position;
        finite = finite && isfinite(measured.at[i]);
    }
    if (finite) {
        json_t json = json_to_buffer(tracks->message, sizeof tracks->message);
        scene_joint_frames(&json, session, &measured, time_ns);
        send(tracks, tracks->moving_frames, time_ns, &json);
    }
}

static void send_still(tracks_t* tracks, uint64_t time_ns)
{
    send_scene(tracks, tracks->fixed_frames, time_ns, scene_fixed_frames);
    send_scene(tracks, tracks->arm, time_ns, scene_arm);
    send_scene(tracks, tracks->body, time_ns, scene_body);
}

static void send_moving(tracks_t* tracks, const cycle_record_t* record, uint64_t time_ns)
{
    send_joint_states(tracks, record, time_ns);
    send_frames(tracks, record, time_ns);
    json_t json = json_to_buffer(tracks->message, sizeof tracks->message);
    scene_force(&json, (double)record->normal_force_N, (double)record->force_cap_N, time_ns);
    send(tracks, tracks->force, time_ns, &json);
}

// ------------------------------------------------------------------------------------ the cycles

static void remember_line(tracks_t* tracks, const cycle_record_t* record)
{
    const routine_t* routine = tracks->source->session->routine;
    const bool item = record->item >= 0 && record->item < routine->item_count;
    const int step = item ? routine->items[record->item].stroke.step : -1;
    tracks->line = step >= 0 && step < routine->step_count ? routine->step_line[step] : 0;
}

static void take_record(tracks_t* tracks)
{
    cycle_record_t record;
    const bool first = tracks->figures->cycles == 0;
    const bool shown = export_walk_take(&tracks->walk, &record);
    const int64_t time_us = tracks->walk.row.time_us;
    const uint64_t time_ns = log_time_ns(time_us);
    if (first) {
        tracks->scene_due_us = time_us;
        send_still(tracks, time_ns);
    }
    if (shown) {
        send_figures(tracks, time_ns);
    }
    if (time_us >= tracks->scene_due_us) {
        send_moving(tracks, &record, time_ns);
        const int64_t behind_us = time_us - tracks->scene_due_us;
        tracks->scene_due_us += (behind_us / SCENE_SPACING_US + 1) * SCENE_SPACING_US;
    }
    remember_line(tracks, &record);
}

static bool good(const tracks_t* tracks)
{
    return !tracks->no_memory && mcap_file_result(tracks->file) == MCAP_OK;
}

/// Takes every cycle up to a time of the run, that of the time itself among them.
static void take_until(tracks_t* tracks, double time_s)
{
    const export_figures_t* figures = tracks->figures;
    while (figures->end == CYCLE_READ_RECORD && good(tracks) &&
           (double)tracks->walk.next.input.now_us / 1e6 <= time_s) {
        take_record(tracks);
    }
}

// ------------------------------------------------------------------------------------ the events

static log_level_t level_of(const char* kind)
{
    const bool trouble = strcmp(kind, event_kind_text(EVENT_RULE_REFUSED)) == 0 ||
                         strcmp(kind, event_kind_text(EVENT_OVERRUN)) == 0;
    return strcmp(kind, event_kind_text(EVENT_STOP)) == 0 ? LEVEL_ERROR
           : trouble                                      ? LEVEL_WARNING
                                                          : LEVEL_INFO;
}

static void take_event(void* context, const event_line_t* line)
{
    tracks_t* tracks = context;
    take_until(tracks, line->time_s);
    if (!good(tracks)) {
        return;
    }
    const bool finite = isfinite(line->time_s) && fabs(line->time_s) < 1e9;
    const uint64_t time_ns = log_time_ns(finite ? llround(line->time_s * 1e6) : 0);
    json_t json = json_to_buffer(tracks->message, sizeof tracks->message);
    json_object_begin(&json, NULL);
    scene_time(&json, "timestamp", time_ns);
    json_integer(&json, "level", level_of(line->kind));
    json_text(&json, "message", line->text);
    json_text(&json, "name", line->kind);
    json_text(&json, "file", tracks->source->session->routine->path);
    json_integer(&json, "line", tracks->line);
    json_object_end(&json);
    send(tracks, tracks->log, time_ns, &json);
    tracks->figures->events++;
}

// ---------------------------------------------------------------------------------------- the run

static export_result_t result_of(const tracks_t* tracks, mcap_result_t result)
{
    if (tracks->no_memory || result == MCAP_NO_MEMORY || result == MCAP_TOO_LARGE) {
        errno = ENOMEM;
        return EXPORT_NO_MEMORY;
    }
    return result == MCAP_OK ? EXPORT_OK : EXPORT_NOT_WRITTEN;
}

export_result_t export_mcap(const export_source_t* source, const char* library,
                            const char* const* notes, int note_count, FILE* out,
                            export_figures_t* figures)
{
    tracks_t* tracks = calloc(1, sizeof *tracks);
    const bool begun = tracks != NULL && export_walk_begin(&tracks->walk, source, figures);
    mcap_file_t* file = begun ? mcap_file_begin(out, library, true) : NULL;
    if (file == NULL) {
        if (begun) {
            export_walk_end(&tracks->walk);
        }
        free(tracks);
        errno = ENOMEM;
        return EXPORT_NO_MEMORY;
    }
    tracks->source = source;
    tracks->figures = figures;
    tracks->file = file;
    export_columns_make(source->session, &tracks->columns);
    declare(tracks);
    mcap_file_metadata(file, "knead", notes, note_count);
    // Each event lets the cycles before it pass first.
    int64_t first_broken = -1;
    (void)events_read(source->events_path, take_event, tracks, &first_broken, NULL);
    figures->events_unread = first_broken == 0;
    take_until(tracks, (double)INFINITY);
    mcap_figures_t written;
    const mcap_result_t ended = mcap_file_end(file, &written);
    figures->messages = (int64_t)written.messages;
    figures->bytes = (int64_t)written.bytes;
    const export_result_t result = result_of(tracks, ended);
    export_walk_end(&tracks->walk);
    free(tracks);
    return result;
}
