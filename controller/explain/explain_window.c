#include "controller/explain/explain_window.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// A signal that moved less than this part of what it ever was, or of its limit, is steady.
#define STEADY_PART 0.1

bool explain_window_make(explain_window_t* window, const session_t* session)
{
    const int64_t periods = session->period_us > 0 ? EXPLAIN_BEFORE_US / session->period_us : 0;
    const int capacity =
        periods + 1 < EXPLAIN_SAMPLE_CAPACITY ? (int)periods + 1 : EXPLAIN_SAMPLE_CAPACITY;
    *window = (explain_window_t){.capacity = capacity};
    window->records = calloc((size_t)capacity, sizeof *window->records);
    return window->records != NULL;
}

void explain_window_free(explain_window_t* window)
{
    free(window->records);
    *window = (explain_window_t){0};
}

void explain_window_add(explain_window_t* window, const cycle_record_t* record)
{
    window->records[window->next] = *record;
    window->next = (window->next + 1) % window->capacity;
    window->count += window->count < window->capacity ? 1 : 0;
}

void explain_window_copy(const explain_window_t* window, explain_window_t* copy)
{
    memcpy(copy->records, window->records, (size_t)window->capacity * sizeof *window->records);
    copy->count = window->count;
    copy->next = window->next;
}

const cycle_record_t* explain_window_at(const explain_window_t* window, int back)
{
    if (back < 0 || back >= window->count) {
        return NULL;
    }
    return &window->records[(window->next - 1 - back + 2 * window->capacity) % window->capacity];
}

double explain_window_s(const explain_window_t* window)
{
    const cycle_record_t* newest = explain_window_at(window, 0);
    const cycle_record_t* oldest = explain_window_at(window, window->count - 1);
    return newest != NULL ? 1e-6 * (double)(newest->input.now_us - oldest->input.now_us) : 0.0;
}

int explain_window_overruns(const explain_window_t* window)
{
    int late = 0;
    for (int back = 0; back < window->count; back++) {
        late += explain_window_at(window, back)->input.overruns > 0;
    }
    return late;
}

// ----------------------------------------------------------------------------------------- trends

/// Of one signal in one record.
typedef struct {
    double number, allowed; // NaN where it is not known, or there is no limit
} sample_t;

static double age_s(int64_t age_us)
{
    return age_us == AGE_NEVER_US || age_us < 0 ? (double)NAN : 1e-6 * (double)age_us;
}

static double oldest_drive_s(const cycle_record_t* record, int joint_count)
{
    double oldest_s = (double)NAN;
    for (int joint = 0; joint < joint_count; joint++) {
        oldest_s = fmax(oldest_s, age_s(record->input.feedback.drives[joint].age_us));
    }
    return oldest_s;
}

/// `before` is the record a period earlier, whose command is the one that is followed.
static sample_t joint_sample(const session_t* session, const cycle_record_t* record,
                             const cycle_record_t* before, int joint, trend_id_t trend)
{
    if (joint < 0 || joint >= session->machine->arm.joint_count) {
        return (sample_t){(double)NAN, (double)NAN};
    }
    const drive_feedback_t* drive = &record->input.feedback.drives[joint];
    const judge_joint_limits_t* limits = &session->limits.joints[joint];
    const bool follows = before != NULL && before->command.request[joint] == DRIVE_REQUEST_ENABLE &&
                         drive->state == DRIVE_OPERATION_ENABLED;
    if (trend == TREND_JOINT_FOLLOWING) {
        const double off =
            follows ? fabs(before->command.position[joint] - drive->position) : (double)NAN;
        return (sample_t){off, limits->following_at_rest +
                                   session->limits.following_time_s * fabs(drive->velocity)};
    }
    return trend == TREND_JOINT_SPEED
               ? (sample_t){drive->velocity, limits->measured_speed_max}
               : (sample_t){drive->effort, session->machine->arm.joints[joint].effort_max};
}

static sample_t sample_of(const session_t* session, const cycle_record_t* record,
                          const cycle_record_t* before, int joint, trend_id_t trend)
{
    const double none = (double)NAN;
    const judge_limits_t* limits = &session->limits;
    const double age_max_s = 1e-6 * (double)limits->sample_age_max_us;
    const bool touches = supervisor_mode_touches(record->mode);
    switch (trend) {
    case TREND_FORCE:
        return (sample_t){(double)record->normal_force_N,
                          touches ? (double)record->force_cap_N : none};
    case TREND_FORCE_TARGET:
        return (sample_t){touches ? (double)record->force_target_N : none, none};
    case TREND_DRIVE_FORCE:
        return (sample_t){(double)record->drive_force_N, none};
    case TREND_SHEAR:
        return (sample_t){(double)record->shear_force_N, limits->shear_force_max_N};
    case TREND_TOOL_SPEED:
        return (sample_t){
            (double)record->tool_speed_mps,
            before != NULL ? (double)before->speed_allowed_mps * limits->tool_speed_margin : none};
    case TREND_GAP:
        return (sample_t){(double)record->surface_gap_m, none};
    case TREND_PATH_ERROR:
        return (sample_t){(double)record->path_error_m, none};
    case TREND_FORCE_AGE:
        return (sample_t){age_s(record->input.feedback.force.age_us), age_max_s};
    case TREND_IO_AGE:
        return (sample_t){age_s(record->input.feedback.io.age_us), age_max_s};
    case TREND_DRIVE_AGE:
        return (sample_t){oldest_drive_s(record, session->machine->arm.joint_count), age_max_s};
    case TREND_OVERRUNS:
        return (sample_t){(double)record->input.overruns, limits->overrun_count_max};
    case TREND_JOINT_FOLLOWING:
    case TREND_JOINT_SPEED:
    case TREND_JOINT_EFFORT:
        return joint_sample(session, record, before, joint, trend);
    }
    return (sample_t){none, none};
}

static const char* word_of(const explain_trend_t* trend)
{
    const double scale = fmax(fmax(fabs(trend->most), fabs(trend->least)),
                              isfinite(trend->allowed) ? fabs(trend->allowed) : 0.0);
    const double small = STEADY_PART * scale;
    const double way = trend->last - trend->first;
    if (trend->most - trend->least <= small) {
        return "steady";
    }
    return way > small ? "rose" : way < -small ? "fell" : "came and went";
}

static void fill(const explain_window_t* window, const session_t* session, int joint, trend_id_t id,
                 explain_trend_t* trend)
{
    *trend = (explain_trend_t){.first = (double)NAN,
                               .last = (double)NAN,
                               .least = (double)NAN,
                               .most = (double)NAN,
                               .allowed = (double)NAN,
                               .joint = id >= TREND_JOINT_FOLLOWING ? joint : -1,
                               .word = "unknown"};
    const int early = window->count - window->count / 4; // the first quarter lies behind it
    double early_sum = 0.0;
    int early_count = 0;
    for (int back = window->count - 1; back >= 0; back--) {
        const cycle_record_t* record = explain_window_at(window, back);
        const cycle_record_t* before = explain_window_at(window, back + 1);
        const sample_t sample = sample_of(session, record, before, joint, id);
        // The newest that is known: a limit goes with mode, region and speed.
        trend->allowed = isfinite(sample.allowed) ? sample.allowed : trend->allowed;
        if (!isfinite(sample.number)) {
            continue;
        }
        trend->known = true;
        trend->samples++;
        trend->last = sample.number;
        trend->least = fmin(trend->least, sample.number);
        trend->most = fmax(trend->most, sample.number);
        if (back >= early || early_count == 0) {
            early_sum += sample.number;
            early_count++;
        }
    }
    if (trend->known) {
        trend->first = early_sum / (double)early_count;
        trend->word = word_of(trend);
    }
}

void explain_window_trends(const explain_window_t* window, const session_t* session, int joint,
                           explain_trend_t trends[TREND_COUNT])
{
    for (int trend = 0; trend < TREND_COUNT; trend++) {
        fill(window, session, joint, (trend_id_t)trend, &trends[trend]);
    }
}

typedef struct {
    const char* name;
    const char* text;
    quantity_t quantity;
} trend_info_t;

static const trend_info_t infos[TREND_COUNT] = {
#define X(id, name, quantity, text) [id] = {name, text, quantity},
    EXPLAIN_TREND_LIST(X)
#undef X
};

const char* explain_trend_name(trend_id_t trend)
{
    return (unsigned)trend < TREND_COUNT ? infos[trend].name : "unknown";
}

const char* explain_trend_text(trend_id_t trend)
{
    return (unsigned)trend < TREND_COUNT ? infos[trend].text : "unknown";
}

quantity_t explain_trend_quantity(trend_id_t trend)
{
    return (unsigned)trend < TREND_COUNT ? infos[trend].quantity : QUANTITY_NONE;
}
