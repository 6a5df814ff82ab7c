#include <stdio.h>
#include <string.h>

#include "controller/cli/bench_bus.h"
#include "controller/cli/bench_control.h"
#include "controller/cli/bench_kinematics.h"
#include "controller/cli/compiler.h"
#include "controller/cli/verb.h"
#include "controller/record/json.h"

#define BENCH_ROUTINE "routines/library/short-back.yaml"
#define PROCESSOR_CAPACITY 128
#define OWN_COUNT (BENCH_KINEMATICS_COUNT + BENCH_CONTROL_COUNT)
#define FIGURE_COUNT (OWN_COUNT + BENCH_BUS_COUNT)
#define CONDITIONS_CAPACITY 128

#ifdef __OPTIMIZE__
#define OPTIMISED true
#else
#define OPTIMISED false
#endif

/// The processor's model as the system names it.
static void read_processor(char name[PROCESSOR_CAPACITY])
{
    char line[512];
    (void)snprintf(name, PROCESSOR_CAPACITY, "unknown");
    FILE* file = fopen("/proc/cpuinfo", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        const char* colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) == 0 && colon != NULL) {
            const char* text = colon + 1 + strspn(colon + 1, " ");
            (void)snprintf(name, PROCESSOR_CAPACITY, "%.*s", (int)strcspn(text, "\n"), text);
            break;
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
}

static bool load_session(const options_t* options, assembly_t* assembly)
{
    char routine[ASSEMBLY_PATH_CAPACITY];
    if (!assembly_data_path(BENCH_ROUTINE, routine, sizeof routine)) {
        finding_add(&assembly->findings, FINDING_ERROR, BENCH_ROUTINE, 0, 0, "", "",
                    "the path is longer than %d bytes", ASSEMBLY_PATH_CAPACITY - 1);
        return false;
    }
    return assembly_load_table(assembly, options) && assembly_load_routine(assembly, routine) &&
           assembly_build_session(assembly) && assembly_build_world(assembly, options);
}

/// How many times faster than real time periods of such a length are simulated.
static double times_real_time(const assembly_t* assembly, const bench_figure_t* figures, int index)
{
    return 1e3 * (double)assembly->session.period_us /
           figures[BENCH_KINEMATICS_COUNT + index].median_ns;
}

static void print_text(const assembly_t* assembly, const char* processor,
                       const bench_figure_t* figures, const bench_bus_t* bus)
{
    (void)printf("%s, %s%s\nmachine %s, %d joints; times are of one piece of work\n\n", processor,
                 COMPILER_NAME, OPTIMISED ? "" : ", not optimised", assembly->machine.name,
                 assembly->machine.arm.joint_count);
    bench_print(figures, FIGURE_COUNT, stdout);
    (void)printf("\nvirtual time in contact, one core: %.0f times real time recorded, %.0f not\n",
                 times_real_time(assembly, figures, BENCH_CONTROL_RECORDED),
                 times_real_time(assembly, figures, BENCH_CONTROL_BARE));
    bench_bus_print(bus, stdout);
}

static void put_bus(json_t* json, const bench_bus_t* bus)
{
    char conditions[CONDITIONS_CAPACITY];
    bench_bus_conditions(bus, conditions, sizeof conditions);
    json_object_begin(json, "bus");
    json_text(json, "conditions", conditions);
    json_boolean(json, "own_cores", bus->own_cores);
    json_boolean(json, "priority", bus->priority);
    for (int i = 0; i < BENCH_BUS_RATIO_COUNT; ++i) {
        const bench_ratio_t* ratio = &bus->ratios[i];
        json_object_begin(json, ratio->key);
        json_number(json, "ratio", ratio->ratio);
        json_number(json, "target", ratio->target);
        json_number(json, "stretch", ratio->stretch);
        json_object_end(json);
    }
    json_object_end(json);
}

static void print_json(const assembly_t* assembly, const char* processor, bool quick,
                       const bench_figure_t* figures, const bench_bus_t* bus)
{
    json_t json = json_to_file(stdout);
    json_object_begin(&json, NULL);
    json_text(&json, "processor", processor);
    json_text(&json, "compiler", COMPILER_NAME);
    json_boolean(&json, "optimised", OPTIMISED);
    json_boolean(&json, "quick", quick);
    json_text(&json, "machine", assembly->machine.name);
    json_integer(&json, "joints", assembly->machine.arm.joint_count);
    json_object_begin(&json, "figures");
    for (int i = 0; i < FIGURE_COUNT; ++i) {
        const bench_figure_t* figure = &figures[i];
        json_object_begin(&json, figure->key);
        json_text(&json, "meaning", figure->meaning);
        json_number(&json, "median_ns", figure->median_ns);
        json_number(&json, "p99_ns", figure->p99_ns);
        json_integer(&json, "batch", figure->batch);
        json_integer(&json, "samples", figure->samples);
        if (figure->solved_part >= 0.0) {
            json_number(&json, "solved", figure->solved_part);
        }
        json_object_end(&json);
    }
    json_object_end(&json);
    json_object_begin(&json, "times_real_time");
    json_number(&json, "recorded", times_real_time(assembly, figures, BENCH_CONTROL_RECORDED));
    json_number(&json, "not_recorded", times_real_time(assembly, figures, BENCH_CONTROL_BARE));
    json_object_end(&json);
    put_bus(&json, bus);
    json_object_end(&json);
}

exit_code_t verb_bench(const options_t* options, assembly_t* assembly)
{
    const bool quick = options->given[OPTION_QUICK];
    char processor[PROCESSOR_CAPACITY];
    bench_figure_t figures[FIGURE_COUNT];
    const bool loaded = load_session(options, assembly);
    findings_print(&assembly->findings, stderr);
    if (!loaded) {
        return EXIT_INVALID_FILE;
    }
    bench_kinematics(&assembly->session, quick, figures);
    const bench_control_result_t result =
        bench_control(assembly, quick, figures + BENCH_KINEMATICS_COUNT);
    if (result != BENCH_CONTROL_OK) {
        (void)fprintf(stderr, "knead bench: %s\n", bench_control_text(result));
        return EXIT_INTERNAL;
    }
    bench_bus_t bus = {0};
    const bench_bus_result_t bus_result = bench_bus(assembly, quick, &bus);
    if (bus_result != BENCH_BUS_OK) {
        (void)fprintf(stderr, "knead bench: %s\n", bench_bus_text(bus_result));
        return EXIT_INTERNAL;
    }
    memcpy(figures + OWN_COUNT, bus.figures, sizeof bus.figures);
    read_processor(processor);
    if (options->given[OPTION_JSON]) {
        print_json(assembly, processor, quick, figures, &bus);
    } else {
        print_text(assembly, processor, figures, &bus);
    }
    return EXIT_DONE;
}
