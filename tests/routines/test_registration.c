/// The fit of lie and levels to touched landmarks: what it finds without noise, what stays open,
/// what it refuses and whom it names. Bodies drawn at random are in test_body_lie.c.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "routines/registration.h"

#define ERROR_M 0.003

static registration_model_t model;
static landmark_settings_t landmarks[LANDMARK_CAPACITY];
static registration_t registration;
static registration_refusal_t refusal;

/// Everything where the model has it, C7 shifted by (x, y) and the body turned.
static void touch_all(double x_m, double y_m, double turn_rad)
{
    const double none[REGISTRATION_PARAMETER_COUNT] = {0.0};
    for (int i = 0; i < LANDMARK_COUNT; i++) {
        double along_m = 0.0;
        double across_m = 0.0;
        registration_landmark_place(&model, none, (landmark_id_t)i, &along_m, &across_m);
        const double c = cos(turn_rad);
        const double s = sin(turn_rad);
        landmarks[i] = (landmark_settings_t){(landmark_id_t)i,
                                             {model.neck_x_m + x_m - along_m * c - across_m * s,
                                              y_m - along_m * s + across_m * c, 0.2}};
    }
}

static int set_up(void** state)
{
    (void)state;
    model = (registration_model_t){.neck_x_m = 1.62,
                                   .acromion_along_m = 0.08,
                                   .crest_along_m = 0.455,
                                   .fold_along_m = 0.67,
                                   .knee_along_m = 1.03,
                                   .ankle_along_m = 1.44,
                                   .shoulder_half_m = 0.208,
                                   .crest_half_m = 0.1,
                                   .leg_axis_m = 0.103};
    const double spread[REGISTRATION_PARAMETER_COUNT] = {
        0.02, 0.02, 0.05, 0.011, 0.015, 0.022, 0.023, 0.016, 0.005, 0.012, 0.02, 0.025, 0.025};
    memcpy(model.spread, spread, sizeof spread);
    touch_all(0.0, 0.0, 0.0);
    return 0;
}

static registration_result_t fit(int count)
{
    return registration_fit(&model, landmarks, count, ERROR_M, &registration, &refusal);
}

static double spread_of(int parameter)
{
    return sqrt(registration.covariance[parameter][parameter]);
}

static void without_landmarks_the_prior_is_all_there_is(void** state)
{
    (void)state;
    assert_int_equal(fit(0), REGISTRATION_OK);
    for (int i = 0; i < REGISTRATION_PARAMETER_COUNT; i++) {
        assert_near(registration.mean[i], 0.0, 0.0);
        assert_near(spread_of(i), model.spread[i], 1e-15);
    }
}

static void landmarks_where_the_model_has_them_move_nothing(void** state)
{
    (void)state;
    assert_int_equal(fit(LANDMARK_COUNT), REGISTRATION_OK);
    for (int i = 0; i < REGISTRATION_PARAMETER_COUNT; i++)
        assert_near(registration.mean[i], 0.0, 1e-12);
}

static void a_shifted_and_turned_body_is_found(void** state)
{
    (void)state;
    touch_all(0.015, -0.012, 0.0873);
    assert_int_equal(fit(LANDMARK_COUNT), REGISTRATION_OK);
    // The prior pulls back a little: by the square of its spread's share.
    assert_near(registration.mean[REGISTRATION_X], 0.015, 0.004);
    assert_near(registration.mean[REGISTRATION_Y], -0.012, 0.002);
    assert_near(registration.mean[REGISTRATION_TURN], 0.0873, 0.003);
}

static void every_landmark_more_leaves_less_open(void** state)
{
    (void)state;
    double before[REGISTRATION_PARAMETER_COUNT];
    assert_int_equal(fit(0), REGISTRATION_OK);
    for (int count = 1; count <= LANDMARK_COUNT; count++) {
        for (int i = 0; i < REGISTRATION_PARAMETER_COUNT; i++)
            before[i] = spread_of(i);
        assert_int_equal(fit(count), REGISTRATION_OK);
        double gain = 0.0;
        for (int i = 0; i < REGISTRATION_PARAMETER_COUNT; i++) {
            assert_true(spread_of(i) <= before[i] * (1.0 + 1e-9));
            gain = fmax(gain, before[i] - spread_of(i));
        }
        assert_true(gain > 1e-5);
    }
}

static void the_order_of_landmarks_does_not_matter(void** state)
{
    (void)state;
    touch_all(0.01, 0.01, -0.05);
    landmarks[3].touched_m[0] += 0.012;
    assert_int_equal(fit(LANDMARK_COUNT), REGISTRATION_OK);
    const registration_t before = registration;
    for (int i = 0; i < LANDMARK_COUNT / 2; i++) {
        const landmark_settings_t kept = landmarks[i];
        landmarks[i] = landmarks[LANDMARK_COUNT - 1 - i];
        landmarks[LANDMARK_COUNT - 1 - i] = kept;
    }
    assert_int_equal(fit(LANDMARK_COUNT), REGISTRATION_OK);
    for (int i = 0; i < REGISTRATION_PARAMETER_COUNT; i++)
        assert_near(registration.mean[i], before.mean[i], 1e-9);
}

static void a_touched_level_stretches_what_lies_beside_it(void** state)
{
    (void)state;
    for (int i = LANDMARK_ILIAC_CREST_LEFT; i <= LANDMARK_ILIAC_CREST_RIGHT; i++)
        landmarks[i].touched_m[0] -= 0.030;
    landmarks[LANDMARK_SACRUM].touched_m[0] -= 0.021; // with the crests, and the fold where it was
    assert_int_equal(fit(LANDMARK_COUNT), REGISTRATION_OK);
    double along_m = 0.0;
    double across_m = 0.0;
    registration_landmark_place(&model, registration.mean, LANDMARK_ILIAC_CREST_LEFT, &along_m,
                                &across_m);
    // Most of the way is the crests' own; the rest is the body lying further down.
    const double down_m = along_m - 0.455 - registration.mean[REGISTRATION_X];
    assert_true(down_m > 0.024 && down_m < 0.030);
}

/// Shows H06.
static void left_and_right_taken_for_each_other_are_named(void** state)
{
    (void)state;
    static const landmark_id_t pairs[3] = {LANDMARK_ACROMION_LEFT, LANDMARK_ILIAC_CREST_LEFT,
                                           LANDMARK_KNEE_CREASE_LEFT};
    for (int pair = 0; pair < 3; pair++) {
        touch_all(0.005, -0.01, 0.03);
        landmarks[pairs[pair]].id = (landmark_id_t)(pairs[pair] + 1);
        landmarks[pairs[pair] + 1].id = pairs[pair];
        assert_int_equal(fit(LANDMARK_COUNT), REGISTRATION_SWAPPED);
        assert_int_equal(refusal.landmark, pairs[pair]);
        const landmark_settings_t alone[2] = {landmarks[pairs[pair]], landmarks[pairs[pair] + 1]};
        assert_int_equal(registration_fit(&model, alone, 2, ERROR_M, &registration, &refusal),
                         REGISTRATION_SWAPPED);
    }
}

/// Shows H06.
static void one_landmark_far_off_is_refused_by_name_and_leaves_the_prior(void** state)
{
    (void)state;
    for (int i = 0; i < LANDMARK_COUNT; i++)
        for (int axis = 0; axis < 2; axis++) {
            touch_all(0.004, 0.006, -0.02);
            landmarks[i].touched_m[axis] += 0.15;
            assert_int_equal(fit(LANDMARK_COUNT), REGISTRATION_OUTLIER);
            assert_int_equal(refusal.landmark, i);
            assert_true(refusal.deviations > REGISTRATION_DEVIATIONS_MAX);
            assert_true(refusal.distance_m > 0.08);
            assert_near(spread_of(REGISTRATION_TURN), model.spread[REGISTRATION_TURN], 1e-15);
        }
}

/// The gate lies where it is said to lie: a single landmark against the prior, in closed form.
static void a_single_landmark_passes_up_to_the_gate(void** state)
{
    (void)state;
    const double touch_m2 = ERROR_M * ERROR_M + 0.003 * 0.003; // the spread of C7 across
    const double gate_m = REGISTRATION_DEVIATIONS_MAX * sqrt(0.02 * 0.02 + touch_m2);
    landmarks[0].touched_m[1] = gate_m - 1e-6;
    assert_int_equal(fit(1), REGISTRATION_TOO_FAR); // not impossible, but too far to follow
    landmarks[0].touched_m[1] = gate_m + 1e-6;
    assert_int_equal(fit(1), REGISTRATION_OUTLIER);
    const double share = 0.02 * 0.02 / (0.02 * 0.02 + touch_m2);
    landmarks[0].touched_m[1] = REGISTRATION_SHIFT_MAX_M / share - 1e-6;
    assert_int_equal(fit(1), REGISTRATION_OK);
    assert_near(registration.mean[REGISTRATION_Y], REGISTRATION_SHIFT_MAX_M, 2e-6);
    landmarks[0].touched_m[1] = REGISTRATION_SHIFT_MAX_M / share + 1e-6;
    assert_int_equal(fit(1), REGISTRATION_TOO_FAR);
}

/// Shows H06.
static void a_turn_beyond_what_is_followed_is_refused(void** state)
{
    (void)state;
    touch_all(0.0, 0.0, 0.19);
    const registration_result_t result = fit(LANDMARK_COUNT);
    assert_true(result == REGISTRATION_TOO_FAR || result == REGISTRATION_OUTLIER);
}

static void numbers_that_are_none_are_refused(void** state)
{
    (void)state;
    const double bad[] = {(double)NAN, (double)INFINITY, -(double)INFINITY};
    for (int i = 0; i < LANDMARK_COUNT; i++)
        for (int axis = 0; axis < 3; axis++)
            for (int k = 0; k < 3; k++) {
                set_up(NULL);
                landmarks[i].touched_m[axis] = bad[k];
                assert_int_equal(fit(LANDMARK_COUNT), REGISTRATION_NOT_FINITE);
                assert_int_equal(refusal.landmark, i);
            }
    set_up(NULL);
    const double errors[] = {0.0, -0.003, (double)NAN, (double)INFINITY};
    for (int k = 0; k < 4; k++)
        assert_int_equal(registration_fit(&model, landmarks, 3, errors[k], &registration, &refusal),
                         REGISTRATION_NOT_FINITE);
}

static void a_landmark_twice_or_unknown_is_refused(void** state)
{
    (void)state;
    landmarks[4].id = LANDMARK_C7;
    assert_int_equal(fit(LANDMARK_COUNT), REGISTRATION_TWICE);
    assert_int_equal(refusal.landmark, LANDMARK_C7);
    landmarks[4].id = (landmark_id_t)LANDMARK_COUNT;
    assert_int_equal(fit(LANDMARK_COUNT), REGISTRATION_TWICE);
    assert_int_equal(fit(LANDMARK_CAPACITY + 1), REGISTRATION_TWICE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(without_landmarks_the_prior_is_all_there_is, set_up),
        cmocka_unit_test_setup(landmarks_where_the_model_has_them_move_nothing, set_up),
        cmocka_unit_test_setup(a_shifted_and_turned_body_is_found, set_up),
        cmocka_unit_test_setup(every_landmark_more_leaves_less_open, set_up),
        cmocka_unit_test_setup(the_order_of_landmarks_does_not_matter, set_up),
        cmocka_unit_test_setup(a_touched_level_stretches_what_lies_beside_it, set_up),
        cmocka_unit_test_setup(left_and_right_taken_for_each_other_are_named, set_up),
        cmocka_unit_test_setup(one_landmark_far_off_is_refused_by_name_and_leaves_the_prior,
                               set_up),
        cmocka_unit_test_setup(a_single_landmark_passes_up_to_the_gate, set_up),
        cmocka_unit_test_setup(a_turn_beyond_what_is_followed_is_refused, set_up),
        cmocka_unit_test_setup(numbers_that_are_none_are_refused, set_up),
        cmocka_unit_test_setup(a_landmark_twice_or_unknown_is_refused, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
