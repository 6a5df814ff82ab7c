#include "controller/cli/tune_tables.h"

#include <math.h>

#include "controller/record/json.h"
#include "routines/technique.h"

#define MM_PER_M 1e3

static void print_gains(const tuning_t* tuning, const tuning_result_t* result, FILE* out)
{
    (void)fprintf(out, "  %-16s %10s %10s  %-4s %s\n", "gain", "before", "after", "", "range");
    for (int i = 0; i < GAIN_COUNT; ++i) {
        const gain_info_t* info = gain_info(i);
        (void)fprintf(out, "  %-16s %10.4g %10.4g  %-4s %g to %g%s\n", info->key,
                      gains_get(&result->start.gains, i), gains_get(&result->found.gains, i),
                      info->unit, info->lowest, info->highest,
                      tuning->tuned[i] ? "" : ", not tuned");
    }
}

static const char* ended(const rehearsal_figures_t* figures)
{
    return figures->ending == REHEARSAL_STOPPED ? figures->rule
                                                : rehearsal_ending_text(figures->ending);
}

static void print_case(const char* name, const rehearsal_figures_t* before,
                       const rehearsal_figures_t* after, FILE* out)
{
    (void)fprintf(out, "  %-30.30s %6.2f %6.2f  %6.2f %6.2f  %6.2f %6.2f  %6.2f %6.2f  %s\n", name,
                  before->force_rms_N, after->force_rms_N, before->path_rms_m * MM_PER_M,
                  after->path_rms_m * MM_PER_M, before->overshoot_N, after->overshoot_N,
                  before->swing_N, after->swing_N, ended(after));
}

/// The worst of a technique over all cases; 0 where it was not played.
static double worst_of(const rehearsal_figures_t* figures, int count, int technique)
{
    double worst_N = 0.0;
    for (int i = 0; i < count; ++i) {
        worst_N = fmax(worst_N, figures[i].techniques[technique].force_rms_N);
    }
    return worst_N;
}

static void print_techniques(const tuning_t* tuning, const tuning_result_t* result, FILE* out)
{
    (void)fprintf(out, "\n  %-30s %13s\n", "technique, worst body", "force RMS N");
    for (int i = 0; i < TECHNIQUE_COUNT; ++i) {
        const double before_N = worst_of(result->start.figures, tuning->case_count, i);
        const double after_N = worst_of(result->found.figures, tuning->case_count, i);
        if (before_N > 0.0 || after_N > 0.0) {
            (void)fprintf(out, "  %-30s %6.2f %6.2f\n", technique_info((technique_id_t)i)->name,
                          before_N, after_N);
        }
    }
}

void tune_tables_print(const tuning_t* tuning, const tuning_result_t* result, FILE* out)
{
    print_gains(tuning, result, out);
    (void)fprintf(out, "\n  %-30s %13s  %13s  %13s  %13s\n", "body, before and after",
                  "force RMS N", "path RMS mm", "overshoot N", "swing RMS N");
    for (int i = 0; i < tuning->case_count; ++i) {
        print_case(tuning->cases[i].name, &result->start.figures[i], &result->found.figures[i],
                   out);
    }
    print_techniques(tuning, result, out);
    (void)fprintf(
        out,
        "\nworst force RMS %.3f N before, %.3f N after: %.1f %% less; cost %.3f and %.3f; "
        "stopped\n%d and %d of %d; %d tries, %.2f simulated hours; %s\n",
        result->start.worst_force_N, result->found.worst_force_N,
        tuning_change_percent(result->start.worst_force_N, result->found.worst_force_N),
        result->start.cost, result->found.cost, result->start.stopped, result->found.stopped,
        tuning->case_count, result->tries, result->simulated_s / 3600.0,
        search_ending_text(result->ending));
}

static void write_figures(json_t* json, const char* key, const rehearsal_figures_t* figures)
{
    json_object_begin(json, key);
    json_text(json, "ending", rehearsal_ending_text(figures->ending));
    json_text(json, "rule", figures->rule[0] != '\0' ? figures->rule : NULL);
    json_number(json, "force_rms_N", figures->force_rms_N);
    json_number(json, "path_rms_m", figures->path_rms_m);
    json_number(json, "overshoot_N", figures->overshoot_N);
    json_number(json, "force_peak_N", figures->force_peak_N);
    json_number(json, "over_cap_N", figures->over_cap_N);
    json_number(json, "swing_N", figures->swing_N);
    json_object_begin(json, "techniques");
    for (int i = 0; i < TECHNIQUE_COUNT; ++i) {
        const rehearsal_touch_t* touch = &figures->techniques[i];
        if (touch->contact_s > 0.0) {
            json_object_begin(json, technique_info((technique_id_t)i)->name);
            json_number(json, "contact_s", touch->contact_s);
            json_number(json, "force_rms_N", touch->force_rms_N);
            json_number(json, "force_limit_N", touch->force_limit_N);
            json_number(json, "overshoot_N", touch->overshoot_N);
            json_number(json, "path_rms_m", touch->path_rms_m);
            json_object_end(json);
        }
    }
    json_object_end(json);
    json_object_end(json);
}

static void write_try(json_t* json, const char* key, const tuning_try_t* tried)
{
    json_object_begin(json, key);
    json_number(json, "cost", tried->cost);
    json_number(json, "worst_force_rms_N", tried->worst_force_N);
    json_integer(json, "stopped", tried->stopped);
    json_object_begin(json, "gains");
    for (int i = 0; i < GAIN_COUNT; ++i) {
        json_number(json, gain_info(i)->key, gains_get(&tried->gains, i));
    }
    json_object_end(json);
    json_object_end(json);
}

void tune_tables_write(const tuning_t* tuning, const tuning_result_t* result, const char* machine,
                       FILE* out)
{
    json_t json = json_to_file(out);
    json_object_begin(&json, NULL);
    json_text(&json, "machine", machine);
    json_text(&json, "ending", search_ending_text(result->ending));
    json_boolean(&json, "improved", result->improved);
    json_integer(&json, "tries", result->tries);
    json_number(&json, "simulated_s", result->simulated_s);
    json_number(&json, "improvement_percent",
                tuning_change_percent(result->start.worst_force_N, result->found.worst_force_N));
    write_try(&json, "before", &result->start);
    write_try(&json, "after", &result->found);
    json_array_begin(&json, "bodies");
    for (int i = 0; i < tuning->case_count; ++i) {
        json_object_begin(&json, NULL);
        json_text(&json, "name", tuning->cases[i].name);
        write_figures(&json, "before", &result->start.figures[i]);
        write_figures(&json, "after", &result->found.figures[i]);
        json_object_end(&json);
    }
    json_array_end(&json);
    json_object_end(&json);
    (void)fputc('\n', out);
}
