/// How a client lies and how long his trunk and legs are, from the landmarks touched on him: a
/// regularised least-squares fit of thirteen numbers, of which the anthropometric fits and the way
/// people are laid down are the prior. Any subset of the landmarks may be there, none too; what
/// they leave open keeps the prior's spread, so that the covariance always says what is known.
///
/// Pure: no heap, no clock; the same input gives the same bits. Body coordinates as in body.h.
#ifndef KNEAD_ROUTINES_REGISTRATION_H
#define KNEAD_ROUTINES_REGISTRATION_H

#include "config/settings.h"

/// What is fitted, each as a deviation from the model with prior mean 0: where C7 lies (table
/// frame), the turn about the vertical (positive from x to y), the heights of the standing client
/// that make the landmarks' places along, half the distance of the two acromia and of the places
/// touched on the two crests, and where the axis of each leg lies across.
typedef enum {
    REGISTRATION_X,
    REGISTRATION_Y,
    REGISTRATION_TURN,
    REGISTRATION_CERVICALE,
    REGISTRATION_ACROMION,
    REGISTRATION_CREST,
    REGISTRATION_FOLD,
    REGISTRATION_KNEE,
    REGISTRATION_ANKLE,
    REGISTRATION_SHOULDER_HALF,
    REGISTRATION_CREST_HALF,
    REGISTRATION_LEG_LEFT,
    REGISTRATION_LEG_RIGHT,
} registration_parameter_t;
#define REGISTRATION_PARAMETER_COUNT 13

/// Where the model has things before anything was touched.
typedef struct {
    double neck_x_m; // C7, table frame, y 0
    double acromion_along_m, crest_along_m, fold_along_m, knee_along_m, ankle_along_m;
    double shoulder_half_m, crest_half_m, leg_axis_m;
    double spread[REGISTRATION_PARAMETER_COUNT]; // prior standard deviations, m or rad
} registration_model_t;

typedef struct {
    double mean[REGISTRATION_PARAMETER_COUNT];
    double covariance[REGISTRATION_PARAMETER_COUNT][REGISTRATION_PARAMETER_COUNT];
} registration_t;

/// The gradient of a place's along and across by the parameters, body axes: the model's own (where
/// landmarks lie) and the lie's (how table and body coordinates go together) in one.
typedef struct {
    double along[REGISTRATION_PARAMETER_COUNT];
    double across[REGISTRATION_PARAMETER_COUNT];
} registration_gradient_t;

typedef enum {
    REGISTRATION_OK,
    REGISTRATION_NOT_FINITE, // a touched place or its error is no number, or the error is not over
                             // 0
    REGISTRATION_TWICE,      // a landmark is there twice, or unknown
    REGISTRATION_SWAPPED,    // left and right of a pair were taken for each other
    REGISTRATION_OUTLIER,    // one lies where neither model nor the others could have it
    REGISTRATION_TOO_FAR,    // the client lies further off than a machine may follow
} registration_result_t;

/// What was wrong with which landmark.
typedef struct {
    landmark_id_t landmark;
    double distance_m; // from where the model and the other landmarks have it
    double deviations; // the same in standard deviations
} registration_refusal_t;

// A landmark is refused from this many standard deviations on: once in 25 000 if all is well
// (chance that a plane Gaussian lies further out, exp(-4.5^2 / 2)).
#define REGISTRATION_DEVIATIONS_MAX 4.5
// Nobody who was laid down for a massage lies further off than this. [judgement]
#define REGISTRATION_SHIFT_MAX_M 0.08
#define REGISTRATION_TURN_MAX_RAD 0.1745 // 10 degrees

/// How sure an operator finds a landmark with a finger, one standard deviation; without the tool's
/// own error. [judgement; palpated levels of the spine are often one vertebra off]
typedef struct {
    double along_m, across_m, height_m;
} landmark_spread_t;
landmark_spread_t registration_landmark_spread(landmark_id_t landmark);

/// Where a landmark lies with the parameters at `mean`, body coordinates.
void registration_landmark_place(const registration_model_t* model, const double mean[],
                                 landmark_id_t landmark, double* along_m, double* across_m);

/// The prior: what is known without touching.
void registration_prior(const registration_model_t* model, registration_t* registration);

/// Fits `count` touched landmarks, each with `error_m` of one touch. On anything but
/// REGISTRATION_OK `refusal` says why and `registration` is the prior.
registration_result_t registration_fit(const registration_model_t* model,
                                       const landmark_settings_t landmarks[], int count,
                                       double error_m, registration_t* registration,
                                       registration_refusal_t* refusal);

/// Adds to a gradient what the lie does to a place at (`along_m`, `across_m`); `turn_rad` as
/// fitted.
void registration_lie_gradient(double turn_rad, double along_m, double across_m,
                               registration_gradient_t* gradient);

/// first' C second.
double registration_covariance(const registration_t* registration, const double first[],
                               const double second[]);

#endif
