#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "controller/cli/verb.h"
#include "controller/record/atomic_file.h"
#include "controller/record/json.h"
#include "controller/report/body_picture.h"
#include "controller/report/report_style.h"

#define WAY_CAPACITY 40000   // places of the picture's way
#define WAY_SPACING_M 0.002  // closer places are left out
#define WAY_STEP_S 0.020     // of a stroke, between two looks at it
#define PAGE_COLOUR_MIN_N 20 // colours reach at least this far, so that a light routine looks light

/// One step on one region, all its repeats together.
typedef struct {
    const stroke_t* stroke; // null for a rest
    int step;
    int count;
    double from_s; // the first time, travel left out
    double total_s;
    double force_max_N;
    double speed_max_mps;
} plan_row_t;

typedef struct {
    const assembly_t* assembly;
    const pad_settings_t* pad; // null where the machine has none of that name
    int row_count;
    plan_row_t rows[ROUTINE_ITEM_CAPACITY];
    double total_s;
    int place_count;
    body_picture_place_t places[WAY_CAPACITY];
} plan_t;

// ------------------------------------------------------------------------------------ the figures

static plan_row_t* row_of(plan_t* plan, const routine_item_t* item)
{
    const stroke_t* stroke = item->kind == ITEM_STROKE ? &item->stroke : NULL;
    for (int i = 0; i < plan->row_count; ++i) {
        plan_row_t* row = &plan->rows[i];
        const bool same_kind = (row->stroke == NULL) == (stroke == NULL);
        if (row->step == item->stroke.step && same_kind &&
            (stroke == NULL || row->stroke->region == stroke->region)) {
            return row;
        }
    }
    plan_row_t* row = &plan->rows[plan->row_count++];
    *row = (plan_row_t){.stroke = stroke, .step = item->stroke.step, .from_s = plan->total_s};
    if (stroke != NULL) {
        technique_peaks(&plan->assembly->body, stroke, &row->speed_max_mps, &row->force_max_N);
    }
    return row;
}

/// Adds a stroke's way to the picture; the force of a place is the highest since the one before.
static void add_way(plan_t* plan, const stroke_t* stroke)
{
    const body_t* body = &plan->assembly->body;
    bool begins = true;
    double force_N = 0.0;
    for (int i = 0; i * WAY_STEP_S <= stroke->duration_s; ++i) {
        const stroke_target_t target = technique_target(body, stroke, i * WAY_STEP_S);
        const vec3_t at = body_surface_at(body, target.place).point_m;
        const body_picture_place_t* last =
            plan->place_count > 0 ? &plan->places[plan->place_count - 1] : NULL;
        force_N = fmax(force_N, target.force_N);
        if (plan->place_count < WAY_CAPACITY &&
            (begins || last == NULL || hypot(at.x - last->x_m, at.y - last->y_m) > WAY_SPACING_M)) {
            plan->places[plan->place_count++] = (body_picture_place_t){at.x, at.y, force_N, begins};
            begins = false;
            force_N = 0.0;
        }
    }
}

static void plan_fill(plan_t* plan, const assembly_t* assembly)
{
    const routine_t* routine = &assembly->routine;
    plan->assembly = assembly;
    plan->pad =
        assembly->pad_index >= 0 ? &assembly->machine.arm.tool.pads[assembly->pad_index] : NULL;
    for (int i = 0; i < routine->item_count; ++i) {
        const routine_item_t* item = &routine->items[i];
        plan_row_t* row = row_of(plan, item);
        const double duration_s =
            item->kind == ITEM_STROKE ? item->stroke.duration_s : item->rest_s;
        row->count++;
        row->total_s += duration_s;
        plan->total_s += duration_s;
        if (item->kind == ITEM_STROKE) {
            add_way(plan, &item->stroke);
        }
    }
}

static double force_peak_N(const plan_t* plan)
{
    double peak_N = 0.0;
    for (int i = 0; i < plan->row_count; ++i) {
        peak_N = fmax(peak_N, plan->rows[i].force_max_N);
    }
    return peak_N;
}

// --------------------------------------------------------------------------------------- for
// people

static void print_time(double duration_s)
{
    const long whole_s = lround(duration_s);
    (void)printf("%4ld:%02ld", whole_s / 60, whole_s % 60);
}

static void print_steps(const plan_t* plan)
{
    (void)printf(
        "\n  line  technique            region                           at     for  times  "
        "force   speed\n");
    for (int i = 0; i < plan->row_count; ++i) {
        const plan_row_t* row = &plan->rows[i];
        const routine_t* routine = &plan->assembly->routine;
        const char* region = row->stroke != NULL
                                 ? plan->assembly->body_settings.regions[row->stroke->region].name
                                 : "";
        (void)printf("  %4d  %-20s %-30s", routine->step_line[row->step],
                     row->stroke != NULL ? technique_info(row->stroke->technique)->name : "rest",
                     region);
        print_time(row->from_s);
        print_time(row->total_s);
        (void)printf("  %5d", row->count);
        if (row->stroke != NULL) {
            (void)printf("  %3.0f N  %3.0f mm/s", row->force_max_N, row->speed_max_mps * 1e3);
        }
        (void)putchar('\n');
    }
}

static void print_regions(const plan_t* plan)
{
    const body_settings_t* body = &plan->assembly->body_settings;
    (void)printf(
        "\n  region                         contact   touches     N s   mean kPa   peak kPa  "
        "of its cap\n");
    for (int i = 0; i < body->region_count; ++i) {
        const dose_region_t* dose = &plan->assembly->figures.dose.regions[i];
        if (dose->contact_s > 0.0) {
            (void)printf("  %-30s", body->regions[i].name);
            print_time(dose->contact_s);
            (void)printf("  %8d  %6.0f  %9.1f  %9.1f  %8.0f %%\n", dose->strokes, dose->impulse_Ns,
                         1e-3 * dose_pressure_mean_Pa(dose), 1e-3 * dose->pressure_peak_Pa,
                         100.0 * dose->pressure_peak_Pa / body->regions[i].pressure_max_Pa.value);
        }
    }
}

static void print_plan(const plan_t* plan)
{
    const assembly_t* assembly = plan->assembly;
    const routine_t* routine = &assembly->routine;
    (void)printf("%s (%s), pad %s, on %s:", routine->name, routine->goal, routine->pad,
                 assembly->client.name);
    print_time(plan->total_s);
    (void)printf(" min in contact and at rest, ways between places left out\n");
    if (routine->aim[0] != '\0') {
        (void)printf("%s\n", routine->aim);
    }
    if (routine->notes[0] != '\0') {
        (void)printf("%s\n", routine->notes);
    }
    for (int i = 0; i < routine->contraindication_count; ++i) {
        (void)printf("%s%s%s", i == 0 ? "not for clients with: " : ", ",
                     routine->contraindications[i],
                     i == routine->contraindication_count - 1 ? "\n" : "");
    }
    print_steps(plan);
    if (plan->pad != NULL) {
        print_regions(plan);
    }
}

// ------------------------------------------------------------------------------------- for
// programs

static void write_plan(const plan_t* plan)
{
    const assembly_t* assembly = plan->assembly;
    json_t json = json_to_file(stdout);
    json_object_begin(&json, NULL);
    json_text(&json, "routine", assembly->routine.name);
    json_number(&json, "total_s", plan->total_s);
    json_array_begin(&json, "steps");
    for (int i = 0; i < plan->row_count; ++i) {
        const plan_row_t* row = &plan->rows[i];
        json_object_begin(&json, NULL);
        json_integer(&json, "line", assembly->routine.step_line[row->step]);
        json_text(&json, "technique",
                  row->stroke != NULL ? technique_info(row->stroke->technique)->name : "rest");
        json_text(&json, "region",
                  row->stroke != NULL ? assembly->body_settings.regions[row->stroke->region].name
                                      : NULL);
        json_number(&json, "from_s", row->from_s);
        json_number(&json, "total_s", row->total_s);
        json_integer(&json, "times", row->count);
        json_number(&json, "force_max_N", row->force_max_N);
        json_number(&json, "speed_max_mps", row->speed_max_mps);
        json_object_end(&json);
    }
    json_array_end(&json);
    json_array_begin(&json, "regions");
    for (int i = 0; i < assembly->body_settings.region_count; ++i) {
        const dose_region_t* dose = &assembly->figures.dose.regions[i];
        if (dose->contact_s > 0.0) {
            json_object_begin(&json, NULL);
            json_text(&json, "region", assembly->body_settings.regions[i].name);
            json_number(&json, "contact_s", dose->contact_s);
            json_integer(&json, "touches", dose->strokes);
            json_number(&json, "impulse_Ns", dose->impulse_Ns);
            json_number(&json, "pressure_mean_Pa", dose_pressure_mean_Pa(dose));
            json_number(&json, "pressure_peak_Pa", dose->pressure_peak_Pa);
            json_object_end(&json);
        }
    }
    json_array_end(&json);
    json_object_end(&json);
}

// ------------------------------------------------------------------------------------- the picture

static bool write_picture(const plan_t* plan, const char* path)
{
    body_picture_t picture = {
        .body = &plan->assembly->body,
        .title = plan->assembly->routine.name,
        .style = report_write_style,
        .force_max_N = fmax(PAGE_COLOUR_MIN_N, force_peak_N(plan)),
        .place_count = plan->place_count,
        .places = plan->places,
    };
    for (int i = 0; i < plan->row_count; ++i) {
        const plan_row_t* row = &plan->rows[i];
        if (row->stroke != NULL) {
            body_picture_region_t* region = &picture.regions[row->stroke->region];
            region->touched = true;
            region->contact_s += row->total_s;
            region->force_peak_N = fmax(region->force_peak_N, row->force_max_N);
        }
    }
    atomic_file_t file;
    if (!atomic_file_open(&file, path)) {
        return false;
    }
    const bool drawn = body_picture_draw(file.file, &picture);
    return atomic_file_commit(&file) && drawn;
}

exit_code_t verb_plan(const options_t* options, assembly_t* assembly)
{
    // What the check refuses can still be looked at, if only it can be read.
    const bool good = assembly_load_table(assembly, options) &&
                      assembly_load_ledger(assembly, options, assembly->machine.world == WORLD_REAL,
                                           (int64_t)time(NULL)) &&
                      assembly_load_routine(assembly, options->operands[0]);
    findings_print(&assembly->findings, stderr);
    if (assembly->routine.item_count == 0) {
        return EXIT_INVALID_FILE;
    }
    plan_t* plan = calloc(1, sizeof *plan);
    if (plan == NULL) {
        (void)fprintf(stderr, "knead plan: no memory\n");
        return EXIT_INTERNAL;
    }
    plan_fill(plan, assembly);
    if (options->given[OPTION_JSON]) {
        write_plan(plan);
    } else {
        print_plan(plan);
    }
    const char* path = options->text[OPTION_SVG];
    const bool drawn = path == NULL || write_picture(plan, path);
    if (!drawn) {
        (void)fprintf(stderr, "knead plan: %s: %s\n", path, strerror(errno));
    }
    free(plan);
    return !drawn ? EXIT_INTERNAL : good ? EXIT_DONE : EXIT_INVALID_FILE;
}
