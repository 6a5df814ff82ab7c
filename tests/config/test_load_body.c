/// The body loader: both sides of each region, the fits against percentiles of their source, and
/// that the shipped regions keep clear of the shipped zones. Refusals of whole files are in
/// routines/test_broken_files.c.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "config/load.h"

static findings_t findings;
static body_settings_t body;

static int load_shipped(void** state)
{
    (void)state;
    memset(&findings, 0, sizeof findings);
    return load_body("config/bodies/prone.yaml", &body, &findings) ? 0 : -1;
}

static int region_named(const char* name)
{
    for (int i = 0; i < body.region_count; i++)
        if (strcmp(body.regions[i].name, name) == 0)
            return i;
    return -1;
}

static void regions_on_both_sides_become_two(void** state)
{
    (void)state;
    const int left_index = region_named("erector_spinae_lumbar.left");
    const int right_index = region_named("erector_spinae_lumbar.right");
    const int sacrum_index = region_named("sacrum");
    assert_true(left_index >= 0 && right_index >= 0 && sacrum_index >= 0);
    const region_settings_t* left = &body.regions[left_index];
    const region_settings_t* right = &body.regions[right_index];
    assert_int_equal(left->side, SIDE_LEFT);
    assert_int_equal(right->side, SIDE_RIGHT);
    assert_near(left->across_min_m, right->across_min_m, 0.0);
    assert_near(left->level_min, 0.74, 0.0);
    assert_near(body.regions[region_named("trapezius_upper.left")].heart_angle_rad,
                3.14159265358979323846, 1e-12);
    assert_near(left->heart_angle_rad, 0.0, 0.0);
    assert_near(body.positioned_error_m, 0.040, 0.0);
    assert_near(body.registration_floor_m, 0.004, 0.0);
    assert_near(body.scan_error_m, 0.005, 0.0);
    assert_near(left->level_max, 1.0, 0.0);
    assert_near(left->tissue.stiffness_N_per_m1_5, 0.95 * 31622.776601683792, 1e-9);
    assert_near(left->force_max_N.value, 80.0, 0.0);
    const uint32_t never_here = 1u << TECHNIQUE_HACKING | 1u << TECHNIQUE_CUPPING;
    assert_int_equal(left->techniques, ((1u << TECHNIQUE_COUNT) - 1u) & ~never_here);
    assert_int_equal(region_named("erector_spinae_lumbar"), -1);
    assert_int_equal(body.regions[sacrum_index].side, SIDE_MIDDLE);
}

/// Means and percentiles as published with the fits: men of 1756 mm and 85.5 kg, women of 1629 mm
/// and 67.8 kg; the fit at the mean is the mean of the dimension.
static void fits_give_the_means_of_their_source(void** state)
{
    (void)state;
    static const struct {
        body_dimension_id_t id;
        double male_mm, female_mm;
    } means[] = {
        {BODY_cervicale_height, 1517, 1396},  {BODY_acromion_height, 1441, 1335},
        {BODY_axilla_height, 1329, 1239},     {BODY_tenth_rib_height, 1121, 1056},
        {BODY_iliac_crest_height, 1062, 996}, {BODY_buttock_height, 888, 834},
        {BODY_crotch_height, 846, 782},       {BODY_knee_height, 488, 449},
        {BODY_ankle_height, 73, 63},          {BODY_biacromial_breadth, 416, 365},
        {BODY_bideltoid_breadth, 510, 450},   {BODY_chest_breadth, 289, 269},
        {BODY_chest_depth, 254, 247},         {BODY_waist_breadth, 326, 300},
        {BODY_waist_depth, 238, 213},         {BODY_hip_breadth, 346, 354},
        {BODY_buttock_depth, 246, 233},       {BODY_neck_circumference, 398, 330},
        {BODY_thigh_circumference, 625, 616}, {BODY_lower_thigh_circumference, 409, 401},
        {BODY_calf_circumference, 392, 373},  {BODY_ankle_circumference, 229, 216},
    };
    assert_int_equal(sizeof means / sizeof means[0], BODY_DIMENSION_COUNT);
    for (size_t i = 0; i < sizeof means / sizeof means[0]; i++) {
        const body_fit_t* male = &body.fits[SEX_MALE][means[i].id];
        const body_fit_t* female = &body.fits[SEX_FEMALE][means[i].id];
        const double male_m =
            male->base_m + male->per_stature * 1.756 + male->per_mass_m_per_kg * 85.5;
        const double female_m =
            female->base_m + female->per_stature * 1.629 + female->per_mass_m_per_kg * 67.8;
        assert_near(male_m * 1e3, means[i].male_mm, 1.1);
        assert_near(female_m * 1e3, means[i].female_mm, 1.1);
    }
}

static bool spans_meet(double a_min, double a_max, double b_min, double b_max)
{
    return a_min < b_max && b_min < a_max;
}

/// No region of a frame lies on another of the same side, so that none hides a cap.
static void shipped_regions_do_not_overlap(void** state)
{
    (void)state;
    for (int i = 0; i < body.region_count; i++)
        for (int j = 0; j < i; j++) {
            const region_settings_t *a = &body.regions[i], *b = &body.regions[j];
            if (a->across_frame != b->across_frame || a->side != b->side)
                continue;
            const bool overlap =
                spans_meet(a->level_min, a->level_max, b->level_min, b->level_max) &&
                spans_meet(a->across_min_m, a->across_max_m, b->across_min_m, b->across_max_m);
            if (overlap)
                print_error("%s and %s\n", a->name, b->name);
            assert_false(overlap);
        }
}

/// A pad's middle on the middle line of a region keeps the margin and the registration error away
/// from every zone beside it.
static void the_middle_of_every_region_is_clear_of_the_zones_beside_it(void** state)
{
    (void)state;
    for (int i = 0; i < body.region_count; i++)
        for (int j = 0; j < body.zone_count; j++) {
            const region_settings_t* region = &body.regions[i];
            const zone_settings_t* zone = &body.zones[j];
            if (region->across_frame != zone->across_frame ||
                !spans_meet(region->level_min, region->level_max, zone->level_min, zone->level_max))
                continue;
            const double middle_m = 0.5 * (region->across_min_m + region->across_max_m);
            const double gap_m = fmax(zone->across_min_m - middle_m, middle_m - zone->across_max_m);
            assert_true(gap_m >= zone->margin_m.value + body.registration_error_m);
        }
}

static void every_figure_names_its_source(void** state)
{
    (void)state;
    for (int i = 0; i < body.region_count; i++) {
        assert_true(body.regions[i].force_max_N.source[0] != '\0');
        assert_true(body.regions[i].pressure_max_Pa.source[0] != '\0');
        assert_true(body.regions[i].tissue_source[0] != '\0');
    }
    for (int i = 0; i < body.zone_count; i++)
        assert_true(body.zones[i].margin_m.source[0] != '\0');
}

static void a_body_that_is_refused_leaves_the_target_alone(void** state)
{
    (void)state;
    static body_settings_t before;
    memset(&body, 0x5A, sizeof body);
    before = body;
    assert_false(load_body("tests/data/broken/body_technique.yaml", &body, &findings));
    assert_memory_equal(&body, &before, sizeof body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(regions_on_both_sides_become_two, load_shipped),
        cmocka_unit_test_setup(fits_give_the_means_of_their_source, load_shipped),
        cmocka_unit_test_setup(shipped_regions_do_not_overlap, load_shipped),
        cmocka_unit_test_setup(the_middle_of_every_region_is_clear_of_the_zones_beside_it,
                               load_shipped),
        cmocka_unit_test_setup(every_figure_names_its_source, load_shipped),
        cmocka_unit_test_setup(a_body_that_is_refused_leaves_the_target_alone, load_shipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
