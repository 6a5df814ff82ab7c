#include "controller/campaign/junit.h"

#include <inttypes.h>
#include <math.h>

#include "controller/record/atomic_file.h"
#include "controller/report/html.h"

static double seconds(double simulated_s)
{
    return isfinite(simulated_s) && simulated_s > 0.0 ? simulated_s : 0.0;
}

static const char* row_name(int row)
{
    return row == TALLY_ROW_SEVERAL ? "several"
           : row == TALLY_ROW_NONE  ? "none"
                                    : world_event_info((world_event_kind_t)row)->word;
}

static const char* phase_name(int phase)
{
    return phase == TALLY_PHASE_NONE ? "none" : supervisor_mode_text((supervisor_mode_t)phase);
}

static void begin_case(FILE* out, const tally_t* tally, int row, const char* name, double time_s)
{
    (void)fprintf(out, "  <testcase classname=\"%s.%s\" name=\"",
                  campaign_kind_text(tally->header.kind), row_name(row));
    html_text(out, name);
    (void)fprintf(out, "\" time=\"%.3f\"", seconds(time_s));
}

static void write_skipped(FILE* out, const char* note)
{
    (void)fputs(">\n    <skipped message=\"", out);
    html_text(out, note);
    (void)fputs("\"/>\n  </testcase>\n", out);
}

static void write_failure(FILE* out, const tally_t* tally, const outcome_t* outcome)
{
    char replay[TALLY_REPLAY_CAPACITY];
    tally_replay(&tally->header, outcome->number, replay);
    for (int i = 0; i < outcome->failure_count && i < OUTCOME_FAILURE_CAPACITY; ++i) {
        const outcome_failure_t* failure = &outcome->failures[i];
        char id[OUTCOME_ID_CAPACITY];
        outcome_id(outcome, id);
        (void)fprintf(out, "%s ", id);
        html_text(out, failure->claim);
        (void)fprintf(out, " at %.3f s: ", failure->at_s);
        html_text(out, failure->text);
        (void)fputc('\n', out);
    }
    if (outcome->failure_count > OUTCOME_FAILURE_CAPACITY) {
        (void)fprintf(out, "and %d more\n", outcome->failure_count - OUTCOME_FAILURE_CAPACITY);
    }
    html_text(out, replay);
    (void)fputc('\n', out);
}

static void write_trials(FILE* out, const tally_t* tally)
{
    for (int i = 0; i < tally->few_count; ++i) {
        const outcome_t* outcome = &tally->few[i];
        char id[OUTCOME_ID_CAPACITY];
        outcome_id(outcome, id);
        char name[OUTCOME_ID_CAPACITY + NAME_CAPACITY];
        (void)snprintf(name, sizeof name, "%s in %s", id, phase_name(tally_phase(outcome)));
        begin_case(out, tally, tally_row(outcome), name, outcome->simulated_s);
        if (outcome->result == OUTCOME_SKIPPED) {
            write_skipped(out, outcome->note);
        } else if (outcome->result == OUTCOME_FAILED) {
            (void)fprintf(out, ">\n    <failure message=\"%d claims failed\">\n",
                          outcome->failure_count);
            write_failure(out, tally, outcome);
            (void)fputs("</failure>\n  </testcase>\n", out);
        } else {
            (void)fputs("/>\n", out);
        }
    }
}

static void write_cell(FILE* out, const tally_t* tally, int row, int phase)
{
    const tally_cell_t* cell = &tally->cells[row][phase];
    if (cell->trials == 0 && cell->skipped == 0) {
        return;
    }
    begin_case(out, tally, row, phase_name(phase), cell->simulated_s);
    if (cell->trials == 0) {
        write_skipped(out, cell->note);
    } else if (cell->failed > 0) {
        (void)fprintf(out,
                      ">\n    <failure message=\"%" PRId64 " of %" PRId64 " trials failed\">\n",
                      cell->failed, cell->trials);
        int64_t told = 0;
        for (int i = 0; i < tally->failure_count; ++i) {
            const outcome_t* outcome = &tally->failures[i];
            if (tally_row(outcome) == row && tally_phase(outcome) == phase) {
                write_failure(out, tally, outcome);
                ++told;
            }
        }
        if (told == 0) { // too many failed for all to be kept: at least how to see the first
            char replay[TALLY_REPLAY_CAPACITY];
            tally_replay(&tally->header, cell->failed_number, replay);
            html_text(out, replay);
            (void)fputc('\n', out);
        }
        (void)fputs("</failure>\n  </testcase>\n", out);
    } else {
        (void)fputs("/>\n", out);
    }
}

/// A campaign of which trials are missing has not passed, whatever the others say.
static void write_whole(FILE* out, const tally_t* tally)
{
    char missing[TEXT_CAPACITY];
    tally_missing_text(tally, missing);
    (void)fprintf(out, "  <testcase classname=\"%s.campaign\" name=\"whole\" time=\"0\"",
                  campaign_kind_text(tally->header.kind));
    if (missing[0] != '\0' || tally->trials == tally->skipped) {
        (void)fprintf(out,
                      ">\n    <failure message=\"%s%s%" PRId64 " were tried\"/>\n  </testcase>\n",
                      missing, missing[0] != '\0' ? "; " : "", tally->trials - tally->skipped);
    } else {
        (void)fputs("/>\n", out);
    }
}

/// What the head of the file counts, of cells.
static void count_cells(const tally_t* tally, int* cases, int* failed, int* skipped)
{
    for (int row = 0; row < TALLY_ROW_COUNT; ++row) {
        for (int phase = 0; phase < TALLY_PHASE_COUNT; ++phase) {
            const tally_cell_t* cell = &tally->cells[row][phase];
            *cases += cell->trials > 0 || cell->skipped > 0;
            *failed += cell->failed > 0;
            *skipped += cell->trials == 0 && cell->skipped > 0;
        }
    }
}

bool junit_write(const tally_t* tally, const char* path)
{
    atomic_file_t target;
    if (!atomic_file_open(&target, path)) {
        return false;
    }
    FILE* out = target.file;
    const bool few = tally->trials == tally->few_count;
    int cases = 0, failed = 0, skipped = 0;
    if (few) {
        cases = tally->few_count;
        failed = (int)tally->failed;
        skipped = (int)tally->skipped;
    } else {
        count_cells(tally, &cases, &failed, &skipped);
    }
    cases += 1;
    failed += tally_missing(tally) > 0 || tally->trials == tally->skipped;
    (void)fprintf(out,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"knead campaign "
                  "%s\" tests=\"%d\" failures=\"%d\" errors=\"0\" skipped=\"%d\" time=\"%.3f\">\n"
                  "  <properties>\n    <property name=\"version\" value=\"",
                  campaign_kind_text(tally->header.kind), cases, failed, skipped,
                  seconds(tally->simulated_s));
    html_text(out, tally->header.version);
    (void)fputs("\"/>\n    <property name=\"commit\" value=\"", out);
    html_text(out, tally->header.commit);
    (void)fprintf(out,
                  "\"/>\n    <property name=\"trials\" value=\"%" PRId64 " to %" PRId64
                  "\"/>\n    <property name=\"missing\" value=\"%" PRId64 "\"/>\n  </properties>\n",
                  tally->header.first, tally->header.last, tally_missing(tally));
    write_whole(out, tally);
    if (few) {
        write_trials(out, tally);
    } else {
        for (int row = 0; row < TALLY_ROW_COUNT; ++row) {
            for (int phase = 0; phase < TALLY_PHASE_COUNT; ++phase) {
                write_cell(out, tally, row, phase);
            }
        }
    }
    (void)fputs("</testsuite>\n", out);
    return atomic_file_commit(&target);
}
