#include "routines/body_scan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "routines/body_lie.h"

#define NEIGHBOUR_REACH 2 // grid places to either side whose median judges a square
#define NEIGHBOUR_COUNT ((2 * NEIGHBOUR_REACH + 1) * (2 * NEIGHBOUR_REACH + 1))
#define NEIGHBOURS_MIN 3 // fewer measured squares beside one judge nothing

const char* body_scan_result_text(body_scan_result_t result)
{
    static const char* const texts[] = {
#define X(id, text) [id] = text,
        BODY_SCAN_RESULT_LIST(X)
#undef X
    };
    return texts[result];
}

/// Scan less model at every grid place, and how it came to be known.
typedef enum { CELL_UNKNOWN, CELL_MEASURED, CELL_FILLED, CELL_FADED } cell_t;

typedef struct {
    cell_t cell[SURFACE_ROW_CAPACITY][SURFACE_COLUMN_CAPACITY];
    cell_t next[SURFACE_ROW_CAPACITY][SURFACE_COLUMN_CAPACITY];
    int point_count[SURFACE_ROW_CAPACITY][SURFACE_COLUMN_CAPACITY];
    surface_t off; // heights: scan less model
} scan_t;

static int compare_floats(const void* first, const void* second)
{
    const float a = *(const float*)first;
    const float b = *(const float*)second;
    return (a > b) - (a < b);
}

/// Sorts `values`.
static float median_of(float values[], int count)
{
    qsort(values, (size_t)count, sizeof values[0], compare_floats);
    return count % 2 == 1 ? values[count / 2] : 0.5F * (values[count / 2 - 1] + values[count / 2]);
}

/// The square of the grid that a point lies in; false off the grid or where the body is not.
static bool cell_of(const surface_t* surface, const float point[3], int* row, int* column)
{
    const double along = ((double)point[0] - surface->origin_x_m) / surface->spacing_m + 0.5;
    const double across = ((double)point[1] - surface->origin_y_m) / surface->spacing_m + 0.5;
    if (!(along >= 0.0 && along < surface->row_count && across >= 0.0 &&
          across < surface->column_count)) {
        return false;
    }
    *row = (int)along;
    *column = (int)across;
    return (double)surface->height_m[*row][*column] >= BODY_SCAN_SKIN_MIN_M;
}

// ---------------------------------------------------------------------------------- the measured

/// A point over the body: its square, and how far it lies over the model there.
typedef struct {
    int cell; // row * SURFACE_COLUMN_CAPACITY + column
    float off_m;
} hit_t;

static int compare_hits(const void* first, const void* second)
{
    const hit_t* a = first;
    const hit_t* b = second;
    if (a->cell != b->cell) {
        return (a->cell > b->cell) - (a->cell < b->cell);
    }
    return (a->off_m > b->off_m) - (a->off_m < b->off_m);
}

static int collect_hits(const surface_t* surface, const ply_points_t* points, hit_t hits[],
                        body_scan_report_t* report)
{
    int count = 0;
    for (int i = 0; i < points->count; i++) {
        int row = 0;
        int column = 0;
        if (!cell_of(surface, points->at[i], &row, &column)) {
            continue;
        }
        const surface_sample_t skin =
            surface_at(surface, (double)points->at[i][0], (double)points->at[i][1]);
        const double off_m = (double)points->at[i][2] - skin.point_m.z;
        report->over_count++;
        if (fabs(off_m) <= BODY_SCAN_POINT_OFF_M) {
            hits[count++] = (hit_t){row * SURFACE_COLUMN_CAPACITY + column, (float)off_m};
        } else {
            report->outlier_count++;
        }
    }
    return count;
}

static void take_medians(const hit_t hits[], int count, scan_t* scan)
{
    for (int first = 0; first < count;) {
        int last = first;
        while (last < count && hits[last].cell == hits[first].cell) {
            last++;
        }
        const int row = hits[first].cell / SURFACE_COLUMN_CAPACITY;
        const int column = hits[first].cell % SURFACE_COLUMN_CAPACITY;
        const int middle = first + (last - first) / 2;
        scan->cell[row][column] = CELL_MEASURED;
        scan->point_count[row][column] = last - first;
        scan->off.height_m[row][column] =
            (last - first) % 2 == 1 ? hits[middle].off_m
                                    : 0.5F * (hits[middle - 1].off_m + hits[middle].off_m);
        first = last;
    }
}

/// Measured squares about one, itself left out.
static int neighbours_of(const scan_t* scan, int row, int column, float values[NEIGHBOUR_COUNT])
{
    int count = 0;
    for (int i = row - NEIGHBOUR_REACH; i <= row + NEIGHBOUR_REACH; i++) {
        for (int j = column - NEIGHBOUR_REACH; j <= column + NEIGHBOUR_REACH; j++) {
            const bool there = i >= 0 && i < scan->off.row_count && j >= 0 &&
                               j < scan->off.column_count && (i != row || j != column);
            if (there && scan->cell[i][j] == CELL_MEASURED) {
                values[count++] = scan->off.height_m[i][j];
            }
        }
    }
    return count;
}

static void refuse_lone_cells(scan_t* scan, body_scan_report_t* report)
{
    memcpy(scan->next, scan->cell, sizeof scan->next);
    for (int row = 0; row < scan->off.row_count; row++) {
        for (int column = 0; column < scan->off.column_count; column++) {
            float values[NEIGHBOUR_COUNT];
            if (scan->cell[row][column] != CELL_MEASURED) {
                continue;
            }
            const int count = neighbours_of(scan, row, column, values);
            const bool alone = count < NEIGHBOURS_MIN ||
                               fabs((double)scan->off.height_m[row][column] -
                                    (double)median_of(values, count)) > BODY_SCAN_CELL_OFF_M;
            if (alone) {
                scan->next[row][column] = CELL_UNKNOWN;
                report->outlier_count += scan->point_count[row][column];
            } else {
                report->cell_count++;
            }
        }
    }
    memcpy(scan->cell, scan->next, sizeof scan->cell);
}

static double median_off_m(const scan_t* scan, float values[])
{
    int count = 0;
    for (int row = 0; row < scan->off.row_count; row++) {
        for (int column = 0; column < scan->off.column_count; column++) {
            if (scan->cell[row][column] == CELL_MEASURED) {
                values[count++] = scan->off.height_m[row][column];
            }
        }
    }
    return count > 0 ? (double)median_of(values, count) : 0.0;
}

// ------------------------------------------------------------------------------------- the holes

/// Mean over the known places beside one; false if there are none.
static bool rim_of(const scan_t* scan, int row, int column, double* mean_m)
{
    double sum_m = 0.0;
    int count = 0;
    for (int i = row - 1; i <= row + 1; i++) {
        for (int j = column - 1; j <= column + 1; j++) {
            const bool there =
                i >= 0 && i < scan->off.row_count && j >= 0 && j < scan->off.column_count;
            if (there && scan->cell[i][j] != CELL_UNKNOWN) {
                sum_m += (double)scan->off.height_m[i][j];
                count++;
            }
        }
    }
    *mean_m = count > 0 ? sum_m / count : 0.0;
    return count > 0;
}

/// One ring about all that is known: it becomes `cell`, its height the rim's times `part`.
static int grow(scan_t* scan, cell_t cell, double part)
{
    int grown = 0;
    memcpy(scan->next, scan->cell, sizeof scan->next);
    for (int row = 0; row < scan->off.row_count; row++) {
        for (int column = 0; column < scan->off.column_count; column++) {
            double mean_m = 0.0;
            if (scan->cell[row][column] == CELL_UNKNOWN && rim_of(scan, row, column, &mean_m)) {
                scan->off.height_m[row][column] = (float)(part * mean_m);
                scan->next[row][column] = cell;
                grown++;
            }
        }
    }
    memcpy(scan->cell, scan->next, sizeof scan->cell);
    return grown;
}

static void fill_holes(scan_t* scan, body_scan_report_t* report)
{
    const int fill_rings = (int)(BODY_SCAN_FILL_M / scan->off.spacing_m + 0.5);
    const int fade_rings = (int)(BODY_SCAN_FADE_M / scan->off.spacing_m + 0.5);
    for (int ring = 0; ring < fill_rings; ring++) {
        report->filled_count += grow(scan, CELL_FILLED, 1.0);
    }
    for (int ring = 0; ring < fade_rings; ring++) {
        (void)grow(scan, CELL_FADED, (double)(fade_rings - ring - 1) / (fade_rings - ring));
    }
}

// ------------------------------------------------------------------------------------- the whole

static void take_over(body_t* body, const scan_t* scan, body_scan_report_t* report)
{
    surface_t* surface = &body->surface;
    int region_cells[REGION_CAPACITY] = {0};
    int region_known[REGION_CAPACITY] = {0};
    for (int row = 0; row < surface->row_count; row++) {
        for (int column = 0; column < surface->column_count; column++) {
            float* height_m = &surface->height_m[row][column];
            const bool skin = (double)*height_m >= BODY_SCAN_SKIN_MIN_M;
            const cell_t cell = scan->cell[row][column];
            const bool known = skin && (cell == CELL_MEASURED || cell == CELL_FILLED);
            body->scan_at[row][column] = known ? 1 : 0;
            if (skin) {
                *height_m = fmaxf(0.0F, *height_m + scan->off.height_m[row][column]);
            }
            const int region = body->region_at[row][column];
            if (region != REGION_NONE) {
                region_cells[region]++;
                region_known[region] += known ? 1 : 0;
            }
        }
    }
    surface_note_highest(surface);
    body->scanned = true;
    for (int i = 0; i < body->settings->region_count; i++) {
        report->region_share[i] =
            region_cells[i] > 0 ? (double)region_known[i] / region_cells[i] : 0.0;
    }
}

static body_scan_result_t lay(body_t* body, const ply_points_t* points, scan_t* scan, hit_t hits[],
                              float values[], body_scan_report_t* report)
{
    const surface_t* surface = &body->surface;
    scan->off.row_count = surface->row_count;
    scan->off.column_count = surface->column_count;
    scan->off.spacing_m = surface->spacing_m;
    const int count = collect_hits(surface, points, hits, report);
    qsort(hits, (size_t)count, sizeof hits[0], compare_hits);
    take_medians(hits, count, scan);
    refuse_lone_cells(scan, report);
    report->shift_m = median_off_m(scan, values);
    if (report->over_count < BODY_SCAN_CELLS_MIN) {
        return BODY_SCAN_ELSEWHERE;
    }
    if (!(report->outlier_count <= BODY_SCAN_OUTLIERS_MAX * report->over_count &&
          fabs(report->shift_m) <= BODY_SCAN_SHIFT_MAX_M)) {
        return BODY_SCAN_DISAGREES;
    }
    if (report->cell_count < BODY_SCAN_CELLS_MIN) {
        return BODY_SCAN_ELSEWHERE;
    }
    fill_holes(scan, report);
    body_surface_smooth(&scan->off);
    take_over(body, scan, report);
    return BODY_SCAN_OK;
}

body_scan_result_t body_lay_scan(body_t* body, const ply_points_t* points,
                                 body_scan_report_t* report)
{
    memset(report, 0, sizeof *report);
    scan_t* scan = calloc(1, sizeof *scan);
    hit_t* hits = malloc(sizeof hits[0] * (size_t)(points->count > 0 ? points->count : 1));
    float* values = malloc(sizeof values[0] * SURFACE_ROW_CAPACITY * SURFACE_COLUMN_CAPACITY);
    body_scan_result_t result = BODY_SCAN_NO_MEMORY;
    if (scan != NULL && hits != NULL && values != NULL) {
        result = lay(body, points, scan, hits, values, report);
    }
    free(scan);
    free(hits);
    free(values);
    return result;
}
