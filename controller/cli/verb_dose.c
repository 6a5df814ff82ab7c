#include <stdio.h>
#include <string.h>
#include <time.h>

#include "config/load.h"
#include "controller/cli/verb.h"
#include "controller/record/json.h"
#include "controller/record/ledger.h"
#include "controller/record/run_directory.h"
#include "routines/client_load.h"

/// What stands in the table.
typedef struct {
    char path[ASSEMBLY_PATH_CAPACITY];
    ledger_report_t report;
    dose_sum_t week;
} shown_t;

/// Loads limits and, where one is named, the client, and reads the ledger. False with findings.
static bool load(const options_t* options, assembly_t* assembly, shown_t* shown)
{
    findings_t* findings = &assembly->findings;
    const char* client_path = options->text[OPTION_CLIENT];
    const char* named = options->text[OPTION_LEDGER];
    char safety_path[ASSEMBLY_PATH_CAPACITY];
    bool good =
        options->text[OPTION_SAFETY] != NULL
            ? snprintf(safety_path, sizeof safety_path, "%s", options->text[OPTION_SAFETY]) <
                  ASSEMBLY_PATH_CAPACITY
            : assembly_data_path("config/safety/default.yaml", safety_path, sizeof safety_path);
    good = good && load_safety(safety_path, &assembly->safety, findings);
    good = (client_path == NULL || client_load(client_path, &assembly->client, findings)) && good;
    if (!good) {
        return false;
    }
    if (named != NULL) {
        good = snprintf(shown->path, sizeof shown->path, "%s", named) < ASSEMBLY_PATH_CAPACITY;
    } else {
        good =
            ledger_path(RUN_PARENT_DEFAULT, assembly->client.name, shown->path, sizeof shown->path);
    }
    if (!good) {
        finding_add(findings, FINDING_ERROR, named, 0, 0, "", "",
                    "the path is longer than %d bytes", ASSEMBLY_PATH_CAPACITY - 1);
        return false;
    }
    const ledger_result_t result =
        ledger_read(shown->path, client_path != NULL ? assembly->client.name : NULL,
                    (int64_t)time(NULL), &shown->week, &shown->report);
    ledger_tell(shown->path, result, &shown->report, findings);
    if (shown->report.absent && named != NULL) {
        // A name that was mistyped must not read as a client to whom nothing was given yet.
        finding_add(findings, FINDING_ERROR, shown->path, 0, 0, "", NULL,
                    "there is no such file yet; the first session that is played with this ledger "
                    "makes it");
        return false;
    }
    return result == LEDGER_OK;
}

/// `client` is the one that was named, or "".
static void print_table(const shown_t* shown, const safety_settings_t* safety, const char* client)
{
    const char* asked = client[0] != '\0' ? client : "nobody yet";
    (void)printf("%s: %lld sessions, %d in the last seven days\n",
                 shown->report.client[0] != '\0' ? shown->report.client : asked,
                 (long long)shown->report.session_count, shown->week.session_count);
    if (shown->report.absent) {
        (void)printf("there is no such file yet: %s\n", shown->path);
    }
    if (shown->week.total_count == 0) {
        return;
    }
    (void)printf("\n  %-30s %10s %10s %10s %9s %9s\n", "region", "contact", "impulse", "strokes",
                 "mean", "peak");
    for (int i = 0; i < shown->week.total_count; ++i) {
        const dose_total_t* total = &shown->week.totals[i];
        (void)printf("  %-30s %6.1f min %7.0f Ns %10d %5.1f kPa %5.1f kPa\n", total->region,
                     total->dose.contact_s / 60.0, total->dose.impulse_Ns, total->dose.strokes,
                     dose_pressure_mean_Pa(&total->dose) * 1e-3,
                     total->dose.pressure_peak_Pa * 1e-3);
    }
    (void)printf("  %-30s %6.1f min %7.0f Ns\n", "allowed in seven days",
                 safety->region_week_time_max_s.value / 60.0,
                 safety->region_week_impulse_max_Ns.value);
    (void)printf("  %-30s %6.1f min %7.0f Ns\n", "allowed in a session",
                 safety->region_time_max_s.value / 60.0, safety->region_impulse_max_Ns.value);
}

static void print_json(const shown_t* shown, const safety_settings_t* safety)
{
    json_t json = json_to_file(stdout);
    json_object_begin(&json, NULL);
    json_text(&json, "ledger", shown->path);
    json_boolean(&json, "exists", !shown->report.absent);
    json_text(&json, "client", shown->report.client);
    json_integer(&json, "session_count", shown->report.session_count);
    json_integer(&json, "week_session_count", shown->week.session_count);
    json_object_begin(&json, "allowed");
    json_number(&json, "region_time_max_s", safety->region_time_max_s.value);
    json_number(&json, "region_impulse_max_Ns", safety->region_impulse_max_Ns.value);
    json_number(&json, "region_week_time_max_s", safety->region_week_time_max_s.value);
    json_number(&json, "region_week_impulse_max_Ns", safety->region_week_impulse_max_Ns.value);
    json_object_end(&json);
    json_array_begin(&json, "regions");
    for (int i = 0; i < shown->week.total_count; ++i) {
        const dose_total_t* total = &shown->week.totals[i];
        json_object_begin(&json, NULL);
        json_text(&json, "region", total->region);
        json_number(&json, "contact_s", total->dose.contact_s);
        json_number(&json, "impulse_Ns", total->dose.impulse_Ns);
        json_number(&json, "pressure_mean_Pa", dose_pressure_mean_Pa(&total->dose));
        json_number(&json, "pressure_peak_Pa", total->dose.pressure_peak_Pa);
        json_integer(&json, "strokes", total->dose.strokes);
        json_object_end(&json);
    }
    json_array_end(&json);
    json_object_end(&json);
    (void)printf("\n");
}

exit_code_t verb_dose(const options_t* options, assembly_t* assembly)
{
    if (!options->given[OPTION_LEDGER] && !options->given[OPTION_CLIENT]) {
        (void)fprintf(stderr, "knead dose: whose? Name a ledger with --ledger or a client with "
                              "--client.\nSee 'knead dose --help'.\n");
        return EXIT_USAGE;
    }
    shown_t shown = {.path = ""};
    const bool good = load(options, assembly, &shown);
    findings_print(&assembly->findings, stderr);
    if (!good) {
        return EXIT_INVALID_FILE;
    }
    if (options->given[OPTION_JSON]) {
        print_json(&shown, &assembly->safety);
    } else {
        print_table(&shown, &assembly->safety,
                    options->given[OPTION_CLIENT] ? assembly->client.name : "");
    }
    return EXIT_DONE;
}
