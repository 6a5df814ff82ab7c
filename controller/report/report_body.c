#include <math.h>
#include <stdlib.h>

#include "controller/report/body_outline.h"
#include "controller/report/html.h"
#include "controller/report/report_pictures.h"

static int colour_of(double part)
{
    const int colour = isfinite(part) ? (int)(part * BODY_PICTURE_COLOURS) : 0;
    return colour < 0 ? 0 : colour >= BODY_PICTURE_COLOURS ? BODY_PICTURE_COLOURS - 1 : colour;
}

/// Colour of a point of the grid; -1 where the pad never was, and beside the body.
static int point_colour(const report_cover_t* cover, bool pressure, int row, int column)
{
    const cover_point_t* point = &cover->at[row][column];
    if (!(point->contact_s > 0.0) ||
        (double)cover->surface->height_m[row][column] < OUTLINE_HEIGHT_M) {
        return -1;
    }
    return colour_of(pressure ? point->pressure_peak_Pa / cover->pressure_max_Pa
                              : point->contact_s / cover->contact_max_s);
}

/// Row by row of the grid, neighbours of one colour in one stretch. `runs` has room for one a
/// point.
static body_picture_layer_t make_layer(const report_cover_t* cover, bool pressure,
                                       body_picture_run_t* runs)
{
    const surface_t* grid = cover->surface;
    body_picture_layer_t layer = {
        .name = pressure ? "pressure" : "time", .spacing_m = grid->spacing_m, .runs = runs};
    for (int row = 0; row < grid->row_count; row++) {
        int before = -1;
        for (int column = 0; column < grid->column_count; column++) {
            const int colour = point_colour(cover, pressure, row, column);
            const double y_m = grid->origin_y_m + column * grid->spacing_m;
            if (colour >= 0 && colour == before) {
                runs[layer.run_count - 1].y_to_m = y_m + 0.5 * grid->spacing_m;
            } else if (colour >= 0) {
                runs[layer.run_count++] = (body_picture_run_t){
                    grid->origin_x_m + row * grid->spacing_m, y_m - 0.5 * grid->spacing_m,
                    y_m + 0.5 * grid->spacing_m, colour};
            }
            before = colour;
        }
    }
    return layer;
}

static void write_ramp(FILE* out, const char* layer, double most, int decimals, const char* unit)
{
    (void)fprintf(out, "<li class=\"of-%s\">0 %s<span class=\"ramp\">", layer, unit);
    for (int colour = 0; colour < BODY_PICTURE_COLOURS; colour++) {
        (void)fprintf(out, "<i class=\"i%d\"></i>", colour);
    }
    (void)fputs("</span>", out);
    html_number(out, most, decimals);
    (void)fprintf(out, " %s</li>", unit);
}

static void write_key(FILE* out, const summary_t* summary, const report_data_t* data,
                      const report_cover_t* cover)
{
    (void)fputs("<figcaption><ul class=\"key\">", out);
    write_ramp(out, "pressure", cover->pressure_max_Pa / 1e3, 1, "kPa");
    write_ramp(out, "time", cover->contact_max_s, cover->contact_max_s < 10.0 ? 1 : 0, "s");
    write_ramp(out, "way", data->place_force_max_N, 0, "N");
    if (summary->session->body->settings->zone_count > 0) {
        (void)fputs("<li><i class=\"kz\"></i>never touched</li>", out);
    }
    (void)fputs("</ul></figcaption>", out);
}

/// Radio buttons before the picture, so that style alone shows what is chosen.
static void write_choice(FILE* out)
{
    static const char* const layers[][2] = {
        {"pressure", "highest pressure"}, {"time", "time under the pad"}, {"way", "way and force"}};
    for (int layer = 0; layer < 3; layer++) {
        (void)fprintf(out,
                      "<input type=\"radio\" name=\"layer\" id=\"layer-%s\"%s/>"
                      "<label for=\"layer-%s\">%s</label>",
                      layers[layer][0], layer == 0 ? " checked=\"checked\"" : "", layers[layer][0],
                      layers[layer][1]);
    }
    (void)fputc('\n', out);
}

void report_draw_body(FILE* out, const summary_t* summary, const report_data_t* data,
                      const report_cover_t* cover)
{
    const body_t* body = summary->session->body;
    const size_t points = (size_t)SURFACE_ROW_CAPACITY * SURFACE_COLUMN_CAPACITY;
    body_picture_run_t* runs = malloc(2 * points * sizeof *runs);
    body_picture_t picture = {
        .body = body,
        .title = "The body from above, head up: where the pad pressed, how hard and for how long",
        .force_max_N = data->place_force_max_N,
        .place_count = data->place_count,
        .places = data->places,
    };
    for (int region = 0; region < body->settings->region_count; region++) {
        const force_figures_t* figures = &summary->regions[region];
        picture.regions[region] = (body_picture_region_t){
            .touched = figures->cycles > 0,
            .contact_s = force_figures_seconds(figures, summary->session->period_s),
            .force_peak_N = figures->peak_N,
        };
    }
    (void)fputs("<figure class=\"layers\">", out);
    if (runs != NULL) {
        picture.layers[picture.layer_count++] = make_layer(cover, true, runs);
        picture.layers[picture.layer_count++] = make_layer(cover, false, runs + points);
        write_choice(out);
    }
    if (body_picture_draw(out, &picture)) {
        write_key(out, summary, data, cover);
    } else {
        (void)fputs("<p>The picture of the body needs more memory than there is.</p>", out);
    }
    (void)fputs("</figure>\n", out);
    free(runs);
}
