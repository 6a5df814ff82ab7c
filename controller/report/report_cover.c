#include "controller/report/report_cover.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

void report_cover_begin(report_cover_t* cover, const session_t* session)
{
    memset(cover, 0, sizeof *cover);
    const pad_settings_t* pad = &session->machine->arm.tool.pads[session->pad_index];
    cover->surface = &session->body->surface;
    cover->pad_radius_m = 0.5 * pad->diameter_m;
    cover->pad_area_m2 = PI * cover->pad_radius_m * cover->pad_radius_m;
    cover->period_s = session->period_s;
}

/// First and last line of the grid within the pad's reach of a coordinate.
static void lines_near(double place_m, double origin_m, double spacing_m, double radius_m,
                       int count, int* first, int* last)
{
    const double from = ceil((place_m - radius_m - origin_m) / spacing_m);
    const double to = floor((place_m + radius_m - origin_m) / spacing_m);
    *first = from > 0.0 ? (int)fmin(from, (double)count) : 0;
    *last = to < 0.0 ? -1 : (int)fmin(to, (double)(count - 1));
}

void report_cover_observe(report_cover_t* cover, const cycle_record_t* record)
{
    const double x_m = (double)record->tool_x_m, y_m = (double)record->tool_y_m;
    const double force_N = (double)record->normal_force_N;
    if (record->mode != MODE_CONTACT || !isfinite(x_m) || !isfinite(y_m) || !isfinite(force_N)) {
        return;
    }
    const surface_t* grid = cover->surface;
    int row_first, row_last, column_first, column_last;
    lines_near(x_m, grid->origin_x_m, grid->spacing_m, cover->pad_radius_m, grid->row_count,
               &row_first, &row_last);
    lines_near(y_m, grid->origin_y_m, grid->spacing_m, cover->pad_radius_m, grid->column_count,
               &column_first, &column_last);
    const double pressure_Pa = fmax(force_N, 0.0) / cover->pad_area_m2;
    for (int row = row_first; row <= row_last; row++) {
        for (int column = column_first; column <= column_last; column++) {
            const double away_m = hypot(grid->origin_x_m + row * grid->spacing_m - x_m,
                                        grid->origin_y_m + column * grid->spacing_m - y_m);
            if (away_m > cover->pad_radius_m) {
                continue;
            }
            cover_point_t* point = &cover->at[row][column];
            point->contact_s += cover->period_s;
            point->pressure_peak_Pa = fmax(point->pressure_peak_Pa, pressure_Pa);
            cover->contact_max_s = fmax(cover->contact_max_s, point->contact_s);
            cover->pressure_max_Pa = fmax(cover->pressure_max_Pa, pressure_Pa);
        }
    }
}

double report_cover_of_region(const report_cover_t* cover, const body_t* body, int region)
{
    int points = 0, covered = 0;
    for (int row = 0; row < body->surface.row_count; row++) {
        for (int column = 0; column < body->surface.column_count; column++) {
            const bool inside = body->region_at[row][column] == region;
            points += inside;
            covered += inside && cover->at[row][column].contact_s > 0.0;
        }
    }
    return points > 0 ? (double)covered / points : (double)NAN;
}
