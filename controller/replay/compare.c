#include "controller/replay/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "controller/record/cycle_difference.h"

_Static_assert(COMPARE_DROPPED + 1 == COMPARE_COUNT, "as many as the list has");

const compare_info_t* compare_info(compare_id_t id)
{
    static const compare_info_t infos[COMPARE_COUNT] = {
#define X(id, word, unit, way, absolute, part, text)                                               \
    [id] = {word, unit, text, COMPARE_##way, absolute, part},
        COMPARE_LIST(X)
#undef X
    };
    return &infos[id];
}

const char* compare_verdict_text(compare_verdict_t verdict)
{
    static const char* const texts[] = {[COMPARE_SAME] = "same",
                                        [COMPARE_BETTER] = "better",
                                        [COMPARE_WORSE] = "worse",
                                        [COMPARE_UNKNOWN] = "unknown",
                                        [COMPARE_OF_WHOLE_RUNS] = "not compared"};
    return texts[verdict];
}

bool compare_of_whole_runs(compare_id_t id)
{
    return id == COMPARE_DURATION || id == COMPARE_CONTACT || id == COMPARE_IMPULSE ||
           id == COMPARE_REGIONS || id == COMPARE_STROKES;
}

// ------------------------------------------------------------------------------------ tolerances

compare_tolerances_t compare_tolerances(void)
{
    compare_tolerances_t tolerances;
    for (int id = 0; id < COMPARE_COUNT; ++id) {
        tolerances.at[id] = (double)NAN;
    }
    return tolerances;
}

bool compare_tolerances_read(const char* text, compare_tolerances_t* tolerances, const char** wrong)
{
    for (const char* at = text; *at != '\0';) {
        int named = -1;
        size_t length = 0;
        for (int id = 0; id < COMPARE_COUNT; ++id) {
            const char* word = compare_info((compare_id_t)id)->word;
            if (strncmp(at, word, strlen(word)) == 0 && at[strlen(word)] == '=') {
                named = id;
                length = strlen(word) + 1;
            }
        }
        char* end = NULL;
        const double number = named >= 0 ? strtod(at + length, &end) : -1.0;
        if (named < 0 || end == at + length || !(number >= 0.0) || !isfinite(number) ||
            (*end != ',' && *end != '\0')) {
            *wrong = at;
            return false;
        }
        tolerances->at[named] = number;
        at = *end == ',' ? end + 1 : end;
    }
    return true;
}

// --------------------------------------------------------------------------------------- figures

static double ending_of(const compare_run_t* run)
{
    static const double ranks[] = {[VERDICT_RUNNING] = 3.0,
                                   [VERDICT_FINISHED] = 0.0,
                                   [VERDICT_STOPPED] = 2.0,
                                   [VERDICT_ENDED] = 1.0,
                                   [VERDICT_FAILED] = 3.0};
    return ranks[run->file->verdict];
}

static void take_force(const summary_t* summary, double figures[COMPARE_COUNT])
{
    const double period_s = summary->session->period_s;
    for (int technique = 0; technique < TECHNIQUE_COUNT; ++technique) {
        const force_figures_t force = summary_technique(summary, (technique_id_t)technique);
        if (force.cycles == 0) {
            continue;
        }
        // fmax leaves out what is not a number: the first technique begins it.
        figures[COMPARE_RMS] = fmax(figures[COMPARE_RMS], force_figures_error_rms_N(&force));
        figures[COMPARE_BIAS] =
            fmax(figures[COMPARE_BIAS], fabs(force_figures_error_mean_N(&force)));
        figures[COMPARE_OVERSHOOT] = fmax(figures[COMPARE_OVERSHOOT], force.overshoot_N);
        figures[COMPARE_OVER_CAP] += (double)force.over_cap_cycles * period_s;
        figures[COMPARE_IMPULSE] += force_figures_impulse_Ns(&force, period_s);
        figures[COMPARE_STROKES] += force.strokes;
    }
    for (int region = 0; region < REGION_CAPACITY; ++region) {
        figures[COMPARE_REGIONS] += summary->regions[region].cycles > 0 ? 1.0 : 0.0;
    }
}

static void take_joints(const summary_t* summary, double figures[COMPARE_COUNT])
{
    const session_t* session = summary->session;
    for (int joint = 0; joint < session->machine->arm.joint_count; ++joint) {
        const joint_figures_t* moved = &summary->joints[joint];
        const double limit = summary_following_limit(session, joint);
        figures[COMPARE_FOLLOWING_PEAK] =
            fmax(figures[COMPARE_FOLLOWING_PEAK], moved->following_peak / limit);
        figures[COMPARE_FOLLOWING_RMS] =
            fmax(figures[COMPARE_FOLLOWING_RMS], summary_following_rms(moved) / limit);
    }
}

static void take_links(const run_outcome_t* outcome, double figures[COMPARE_COUNT])
{
    double exchanges = 0.0;
    double timeouts = 0.0;
    for (int device = 0; device < outcome->device_count; ++device) {
        const link_figures_t* link = &outcome->devices[device];
        exchanges += (double)link->exchanges;
        timeouts += (double)link->timeouts;
        if (link->round_trip_mean_us > 0.0) { // 0: in process, where nothing crosses a wire
            figures[COMPARE_ROUND_TRIP] =
                fmax(figures[COMPARE_ROUND_TRIP], link->round_trip_mean_us);
        }
    }
    figures[COMPARE_TIMEOUTS] = exchanges > 0.0 ? timeouts / exchanges : (double)NAN;
}

static void take_figures(const compare_run_t* run, double figures[COMPARE_COUNT])
{
    const summary_t* summary = run->summary;
    memset(figures, 0, COMPARE_COUNT * sizeof figures[0]);
    figures[COMPARE_RMS] = figures[COMPARE_BIAS] = figures[COMPARE_OVERSHOOT] = (double)NAN;
    figures[COMPARE_ROUND_TRIP] = (double)NAN;
    take_force(summary, figures);
    take_joints(summary, figures);
    take_links(&run->file->outcome, figures);
    figures[COMPARE_ENDING] = ending_of(run);
    figures[COMPARE_STOPS] = (double)summary->stops;
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
        figures[COMPARE_REFUSALS] += (double)summary->refusals[rule];
    }
    figures[COMPARE_PEAK] = summary->force_peak_N;
    figures[COMPARE_PULL] = summary->pull_peak_N;
    figures[COMPARE_SHEAR] = summary->shear_peak_N;
    figures[COMPARE_CONTACT] = summary_contact_s(summary);
    figures[COMPARE_DURATION] = summary_virtual_s(summary);
    figures[COMPARE_TOOL_SPEED] = summary->tool_speed_peak_mps;
    figures[COMPARE_LATE] =
        summary->cycles > 0 ? (double)summary->overruns / (double)summary->cycles : (double)NAN;
    figures[COMPARE_LATE_ROW] = (double)summary->overruns_row;
    figures[COMPARE_DROPPED] = (double)run->file->outcome.cycles_dropped;
}

static compare_verdict_t judge(const compare_info_t* info, const compare_row_t* row)
{
    if (!isfinite(row->first)) {
        return COMPARE_UNKNOWN;
    }
    const double more = row->second - row->first;
    if (!isfinite(row->second)) {
        return COMPARE_WORSE;
    }
    if (fabs(more) <= row->tolerance) {
        return COMPARE_SAME;
    }
    const bool worse =
        info->way == COMPARE_OTHER_IS_WORSE || (info->way == COMPARE_MORE_IS_WORSE) == (more > 0.0);
    return worse ? COMPARE_WORSE : COMPARE_BETTER;
}

// ---------------------------------------------------------------------------------------- cycles

static bool inputs_same(const cycle_record_t* a, const cycle_record_t* b)
{
    const cycle_record_t input_a = {.input = a->input};
    const cycle_record_t input_b = {.input = b->input};
    return cycle_record_same(&input_a, &input_b);
}

static void see_pair(const compare_run_t* run, compare_t* compare, const cycle_record_t* a,
                     const cycle_record_t* b)
{
    if (!compare->inputs_part && !inputs_same(a, b)) {
        compare->inputs_part = true;
        compare->input[0] = *a;
        compare->input[1] = *b;
    }
    if (!compare->decisions_part && cycle_decides_otherwise(run->header, a, b)) {
        compare->decisions_part = true;
        compare->decision[0] = *a;
        compare->decision[1] = *b;
    }
}

/// Takes in what is not a number as nothing.
static void column_add(compare_column_t* column, const compare_column_t* more)
{
    column->force_min_N = fmin(column->force_min_N, more->force_min_N);
    column->force_max_N = fmax(column->force_max_N, more->force_max_N);
    column->target_max_N = fmax(column->target_max_N, more->target_max_N);
}

/// Makes room for twice the time: two columns become one. A run that was cut off does not say in
/// advance how long it is.
static void columns_widen(compare_t* compare)
{
    const compare_column_t empty = {(double)NAN, (double)NAN, (double)NAN};
    for (int which = 0; which < 2; ++which) {
        compare_column_t* columns = compare->columns[which];
        for (int column = 0; column < COMPARE_COLUMN_COUNT; ++column) {
            const int from = 2 * column;
            compare_column_t both = empty;
            if (from < COMPARE_COLUMN_COUNT) {
                column_add(&both, &columns[from]);
                column_add(&both, &columns[from + 1]);
            }
            columns[column] = both;
        }
    }
    compare->column_s *= 2.0;
}

static void see_force(compare_t* compare, int which, const cycle_record_t* record)
{
    const double time_s = 1e-6 * (double)record->input.now_us;
    if (!(time_s >= 0.0)) {
        return;
    }
    while (time_s >= compare->column_s * COMPARE_COLUMN_COUNT) {
        columns_widen(compare);
    }
    const compare_column_t sample = {(double)record->normal_force_N, (double)record->normal_force_N,
                                     (double)record->force_target_N};
    const int column = (int)(time_s / compare->column_s);
    column_add(
        &compare->columns[which][column < COMPARE_COLUMN_COUNT ? column : COMPARE_COLUMN_COUNT - 1],
        &sample);
    compare->drawn_s = fmax(compare->drawn_s, time_s);
}

_Static_assert(COMPARE_COLUMN_COUNT % 2 == 0, "columns are joined in pairs");

static void columns_begin(compare_t* compare, const compare_run_t* first,
                          const compare_run_t* second)
{
    const double first_s = (double)first->file->cycles * 1e-6 * (double)first->header->period_us;
    const double second_s = (double)second->file->cycles * 1e-6 * (double)second->header->period_us;
    const double longer_s = fmax(fmax(first_s, second_s), 1.0);
    compare->drawn_s = longer_s;
    compare->column_s = longer_s / COMPARE_COLUMN_COUNT;
    for (int column = 0; column < COMPARE_COLUMN_COUNT; ++column) {
        const compare_column_t empty = {(double)NAN, (double)NAN, (double)NAN};
        compare->columns[0][column] = empty;
        compare->columns[1][column] = empty;
    }
}

static void read_cycles(const compare_run_t* const runs[2], compare_t* compare)
{
    cycle_record_t record[2];
    memset(record, 0, sizeof record);
    bool more[2] = {true, true};
    while (more[0] || more[1]) {
        for (int which = 0; which < 2; ++which) {
            if (!more[which]) {
                continue;
            }
            compare->end[which] = cycle_reader_next(runs[which]->reader, &record[which]);
            more[which] = compare->end[which] == CYCLE_READ_RECORD;
            if (more[which]) {
                compare->cycles[which]++;
                summary_observe(runs[which]->summary, &record[which]);
                see_force(compare, which, &record[which]);
            }
        }
        if (more[0] && more[1]) {
            see_pair(runs[0], compare, &record[0], &record[1]);
        }
    }
}

void compare_runs(const compare_run_t* first, const compare_run_t* second,
                  const compare_tolerances_t* tolerances, compare_t* compare)
{
    const compare_run_t* const runs[2] = {first, second};
    double figures[2][COMPARE_COUNT];
    memset(compare, 0, sizeof *compare);
    compare->ending[0] = first->file->verdict;
    compare->ending[1] = second->file->verdict;
    columns_begin(compare, first, second);
    read_cycles(runs, compare);
    take_figures(first, figures[0]);
    take_figures(second, figures[1]);
    for (int id = 0; id < COMPARE_COUNT; ++id) {
        const compare_info_t* info = compare_info((compare_id_t)id);
        compare_row_t* row = &compare->rows[id];
        row->first = figures[0][id];
        row->second = figures[1][id];
        row->tolerance = isnan(tolerances->at[id])
                             ? fmax(info->absolute, info->part * fabs(row->first))
                             : tolerances->at[id];
        row->verdict =
            compare->ending[0] != compare->ending[1] && compare_of_whole_runs((compare_id_t)id)
                ? COMPARE_OF_WHOLE_RUNS
                : judge(info, row);
    }
}

bool compare_regressed(const compare_t* compare)
{
    for (int id = 0; id < COMPARE_COUNT; ++id) {
        if (compare->rows[id].verdict == COMPARE_WORSE) {
            return true;
        }
    }
    return false;
}
