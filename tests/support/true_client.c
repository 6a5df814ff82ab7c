#include "tests/support/true_client.h"

#include <math.h>
#include <stdlib.h>

#include "routines/body_scan.h"
#include "tests/support/cmocka_prelude.h"

// Lengths that a person's tissue and posture add to the model's landmarks are in the spread of
// palpation; what is drawn here is what the fits leave over.
static void draw_fits(body_settings_t* settings, sex_t sex, random_stream_t* stream)
{
    body_fit_t* fits = settings->fits[sex];
    static const body_dimension_id_t drawn[] = {
        BODY_cervicale_height, BODY_acromion_height,     BODY_iliac_crest_height,
        BODY_crotch_height,    BODY_knee_height,         BODY_ankle_height,
        BODY_chest_depth,      BODY_biacromial_breadth,  BODY_chest_breadth,
        BODY_hip_breadth,      BODY_thigh_circumference, BODY_calf_circumference,
    };
    double by_drawn_m[BODY_DIMENSION_COUNT] = {0.0};
    for (size_t i = 0; i < sizeof drawn / sizeof drawn[0]; ++i) {
        const double residual_m = fits[drawn[i]].residual_m;
        by_drawn_m[drawn[i]] = fmin(fmax(random_gaussian(stream), -2.0), 2.0) * residual_m;
    }
    // What lies between two of these moves with its neighbour, so that nobody's ribs reach below
    // his hips and nobody is thick and thin at once.
    by_drawn_m[BODY_axilla_height] = by_drawn_m[BODY_acromion_height];
    by_drawn_m[BODY_tenth_rib_height] = by_drawn_m[BODY_iliac_crest_height];
    by_drawn_m[BODY_buttock_height] = by_drawn_m[BODY_crotch_height];
    by_drawn_m[BODY_waist_depth] = by_drawn_m[BODY_chest_depth];
    by_drawn_m[BODY_buttock_depth] = by_drawn_m[BODY_chest_depth];
    by_drawn_m[BODY_bideltoid_breadth] = by_drawn_m[BODY_biacromial_breadth];
    by_drawn_m[BODY_waist_breadth] = by_drawn_m[BODY_hip_breadth];
    by_drawn_m[BODY_lower_thigh_circumference] = by_drawn_m[BODY_thigh_circumference];
    by_drawn_m[BODY_ankle_circumference] = 0.5 * by_drawn_m[BODY_calf_circumference];
    for (int i = 0; i < BODY_DIMENSION_COUNT; ++i) {
        fits[i].base_m += by_drawn_m[i];
    }
}

bool true_client_draw(const body_settings_t* settings, const client_settings_t* client,
                      const true_client_table_t* table, random_stream_t* stream,
                      true_client_t* person)
{
    person->settings = *settings;
    draw_fits(&person->settings, client->sex, stream);
    const double direction = random_between(stream, -3.14159265358979, 3.14159265358979);
    const double shift_m = TRUE_CLIENT_SHIFT_MAX_M * sqrt(random_between(stream, 0.0, 1.0));
    person->neck_x_m = table->neck_x_m;
    person->shift_x_m = shift_m * cos(direction);
    person->shift_y_m = shift_m * sin(direction);
    person->turn_rad = random_between(stream, -TRUE_CLIENT_TURN_MAX_RAD, TRUE_CLIENT_TURN_MAX_RAD);
    client_settings_t untouched = *client;
    untouched.landmark_count = 0;
    untouched.scan[0] = '\0';
    untouched.lie = LIE_CONFIRMED;
    return body_build(&person->settings, &untouched, table->neck_x_m, table->table_length_m,
                      &person->body) == BODY_OK;
}

/// From the person's nominal lie to where he really lies.
static vec3_t really(const true_client_t* person, vec3_t nominal_m)
{
    const double c = cos(person->turn_rad);
    const double s = sin(person->turn_rad);
    const double dx_m = nominal_m.x - person->neck_x_m;
    return vec3(person->neck_x_m + person->shift_x_m + c * dx_m - s * nominal_m.y,
                person->shift_y_m + s * dx_m + c * nominal_m.y, nominal_m.z);
}

vec3_t true_client_point(const true_client_t* person, body_place_t place)
{
    return really(person, body_surface_at(&person->body, place).point_m);
}

body_place_t true_client_place(const true_client_t* person, vec3_t point_m)
{
    const double c = cos(person->turn_rad);
    const double s = sin(person->turn_rad);
    const double dx_m = point_m.x - person->shift_x_m - person->neck_x_m;
    const double dy_m = point_m.y - person->shift_y_m;
    return body_place_of_table(&person->body, person->neck_x_m + c * dx_m + s * dy_m,
                               c * dy_m - s * dx_m);
}

void true_client_touch(const true_client_t* person, random_stream_t* stream,
                       client_settings_t* client)
{
    client->landmark_count = LANDMARK_COUNT;
    client->landmark_error_m = TRUE_CLIENT_TOUCH_ERROR_M;
    for (int id = 0; id < LANDMARK_COUNT; ++id) {
        const landmark_spread_t spread = registration_landmark_spread((landmark_id_t)id);
        body_place_t place = body_landmark_place(&person->body, (landmark_id_t)id);
        const double height_m =
            true_client_point(person, place).z + spread.height_m * random_gaussian(stream);
        place.along_m += spread.along_m * random_gaussian(stream);
        place.across_m += spread.across_m * random_gaussian(stream);
        const vec3_t found_m = true_client_point(person, place);
        landmark_settings_t* touched = &client->landmarks[id];
        touched->id = (landmark_id_t)id;
        touched->touched_m[0] = found_m.x + client->landmark_error_m * random_gaussian(stream);
        touched->touched_m[1] = found_m.y + client->landmark_error_m * random_gaussian(stream);
        touched->touched_m[2] = height_m + client->landmark_error_m * random_gaussian(stream);
    }
}

void true_client_scan(const true_client_t* person, random_stream_t* stream, body_t* model)
{
    const double head_m = -0.2;
    const double half_width_m = 0.4;
    const double foot_m = body_along_of_level(&person->body, 4.0) + 0.1;
    const int rows = 1 + (int)((foot_m - head_m) / TRUE_CLIENT_SCAN_STEP_M);
    const int columns = 1 + (int)(2.0 * half_width_m / TRUE_CLIENT_SCAN_STEP_M);
    // A third of the largest error is the standard deviation of one point.
    const double spread_m = person->settings.scan_error_m / 3.0;
    ply_points_t points = {.at = calloc((size_t)rows * (size_t)columns, sizeof *points.at)};
    assert_non_null(points.at);
    for (int i = 0; i < rows * columns; ++i) {
        const int row = i / columns;
        const int column = i % columns;
        const body_place_t place = {head_m + row * TRUE_CLIENT_SCAN_STEP_M,
                                    column * TRUE_CLIENT_SCAN_STEP_M - half_width_m};
        const vec3_t point_m = true_client_point(person, place);
        float* at = points.at[points.count];
        at[0] = (float)point_m.x;
        at[1] = (float)point_m.y;
        at[2] = (float)(point_m.z + spread_m * random_gaussian(stream));
        points.count++;
    }
    body_scan_report_t report;
    assert_int_equal(body_lay_scan(model, &points, &report), BODY_SCAN_OK);
    free(points.at);
}

/// Whether a true place lies in the ellipse stated about the model's place of the same name.
static bool place_within(const true_client_t* person, const body_t* model, body_place_t believed,
                         body_place_t own)
{
    const vec3_t point_m = true_client_point(person, own);
    const body_place_t met = body_place_of_table(model, point_m.x, point_m.y);
    const body_uncertainty_t u = body_uncertainty(model, believed);
    const double along_m = met.along_m - believed.along_m;
    const double across_m = met.across_m - believed.across_m;
    const double a = u.along_m * u.along_m;
    const double b = u.across_m * u.across_m;
    const double c = u.shared_m2;
    return b * along_m * along_m - 2.0 * c * along_m * across_m + a * across_m * across_m <=
           a * b - c * c;
}

static bool height_within(const true_client_t* person, const body_t* model, body_place_t believed)
{
    const vec3_t believed_m = body_surface_at(model, believed).point_m;
    const body_place_t own = true_client_place(person, believed_m);
    const double off_m = true_client_point(person, own).z - believed_m.z;
    return fabs(off_m) <= body_uncertainty(model, believed).height_m;
}

static bool regions_within(const true_client_t* person, const body_t* model)
{
    for (int region = 0; region < model->settings->region_count; ++region) {
        for (int i = 0; i < 9; ++i) {
            const int lane = i / 3;
            const double along = 0.5 * (i % 3);
            const double across = lane - 1.0;
            const body_place_t believed = body_place_in_region(model, region, along, across);
            if (!place_within(person, model, believed,
                              body_place_in_region(&person->body, region, along, across)) ||
                !height_within(person, model, believed)) {
                return false;
            }
        }
    }
    return true;
}

static body_place_t zone_place(const body_t* body, const zone_settings_t* zone, double level,
                               double across_m)
{
    const double sign = zone->side == SIDE_RIGHT ? -1.0 : 1.0;
    const double axis_m =
        zone->across_frame == ACROSS_LEG ? body_leg_axis_m(body, zone->side) : 0.0;
    return (body_place_t){body_along_of_level(body, level), axis_m + sign * across_m};
}

static bool zones_within(const true_client_t* person, const body_t* model)
{
    for (int id = 0; id < model->settings->zone_count; ++id) {
        const zone_settings_t* zone = &model->settings->zones[id];
        for (int corner = 0; corner < 4; ++corner) {
            const double level = corner % 2 == 0 ? zone->level_min : zone->level_max;
            const double across_m = corner / 2 == 0 ? zone->across_min_m : zone->across_max_m;
            if (!place_within(person, model, zone_place(model, zone, level, across_m),
                              zone_place(&person->body, zone, level, across_m))) {
                return false;
            }
        }
    }
    return true;
}

bool true_client_lies_within(const true_client_t* person, const body_t* model)
{
    return regions_within(person, model) && zones_within(person, model);
}
