#include "controller/report/report_web.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "config/digest.h"
#include "controller/record/events.h"
#include "controller/record/json.h"
#include "controller/report/body_outline.h"
#include "controller/report/report_pictures.h"
#include "kinematics/fk.h"

#define MESH_SPACING_M 0.010 // of the body's mesh, at least
#define RESTING_STEP 1e-4    // rad or m, which the replay would not show
#define KNOWN_POSTURES 5     // whose tool pose the script's own kinematics is held against

// ------------------------------------------------------------------------------- text and bytes

static const char base64_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// RFC 4648; `text` has room for 4 letters every 3 bytes begun, and a terminator.
static void base64_write(const uint8_t* bytes, size_t size, char* text)
{
    for (size_t at = 0; at < size; at += 3) {
        const size_t left = size - at;
        const uint32_t word = (uint32_t)bytes[at] << 16 |
                              (uint32_t)(left > 1 ? bytes[at + 1] : 0) << 8 |
                              (uint32_t)(left > 2 ? bytes[at + 2] : 0);
        *text++ = base64_letters[word >> 18];
        *text++ = base64_letters[word >> 12 & 63u];
        *text++ = left > 1 ? base64_letters[word >> 6 & 63u] : '=';
        *text++ = left > 2 ? base64_letters[word & 63u] : '=';
    }
    *text = '\0';
}

void report_web_source(const char* bytes, size_t size, FILE* out)
{
    digest_stream_t stream;
    digest_begin(&stream);
    digest_add(&stream, bytes, size);
    const digest_t digest = digest_end(&stream);
    char text[4 * ((sizeof digest.bytes + 2) / 3) + 1];
    base64_write(digest.bytes, sizeof digest.bytes, text);
    (void)fprintf(out, "'sha256-%s'", text);
}

/// In JSON a '<' stands in texts only: as an escape it can't end the element around it.
static void put_json(FILE* out, const char* bytes, size_t size)
{
    for (size_t at = 0; at < size; at++) {
        if (bytes[at] == '<') {
            (void)fputs("\\u003c", out);
        } else {
            (void)fputc(bytes[at], out);
        }
    }
}

// ------------------------------------------------------------------------------------- counts

/// Samples on their way into the page.
typedef struct {
    json_t* json;
    double lowest, highest; // NaN without a sample
    uint8_t* bytes;
    size_t size, capacity;
    char* text;
} counts_t;

static bool counts_open(counts_t* counts, json_t* json, size_t capacity)
{
    *counts = (counts_t){.json = json, .capacity = 2 * capacity};
    counts->bytes = malloc(counts->capacity);
    counts->text = malloc(4 * (counts->capacity / 3 + 1) + 1);
    return counts->bytes != NULL && counts->text != NULL;
}

static void counts_close(counts_t* counts)
{
    free(counts->bytes);
    free(counts->text);
}

static void counts_begin(counts_t* counts)
{
    counts->lowest = (double)NAN;
    counts->highest = (double)NAN;
    counts->size = 0;
}

static void counts_see(counts_t* counts, double sample)
{
    if (isfinite(sample)) {
        counts->lowest = isnan(counts->lowest) ? sample : fmin(counts->lowest, sample);
        counts->highest = isnan(counts->highest) ? sample : fmax(counts->highest, sample);
    }
}

static void counts_put(counts_t* counts, double sample)
{
    unsigned count = REPORT_COUNTS_NONE;
    if (isfinite(sample)) {
        const double part = (sample - counts->lowest) / (counts->highest - counts->lowest);
        count = isfinite(part) ? (unsigned)lround(part * REPORT_COUNTS_MAX) : 0;
    }
    if (counts->size + 2 <= counts->capacity) {
        counts->bytes[counts->size++] = (uint8_t)(count & 0xFFu);
        counts->bytes[counts->size++] = (uint8_t)(count >> 8);
    }
}

static void counts_end(counts_t* counts, const char* key)
{
    base64_write(counts->bytes, counts->size, counts->text);
    json_object_begin(counts->json, key);
    json_number(counts->json, "lowest", counts->lowest);
    json_number(counts->json, "highest", counts->highest);
    json_text(counts->json, "counts", counts->text);
    json_object_end(counts->json);
}

static void write_stretches(counts_t* counts, const char* key, const report_stretch_t* stretches,
                            int count)
{
    counts_begin(counts);
    for (int index = 0; index < count; index++) {
        counts_see(counts, stretches[index].lowest);
        counts_see(counts, stretches[index].highest);
    }
    for (int index = 0; index < count; index++) {
        const report_stretch_t* at = &stretches[index];
        counts_put(counts, at->highest_first ? at->highest : at->lowest);
        counts_put(counts, at->highest_first ? at->lowest : at->highest);
    }
    counts_end(counts, key);
}

// ------------------------------------------------------------------------------------- channels

static void write_clock(json_t* json, const char* key, const report_clock_t* clock)
{
    json_object_begin(json, key);
    json_number(json, "from_s", (double)clock->from_us / 1e6);
    json_number(json, "stretch_s", (double)clock->stretch_us / 1e6);
    json_integer(json, "count", clock->count);
    json_object_end(json);
}

/// Where a joint without torque is: stretch and position, wherever it is another one.
static void write_resting(json_t* json, const report_stretch_t* resting,
                          const report_stretch_t* position, int count)
{
    double before = (double)NAN;
    json_array_begin(json, "resting");
    for (int index = 0; index < count; index++) {
        const double now = 0.5 * (resting[index].lowest + resting[index].highest);
        if (!isnan(position[index].lowest)) {
            before = (double)NAN;
        } else if (isfinite(now) && !(fabs(now - before) < RESTING_STEP)) {
            json_array_begin(json, NULL);
            json_integer(json, NULL, index);
            json_number(json, NULL, now);
            json_array_end(json);
            before = now;
        }
    }
    json_array_end(json);
}

static void write_channels(json_t* json, counts_t* counts, const session_t* session,
                           const report_channels_t* channels)
{
    static const char* const tool_names[] = {
#define X(id, name, unit) [id] = name,
        REPORT_TOOL_CHANNEL_LIST(X)
#undef X
    };
    static const char* const joint_names[] = {
#define X(id, name) [id] = name,
        REPORT_JOINT_CHANNEL_LIST(X)
#undef X
    };
    write_clock(json, "fine", &channels->fine);
    write_clock(json, "slow", &channels->slow);
    json_object_begin(json, "tool");
    for (int channel = 0; channel < REPORT_TOOL_CHANNEL_COUNT; channel++) {
        write_stretches(counts, tool_names[channel], channels->tool[channel], channels->fine.count);
    }
    json_object_end(json);
    json_array_begin(json, "joints");
    for (int joint = 0; joint < channels->joint_count; joint++) {
        const joint_settings_t* settings = &session->machine->arm.joints[joint];
        json_object_begin(json, NULL);
        json_text(json, "name", settings->name);
        json_boolean(json, "prismatic", settings->kind == JOINT_PRISMATIC);
        json_number(json, "position_min", settings->position_min);
        json_number(json, "position_max", settings->position_max);
        json_number(json, "velocity_max", settings->velocity_max);
        json_number(json, "following_max", summary_following_limit(session, joint));
        for (int channel = 0; channel < REPORT_JOINT_CHANNEL_COUNT; channel++) {
            write_stretches(counts, joint_names[channel], channels->joints[joint][channel],
                            channels->slow.count);
        }
        write_resting(json, channels->resting[joint], channels->joints[joint][REPORT_POSITION],
                      channels->slow.count);
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_spans(json_t* json, const summary_t* summary, const report_data_t* data,
                        const report_channels_t* channels)
{
    const session_t* session = summary->session;
    json_array_begin(json, "modes");
    for (int index = 0; index < channels->mode_span_count; index++) {
        json_object_begin(json, NULL);
        json_number(json, "from_s", channels->mode_spans[index].from_s);
        json_text(json, "mode", supervisor_mode_text(channels->mode_spans[index].mode));
        json_object_end(json);
    }
    json_array_end(json);
    json_array_begin(json, "strokes");
    for (int index = 0; index < data->band_count; index++) {
        const report_band_t* band = &data->bands[index];
        if (band->item < 0 || band->item >= session->routine->item_count) {
            continue;
        }
        const stroke_t* stroke = &session->routine->items[band->item].stroke;
        const body_settings_t* body = session->body->settings;
        json_object_begin(json, NULL);
        json_number(json, "from_s", band->from_s);
        json_number(json, "to_s", band->to_s);
        json_text(json, "technique", technique_info(stroke->technique)->name);
        json_text(json, "colour", report_technique_class(stroke->technique));
        json_text(json, "region",
                  stroke->region >= 0 && stroke->region < body->region_count
                      ? body->regions[stroke->region].name
                      : NULL);
        json_integer(json, "line", stroke->line);
        json_number(json, "peak_N", summary->items[band->item].peak_N);
        json_object_end(json);
    }
    json_array_end(json);
}

// --------------------------------------------------------------------------------------- events

typedef struct {
    json_t* json;
    int64_t seen, kept, always;
} event_feed_t;

static void write_event(void* context, const event_line_t* line)
{
    event_feed_t* feed = context;
    const bool stop = strcmp(line->kind, event_kind_text(EVENT_STOP)) == 0 ||
                      strcmp(line->kind, event_kind_text(EVENT_RULE_REFUSED)) == 0;
    feed->seen++;
    if (stop ? feed->always >= REPORT_EVENT_ROOM : feed->kept >= REPORT_EVENT_CAPACITY) {
        return;
    }
    feed->kept += !stop;
    feed->always += stop;
    json_object_begin(feed->json, NULL);
    json_number(feed->json, "time_s", line->time_s);
    json_text(feed->json, "kind", line->kind);
    json_text(feed->json, "text", line->text);
    json_object_end(feed->json);
}

static void write_events(json_t* json, const char* events_path)
{
    event_feed_t feed = {.json = json};
    json_array_begin(json, "events");
    (void)events_read(events_path, write_event, &feed, NULL, NULL);
    json_array_end(json);
    json_integer(json, "events_left_out", feed.seen - feed.kept - feed.always);
}

// --------------------------------------------------------------------------------------- models

static void write_numbers(json_t* json, const char* key, const double* numbers, int count)
{
    json_array_begin(json, key);
    for (int index = 0; index < count; index++) {
        json_number(json, NULL, numbers[index]);
    }
    json_array_end(json);
}

static void write_pose(json_t* json, const char* key, const pose_t* pose)
{
    const double numbers[] = {pose->position_m.x,  pose->position_m.y,  pose->position_m.z,
                              pose->orientation.x, pose->orientation.y, pose->orientation.z,
                              pose->orientation.w};
    write_numbers(json, key, numbers, 7);
}

/// Postures between the limits, with the tool's pose in each.
static void write_known_postures(json_t* json, const chain_t* chain)
{
    json_array_begin(json, "known_postures");
    for (int posture = 0; posture < KNOWN_POSTURES; posture++) {
        joints_t joints = {{0.0}};
        for (int joint = 0; joint < chain->joint_count; joint++) {
            const double part = (double)((posture + joint) % KNOWN_POSTURES) / (KNOWN_POSTURES - 1);
            const double from = chain->position_min.at[joint];
            joints.at[joint] = from + part * (chain->position_max.at[joint] - from);
        }
        const pose_t tool = fk_tool_pose(chain, &joints);
        json_object_begin(json, NULL);
        write_numbers(json, "joints", joints.at, chain->joint_count);
        write_pose(json, "tool", &tool);
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_arm(json_t* json, const session_t* session)
{
    const chain_t* chain = &session->chain;
    json_object_begin(json, "arm");
    json_array_begin(json, "joints");
    for (int joint = 0; joint < chain->joint_count; joint++) {
        json_object_begin(json, NULL);
        json_boolean(json, "prismatic", chain->kind[joint] == JOINT_PRISMATIC);
        write_numbers(json, "rotation", chain->placement_rotation[joint], 9);
        write_numbers(json, "translation_m", chain->placement_translation_m[joint], 3);
        write_numbers(json, "axis", chain->axis[joint], 3);
        json_number(json, "radius_m", chain->link_radius_m[joint]);
        json_object_end(json);
    }
    json_array_end(json);
    write_pose(json, "flange", &chain->flange_in_last_link);
    write_pose(json, "tool", &chain->tool_in_last_link);
    write_numbers(json, "parked", chain->parked.at, chain->joint_count);
    json_number(json, "pad_radius_m", chain->tool_radius_m);
    json_number(json, "table_length_m", session->machine->table_length_m);
    json_number(json, "table_width_m", session->machine->table_width_m);
    write_known_postures(json, chain);
    json_object_end(json);
}

typedef enum { MESH_HEIGHT, MESH_CONTACT, MESH_PRESSURE } mesh_layer_t;

/// The skin's height at a point of the mesh, or the most that lies in its square of the grid.
static double mesh_sample(const report_cover_t* cover, mesh_layer_t layer, int row, int column,
                          int stride)
{
    const surface_t* grid = cover->surface;
    if (layer == MESH_HEIGHT) {
        return surface_at(grid, grid->origin_x_m + row * grid->spacing_m,
                          grid->origin_y_m + column * grid->spacing_m)
            .point_m.z;
    }
    double most = 0.0;
    for (int i = row; i < row + stride && i < grid->row_count; i++) {
        for (int j = column; j < column + stride && j < grid->column_count; j++) {
            const cover_point_t* point = &cover->at[i][j];
            most = fmax(most, layer == MESH_CONTACT ? point->contact_s : point->pressure_peak_Pa);
        }
    }
    return most;
}

static void write_layer(counts_t* counts, const char* key, const report_cover_t* cover,
                        mesh_layer_t layer, int stride)
{
    const surface_t* grid = cover->surface;
    counts_begin(counts);
    for (int pass = 0; pass < 2; pass++) {
        for (int row = 0; row < grid->row_count; row += stride) {
            for (int column = 0; column < grid->column_count; column += stride) {
                const double sample = mesh_sample(cover, layer, row, column, stride);
                if (pass == 0) {
                    counts_see(counts, sample);
                } else {
                    counts_put(counts, sample);
                }
            }
        }
    }
    counts_end(counts, key);
}

static void write_body(json_t* json, counts_t* counts, const report_cover_t* cover)
{
    const surface_t* grid = cover->surface;
    const int stride = (int)fmax(1.0, ceil(MESH_SPACING_M / grid->spacing_m - 1e-9));
    json_object_begin(json, "body");
    json_number(json, "origin_x_m", grid->origin_x_m);
    json_number(json, "origin_y_m", grid->origin_y_m);
    json_number(json, "spacing_m", stride * grid->spacing_m);
    json_integer(json, "rows", (grid->row_count + stride - 1) / stride);
    json_integer(json, "columns", (grid->column_count + stride - 1) / stride);
    json_number(json, "table_height_m", OUTLINE_HEIGHT_M);
    write_layer(counts, "height_m", cover, MESH_HEIGHT, stride);
    write_layer(counts, "contact_s", cover, MESH_CONTACT, stride);
    write_layer(counts, "pressure_Pa", cover, MESH_PRESSURE, stride);
    json_object_end(json);
}

// ----------------------------------------------------------------------------------- the elements

static void write_summary(FILE* out, const char* path)
{
    (void)fputs("<script type=\"application/json\" id=\"summary\">", out);
    FILE* in = fopen(path, "rb");
    char bytes[4096];
    size_t size = 0;
    while (in != NULL && (size = fread(bytes, 1, sizeof bytes, in)) > 0) {
        put_json(out, bytes, size);
    }
    if (in != NULL) {
        (void)fclose(in);
    }
    (void)fputs("</script>\n", out);
}

bool report_web_write(FILE* out, const summary_t* summary, const report_data_t* data,
                      const report_channels_t* channels, const report_cover_t* cover,
                      const char* events_path, const char* summary_path)
{
    char* bytes = NULL;
    size_t size = 0;
    FILE* memory = open_memstream(&bytes, &size);
    if (memory == NULL) {
        return false;
    }
    json_t json = json_to_file(memory);
    json.indented = false;
    counts_t counts;
    const size_t mesh = sizeof cover->at / sizeof cover->at[0][0];
    const size_t stretches = 2 * (size_t)REPORT_FINE_STRETCHES_MAX;
    bool whole = counts_open(&counts, &json, stretches > mesh ? stretches : mesh);
    if (whole) {
        json_object_begin(&json, NULL);
        json_integer(&json, "version", 1);
        json_number(&json, "period_s", summary->session->period_s);
        json_boolean(&json, "virtual", summary->session->machine->world == WORLD_VIRTUAL);
        write_channels(&json, &counts, summary->session, channels);
        write_spans(&json, summary, data, channels);
        write_events(&json, events_path);
        write_arm(&json, summary->session);
        write_body(&json, &counts, cover);
        json_object_end(&json);
    }
    counts_close(&counts);
    whole = fclose(memory) == 0 && whole;
    if (whole) {
        (void)fputs("<script type=\"application/json\" id=\"run\">", out);
        put_json(out, bytes, size);
        (void)fputs("</script>\n", out);
        write_summary(out, summary_path);
    }
    free(bytes);
    return whole;
}
