#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "controller/bus/budget.h"
#include "controller/cli/histogram_print.h"
#include "controller/cli/latency_measure.h"
#include "controller/cli/progress.h"
#include "controller/cli/verb.h"
#include "controller/record/histogram_json.h"

// What the cycle plays: contact begins within seconds.
#define LATENCY_ROUTINE "routines/library/short-back.yaml"

static latency_watch_t watch;

static void end_early(int signal_number)
{
    (void)signal_number;
    atomic_store(&watch.stop, true);
}

/// How it gets on, for `show_progress`.
typedef struct {
    progress_t progress;
    int64_t periods;
    double period_s;
    bool quiet;
} shown_t;

static void show_progress(void* context)
{
    shown_t* shown = context;
    const int64_t done = (int64_t)atomic_load(&watch.done);
    const progress_view_t view = {.done_part = (double)done / (double)shown->periods,
                                  .step_count = 1,
                                  .doing = "measuring",
                                  .region = "",
                                  .remaining_s = (double)(shown->periods - done) * shown->period_s};
    if (!shown->quiet) {
        progress_show(&shown->progress, &view, port_now_us());
    }
}

static bool load_session(const options_t* options, assembly_t* assembly)
{
    char routine[ASSEMBLY_PATH_CAPACITY];
    if (!assembly_data_path(LATENCY_ROUTINE, routine, sizeof routine)) {
        finding_add(&assembly->findings, FINDING_ERROR, LATENCY_ROUTINE, 0, 0, "", "",
                    "the path is longer than %d bytes", ASSEMBLY_PATH_CAPACITY - 1);
        return false;
    }
    if (!assembly_load_table(assembly, options)) {
        return false;
    }
    // A machine whose bus is too slow refuses routines; that is what is to be shown here.
    return (assembly_load_routine(assembly, routine) ||
            !budget_of_machine(&assembly->machine).fits) &&
           assembly_build_session(assembly) && assembly_build_world(assembly, options);
}

// ------------------------------------------------------------------------------------ for people

static void print_host(const latency_host_t* host)
{
    (void)printf("%s%s; memory %slocked; %d processors%s%s%s; kernel %s%s\n",
                 real_time_scheduling_text(host->granted.scheduling),
                 host->granted.scheduling == REAL_TIME_NONE ? " (real-time refused)" : "",
                 host->granted.memory_locked ? "" : "not ", host->processors,
                 host->virtual_machine ? ", virtual" : "",
                 host->governors_known > 0 ? ", governor " : "",
                 host->governors_known == 0    ? ""
                 : host->governors_saving == 0 ? "performance"
                                               : host->governor,
                 host->kernel[0] != '\0' ? host->kernel : "unknown",
                 host->preempt_rt ? "" : " (not PREEMPT_RT)");
    if (!isnan(host->others_busy)) {
        (void)printf("other programs kept %.2f processors busy; %.2f %% of the time was stolen\n",
                     host->others_busy, 100.0 * host->stolen_part);
    }
}

static void print_devices(const machine_settings_t* machine, const latency_result_t* result)
{
    (void)printf("\n%-16s %8s %8s %8s %8s  %s\n", "round trip, us", "median", "99 %", "99.99 %",
                 "greatest", "unanswered");
    for (int i = 0; i < machine->device_count; ++i) {
        const histogram_t* histogram = &result->round_trip_us[i];
        (void)printf("%-16s %8" PRId64 " %8" PRId64 " %8" PRId64 " %8" PRId64 "  %" PRId64 "\n",
                     machine->devices[i].name, histogram_percentile(histogram, 50.0),
                     histogram_percentile(histogram, 99.0), histogram_percentile(histogram, 99.99),
                     histogram->max, result->unanswered[i]);
    }
}

static void print_share(const char* name, const latency_share_t* share)
{
    (void)printf("%-22s %8" PRId64 " %8" PRId64 " %8" PRId64 "  %s\n", name, share->usual_us,
                 share->greatest_us, share->limit_us, latency_verdict_text(share->verdict));
}

static void print_causes(const char* head, uint32_t causes)
{
    for (int cause = 0; cause < LATENCY_CAUSE_COUNT; ++cause) {
        if ((causes & LATENCY_BIT(cause)) != 0) {
            const latency_cause_info_t info = latency_cause_info((latency_cause_t)cause);
            (void)printf("%s: %s\n  %s\n", head, info.text, info.remedy);
        }
    }
}

static void print_text(const assembly_t* assembly, bool own_devices, const latency_result_t* result,
                       const latency_judgement_t* judgement)
{
    const latency_measured_t* measured = &result->measured;
    (void)printf("machine %s: %" PRId64 " periods of %.3f ms, %s\n", assembly->machine.name,
                 measured->wake_up_us.count, 1e-3 * (double)measured->period_us,
                 own_devices ? "its devices read where they are"
                             : "devices of a virtual table over loopback");
    print_host(&measured->host);
    (void)printf("\n");
    histogram_print("wake-up after the deadline", "us", &measured->wake_up_us, stdout);
    (void)printf("\n");
    histogram_print("one control cycle", "us", &measured->compute_us, stdout);
    (void)printf("\n");
    histogram_print("all devices of a period", "us", &measured->exchange_us, stdout);
    print_devices(&assembly->machine, result);
    (void)printf("\n%-22s %8s %8s %8s\n", "share of the period, us", "99.99 %", "greatest",
                 "limit");
    print_share("wake-up and cycle", &judgement->own);
    print_share("bus", &judgement->bus);
    if (measured->devices_us > 0) {
        (void)printf("(the bus with %" PRId64
                     " us that the devices take by calculation: see 'knead device show')\n",
                     measured->devices_us);
    }
    (void)printf("\n%s: %" PRId64 " of %" PRId64 " deadlines were missed; ",
                 latency_verdict_text(judgement->verdict), result->late_periods,
                 measured->wake_up_us.count);
    if (judgement->period_min_us < INT64_MAX) {
        (void)printf("the shortest period that would hold it all is %.3f ms\n",
                     1e-3 * (double)judgement->period_min_us);
    } else {
        (void)printf("no period that a machine may have would hold it all\n");
    }
    if (measured->wake_up_us.count < LATENCY_PERIODS_ENOUGH) {
        (void)printf("fewer than %d periods: a single late one makes it unfit\n",
                     LATENCY_PERIODS_ENOUGH);
    }
    print_causes("cause", judgement->causes);
    print_causes("in doubt", judgement->cautions);
}

// ---------------------------------------------------------------------------------- for programs

static void put_host(json_t* json, const latency_host_t* host)
{
    const bool governed = host->governors_known > 0;
    json_object_begin(json, "host");
    json_text(json, "scheduling", real_time_scheduling_text(host->granted.scheduling));
    json_boolean(json, "real_time", host->granted.scheduling != REAL_TIME_NONE);
    json_boolean(json, "memory_locked", host->granted.memory_locked);
    json_integer(json, "processors", host->processors);
    json_text(json, "governor",
              !governed                     ? NULL
              : host->governors_saving == 0 ? "performance"
                                            : host->governor);
    json_text(json, "kernel", host->kernel[0] != '\0' ? host->kernel : NULL);
    json_boolean(json, "preempt_rt", host->preempt_rt);
    json_boolean(json, "virtual_machine", host->virtual_machine);
    json_number(json, "stolen_part", host->stolen_part);
    json_number(json, "others_busy_processors", host->others_busy);
    json_object_end(json);
}

static void put_share(json_t* json, const char* key, const latency_share_t* share)
{
    json_object_begin(json, key);
    json_integer(json, "p99_99_us", share->usual_us);
    json_integer(json, "max_us", share->greatest_us);
    json_integer(json, "limit_us", share->limit_us);
    json_text(json, "verdict", latency_verdict_text(share->verdict));
    json_object_end(json);
}

static void put_causes(json_t* json, const char* key, uint32_t causes)
{
    json_array_begin(json, key);
    for (int cause = 0; cause < LATENCY_CAUSE_COUNT; ++cause) {
        if ((causes & LATENCY_BIT(cause)) != 0) {
            const latency_cause_info_t info = latency_cause_info((latency_cause_t)cause);
            json_object_begin(json, NULL);
            json_text(json, "cause", info.key);
            json_text(json, "text", info.text);
            json_text(json, "remedy", info.remedy);
            json_object_end(json);
        }
    }
    json_array_end(json);
}

static void put_devices(json_t* json, const machine_settings_t* machine,
                        const latency_result_t* result)
{
    json_array_begin(json, "devices");
    for (int i = 0; i < machine->device_count; ++i) {
        json_object_begin(json, NULL);
        json_text(json, "device", machine->devices[i].name);
        json_integer(json, "unanswered", result->unanswered[i]);
        histogram_write(json, "round_trip_us", &result->round_trip_us[i]);
        json_object_end(json);
    }
    json_array_end(json);
}

static void print_json(const assembly_t* assembly, bool own_devices, const latency_result_t* result,
                       const latency_judgement_t* judgement)
{
    const latency_measured_t* measured = &result->measured;
    json_t json = json_to_file(stdout);
    json_object_begin(&json, NULL);
    json_text(&json, "kind", "latency");
    json_integer(&json, "version", 1);
    json_text(&json, "machine", assembly->machine.name);
    json_text(&json, "machine_file", assembly->machine_path);
    json_integer(&json, "period_us", measured->period_us);
    json_integer(&json, "periods", measured->wake_up_us.count);
    json_integer(&json, "deadlines_missed", result->late_periods);
    json_text(&json, "bus", own_devices ? "devices" : "loopback");
    json_integer(&json, "calculated_us", measured->devices_us);
    json_text(&json, "verdict", latency_verdict_text(judgement->verdict));
    put_causes(&json, "causes", judgement->causes);
    put_causes(&json, "cautions", judgement->cautions);
    if (judgement->period_min_us < INT64_MAX) {
        json_integer(&json, "period_min_us", judgement->period_min_us);
    } else {
        json_null(&json, "period_min_us");
    }
    put_share(&json, "wake_up_and_compute", &judgement->own);
    put_share(&json, "exchange", &judgement->bus);
    put_host(&json, &measured->host);
    histogram_write(&json, "wake_up_us", &measured->wake_up_us);
    histogram_write(&json, "compute_us", &measured->compute_us);
    histogram_write(&json, "exchange_us", &measured->exchange_us);
    put_devices(&json, &assembly->machine, result);
    json_object_end(&json);
}

static exit_code_t report(const options_t* options, const assembly_t* assembly, bool own_devices,
                          const latency_result_t* result)
{
    if (result->measured.wake_up_us.count == 0) {
        (void)fprintf(stderr, "knead latency: ended before anything was measured\n");
        return EXIT_INTERRUPTED;
    }
    const latency_judgement_t judgement = latency_judge(&result->measured);
    if (options->given[OPTION_JSON]) {
        print_json(assembly, own_devices, result, &judgement);
    } else {
        print_text(assembly, own_devices, result, &judgement);
    }
    if (atomic_load(&watch.stop)) {
        return EXIT_INTERRUPTED;
    }
    return judgement.verdict == LATENCY_UNFIT ? EXIT_EXPECTATION_FAILED : EXIT_DONE;
}

exit_code_t verb_latency(const options_t* options, assembly_t* assembly)
{
    static latency_result_t result; // large, and once a process
    const bool loaded = load_session(options, assembly);
    findings_print(&assembly->findings, stderr);
    if (!loaded) {
        return EXIT_INVALID_FILE;
    }
    const bool own_devices = options->given[OPTION_DEVICES] || options->given[OPTION_HOST] ||
                             options->given[OPTION_PORT_BASE];
    assembly_move_devices(assembly, options->text[OPTION_HOST],
                          (int)options->whole[OPTION_PORT_BASE]);
    const struct sigaction action = {.sa_handler = end_early};
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    const latency_settings_t settings = {.assembly = assembly,
                                         .own_devices = own_devices,
                                         .periods = options->given[OPTION_READS]
                                                        ? options->whole[OPTION_READS]
                                                        : LATENCY_PERIODS_ENOUGH};
    shown_t shown = {.progress = progress_open(stderr),
                     .periods = settings.periods,
                     .period_s = (double)assembly->machine.period_us * 1e-6,
                     .quiet = options->given[OPTION_QUIET]};
    const latency_measure_t measured =
        latency_measure(&settings, &watch, show_progress, &shown, &result);
    progress_close(&shown.progress);
    if (measured != LATENCY_MEASURE_OK) {
        (void)fprintf(stderr, "knead latency: %s%s%s\n", latency_measure_text(measured),
                      result.complaint[0] != '\0' ? ": " : "", result.complaint);
        return measured == LATENCY_MEASURE_NO_LINK ? EXIT_DEVICE : EXIT_INTERNAL;
    }
    return report(options, assembly, own_devices, &result);
}
