#include "routines/body_lie.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

// Of the plane's Gaussian all but 1 in 1000 lies within this many standard deviations, of a line's
// within the second: sqrt(-2 ln 0.001), and the normal quantile at 0.9995.
#define DEVIATIONS_IN_PLANE 3.717
#define DEVIATIONS_IN_HEIGHT 3.291

#define LEG_GAP_M 0.004 // half of the gap between the thighs

// Spreads that no fit states. [judgement]
#define SHOULDER_POSTURE_M 0.010 // the acromia, with where the arms hang
#define CREST_HALF_SPREAD_M 0.020
#define CREST_HALF_PART 0.30 // of the waist's breadth: where the crests are touched from above
#define LEG_SPREAD_M 0.025   // where somebody puts each leg
#define LEG_SPLAY_RAD 0.035  // its axis against the trunk's, which the model has parallel
#define THICKNESS_SUPPORT_PART 0.03 // of a body's thickness: how far it sinks into the table
#define THICKNESS_REACH_M 0.25      // how far along the body a thickness is like its neighbour's
#define THICKNESS_LEAST_M 0.03      // thinner than this a height tells nothing
#define SLOPE_MAX 1.7               // of the skirts

static const char* const landmark_texts[LANDMARK_COUNT] = {
#define X(id, text, meaning) [id] = text,
    LANDMARK_LIST(X)
#undef X
};

const char* body_landmark_text(landmark_id_t landmark)
{
    const bool known = (int)landmark >= 0 && landmark < LANDMARK_COUNT;
    return known ? landmark_texts[landmark] : "unknown";
}

// ------------------------------------------------------------------------- the model of landmarks

static registration_model_t model_of(const body_t* body, double neck_x_m)
{
    const body_settings_t* settings = body->settings;
    const body_fit_t* fits = settings->fits[body->client.sex];
    const double* d = body->dimension_m;
    registration_model_t model = {
        .neck_x_m = neck_x_m,
        .acromion_along_m = body_along_of_height(d, BODY_acromion_height),
        .crest_along_m = body_along_of_height(d, BODY_iliac_crest_height),
        .fold_along_m = body_along_of_height(d, BODY_crotch_height),
        .knee_along_m = body_along_of_height(d, BODY_knee_height),
        .ankle_along_m = body_along_of_height(d, BODY_ankle_height),
        .shoulder_half_m = 0.5 * d[BODY_biacromial_breadth],
        .crest_half_m = CREST_HALF_PART * d[BODY_waist_breadth],
        .leg_axis_m = 0.5 * d[BODY_thigh_circumference] / PI + LEG_GAP_M,
    };
    double* spread = model.spread;
    spread[REGISTRATION_X] = 0.5 * settings->positioned_error_m;
    spread[REGISTRATION_Y] = 0.5 * settings->positioned_error_m;
    spread[REGISTRATION_TURN] = 0.5 * settings->positioned_error_rad;
    spread[REGISTRATION_CERVICALE] = fits[BODY_cervicale_height].residual_m;
    spread[REGISTRATION_ACROMION] = fits[BODY_acromion_height].residual_m;
    spread[REGISTRATION_CREST] = fits[BODY_iliac_crest_height].residual_m;
    spread[REGISTRATION_FOLD] = fits[BODY_crotch_height].residual_m;
    spread[REGISTRATION_KNEE] = fits[BODY_knee_height].residual_m;
    spread[REGISTRATION_ANKLE] = fits[BODY_ankle_height].residual_m;
    spread[REGISTRATION_SHOULDER_HALF] =
        hypot(0.5 * fits[BODY_biacromial_breadth].residual_m, SHOULDER_POSTURE_M);
    spread[REGISTRATION_CREST_HALF] = CREST_HALF_SPREAD_M;
    spread[REGISTRATION_LEG_LEFT] = LEG_SPREAD_M;
    spread[REGISTRATION_LEG_RIGHT] = LEG_SPREAD_M;
    return model;
}

/// The model with the dimensions as they are now, for reading landmarks off the finished body: its
/// deviations are in it already.
static registration_model_t finished_model(const body_t* body)
{
    return model_of(body, body->neck_x_m);
}

// --------------------------------------------------------------------------------- the dimensions

#define KNOT_CAPACITY 6

/// Moves a distance along by the way its neighbouring landmarks moved.
static double stretched_m(int count, const double before_m[], const double after_m[],
                          double along_m)
{
    int i = 0;
    while (i < count - 2 && along_m > before_m[i + 1]) {
        i++;
    }
    const double part = (along_m - before_m[i]) / (before_m[i + 1] - before_m[i]);
    return after_m[i] + part * (after_m[i + 1] - after_m[i]);
}

static void stretch_heights(body_t* body, const registration_model_t* model)
{
    const double* mean = body->registration.mean;
    const double c7_m = mean[REGISTRATION_CERVICALE];
    const double model_m[KNOT_CAPACITY - 1] = {model->acromion_along_m, model->crest_along_m,
                                               model->fold_along_m, model->knee_along_m,
                                               model->ankle_along_m};
    double before_m[KNOT_CAPACITY] = {0.0};
    double after_m[KNOT_CAPACITY] = {0.0};
    int count = 1;
    for (int i = 0; i < KNOT_CAPACITY - 1; i++) {
        const double to_m = model_m[i] + c7_m - mean[REGISTRATION_ACROMION + i];
        // An acromion beside or above C7 stretches nothing.
        if (i == 0 && !(model_m[i] > 0.02 && to_m > 0.02)) {
            continue;
        }
        before_m[count] = model_m[i];
        after_m[count] = to_m;
        count++;
    }
    static const body_dimension_id_t heights[] = {
        BODY_acromion_height, BODY_axilla_height, BODY_tenth_rib_height, BODY_iliac_crest_height,
        BODY_buttock_height,  BODY_crotch_height, BODY_knee_height,      BODY_ankle_height,
    };
    for (size_t i = 0; i < sizeof heights / sizeof heights[0]; i++) {
        double* height_m = &body->dimension_m[heights[i]];
        const double along_m = body_along_of_height(body->dimension_m, heights[i]);
        *height_m = body->dimension_m[BODY_cervicale_height] -
                    stretched_m(count, before_m, after_m, along_m);
    }
}

static void read_levels(body_t* body)
{
    const double* d = body->dimension_m;
    body->landmark_along_m[0] = 0.0;
    body->landmark_along_m[1] = body_along_of_height(d, BODY_iliac_crest_height);
    body->landmark_along_m[2] = body_along_of_height(d, BODY_crotch_height);
    body->landmark_along_m[3] = body_along_of_height(d, BODY_knee_height);
    body->landmark_along_m[4] = body_along_of_height(d, BODY_ankle_height);
}

static body_result_t result_of(registration_result_t result)
{
    switch (result) {
    case REGISTRATION_OK:
        return BODY_OK;
    case REGISTRATION_NOT_FINITE:
        return BODY_LANDMARK_NOT_FINITE;
    case REGISTRATION_TWICE:
        return BODY_LANDMARK_TWICE;
    case REGISTRATION_SWAPPED:
        return BODY_LANDMARK_SWAPPED;
    case REGISTRATION_OUTLIER:
        return BODY_LANDMARK_OUTLIER;
    case REGISTRATION_TOO_FAR:
        return BODY_LANDMARKS_TOO_FAR;
    }
    return BODY_LANDMARKS_SHAPE;
}

static void take_over(body_t* body, const registration_model_t* model)
{
    const double* mean = body->registration.mean;
    body->neck_x_m = model->neck_x_m + mean[REGISTRATION_X];
    body->neck_y_m = mean[REGISTRATION_Y];
    body->turn_rad = mean[REGISTRATION_TURN];
    body->turn_cosine = cos(body->turn_rad);
    body->turn_sine = sin(body->turn_rad);
    body->leg_axis_left_m = model->leg_axis_m + mean[REGISTRATION_LEG_LEFT];
    body->leg_axis_right_m = -model->leg_axis_m + mean[REGISTRATION_LEG_RIGHT];
    body->dimension_m[BODY_biacromial_breadth] =
        2.0 * (model->shoulder_half_m + mean[REGISTRATION_SHOULDER_HALF]);
    stretch_heights(body, model);
    double sum_m = 0.0;
    for (int i = 0; i < body->client.landmark_count; i++) {
        const double* touched_m = body->client.landmarks[i].touched_m;
        sum_m += body_place_of_table(body, touched_m[0], touched_m[1]).along_m;
    }
    body->touched_middle_m = sum_m / body->client.landmark_count;
}

body_result_t body_lie_register(body_t* body, double neck_x_m)
{
    const client_settings_t* client = &body->client;
    const registration_model_t model = model_of(body, neck_x_m);
    body->neck_x_m = neck_x_m;
    body->turn_cosine = 1.0;
    body->leg_axis_left_m = model.leg_axis_m;
    body->leg_axis_right_m = -model.leg_axis_m;
    body->estimated = client->landmark_count != 0 || client->lie != LIE_CONFIRMED;
    const body_result_t result =
        result_of(registration_fit(&model, client->landmarks, client->landmark_count,
                                   client->landmark_error_m, &body->registration, &body->refusal));
    if (result == BODY_OK && client->landmark_count > 0) {
        take_over(body, &model);
    }
    read_levels(body);
    return result;
}

// ------------------------------------------------------------------------------------- the heights

static double likeness(const body_thickness_t* thickness, double first_m, double second_m)
{
    const double distance = (first_m - second_m) / THICKNESS_REACH_M;
    return thickness->spread * thickness->spread * exp(-0.5 * distance * distance);
}

/// The part by which the body is thicker than its model at a place along it, and, if wanted, what
/// variance the touched heights leave of it.
static double thickness_part(const body_thickness_t* thickness, double along_m, double* variance)
{
    double like[CHOLESKY_CAPACITY] = {0.0};
    double solved[CHOLESKY_CAPACITY] = {0.0};
    double part = 0.0;
    for (int i = 0; i < thickness->count; i++) {
        like[i] = likeness(thickness, along_m, thickness->along_m[i]);
        solved[i] = like[i];
        part += like[i] * thickness->weight[i];
    }
    if (variance != NULL) {
        *variance = thickness->spread * thickness->spread;
        if (thickness->count > 0) {
            cholesky_solve(&thickness->factor, thickness->count, solved);
        }
        for (int i = 0; i < thickness->count; i++) {
            *variance -= like[i] * solved[i];
        }
        *variance = fmax(*variance, 0.0);
    }
    return part;
}

/// A landmark's height: how much thicker the body is there than its model, and how sure that is.
typedef struct {
    landmark_id_t id;
    double along_m;
    double part;
    double variance;
    double model_m;
} thickness_sight_t;

static double slope_of(vec3_t normal)
{
    const double steep = sqrt(fmax(0.0, 1.0 - normal.z * normal.z)) / fmax(normal.z, 1e-3);
    return fmin(steep, SLOPE_MAX);
}

/// False where a height tells nothing.
static bool see_height(const body_t* body, const landmark_settings_t* landmark,
                       thickness_sight_t* sight)
{
    const landmark_spread_t spread = registration_landmark_spread(landmark->id);
    const body_place_t place = body_landmark_place(body, landmark->id);
    const surface_sample_t skin = body_surface_at(body, place);
    const double model_m = skin.point_m.z;
    if (!isfinite(spread.height_m) || !(model_m >= THICKNESS_LEAST_M) || !skin.inside) {
        return false;
    }
    const double aside_m = body_uncertainty_m(body, place) / DEVIATIONS_IN_PLANE;
    const double by_slope_m = slope_of(skin.normal) * aside_m;
    const double error_m = body->client.landmark_error_m;
    *sight = (thickness_sight_t){
        .id = landmark->id,
        .along_m = place.along_m,
        .part = landmark->touched_m[2] / model_m - 1.0,
        .variance =
            (error_m * error_m + spread.height_m * spread.height_m + by_slope_m * by_slope_m) /
            (model_m * model_m),
        .model_m = model_m,
    };
    return true;
}

/// Fits all sights but number `without`. False if that is not possible.
static bool fit_thickness(const thickness_sight_t sights[], int count, int without,
                          body_thickness_t* thickness)
{
    thickness->count = 0;
    double parts[CHOLESKY_CAPACITY] = {0.0};
    double variances[CHOLESKY_CAPACITY] = {0.0};
    for (int i = 0; i < count; i++) {
        if (i != without) {
            thickness->along_m[thickness->count] = sights[i].along_m;
            variances[thickness->count] = sights[i].variance;
            parts[thickness->count++] = sights[i].part;
        }
    }
    for (int i = 0; i < thickness->count; i++) {
        for (int k = 0; k < thickness->count; k++) {
            thickness->factor.at[i][k] =
                likeness(thickness, thickness->along_m[i], thickness->along_m[k]) +
                (i == k ? variances[i] : 0.0);
        }
    }
    if (thickness->count > 0 && !cholesky_factor(&thickness->factor, thickness->count)) {
        return false;
    }
    if (thickness->count > 0) {
        cholesky_solve(&thickness->factor, thickness->count, parts);
    }
    memcpy(thickness->weight, parts, sizeof thickness->weight);
    return true;
}

static double thickness_spread(const body_t* body)
{
    static const body_dimension_id_t depths[] = {BODY_chest_depth, BODY_waist_depth,
                                                 BODY_buttock_depth};
    double largest = 0.0;
    for (int i = 0; i < 3; i++) {
        const body_fit_t* fit = &body->settings->fits[body->client.sex][depths[i]];
        largest = fmax(largest, fit->residual_m / body->dimension_m[depths[i]]);
    }
    return hypot(largest, THICKNESS_SUPPORT_PART);
}

/// Refuses the height that fits worst, against the prior alone and against all others.
static body_result_t judge_heights(body_t* body, const thickness_sight_t sights[], int count)
{
    body_thickness_t others = body->thickness;
    registration_refusal_t worst = {LANDMARK_C7, 0.0, 0.0};
    for (int i = 0; i < 2 * count; i++) {
        const thickness_sight_t* sight = &sights[i % count];
        if (!fit_thickness(sights, i < count ? count : 0, i, &others)) {
            return BODY_LANDMARKS_SHAPE;
        }
        double variance = 0.0;
        const double miss = sight->part - thickness_part(&others, sight->along_m, &variance);
        const double deviations = fabs(miss) / sqrt(variance + sight->variance);
        if (!(deviations <= worst.deviations)) {
            worst = (registration_refusal_t){sight->id, fabs(miss) * sight->model_m, deviations};
        }
    }
    if (!(worst.deviations <= REGISTRATION_DEVIATIONS_MAX)) {
        body->refusal = worst;
        return BODY_LANDMARK_HEIGHT;
    }
    return BODY_OK;
}

body_result_t body_lie_thicken(body_t* body)
{
    body->thickness.spread = thickness_spread(body);
    thickness_sight_t sights[LANDMARK_CAPACITY];
    int count = 0;
    for (int i = 0; i < body->client.landmark_count; i++) {
        if (see_height(body, &body->client.landmarks[i], &sights[count])) {
            count++;
        }
    }
    if (count == 0) {
        return BODY_OK;
    }
    const body_result_t result = judge_heights(body, sights, count);
    if (result != BODY_OK) {
        return result;
    }
    if (!fit_thickness(sights, count, -1, &body->thickness)) {
        return BODY_LANDMARKS_SHAPE;
    }
    surface_t* surface = &body->surface;
    for (int row = 0; row < surface->row_count; row++) {
        const double x_m = surface->origin_x_m + row * surface->spacing_m;
        for (int column = 0; column < surface->column_count; column++) {
            const double y_m = surface->origin_y_m + column * surface->spacing_m;
            const double along_m = body_place_of_table(body, x_m, y_m).along_m;
            const double part = 1.0 + thickness_part(&body->thickness, along_m, NULL);
            surface->height_m[row][column] = (float)(part * (double)surface->height_m[row][column]);
        }
    }
    return BODY_OK;
}

// ------------------------------------------------------------------------------------- the mapping

void body_table_point(const body_t* body, body_place_t place, double* x_m, double* y_m)
{
    *x_m = body->neck_x_m - place.along_m * body->turn_cosine - place.across_m * body->turn_sine;
    *y_m = body->neck_y_m - place.along_m * body->turn_sine + place.across_m * body->turn_cosine;
}

body_place_t body_place_of_table(const body_t* body, double x_m, double y_m)
{
    const double dx_m = body->neck_x_m - x_m;
    const double dy_m = body->neck_y_m - y_m;
    return (body_place_t){dx_m * body->turn_cosine + dy_m * body->turn_sine,
                          dx_m * body->turn_sine - dy_m * body->turn_cosine};
}

vec3_t body_table_direction(const body_t* body, double along, double across)
{
    return vec3(-along * body->turn_cosine - across * body->turn_sine,
                -along * body->turn_sine + across * body->turn_cosine, 0.0);
}

vec3_t body_headward(const body_t* body)
{
    return vec3(body->turn_cosine, body->turn_sine, 0.0);
}

body_place_t body_landmark_place(const body_t* body, landmark_id_t landmark)
{
    const registration_model_t model = finished_model(body);
    // Heights and shoulders are in the dimensions by now; crests and legs are not.
    double left[REGISTRATION_PARAMETER_COUNT] = {0.0};
    left[REGISTRATION_CREST_HALF] = body->registration.mean[REGISTRATION_CREST_HALF];
    left[REGISTRATION_LEG_LEFT] = body->leg_axis_left_m - model.leg_axis_m;
    left[REGISTRATION_LEG_RIGHT] = body->leg_axis_right_m + model.leg_axis_m;
    body_place_t place;
    registration_landmark_place(&model, left, landmark, &place.along_m, &place.across_m);
    return place;
}

vec3_t body_landmark_point(const body_t* body, landmark_id_t landmark)
{
    return body_surface_at(body, body_landmark_place(body, landmark)).point_m;
}

// --------------------------------------------------------------------------------- the uncertainty

/// 0 on the trunk, 1 on the legs.
static double leg_part(const body_t* body, double along_m)
{
    const double fold_m = body->landmark_along_m[2];
    return fmin(1.0, fmax(0.0, (along_m - (fold_m - 0.02)) / 0.07));
}

/// What the parameters do to where the body has a place: by its level, by its leg, by the lie.
static registration_gradient_t place_gradient(const body_t* body, body_place_t place)
{
    static const registration_parameter_t heights[5] = {REGISTRATION_CERVICALE, REGISTRATION_CREST,
                                                        REGISTRATION_FOLD, REGISTRATION_KNEE,
                                                        REGISTRATION_ANKLE};
    registration_gradient_t gradient = {{0.0}, {0.0}};
    const double level = body_level_of_along(body, place.along_m);
    const int i = (int)fmin(3.0, fmax(0.0, floor(level)));
    const double part = level - i;
    // C7 is where along begins: its own height moves all others, but not itself.
    gradient.along[REGISTRATION_CERVICALE] = i == 0 ? part : 1.0;
    if (i > 0) {
        gradient.along[heights[i]] -= 1.0 - part;
    }
    gradient.along[heights[i + 1]] -= part;
    const double leg = leg_part(body, place.along_m);
    gradient.across[place.across_m >= 0.0 ? REGISTRATION_LEG_LEFT : REGISTRATION_LEG_RIGHT] = leg;
    registration_lie_gradient(body->turn_rad, place.along_m, place.across_m, &gradient);
    return gradient;
}

static body_uncertainty_t estimated_uncertainty(const body_t* body, body_place_t place)
{
    const registration_gradient_t gradient = place_gradient(body, place);
    const registration_t* r = &body->registration;
    const body_settings_t* settings = body->settings;
    const double k2 = DEVIATIONS_IN_PLANE * DEVIATIONS_IN_PLANE;
    const double splay_m = LEG_SPLAY_RAD * leg_part(body, place.along_m) *
                           fabs(place.along_m - body->landmark_along_m[3]);
    const double lever_m = fabs(place.along_m - body->touched_middle_m);
    const double floor_m =
        settings->registration_floor_m + settings->registration_floor_rad * lever_m;
    const double along_m2 =
        k2 * registration_covariance(r, gradient.along, gradient.along) + floor_m * floor_m;
    const double across_m2 =
        k2 * (registration_covariance(r, gradient.across, gradient.across) + splay_m * splay_m) +
        floor_m * floor_m;
    return (body_uncertainty_t){
        .along_m = sqrt(along_m2),
        .across_m = sqrt(across_m2),
        .shared_m2 = k2 * registration_covariance(r, gradient.along, gradient.across),
    };
}

static double greatest_half_axis_m(const body_uncertainty_t* uncertainty)
{
    if (!isfinite(uncertainty->along_m)) {
        return HUGE_VAL;
    }
    const double a = uncertainty->along_m * uncertainty->along_m;
    const double b = uncertainty->across_m * uncertainty->across_m;
    return sqrt(0.5 * (a + b) + hypot(0.5 * (a - b), uncertainty->shared_m2));
}

static double least_half_axis_m(const body_uncertainty_t* uncertainty)
{
    const double a = uncertainty->along_m * uncertainty->along_m;
    const double b = uncertainty->across_m * uncertainty->across_m;
    return sqrt(fmax(0.0, 0.5 * (a + b) - hypot(0.5 * (a - b), uncertainty->shared_m2)));
}

/// The bound for somebody whom the operator has seen lie right: the shift, and the turn about C7,
/// where the client is laid.
static double confirmed_error_m(const body_t* body, body_place_t place)
{
    const double lever_m = sqrt(place.along_m * place.along_m + place.across_m * place.across_m);
    return body->settings->registration_error_m + body->settings->registration_error_rad * lever_m;
}

static body_uncertainty_t uncertainty_in_plane(const body_t* body, body_place_t place)
{
    if (!isfinite(place.along_m) || !isfinite(place.across_m)) {
        return (body_uncertainty_t){HUGE_VAL, HUGE_VAL, 0.0, HUGE_VAL};
    }
    if (body->estimated) {
        return estimated_uncertainty(body, place);
    }
    const double error_m = confirmed_error_m(body, place);
    return (body_uncertainty_t){.along_m = error_m, .across_m = error_m};
}

static bool scanned_there(const body_t* body, body_place_t place)
{
    const surface_t* surface = &body->surface;
    double x_m = 0.0;
    double y_m = 0.0;
    body_table_point(body, place, &x_m, &y_m);
    const double row = floor((x_m - surface->origin_x_m) / surface->spacing_m + 0.5);
    const double column = floor((y_m - surface->origin_y_m) / surface->spacing_m + 0.5);
    return body->scanned && row >= 0.0 && row < surface->row_count && column >= 0.0 &&
           column < surface->column_count && body->scan_at[(int)row][(int)column] == 1;
}

/// What the place's own uncertainty does to the height on sloping skin.
static double height_by_slope_m(const body_t* body, const body_uncertainty_t* u, vec3_t normal)
{
    const vec3_t slope = vec3_scale(normal, -1.0 / fmax(normal.z, 1e-3));
    const double along = vec3_dot(slope, body_table_direction(body, 1.0, 0.0));
    const double across = vec3_dot(slope, body_table_direction(body, 0.0, 1.0));
    const double squared = along * along * u->along_m * u->along_m +
                           across * across * u->across_m * u->across_m +
                           2.0 * along * across * u->shared_m2;
    return sqrt(fmax(0.0, squared));
}

static double height_uncertainty_m(const body_t* body, body_place_t place,
                                   const body_uncertainty_t* in_plane)
{
    const bool scanned = scanned_there(body, place);
    if (!body->estimated && !scanned) {
        return body->settings->registration_error_m;
    }
    const surface_sample_t skin = body_surface_at(body, place);
    const double by_slope_m = height_by_slope_m(body, in_plane, skin.normal);
    if (scanned) {
        return hypot(body->settings->scan_error_m, by_slope_m);
    }
    double variance = 0.0;
    (void)thickness_part(&body->thickness, place.along_m, &variance);
    const double thickness_m = DEVIATIONS_IN_HEIGHT * sqrt(variance) * skin.point_m.z;
    return hypot(hypot(thickness_m, by_slope_m), body->settings->registration_floor_m);
}

body_uncertainty_t body_uncertainty(const body_t* body, body_place_t place)
{
    body_uncertainty_t uncertainty = uncertainty_in_plane(body, place);
    if (isfinite(uncertainty.along_m)) {
        uncertainty.height_m = height_uncertainty_m(body, place, &uncertainty);
    }
    return uncertainty;
}

double body_uncertainty_m(const body_t* body, body_place_t place)
{
    const body_uncertainty_t uncertainty = uncertainty_in_plane(body, place);
    return greatest_half_axis_m(&uncertainty);
}

void body_lie_bounds(const body_t* body, double x_m, double y_m, double* offset_m, double* turn_rad)
{
    const body_settings_t* settings = body->settings;
    if (!body->estimated && !body->scanned) {
        *offset_m = settings->registration_error_m;
        *turn_rad = settings->registration_error_rad;
        return;
    }
    double least_m = HUGE_VAL;
    double least_rad = HUGE_VAL;
    for (int i = 0; i < settings->region_count; i++) {
        for (int corner = 0; corner < 4; corner++) {
            const body_place_t place =
                body_place_in_region(body, i, corner < 2 ? 0.0 : 1.0, corner % 2 == 0 ? -1.0 : 1.0);
            const body_uncertainty_t uncertainty = body_uncertainty(body, place);
            const double half_m = 0.5 * fmin(least_half_axis_m(&uncertainty), uncertainty.height_m);
            double there_x_m = 0.0;
            double there_y_m = 0.0;
            body_table_point(body, place, &there_x_m, &there_y_m);
            const double lever_m = hypot(there_x_m - x_m, there_y_m - y_m);
            least_m = fmin(least_m, half_m);
            least_rad = fmin(least_rad, half_m / fmax(lever_m, 1e-3));
        }
    }
    *offset_m = isfinite(least_m) ? least_m : 0.0;
    *turn_rad = isfinite(least_rad) ? least_rad : 0.0;
}
