#include "routines/registration.h"

#include <math.h>
#include <string.h>

#define COUNT REGISTRATION_PARAMETER_COUNT
#define ITERATIONS 4 // of the linearisation; a turn of 10 degrees settles to rounding in three
// The dimples over the sacrum mark its second vertebra: this part of the way from the crests to the
// gluteal fold. [judgement; crest line at L4/L5, S2 about 65 mm below]
#define SACRUM_PART 0.30
#define NOBODY (-1)

landmark_spread_t registration_landmark_spread(landmark_id_t landmark)
{
    switch (landmark) {
    case LANDMARK_C7:
        return (landmark_spread_t){0.008, 0.003, 0.006};
    case LANDMARK_ACROMION_LEFT:
    case LANDMARK_ACROMION_RIGHT:
        return (landmark_spread_t){0.008, 0.008, 0.025}; // shoulders hang forward as they like
    case LANDMARK_ILIAC_CREST_LEFT:
    case LANDMARK_ILIAC_CREST_RIGHT:
        return (landmark_spread_t){0.008, 0.015, 0.010}; // a long edge: where on it is open
    case LANDMARK_SACRUM:
        return (landmark_spread_t){0.012, 0.004, 0.006};
    case LANDMARK_KNEE_CREASE_LEFT:
    case LANDMARK_KNEE_CREASE_RIGHT:
        return (landmark_spread_t){0.005, 0.005, 0.008};
    }
    return (landmark_spread_t){HUGE_VAL, HUGE_VAL, HUGE_VAL};
}

// ------------------------------------------------------------------------------------- the model

/// Along of a height of the standing client: C7's less its own.
static double along_from(double model_m, const double mean[], int height)
{
    return model_m + mean[REGISTRATION_CERVICALE] - mean[height];
}

static void along_gradient(double part, int height, double gradient[])
{
    gradient[REGISTRATION_CERVICALE] += part;
    gradient[height] -= part;
}

void registration_landmark_place(const registration_model_t* model, const double mean[],
                                 landmark_id_t landmark, double* along_m, double* across_m)
{
    const double crest_m = along_from(model->crest_along_m, mean, REGISTRATION_CREST);
    const double fold_m = along_from(model->fold_along_m, mean, REGISTRATION_FOLD);
    const double shoulder_m = model->shoulder_half_m + mean[REGISTRATION_SHOULDER_HALF];
    const double hip_m = model->crest_half_m + mean[REGISTRATION_CREST_HALF];
    *along_m = 0.0;
    *across_m = 0.0;
    switch (landmark) {
    case LANDMARK_C7:
        break;
    case LANDMARK_ACROMION_LEFT:
    case LANDMARK_ACROMION_RIGHT:
        *along_m = along_from(model->acromion_along_m, mean, REGISTRATION_ACROMION);
        *across_m = landmark == LANDMARK_ACROMION_LEFT ? shoulder_m : -shoulder_m;
        break;
    case LANDMARK_ILIAC_CREST_LEFT:
    case LANDMARK_ILIAC_CREST_RIGHT:
        *along_m = crest_m;
        *across_m = landmark == LANDMARK_ILIAC_CREST_LEFT ? hip_m : -hip_m;
        break;
    case LANDMARK_SACRUM:
        *along_m = crest_m + SACRUM_PART * (fold_m - crest_m);
        break;
    case LANDMARK_KNEE_CREASE_LEFT:
        *along_m = along_from(model->knee_along_m, mean, REGISTRATION_KNEE);
        *across_m = model->leg_axis_m + mean[REGISTRATION_LEG_LEFT];
        break;
    case LANDMARK_KNEE_CREASE_RIGHT:
        *along_m = along_from(model->knee_along_m, mean, REGISTRATION_KNEE);
        *across_m = -model->leg_axis_m + mean[REGISTRATION_LEG_RIGHT];
        break;
    }
}

static registration_gradient_t landmark_gradient(landmark_id_t landmark)
{
    registration_gradient_t gradient = {{0.0}, {0.0}};
    switch (landmark) {
    case LANDMARK_C7:
        break;
    case LANDMARK_ACROMION_LEFT:
    case LANDMARK_ACROMION_RIGHT:
        along_gradient(1.0, REGISTRATION_ACROMION, gradient.along);
        gradient.across[REGISTRATION_SHOULDER_HALF] =
            landmark == LANDMARK_ACROMION_LEFT ? 1.0 : -1.0;
        break;
    case LANDMARK_ILIAC_CREST_LEFT:
    case LANDMARK_ILIAC_CREST_RIGHT:
        along_gradient(1.0, REGISTRATION_CREST, gradient.along);
        gradient.across[REGISTRATION_CREST_HALF] =
            landmark == LANDMARK_ILIAC_CREST_LEFT ? 1.0 : -1.0;
        break;
    case LANDMARK_SACRUM:
        along_gradient(1.0 - SACRUM_PART, REGISTRATION_CREST, gradient.along);
        along_gradient(SACRUM_PART, REGISTRATION_FOLD, gradient.along);
        break;
    case LANDMARK_KNEE_CREASE_LEFT:
        along_gradient(1.0, REGISTRATION_KNEE, gradient.along);
        gradient.across[REGISTRATION_LEG_LEFT] = 1.0;
        break;
    case LANDMARK_KNEE_CREASE_RIGHT:
        along_gradient(1.0, REGISTRATION_KNEE, gradient.along);
        gradient.across[REGISTRATION_LEG_RIGHT] = 1.0;
        break;
    }
    return gradient;
}

void registration_lie_gradient(double turn_rad, double along_m, double across_m,
                               registration_gradient_t* gradient)
{
    const double c = cos(turn_rad);
    const double s = sin(turn_rad);
    // A point of the body moves with C7 and about it; seen in the body's own axes.
    gradient->along[REGISTRATION_X] -= c;
    gradient->along[REGISTRATION_Y] -= s;
    gradient->along[REGISTRATION_TURN] += across_m;
    gradient->across[REGISTRATION_X] -= s;
    gradient->across[REGISTRATION_Y] += c;
    gradient->across[REGISTRATION_TURN] -= along_m;
}

double registration_covariance(const registration_t* registration, const double first[],
                               const double second[])
{
    double sum = 0.0;
    for (int i = 0; i < COUNT; i++) {
        double row = 0.0;
        for (int j = 0; j < COUNT; j++) {
            row += registration->covariance[i][j] * second[j];
        }
        sum += first[i] * row;
    }
    return sum;
}

// --------------------------------------------------------------------------------------- the fit

/// A touched landmark against the model, linearised about some parameters.
typedef struct {
    double miss_m[2];            // touched less modelled: along, across
    registration_gradient_t has; // how the miss shrinks as the parameters grow
    double variance_m2[2];       // of the touch and of what was touched
} sight_t;

static sight_t sight_of(const registration_model_t* model, const double about[],
                        const landmark_settings_t* landmark, double error_m)
{
    const double c = cos(about[REGISTRATION_TURN]);
    const double s = sin(about[REGISTRATION_TURN]);
    const double dx_m = model->neck_x_m + about[REGISTRATION_X] - landmark->touched_m[0];
    const double dy_m = about[REGISTRATION_Y] - landmark->touched_m[1];
    const double along_m = dx_m * c + dy_m * s;
    const double across_m = dx_m * s - dy_m * c;
    double model_along_m = 0.0;
    double model_across_m = 0.0;
    registration_landmark_place(model, about, landmark->id, &model_along_m, &model_across_m);
    const landmark_spread_t spread = registration_landmark_spread(landmark->id);
    sight_t sight = {.miss_m = {along_m - model_along_m, across_m - model_across_m},
                     .has = landmark_gradient(landmark->id),
                     .variance_m2 = {error_m * error_m + spread.along_m * spread.along_m,
                                     error_m * error_m + spread.across_m * spread.across_m}};
    registration_lie_gradient(about[REGISTRATION_TURN], along_m, across_m, &sight.has);
    return sight;
}

/// One measured number: the update of Kalman's filter.
static void take_in(registration_t* registration, const double about[], const double gradient[],
                    double miss_m, double variance_m2)
{
    double gain[COUNT];
    double innovation_m = miss_m;
    double innovation_m2 = variance_m2;
    for (int i = 0; i < COUNT; i++) {
        gain[i] = 0.0;
        for (int j = 0; j < COUNT; j++) {
            gain[i] += registration->covariance[i][j] * gradient[j];
        }
        innovation_m -= gradient[i] * (registration->mean[i] - about[i]);
        innovation_m2 += gradient[i] * gain[i];
    }
    for (int i = 0; i < COUNT; i++) {
        registration->mean[i] += gain[i] / innovation_m2 * innovation_m;
        for (int j = 0; j < COUNT; j++) {
            registration->covariance[i][j] -= gain[i] * gain[j] / innovation_m2;
        }
    }
}

void registration_prior(const registration_model_t* model, registration_t* registration)
{
    memset(registration, 0, sizeof *registration);
    for (int i = 0; i < COUNT; i++) {
        registration->covariance[i][i] = model->spread[i] * model->spread[i];
    }
}

/// Gauss and Newton's steps, each a linear fit of all landmarks but number `without`.
static void settle(const registration_model_t* model, const landmark_settings_t landmarks[],
                   int count, double error_m, int without, registration_t* registration)
{
    double about[COUNT] = {0.0};
    for (int iteration = 0; iteration < ITERATIONS; iteration++) {
        registration_prior(model, registration);
        for (int i = 0; i < count; i++) {
            if (i == without) {
                continue;
            }
            const sight_t sight = sight_of(model, about, &landmarks[i], error_m);
            take_in(registration, about, sight.has.along, sight.miss_m[0], sight.variance_m2[0]);
            take_in(registration, about, sight.has.across, sight.miss_m[1], sight.variance_m2[1]);
        }
        memcpy(about, registration->mean, sizeof about);
    }
}

// ---------------------------------------------------------------------------------- the refusals

/// How far a landmark lies from where `registration`, made without it, has it.
static registration_refusal_t surprise(const registration_model_t* model,
                                       const registration_t* registration,
                                       const landmark_settings_t* landmark, double error_m)
{
    const sight_t sight = sight_of(model, registration->mean, landmark, error_m);
    const double* along = sight.has.along;
    const double* across = sight.has.across;
    const double a = sight.variance_m2[0] + registration_covariance(registration, along, along);
    const double b = sight.variance_m2[1] + registration_covariance(registration, across, across);
    const double shared = registration_covariance(registration, along, across);
    const double u = sight.miss_m[0];
    const double v = sight.miss_m[1];
    const double squared =
        (b * u * u - 2.0 * shared * u * v + a * v * v) / (a * b - shared * shared);
    return (registration_refusal_t){landmark->id, sqrt(u * u + v * v), sqrt(squared)};
}

/// The landmark that surprises most: each against the prior alone, and against all others.
static registration_refusal_t worst_surprise(const registration_model_t* model,
                                             const landmark_settings_t landmarks[], int count,
                                             double error_m)
{
    registration_refusal_t worst = {LANDMARK_C7, 0.0, 0.0};
    for (int i = 0; i < 2 * count; i++) {
        const landmark_settings_t* landmark = &landmarks[i % count];
        registration_t others;
        if (i < count) {
            settle(model, landmarks, count, error_m, i, &others);
        } else {
            registration_prior(model, &others);
        }
        const registration_refusal_t found = surprise(model, &others, landmark, error_m);
        if (!(found.deviations <= worst.deviations)) {
            worst = found;
        }
    }
    return worst;
}

static registration_result_t check_numbers(const landmark_settings_t landmarks[], int count,
                                           double error_m, registration_refusal_t* refusal)
{
    for (int i = 0; i < count; i++) {
        refusal->landmark = landmarks[i].id;
        const double* touched_m = landmarks[i].touched_m;
        if (!(isfinite(touched_m[0]) && isfinite(touched_m[1]) && isfinite(touched_m[2]) &&
              isfinite(error_m) && error_m > 0.0)) {
            return REGISTRATION_NOT_FINITE;
        }
        if ((int)landmarks[i].id < 0 || landmarks[i].id >= LANDMARK_COUNT) {
            return REGISTRATION_TWICE;
        }
        for (int k = 0; k < i; k++) {
            if (landmarks[k].id == landmarks[i].id) {
                return REGISTRATION_TWICE;
            }
        }
    }
    return REGISTRATION_OK;
}

static int number_of(const landmark_settings_t landmarks[], int count, landmark_id_t id)
{
    for (int i = 0; i < count; i++) {
        if (landmarks[i].id == id) {
            return i;
        }
    }
    return NOBODY;
}

/// True if what was refused would pass with left and right of one pair the other way round.
static bool swapped(const registration_model_t* model, const landmark_settings_t landmarks[],
                    int count, double error_m, registration_refusal_t* refusal)
{
    static const landmark_id_t pairs[][2] = {
        {LANDMARK_ACROMION_LEFT, LANDMARK_ACROMION_RIGHT},
        {LANDMARK_ILIAC_CREST_LEFT, LANDMARK_ILIAC_CREST_RIGHT},
        {LANDMARK_KNEE_CREASE_LEFT, LANDMARK_KNEE_CREASE_RIGHT},
    };
    for (int pair = 0; pair < 3; pair++) {
        const int left = number_of(landmarks, count, pairs[pair][0]);
        const int right = number_of(landmarks, count, pairs[pair][1]);
        if (left == NOBODY || right == NOBODY) {
            continue;
        }
        landmark_settings_t other[LANDMARK_CAPACITY];
        memcpy(other, landmarks, sizeof other[0] * (size_t)count);
        other[left].id = pairs[pair][1];
        other[right].id = pairs[pair][0];
        const registration_refusal_t found = worst_surprise(model, other, count, error_m);
        if (found.deviations <= REGISTRATION_DEVIATIONS_MAX) {
            refusal->landmark = pairs[pair][0];
            return true;
        }
    }
    return false;
}

registration_result_t registration_fit(const registration_model_t* model,
                                       const landmark_settings_t landmarks[], int count,
                                       double error_m, registration_t* registration,
                                       registration_refusal_t* refusal)
{
    memset(refusal, 0, sizeof *refusal);
    registration_prior(model, registration);
    if (count < 1) {
        return REGISTRATION_OK;
    }
    if (count > LANDMARK_CAPACITY) {
        return REGISTRATION_TWICE;
    }
    const registration_result_t numbers = check_numbers(landmarks, count, error_m, refusal);
    if (numbers != REGISTRATION_OK) {
        return numbers;
    }
    *refusal = worst_surprise(model, landmarks, count, error_m);
    if (!(refusal->deviations <= REGISTRATION_DEVIATIONS_MAX)) {
        return swapped(model, landmarks, count, error_m, refusal) ? REGISTRATION_SWAPPED
                                                                  : REGISTRATION_OUTLIER;
    }
    registration_t fitted;
    settle(model, landmarks, count, error_m, NOBODY, &fitted);
    const double shift_m = hypot(fitted.mean[REGISTRATION_X], fitted.mean[REGISTRATION_Y]);
    if (!(shift_m <= REGISTRATION_SHIFT_MAX_M &&
          fabs(fitted.mean[REGISTRATION_TURN]) <= REGISTRATION_TURN_MAX_RAD)) {
        refusal->distance_m = shift_m;
        return REGISTRATION_TOO_FAR;
    }
    *registration = fitted;
    return REGISTRATION_OK;
}
