// Friction: at the point that was asked for, a circle or a line across the fibres, drawn in where
// the region ends.
#include "tests/support/cmocka_prelude.h"

#include "tests/support/sample_stroke.h"

static stroke_sample_t sample;

static int setup(void** state)
{
    (void)state;
    return sample_stroke_body(&sample) ? 0 : -1;
}

static technique_parameters_t friction(double along, double across)
{
    return (technique_parameters_t){.force_N = 15.0,
                                    .rate_Hz = 1.0,
                                    .radius_m = 0.006,
                                    .length_m = 0.020,
                                    .duration_s = 20.0,
                                    .point = {along, across}};
}

/// Where the region's directions point: a step headward and one outward, in body coordinates.
static body_place_t place_of(const stroke_t* stroke, double along, double across)
{
    return body_place_in_region(&sample.body, stroke->region, along, across);
}

static void circle_goes_round_its_point_at_its_radius_and_rate(void** state)
{
    (void)state;
    const stroke_t stroke = sample_make_stroke(&sample, TECHNIQUE_FRICTION_CIRCULAR, "gluteus.left",
                                               friction(0.4, 0.2));
    const body_place_t point = place_of(&stroke, 0.4, 0.2);
    for (double time_s = 3.0; time_s < 17.0; time_s += 0.037) {
        const stroke_target_t target = technique_target(&sample.body, &stroke, time_s);
        assert_near(
            hypot(target.place.along_m - point.along_m, target.place.across_m - point.across_m),
            0.006, 1e-9);
        const stroke_target_t turned = technique_target(&sample.body, &stroke, time_s + 1.0);
        assert_true(time_s > 16.0 || sample_way_m(&target, &turned) < 1e-9);
        assert_near(target.force_N, 15.0, 1e-9);
    }
}

static void line_lies_across_the_fibres_and_is_as_long_as_asked(void** state)
{
    (void)state;
    const char* const names[] = {"lumbar.left", "trapezius.right", "gluteus.left", "calf.right"};
    for (int i = 0; i < 4; i++) {
        const stroke_t stroke =
            sample_make_stroke(&sample, TECHNIQUE_FRICTION_CROSS, names[i], friction(0.5, 0.0));
        const double fibre_rad = sample.settings.regions[stroke.region].fibre_angle_rad;
        const double outward = i % 2 == 0 ? 1.0 : -1.0; // in body coordinates
        const body_place_t point = place_of(&stroke, 0.5, 0.0);
        double reach_m = 0.0;
        for (double time_s = 0.0; time_s < stroke.duration_s; time_s += 0.01) {
            const stroke_target_t target = technique_target(&sample.body, &stroke, time_s);
            const double up_m = point.along_m - target.place.along_m;
            const double out_m = outward * (target.place.across_m - point.across_m);
            assert_near(up_m * cos(fibre_rad) + out_m * sin(fibre_rad), 0.0, 1e-9);
            reach_m = fmax(reach_m, hypot(up_m, out_m));
        }
        assert_near(reach_m, 0.010, 1e-5);
    }
}

static void line_is_cut_where_the_region_has_no_room_and_says_so(void** state)
{
    (void)state;
    // Lumbar is 40 mm wide, its fibres run along: 12 mm to either side are left.
    technique_parameters_t p = friction(0.5, 0.0);
    p.length_m = 0.040;
    const stroke_t stroke = sample_make_stroke(&sample, TECHNIQUE_FRICTION_CROSS, "lumbar.left", p);
    assert_near(technique_radius_m(&stroke), 0.020, 0.0);
    assert_near(technique_radius_across_m(&sample.body, &stroke), 0.012, 1e-12);
}

static void point_at_the_edge_is_drawn_in_by_the_reach(void** state)
{
    (void)state;
    const stroke_t stroke = sample_make_stroke(&sample, TECHNIQUE_FRICTION_CIRCULAR, "gluteus.left",
                                               friction(1.0, 1.0));
    const double length_m = body_region_length_m(&sample.body, stroke.region);
    const double width_m = body_region_width_m(&sample.body, stroke.region);
    const body_place_t centre = place_of(&stroke, 1.0 - (STROKE_INSET_M + 0.006) / length_m,
                                         1.0 - 2.0 * (STROKE_INSET_M + 0.006) / width_m);
    const stroke_target_t target = technique_target(&sample.body, &stroke, 5.0);
    assert_near(
        hypot(target.place.along_m - centre.along_m, target.place.across_m - centre.across_m),
        0.006, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(circle_goes_round_its_point_at_its_radius_and_rate),
        cmocka_unit_test(line_lies_across_the_fibres_and_is_as_long_as_asked),
        cmocka_unit_test(line_is_cut_where_the_region_has_no_room_and_says_so),
        cmocka_unit_test(point_at_the_edge_is_drawn_in_by_the_reach),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
