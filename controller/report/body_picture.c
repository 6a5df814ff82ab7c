#include "controller/report/body_picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "controller/report/body_outline.h"
#include "controller/report/html.h"

// Millimetres on the page.
#define MARGIN_SIDE_MM 120.0 // without names beside the body
#define LETTER_MM 19.5       // of a name, about
#define FIGURES_LETTERS 12   // below a name: "12:34, 100 N"
#define MARGIN_END_MM 40.0
#define LABEL_LINE_MM 40.0 // a label has two
#define LABEL_STEP_MM 92.0
#define LABEL_GAP_MM 18.0
#define KEY_LEFT_MM 20.0
#define KEY_GAP_MM 30.0
#define KEY_STEP_MM 34.0
#define PATCH_EDGE_POINTS 12 // a side of a patch follows the body

/// The page seen from above with the head up: the client's left lies on the reader's left.
typedef struct {
    FILE* out;
    double x_top_m;  // table x at the page's upper edge
    double y_left_m; // table y at the page's left edge
    double width_mm, height_mm;
    double body_left_mm, body_right_mm;
} page_t;

static double page_x(const page_t* page, double y_m)
{
    return 1e3 * (page->y_left_m - y_m);
}
static double page_y(const page_t* page, double x_m)
{
    return 1e3 * (page->x_top_m - x_m);
}

/// Room beside the body for the longest name of a region that is touched.
static double margin_side_mm(const body_picture_t* picture)
{
    const body_settings_t* body = picture->body->settings;
    double margin_mm = MARGIN_SIDE_MM;
    for (int region = 0; region < body->region_count; region++) {
        if (picture->regions[region].touched) {
            const char* name = body->regions[region].name;
            const double width_mm = LETTER_MM * fmax((double)strcspn(name, "."), FIGURES_LETTERS);
            margin_mm = fmax(margin_mm, width_mm + 2.0 * LABEL_GAP_MM);
        }
    }
    return margin_mm;
}

static page_t make_page(FILE* out, const outline_t* outline, double margin_mm)
{
    double x_low = HUGE_VAL, x_high = -HUGE_VAL, y_low = HUGE_VAL, y_high = -HUGE_VAL;
    for (int index = 0; index < outline->count; index++) {
        x_low = fmin(x_low, outline->points[index].x_m);
        x_high = fmax(x_high, outline->points[index].x_m);
        y_low = fmin(y_low, outline->points[index].y_m);
        y_high = fmax(y_high, outline->points[index].y_m);
    }
    if (outline->count == 0) {
        x_low = 0.0;
        x_high = 2.0;
        y_low = -0.4;
        y_high = 0.4;
    }
    page_t page = {
        .out = out, .x_top_m = x_high + MARGIN_END_MM / 1e3, .y_left_m = y_high + margin_mm / 1e3};
    page.width_mm = 1e3 * (y_high - y_low) + 2.0 * margin_mm;
    page.height_mm = 1e3 * (x_high - x_low) + 2.0 * MARGIN_END_MM;
    page.body_left_mm = margin_mm;
    page.body_right_mm = page.width_mm - margin_mm;
    return page;
}

static void draw_outline(const page_t* page, const outline_t* outline)
{
    (void)fputs("<path class=\"skin\" fill-rule=\"evenodd\" d=\"", page->out);
    for (int index = 0; index < outline->count; index++) {
        const outline_point_t* point = &outline->points[index];
        if (point->begins && index > 0) {
            (void)fputc('Z', page->out);
        }
        (void)fprintf(page->out, "%c%.0f %.0f", point->begins ? 'M' : 'L', page_x(page, point->y_m),
                      page_y(page, point->x_m));
    }
    (void)fputs(outline->count > 0 ? "Z\"/>\n" : "\"/>\n", page->out);
}

static void draw_place(const page_t* page, const body_t* body, body_place_t place, bool begins)
{
    double x_m, y_m;
    body_table_point(body, place, &x_m, &y_m);
    (void)fprintf(page->out, "%c%.0f %.0f", begins ? 'M' : 'L', page_x(page, y_m),
                  page_y(page, x_m));
}

static void draw_region(const page_t* page, const body_picture_t* picture, int region)
{
    const body_t* body = picture->body;
    const body_picture_region_t* shown = &picture->regions[region];
    (void)fprintf(page->out, "<path class=\"region%s\" d=\"", shown->touched ? " used" : "");
    for (int index = 0; index <= PATCH_EDGE_POINTS; index++) {
        const double part = (double)index / PATCH_EDGE_POINTS;
        draw_place(page, body, body_place_in_region(body, region, part, -1.0), index == 0);
    }
    for (int index = PATCH_EDGE_POINTS; index >= 0; index--) {
        const double part = (double)index / PATCH_EDGE_POINTS;
        draw_place(page, body, body_place_in_region(body, region, part, 1.0), false);
    }
    (void)fputs("Z\"><title>", page->out);
    html_name(page->out, body->settings->regions[region].name);
    if (shown->touched) {
        (void)fprintf(page->out, ", %.0f s, peak %.1f N", shown->contact_s, shown->force_peak_N);
    }
    (void)fputs("</title></path>\n", page->out);
}

static void draw_zone(const page_t* page, const body_t* body, const zone_settings_t* zone)
{
    const double sign = zone->side == SIDE_RIGHT ? -1.0 : 1.0;
    const double axis_m =
        zone->across_frame == ACROSS_LEG ? body_leg_axis_m(body, zone->side) : 0.0;
    (void)fputs("<path class=\"zone\" d=\"", page->out);
    for (int index = 0; index < 2 * PATCH_EDGE_POINTS; index++) {
        const bool back = index >= PATCH_EDGE_POINTS;
        const int at = back ? 2 * PATCH_EDGE_POINTS - 1 - index : index;
        const double level =
            zone->level_min + (zone->level_max - zone->level_min) * at / (PATCH_EDGE_POINTS - 1);
        const double across_m = back ? zone->across_max_m : zone->across_min_m;
        const body_place_t place = {body_along_of_level(body, level), axis_m + sign * across_m};
        draw_place(page, body, place, index == 0);
    }
    (void)fputs("Z\"><title>never touched: ", page->out);
    html_name(page->out, zone->name);
    (void)fputs("</title></path>\n", page->out);
}

static int colour_of(const body_picture_t* picture, double force_N)
{
    const double part = force_N / picture->force_max_N;
    const int colour = isfinite(part) ? (int)(part * BODY_PICTURE_COLOURS) : 0;
    return colour < 0 ? 0 : colour >= BODY_PICTURE_COLOURS ? BODY_PICTURE_COLOURS - 1 : colour;
}

/// One line a run of the same colour; the last point of a line begins the next, so that there is no
/// gap.
static void draw_path(const page_t* page, const body_picture_t* picture)
{
    FILE* out = page->out;
    int colour = -1;
    for (int index = 0; index < picture->place_count; index++) {
        const body_picture_place_t* place = &picture->places[index];
        const int next_colour = colour_of(picture, place->force_N);
        const double x = page_x(page, place->y_m), y = page_y(page, place->x_m);
        if (colour < 0 || place->begins) {
            (void)fprintf(out, "%s<path class=\"way f%d\" d=\"M%.0f %.0fh.1",
                          colour < 0 ? "" : "\"/>", next_colour, x, y);
        } else if (next_colour != colour) {
            (void)fprintf(out, "L%.0f %.0f\"/>\n<path class=\"way f%d\" d=\"M%.0f %.0f", x, y,
                          next_colour, x, y);
        } else {
            (void)fprintf(out, "L%.0f %.0f", x, y);
        }
        colour = next_colour;
    }
    (void)fputs(colour < 0 ? "" : "\"/>\n", out);
}

/// One path a colour: all its stretches of skin.
static void draw_layer(const page_t* page, const body_picture_layer_t* layer)
{
    FILE* out = page->out;
    const double high_mm = 1e3 * layer->spacing_m;
    (void)fprintf(out, "<g class=\"layer-%s\">", layer->name);
    for (int colour = 0; colour < BODY_PICTURE_COLOURS; colour++) {
        (void)fprintf(out, "<path class=\"c%d\" d=\"", colour);
        for (int index = 0; index < layer->run_count; index++) {
            const body_picture_run_t* run = &layer->runs[index];
            if (run->colour == colour) {
                (void)fprintf(out, "M%.0f %.1fh%.0fv%.1fh-%.0fz", page_x(page, run->y_to_m),
                              page_y(page, run->x_m) - 0.5 * high_mm,
                              1e3 * (run->y_to_m - run->y_from_m), high_mm,
                              1e3 * (run->y_to_m - run->y_from_m));
            }
        }
        (void)fputs("\"/>\n", out);
    }
    (void)fputs("</g>\n", out);
}

/// A name beside the body and where its region lies.
typedef struct {
    int region;
    double x_mm, y_mm; // of the region's lateral edge
    double label_y_mm;
    bool left;
} label_t;

static int compare_labels(const void* first, const void* second)
{
    const double a = ((const label_t*)first)->y_mm, b = ((const label_t*)second)->y_mm;
    return (a > b) - (a < b);
}

/// Pushes labels of one side down until none covers another, then up again from the lower edge.
static void spread_labels(label_t* labels, int count, bool left, double height_mm)
{
    double free_mm = MARGIN_END_MM;
    for (int index = 0; index < count; index++) {
        if (labels[index].left == left) {
            labels[index].label_y_mm = fmax(labels[index].y_mm, free_mm);
            free_mm = labels[index].label_y_mm + LABEL_STEP_MM;
        }
    }
    free_mm = height_mm - LABEL_GAP_MM - LABEL_LINE_MM;
    for (int index = count - 1; index >= 0; index--) {
        if (labels[index].left == left) {
            labels[index].label_y_mm = fmin(labels[index].label_y_mm, free_mm);
            free_mm = labels[index].label_y_mm - LABEL_STEP_MM;
        }
    }
}

/// The name without the side: where it stands says which.
static void write_plain_name(FILE* out, const char* name)
{
    char plain[NAME_CAPACITY];
    (void)snprintf(plain, sizeof plain, "%s", name);
    char* dot = strrchr(plain, '.');
    if (dot && (strcmp(dot, ".left") == 0 || strcmp(dot, ".right") == 0)) {
        *dot = '\0';
    }
    html_name(out, plain);
}

static void draw_labels(const page_t* page, const body_picture_t* picture)
{
    FILE* out = page->out;
    const body_t* body = picture->body;
    label_t labels[REGION_CAPACITY] = {0};
    int count = 0;
    for (int region = 0; region < body->settings->region_count; region++) {
        if (picture->regions[region].touched) {
            // Middle regions have both their edges beside the midline; any of them is good.
            const body_place_t edge = body_place_in_region(body, region, 0.5, 1.0);
            double x_m, y_m;
            body_table_point(body, edge, &x_m, &y_m);
            labels[count++] = (label_t){.region = region,
                                        .x_mm = page_x(page, y_m),
                                        .y_mm = page_y(page, x_m),
                                        .left = body->settings->regions[region].side == SIDE_LEFT};
        }
    }
    qsort(labels, (size_t)count, sizeof labels[0], compare_labels);
    spread_labels(labels, count, true, page->height_mm);
    spread_labels(labels, count, false, page->height_mm);
    for (int index = 0; index < count; index++) {
        const label_t* label = &labels[index];
        const double text_x =
            label->left ? page->body_left_mm - LABEL_GAP_MM : page->body_right_mm + LABEL_GAP_MM;
        const double turn_x = label->left ? page->body_left_mm : page->body_right_mm;
        (void)fprintf(out,
                      "<path class=\"leader\" d=\"M%.0f %.0fL%.0f %.0fH%.0f\"/>"
                      "<text class=\"%s\" x=\"%.0f\" y=\"%.0f\">",
                      label->x_mm, label->y_mm, turn_x, label->label_y_mm,
                      text_x + (label->left ? 6.0 : -6.0), label->left ? "right" : "", text_x,
                      label->label_y_mm + 10.0);
        write_plain_name(out, body->settings->regions[label->region].name);
        const body_picture_region_t* shown = &picture->regions[label->region];
        const long contact_s = lround(shown->contact_s);
        (void)fprintf(out, "<tspan x=\"%.0f\" dy=\"%.0f\">%ld:%02ld, %.0f N</tspan></text>\n",
                      text_x, LABEL_LINE_MM, contact_s / 60, contact_s % 60, shown->force_peak_N);
    }
}

/// What the colours mean, for a picture that stands alone.
static void draw_key(const page_t* page, const body_picture_t* picture)
{
    FILE* out = page->out;
    const double y_mm = page->height_mm - MARGIN_END_MM;
    (void)fprintf(out, "<text x=\"%.0f\" y=\"%.0f\">0</text>", KEY_LEFT_MM, y_mm);
    for (int colour = 0; colour < BODY_PICTURE_COLOURS; colour++) {
        (void)fprintf(out, "<path class=\"key f%d\" d=\"M%.0f %.0fh%.0f\"/>", colour,
                      KEY_LEFT_MM + KEY_GAP_MM + colour * KEY_STEP_MM, y_mm - 10.0, KEY_STEP_MM);
    }
    (void)fprintf(out, "<text x=\"%.0f\" y=\"%.0f\">%.0f N</text>\n",
                  KEY_LEFT_MM + 1.5 * KEY_GAP_MM + BODY_PICTURE_COLOURS * KEY_STEP_MM, y_mm,
                  picture->force_max_N);
}

bool body_picture_draw(FILE* out, const body_picture_t* picture)
{
    const body_t* body = picture->body;
    outline_t* outline = calloc(1, sizeof *outline);
    if (outline == NULL) {
        return false;
    }
    outline_trace(&body->surface, outline);
    const page_t page = make_page(out, outline, margin_side_mm(picture));
    (void)fprintf(out,
                  "<svg%s class=\"bodymap\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
                  "aria-labelledby=\"body-title\">"
                  "<title id=\"body-title\">",
                  picture->style != NULL ? " xmlns=\"http://www.w3.org/2000/svg\"" : "",
                  page.width_mm, page.height_mm);
    html_text(out, picture->title);
    (void)fputs("</title>\n", out);
    if (picture->style != NULL) {
        (void)fputs("<style>", out);
        picture->style(out);
        (void)fputs("</style>\n", out);
    }
    draw_outline(&page, outline);
    free(outline);
    for (int layer = 0; layer < picture->layer_count; layer++) {
        draw_layer(&page, &picture->layers[layer]);
    }
    for (int region = 0; region < body->settings->region_count; region++) {
        draw_region(&page, picture, region);
    }
    for (int zone = 0; zone < body->settings->zone_count; zone++) {
        draw_zone(&page, body, &body->settings->zones[zone]);
    }
    (void)fputs("<g class=\"layer-way\">", out);
    draw_path(&page, picture);
    (void)fputs("</g>\n", out);
    draw_labels(&page, picture);
    if (picture->style != NULL) {
        draw_key(&page, picture);
    }
    (void)fprintf(out,
                  "<text class=\"side\" x=\"%.0f\" y=\"%.0f\">left</text>"
                  "<text class=\"side right\" x=\"%.0f\" y=\"%.0f\">right</text></svg>\n",
                  4.0, 30.0, page.width_mm - 4.0, 30.0);
    return true;
}
