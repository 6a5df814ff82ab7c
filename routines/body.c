#include "routines/body.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "routines/body_lie.h"

// How the surface is made. Dimensions predicted from stature, mass and sex are laid along the body
// at stations; between them monotone cubics keep the outline smooth. Every cross-section is the
// upper half of a super-ellipse as broad and deep as there. Onto that come what a hand would feel:
// the ridges beside the spine with the furrow between, the hollow of the back, the two buttocks. A
// height field can't hold the flanks, so what is steeper than SKIRT_SLOPE becomes a skirt down to
// the table; in the end everything is smoothed to what a pad can follow.
//
// The arms hang beside the table and are not part of the surface; the legs lie parallel, the soles
// face up.
//
// Figures without a source in this file are judgement: they shape skin that the residuals of the
// fits (20 mm in level, 15 mm in width) blur anyway.

#define PI 3.14159265358979323846
#define SQRT_2 1.41421356237309504880

#define GRID_SPACING_M 0.005
#define HEAD_ROOM_M 0.30 // of the grid headward of C7
#define FOOT_OVERHANG_MAX_M                                                                        \
    0.30                     // of the ankles past the foot end: shins still carried by the table
#define SKIRT_SLOPE 1.7      // rise over run, about 60 degrees: no region lies on anything steeper
#define SECTION_EXPONENT 2.5 // of the super-ellipse: flatter than an ellipse, as backs are
#define SMOOTHING_SIGMA_M 0.008
#define SMOOTHING_REACH 5 // grid places to either side, about 3 sigma

#define STATION_CAPACITY 14

const char* body_result_text(body_result_t result)
{
    static const char* const texts[] = {
#define X(id, text) [id] = text,
        BODY_RESULT_LIST(X)
#undef X
    };
    return texts[result];
}

// ------------------------------------------------------------------------------- smooth outlines

/// Monotone cubic interpolation (Fritsch and Carlson 1980): C1 and without overshoot, so that no
/// waist appears where no station has one. Constant outside.
typedef struct {
    int count;
    double at_m[STATION_CAPACITY];
    double value[STATION_CAPACITY];
    double slope[STATION_CAPACITY];
} outline_t;

/// Stations come in rising order; one that does not lie behind its predecessor is left out.
static void outline_add(outline_t* outline, double at_m, double value)
{
    assert(outline->count < STATION_CAPACITY);
    if (outline->count > 0 && !(at_m > outline->at_m[outline->count - 1] + 1e-3)) {
        return;
    }
    outline->at_m[outline->count] = at_m;
    outline->value[outline->count] = value;
    outline->count++;
}

static double outline_secant(const outline_t* outline, int i)
{
    return (outline->value[i + 1] - outline->value[i]) / (outline->at_m[i + 1] - outline->at_m[i]);
}

static void outline_finish(outline_t* outline)
{
    const int last = outline->count - 1;
    outline->slope[0] = 0.0;
    outline->slope[last] = 0.0;
    for (int i = 1; i < last; i++) {
        const double before = outline_secant(outline, i - 1);
        const double behind = outline_secant(outline, i);
        if (before * behind <= 0.0) {
            outline->slope[i] = 0.0;
            continue;
        }
        const double step_before = outline->at_m[i] - outline->at_m[i - 1];
        const double step_behind = outline->at_m[i + 1] - outline->at_m[i];
        const double w1 = 2.0 * step_behind + step_before;
        const double w2 = step_behind + 2.0 * step_before;
        outline->slope[i] = (w1 + w2) / (w1 / before + w2 / behind);
    }
}

static double outline_at(const outline_t* outline, double at_m)
{
    const int last = outline->count - 1;
    if (at_m <= outline->at_m[0]) {
        return outline->value[0];
    }
    if (at_m >= outline->at_m[last]) {
        return outline->value[last];
    }
    int i = 0;
    while (at_m > outline->at_m[i + 1]) {
        i++;
    }
    const double step = outline->at_m[i + 1] - outline->at_m[i];
    const double t = (at_m - outline->at_m[i]) / step;
    const double t2 = t * t;
    const double t3 = t2 * t;
    return (2.0 * t3 - 3.0 * t2 + 1.0) * outline->value[i] +
           (t3 - 2.0 * t2 + t) * step * outline->slope[i] +
           (3.0 * t2 - 2.0 * t3) * outline->value[i + 1] + (t3 - t2) * step * outline->slope[i + 1];
}

/// 0 up to `from`, 1 from `to` on, C1 between.
static double fade(double from, double to, double x)
{
    const double t = fmin(1.0, fmax(0.0, (x - from) / (to - from)));
    return t * t * (3.0 - 2.0 * t);
}

static double bump(double x, double width)
{
    return exp(-(x / width) * (x / width));
}

// ------------------------------------------------------------------------------------- the body

typedef struct {
    outline_t trunk_depth;
    outline_t trunk_breadth;
    outline_t leg_depth;
    outline_t leg_breadth;
    double leg_axis_left_m, leg_axis_right_m;
    double buttock_along_m;
    double fold_along_m;
    double crest_along_m;
    double hollow_along_m;
    double mound_across_m;
    double head_top_along_m;
} figure_outline_t;

#define BUTTOCK_MOUND_M 0.028 // of each buttock over the plane through sacrum and trochanters
#define CLEFT_DEPTH_M 0.012
#define FURROW_DEPTH_M 0.004 // of the spine's line below the back, beside what the ridges add
#define ANKLE_LIFT_M 0.03    // the foot's instep or a bolster keeps the ankle off the table
// The foot points away and its sole faces up. Parts of the stature: a foot is 0.152 of it long and
// 0.055 broad (segment lengths after Drillis and Contini 1966, second hand), a quarter of its
// length lies headward of the ankle, the heel is 0.04 broad; the sole slopes down to the toes.
#define FOOT_REACH 0.125 // from the ankle to the tips of the toes
#define HEEL_BREADTH 0.040
#define BALL_BREADTH 0.055
#define TOE_HEIGHT_M 0.03

static void trunk_outline(const body_settings_t* settings, const double d[], double stature_m,
                          figure_outline_t* outline)
{
    const double prone = settings->prone_depth_factor;
    const double chest = d[BODY_chest_depth] * prone;
    const double waist = d[BODY_waist_depth] * prone;
    const double buttock = d[BODY_buttock_depth] * prone;
    const double head_m = stature_m - d[BODY_cervicale_height];
    const double acromion = body_along_of_height(d, BODY_acromion_height);
    const double axilla = body_along_of_height(d, BODY_axilla_height);
    const double rib = body_along_of_height(d, BODY_tenth_rib_height);

    outline_t* depth = &outline->trunk_depth;
    outline_add(depth, -head_m, 0.0);
    outline_add(depth, -0.65 * head_m, 0.80 * chest);
    outline_add(depth, -0.30 * head_m, 0.76 * chest);
    outline_add(depth, 0.0, 0.88 * chest);
    outline_add(depth, acromion, 0.96 * chest);
    outline_add(depth, axilla + 0.03, chest);
    outline_add(depth, rib, 0.45 * chest + 0.55 * waist);
    outline_add(depth, outline->crest_along_m, waist);
    outline_add(depth, outline->buttock_along_m, buttock - 0.8 * BUTTOCK_MOUND_M);
    outline_add(depth, outline->fold_along_m + 0.04, 0.85 * buttock);
    outline_finish(depth);

    const double neck = d[BODY_neck_circumference] / PI;
    outline_t* breadth = &outline->trunk_breadth;
    outline_add(breadth, -head_m, 0.06);
    outline_add(breadth, -0.65 * head_m, 0.155); // head breadth, ANSUR II: 154 mm men, 148 mm women
    outline_add(breadth, -0.30 * head_m, neck);
    outline_add(breadth, 0.0, 0.80 * d[BODY_biacromial_breadth]);
    outline_add(breadth, acromion, 0.97 * d[BODY_biacromial_breadth]);
    outline_add(breadth, 0.5 * (acromion + axilla), d[BODY_bideltoid_breadth]);
    outline_add(breadth, axilla + 0.05, d[BODY_chest_breadth]);
    outline_add(breadth, rib, 0.5 * (d[BODY_chest_breadth] + d[BODY_waist_breadth]));
    outline_add(breadth, outline->crest_along_m, d[BODY_waist_breadth]);
    outline_add(breadth, outline->buttock_along_m, d[BODY_hip_breadth]);
    outline_finish(breadth);
}

static void leg_outline(const double d[], double stature_m, figure_outline_t* outline)
{
    const double knee = body_along_of_height(d, BODY_knee_height);
    const double ankle = body_along_of_height(d, BODY_ankle_height);
    const double thigh_m = d[BODY_thigh_circumference] / PI;
    const double above_knee_m = d[BODY_lower_thigh_circumference] / PI;
    const double calf_m = d[BODY_calf_circumference] / PI;
    const double ankle_m = d[BODY_ankle_circumference] / PI;
    const double calf = knee + 0.3 * (ankle - knee);
    const double foot_m = FOOT_REACH * stature_m;

    outline_t* depth = &outline->leg_depth;
    outline_add(depth, outline->fold_along_m, thigh_m);
    outline_add(depth, knee - 0.08, above_knee_m);
    outline_add(depth, knee, 0.92 * above_knee_m);
    outline_add(depth, calf, calf_m + 0.3 * ANKLE_LIFT_M);
    outline_add(depth, ankle, ankle_m + ANKLE_LIFT_M);
    outline_add(depth, ankle + 0.05, ankle_m + ANKLE_LIFT_M);
    outline_add(depth, ankle + 0.7 * foot_m, 0.55 * (ankle_m + ANKLE_LIFT_M));
    outline_add(depth, ankle + 0.9 * foot_m, TOE_HEIGHT_M);
    outline_add(depth, ankle + foot_m + 0.01, 0.0);
    outline_finish(depth);

    outline_t* breadth = &outline->leg_breadth;
    outline_add(breadth, outline->fold_along_m, thigh_m);
    outline_add(breadth, knee - 0.08, above_knee_m);
    outline_add(breadth, knee, 0.96 * above_knee_m);
    outline_add(breadth, calf, calf_m);
    outline_add(breadth, ankle, ankle_m);
    outline_add(breadth, ankle + 0.05, HEEL_BREADTH * stature_m);
    outline_add(breadth, ankle + 0.7 * foot_m, BALL_BREADTH * stature_m);
    outline_finish(breadth);
}

static void figure_outline(const body_t* body, figure_outline_t* outline)
{
    const double* d = body->dimension_m;
    *outline = (figure_outline_t){0};
    outline->crest_along_m = body->landmark_along_m[1];
    outline->fold_along_m = body->landmark_along_m[2];
    outline->buttock_along_m =
        fmin(body_along_of_height(d, BODY_buttock_height), outline->fold_along_m - 0.02);
    outline->hollow_along_m =
        0.5 * (body_along_of_height(d, BODY_tenth_rib_height) + outline->crest_along_m);
    outline->mound_across_m = 0.25 * d[BODY_hip_breadth];
    outline->head_top_along_m = d[BODY_cervicale_height] - body->client.stature_m;
    trunk_outline(body->settings, d, body->client.stature_m, outline);
    leg_outline(d, body->client.stature_m, outline);
    outline->leg_axis_left_m = body->leg_axis_left_m;
    outline->leg_axis_right_m = body->leg_axis_right_m;
}

/// Upper half of a super-ellipse lying on the table; 0 beside it.
static double section_height_m(double depth_m, double breadth_m, double across_m)
{
    const double u = 2.0 * across_m / breadth_m;
    if (u >= 1.0 || depth_m <= 0.0) {
        return 0.0;
    }
    return 0.5 * depth_m * (1.0 + pow(1.0 - pow(u, SECTION_EXPONENT), 1.0 / SECTION_EXPONENT));
}

/// What lies on the bare cross-section of the trunk.
static double relief_m(const body_settings_t* settings, const figure_outline_t* outline,
                       double along_m, double across_m)
{
    const double crest = outline->crest_along_m;
    const double back =
        fade(0.02, 0.12, along_m) * (1.0 - fade(crest + 0.02, crest + 0.11, along_m));
    const double ridge =
        settings->paraspinal_height_m * bump(across_m - settings->paraspinal_offset_m, 0.022);
    const double furrow = FURROW_DEPTH_M * bump(across_m, 0.012);
    const double hollow = settings->lumbar_hollow_m * bump(along_m - outline->hollow_along_m, 0.08);
    const double behind = along_m - outline->buttock_along_m;
    const double mound =
        BUTTOCK_MOUND_M * bump(behind, 0.085) * bump(across_m - outline->mound_across_m, 0.065);
    const double cleft = CLEFT_DEPTH_M * bump(behind - 0.03, 0.07) * bump(across_m, 0.018);
    return back * (ridge - furrow) - hollow + mound - cleft;
}

/// Height of the skin before the skirt and the smoothing.
static double skin_height_m(const body_settings_t* settings, const figure_outline_t* outline,
                            double along_m, double across_m)
{
    if (along_m <= outline->head_top_along_m) {
        return 0.0;
    }
    const double legs =
        fade(outline->buttock_along_m + 0.01, outline->fold_along_m + 0.05, along_m);
    double height_m = 0.0;
    if (legs < 1.0) {
        double trunk_m =
            section_height_m(outline_at(&outline->trunk_depth, along_m),
                             outline_at(&outline->trunk_breadth, along_m), fabs(across_m));
        if (trunk_m > 0.0) {
            trunk_m += relief_m(settings, outline, along_m, fabs(across_m));
        }
        height_m += (1.0 - legs) * trunk_m;
    }
    if (legs > 0.0) {
        const double depth_m = outline_at(&outline->leg_depth, along_m);
        const double breadth_m = outline_at(&outline->leg_breadth, along_m);
        height_m +=
            legs *
            fmax(section_height_m(depth_m, breadth_m, fabs(across_m - outline->leg_axis_left_m)),
                 section_height_m(depth_m, breadth_m, fabs(across_m - outline->leg_axis_right_m)));
    }
    return fmax(0.0, height_m);
}

// ---------------------------------------------------------------------------------- the surface

/// Raises every place to at least its neighbour less what SKIRT_SLOPE falls on the way. One sweep
/// each way settles the whole grid, as in a chamfer distance transform (Borgefors 1986).
static void surface_skirt(surface_t* surface)
{
    const float straight = (float)(SKIRT_SLOPE * GRID_SPACING_M);
    const float diagonal = (float)(SKIRT_SLOPE * GRID_SPACING_M * SQRT_2);
    static const int neighbours[4][2] = {{-1, -1}, {-1, 0}, {-1, 1}, {0, -1}};
    for (int sweep = 0; sweep < 2; sweep++) {
        const int sign = sweep == 0 ? 1 : -1;
        for (int i = 0; i < surface->row_count; i++) {
            const int row = sweep == 0 ? i : surface->row_count - 1 - i;
            for (int j = 0; j < surface->column_count; j++) {
                const int column = sweep == 0 ? j : surface->column_count - 1 - j;
                for (int n = 0; n < 4; n++) {
                    const int other_row = row + sign * neighbours[n][0];
                    const int other_column = column + sign * neighbours[n][1];
                    if (other_row < 0 || other_row >= surface->row_count || other_column < 0 ||
                        other_column >= surface->column_count) {
                        continue;
                    }
                    const bool is_diagonal = neighbours[n][0] != 0 && neighbours[n][1] != 0;
                    const float least = surface->height_m[other_row][other_column] -
                                        (is_diagonal ? diagonal : straight);
                    if (surface->height_m[row][column] < least) {
                        surface->height_m[row][column] = least;
                    }
                }
            }
        }
    }
}

/// Smooths `count` values with a Gaussian; beyond the ends the end values go on.
static void line_smooth(const double weight[], const float line[], int count, float smooth[])
{
    for (int i = 0; i < count; i++) {
        double sum = weight[0] * (double)line[i];
        for (int k = 1; k <= SMOOTHING_REACH; k++) {
            const int before = i - k < 0 ? 0 : i - k;
            const int behind = i + k >= count ? count - 1 : i + k;
            sum += weight[k] * ((double)line[before] + (double)line[behind]);
        }
        smooth[i] = (float)sum;
    }
}

void body_surface_smooth(surface_t* surface)
{
    double weight[SMOOTHING_REACH + 1];
    double total = 0.0;
    for (int k = 0; k <= SMOOTHING_REACH; k++) {
        const double distance = k * GRID_SPACING_M / SMOOTHING_SIGMA_M;
        weight[k] = exp(-0.5 * distance * distance);
        total += k == 0 ? weight[k] : 2.0 * weight[k];
    }
    for (int k = 0; k <= SMOOTHING_REACH; k++) {
        weight[k] /= total;
    }
    float line[SURFACE_ROW_CAPACITY];
    float smooth[SURFACE_ROW_CAPACITY];
    for (int row = 0; row < surface->row_count; row++) {
        memcpy(line, surface->height_m[row], sizeof(float) * (size_t)surface->column_count);
        line_smooth(weight, line, surface->column_count, surface->height_m[row]);
    }
    for (int column = 0; column < surface->column_count; column++) {
        for (int row = 0; row < surface->row_count; row++) {
            line[row] = surface->height_m[row][column];
        }
        line_smooth(weight, line, surface->row_count, smooth);
        for (int row = 0; row < surface->row_count; row++) {
            surface->height_m[row][column] = smooth[row];
        }
    }
}

/// Heights of the left half, mirrored: both sides are the same to the last bit.
static void surface_mirror(surface_t* surface)
{
    const int last = surface->column_count - 1;
    for (int row = 0; row < surface->row_count; row++) {
        for (int column = 0; column < last - column; column++) {
            surface->height_m[row][column] = surface->height_m[row][last - column];
        }
    }
}

static void surface_build(body_t* body)
{
    surface_t* surface = &body->surface;
    surface->spacing_m = GRID_SPACING_M;
    surface->row_count = SURFACE_ROW_CAPACITY;
    surface->column_count = SURFACE_COLUMN_CAPACITY - 1; // odd: the middle column is the spine
    const int middle = surface->column_count / 2;
    surface->origin_y_m = -middle * GRID_SPACING_M;
    surface->origin_x_m =
        body->neck_x_m + HEAD_ROOM_M - (SURFACE_ROW_CAPACITY - 1) * GRID_SPACING_M;

    figure_outline_t outline;
    figure_outline(body, &outline);
    for (int row = 0; row < surface->row_count; row++) {
        for (int column = 0; column < surface->column_count; column++) {
            const body_place_t place =
                body_place_of_table(body, surface->origin_x_m + row * GRID_SPACING_M,
                                    (column - middle) * GRID_SPACING_M);
            surface->height_m[row][column] =
                (float)skin_height_m(body->settings, &outline, place.along_m, place.across_m);
        }
    }
    surface_skirt(surface);
    body_surface_smooth(surface);
    if (body->turn_rad == 0.0 && body->neck_y_m == 0.0 &&
        body->leg_axis_left_m == -body->leg_axis_right_m) {
        surface_mirror(surface); // sweeps and sums leave a last bit of difference
    }
}

// ------------------------------------------------------------------------------------ the build

static void predict_dimensions(body_t* body)
{
    const client_settings_t* client = &body->client;
    for (int i = 0; i < BODY_DIMENSION_COUNT; i++) {
        const body_fit_t* fit = &body->settings->fits[client->sex][i];
        body->dimension_m[i] = fit->base_m + fit->per_stature * client->stature_m +
                               fit->per_mass_m_per_kg * client->mass_kg;
    }
}

/// A body has a size everywhere and its landmarks in order, 20 mm apart at least.
static bool dimensions_hold(const body_t* body)
{
    for (int i = 0; i < BODY_DIMENSION_COUNT; i++) {
        if (!(isfinite(body->dimension_m[i]) && body->dimension_m[i] >= 0.02)) {
            return false;
        }
    }
    for (int i = 1; i < 5; i++) {
        if (!(body->landmark_along_m[i] >= body->landmark_along_m[i - 1] + 0.02)) {
            return false;
        }
    }
    return true;
}

static void region_grid_build(body_t* body);

body_result_t body_build(const body_settings_t* settings, const client_settings_t* client,
                         double neck_x_m, double table_length_m, body_t* body)
{
    const bool in_range = isfinite(client->stature_m) && isfinite(client->mass_kg) &&
                          client->stature_m >= settings->stature_min_m &&
                          client->stature_m <= settings->stature_max_m &&
                          client->mass_kg >= settings->mass_min_kg &&
                          client->mass_kg <= settings->mass_max_kg;
    if (!in_range) {
        return BODY_CLIENT_OUT_OF_RANGE;
    }
    memset(body, 0, sizeof(*body));
    body->settings = settings;
    body->client = *client;
    predict_dimensions(body);
    const body_result_t lie = body_lie_register(body, neck_x_m);
    if (lie != BODY_OK) {
        return lie;
    }
    if (!dimensions_hold(body)) {
        return client->landmark_count > 0 ? BODY_LANDMARKS_SHAPE : BODY_CLIENT_OUT_OF_RANGE;
    }
    const double grid_reach_m = (SURFACE_ROW_CAPACITY - 1) * GRID_SPACING_M - HEAD_ROOM_M;
    const bool fits = body->neck_x_m <= table_length_m &&
                      body->landmark_along_m[4] <= body->neck_x_m + FOOT_OVERHANG_MAX_M &&
                      body->landmark_along_m[4] <= grid_reach_m;
    if (!fits) {
        return BODY_TOO_LONG_FOR_TABLE;
    }
    surface_build(body);
    body_lay_patches(body);
    region_grid_build(body);
    const body_result_t thick = body_lie_thicken(body);
    surface_note_highest(&body->surface);
    return thick;
}

// --------------------------------------------------------------------------------------- places

double body_along_of_level(const body_t* body, double level)
{
    int i = 0;
    while (i < 3 && level >= i + 1) {
        i++;
    }
    const double from_m = body->landmark_along_m[i];
    return from_m + (level - i) * (body->landmark_along_m[i + 1] - from_m);
}

double body_level_of_along(const body_t* body, double along_m)
{
    int i = 0;
    while (i < 3 && along_m > body->landmark_along_m[i + 1]) {
        i++;
    }
    const double from_m = body->landmark_along_m[i];
    return i + (along_m - from_m) / (body->landmark_along_m[i + 1] - from_m);
}

double body_leg_axis_m(const body_t* body, side_t side)
{
    switch (side) {
    case SIDE_LEFT:
        return body->leg_axis_left_m;
    case SIDE_RIGHT:
        return body->leg_axis_right_m;
    case SIDE_MIDDLE:
        break;
    }
    return 0.0;
}

static body_patch_t patch_of(const body_t* body, side_t side, across_frame_t frame,
                             double level_min, double level_max, double across_min_m,
                             double across_max_m)
{
    const double sign = side == SIDE_RIGHT ? -1.0 : 1.0;
    const double axis_m = frame == ACROSS_LEG ? body_leg_axis_m(body, side) : 0.0;
    return (body_patch_t){body_along_of_level(body, level_min),
                          body_along_of_level(body, level_max), axis_m + sign * across_min_m,
                          axis_m + sign * across_max_m};
}

static body_patch_t region_patch_make(const body_t* body, int region)
{
    const region_settings_t* r = &body->settings->regions[region];
    return patch_of(body, r->side, r->across_frame, r->level_min, r->level_max, r->across_min_m,
                    r->across_max_m);
}

static body_patch_t zone_patch_make(const body_t* body, int zone)
{
    const zone_settings_t* z = &body->settings->zones[zone];
    return patch_of(body, z->side, z->across_frame, z->level_min, z->level_max, z->across_min_m,
                    z->across_max_m);
}

/// From a place to a patch: 0 in a direction in which the place lies beside nothing of it.
typedef struct {
    double along_m, across_m;       // not below 0
    double along_sign, across_sign; // of the way from the place to the patch
} patch_gap_t;

static patch_gap_t patch_gap(const body_patch_t* patch, body_place_t place)
{
    const double low_m = fmin(patch->medial_across_m, patch->lateral_across_m);
    const double high_m = fmax(patch->medial_across_m, patch->lateral_across_m);
    return (patch_gap_t){
        .along_m = fmax(
            0.0, fmax(patch->head_along_m - place.along_m, place.along_m - patch->foot_along_m)),
        .across_m = fmax(0.0, fmax(low_m - place.across_m, place.across_m - high_m)),
        .along_sign = place.along_m < patch->head_along_m ? 1.0 : -1.0,
        .across_sign = place.across_m < low_m ? 1.0 : -1.0,
    };
}

static double patch_distance_m(const body_patch_t* patch, body_place_t place)
{
    if (!isfinite(place.along_m) || !isfinite(place.across_m)) {
        return 0.0;
    }
    const patch_gap_t gap = patch_gap(patch, place);
    return sqrt(gap.along_m * gap.along_m + gap.across_m * gap.across_m);
}

/// Borders count as inside, as far as rounding can tell.
static bool patch_holds(const body_patch_t* patch, body_place_t place)
{
    const double tolerance_m = 1e-9;
    const bool ordered = patch->medial_across_m <= patch->lateral_across_m;
    const double low_m = ordered ? patch->medial_across_m : patch->lateral_across_m;
    const double high_m = ordered ? patch->lateral_across_m : patch->medial_across_m;
    return place.along_m >= patch->head_along_m - tolerance_m &&
           place.along_m <= patch->foot_along_m + tolerance_m &&
           place.across_m >= low_m - tolerance_m && place.across_m <= high_m + tolerance_m;
}

/// The first region listed that holds a place, or -1; `patches` are those of all regions.
static int region_among(const body_patch_t patches[], int count, body_place_t place)
{
    for (int i = 0; i < count; i++) {
        if (patch_holds(&patches[i], place)) {
            return i;
        }
    }
    return -1;
}

void body_lay_patches(body_t* body)
{
    for (int i = 0; i < body->settings->region_count; i++) {
        body->region_patches[i] = region_patch_make(body, i);
    }
    for (int i = 0; i < body->settings->zone_count; i++) {
        body->zone_patches[i] = zone_patch_make(body, i);
    }
}

static void region_grid_build(body_t* body)
{
    const body_patch_t* patches = body->region_patches;
    const surface_t* surface = &body->surface;
    for (int row = 0; row < surface->row_count; row++) {
        for (int column = 0; column < surface->column_count; column++) {
            const body_place_t place =
                body_place_of_table(body, surface->origin_x_m + row * surface->spacing_m,
                                    surface->origin_y_m + column * surface->spacing_m);
            const int region = region_among(patches, body->settings->region_count, place);
            body->region_at[row][column] = (uint8_t)(region < 0 ? REGION_NONE : region);
        }
    }
}

int body_region_at(const body_t* body, body_place_t place)
{
    if (!isfinite(place.along_m) || !isfinite(place.across_m)) {
        return -1;
    }
    return region_among(body->region_patches, body->settings->region_count, place);
}

bool body_region_holds(const body_t* body, int region, body_place_t place, double inset_m)
{
    assert(region >= 0 && region < body->settings->region_count);
    const body_patch_t patch = body->region_patches[region];
    const double low_m = fmin(patch.medial_across_m, patch.lateral_across_m);
    const double high_m = fmax(patch.medial_across_m, patch.lateral_across_m);
    return place.along_m >= patch.head_along_m + inset_m &&
           place.along_m <= patch.foot_along_m - inset_m && place.across_m >= low_m + inset_m &&
           place.across_m <= high_m - inset_m;
}

int body_region_named(const body_settings_t* settings, const char* name)
{
    for (int i = 0; i < settings->region_count; i++) {
        if (strcmp(settings->regions[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

body_place_t body_place_in_region(const body_t* body, int region, double along_part,
                                  double across_part)
{
    assert(region >= 0 && region < body->settings->region_count);
    const body_patch_t patch = body->region_patches[region];
    const double half_m = 0.5 * (patch.lateral_across_m - patch.medial_across_m);
    return (body_place_t){
        patch.foot_along_m + along_part * (patch.head_along_m - patch.foot_along_m),
        0.5 * (patch.lateral_across_m + patch.medial_across_m) + across_part * half_m};
}

double body_region_length_m(const body_t* body, int region)
{
    assert(region >= 0 && region < body->settings->region_count);
    const body_patch_t patch = body->region_patches[region];
    return patch.foot_along_m - patch.head_along_m;
}

double body_region_width_m(const body_t* body, int region)
{
    assert(region >= 0 && region < body->settings->region_count);
    return body->settings->regions[region].across_max_m -
           body->settings->regions[region].across_min_m;
}

double body_distance_to_zone_m(const body_t* body, int zone, body_place_t place)
{
    assert(zone >= 0 && zone < body->settings->zone_count);
    const body_patch_t patch = body->zone_patches[zone];
    return patch_distance_m(&patch, place);
}

double body_sure_distance_to_zone_m(const body_t* body, int zone, body_place_t place)
{
    assert(zone >= 0 && zone < body->settings->zone_count);
    if (!isfinite(place.along_m) || !isfinite(place.across_m)) {
        return -HUGE_VAL;
    }
    const body_patch_t patch = body->zone_patches[zone];
    const patch_gap_t gap = patch_gap(&patch, place);
    const body_uncertainty_t u = body_uncertainty(body, place);
    // The zone lies clear of the ellipse by no less than the gap in any one direction less what the
    // ellipse measures in it; the directions tried are that of the nearest place and both axes.
    double sure_m = fmax(gap.along_m - u.along_m, gap.across_m - u.across_m);
    const double distance_m = sqrt(gap.along_m * gap.along_m + gap.across_m * gap.across_m);
    if (distance_m > 0.0) {
        const double along = gap.along_m * u.along_m;
        const double across = gap.across_m * u.across_m;
        const double shared =
            2.0 * gap.along_sign * gap.across_sign * gap.along_m * gap.across_m * u.shared_m2;
        const double squared = along * along + across * across + shared;
        sure_m = fmax(sure_m, distance_m - sqrt(fmax(0.0, squared)) / distance_m);
    }
    return sure_m;
}

double body_zone_distance_m(const body_t* body, body_place_t place, int* zone)
{
    double nearest_m = HUGE_VAL;
    int nearest = -1;
    for (int i = 0; i < body->settings->zone_count; i++) {
        const double distance_m = body_distance_to_zone_m(body, i, place);
        if (distance_m < nearest_m) {
            nearest_m = distance_m;
            nearest = i;
        }
    }
    if (zone != NULL) {
        *zone = nearest;
    }
    return nearest_m;
}

surface_sample_t body_surface_at(const body_t* body, body_place_t place)
{
    double x_m = 0.0;
    double y_m = 0.0;
    body_table_point(body, place, &x_m, &y_m);
    return surface_at(&body->surface, x_m, y_m);
}
