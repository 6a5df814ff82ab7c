/// A body map, a machine's limits and a client, valid and small, for tests that need no files.
/// Numbers of the fits: least squares on ANSUR II (4082 men, 1986 women); all else is made up for
/// testing.
#ifndef KNEAD_TESTS_SUPPORT_SAMPLE_BODY_H
#define KNEAD_TESTS_SUPPORT_SAMPLE_BODY_H

#include <stdio.h>
#include <string.h>

#include "config/settings.h"
#include "kinematics/surface.h"
#include "tests/support/cmocka_prelude.h"

#define SAMPLE_NECK_X_M 1.62
#define SAMPLE_TABLE_LENGTH_M 2.0
#define SAMPLE_ALL_TECHNIQUES ((1u << TECHNIQUE_COUNT) - 1u)

static const body_fit_t sample_fits[SEX_COUNT][BODY_DIMENSION_COUNT] =
    {
        [SEX_FEMALE] =
            {
                [BODY_cervicale_height] = {-0.0846, 0.9060, 0.000072, 0.011},
                [BODY_acromion_height] = {-0.0742, 0.8537, 0.000281, 0.013},
                [BODY_axilla_height] = {-0.1421, 0.8541, -0.000144, 0.014},
                [BODY_tenth_rib_height] = {-0.1250, 0.7203, 0.000121, 0.017},
                [BODY_iliac_crest_height] = {-0.1519, 0.7016, 0.000075, 0.020},
                [BODY_buttock_height] = {-0.1194, 0.5743, 0.000265, 0.025},
                [BODY_crotch_height] = {-0.2053, 0.6199, -0.000324, 0.023},
                [BODY_knee_height] = {-0.1010, 0.3347, 0.000073, 0.014},
                [BODY_ankle_height] = {0.0069, 0.0338, 0.000011, 0.005},
                [BODY_biacromial_breadth] = {0.1320, 0.1283, 0.000361, 0.015},
                [BODY_bideltoid_breadth] = {0.3868, -0.0627, 0.002443, 0.014},
                [BODY_chest_breadth] = {0.2064, -0.0129, 0.001238, 0.013},
                [BODY_chest_depth] = {0.2778, -0.1163, 0.002347, 0.015},
                [BODY_waist_breadth] = {0.2959, -0.1138, 0.002793, 0.018},
                [BODY_waist_depth] = {0.3171, -0.1810, 0.002815, 0.017},
                [BODY_hip_breadth] = {0.2624, -0.0316, 0.002108, 0.015},
                [BODY_buttock_depth] = {0.2636, -0.1113, 0.002222, 0.012},
                [BODY_neck_circumference] = {0.3058, -0.0469, 0.001480, 0.012},
                [BODY_thigh_circumference] = {0.5840, -0.1942, 0.005142, 0.023},
                [BODY_lower_thigh_circumference] = {0.3502, -0.0911, 0.002936, 0.019},
                [BODY_calf_circumference] = {0.3059, -0.0514, 0.002230, 0.017},
                [BODY_ankle_circumference] = {0.1399, 0.0141, 0.000782, 0.012},
            },
        [SEX_MALE] =
            {
                [BODY_cervicale_height] = {-0.0561, 0.8833, 0.000258, 0.011},
                [BODY_acromion_height] = {-0.0918, 0.8526, 0.000411, 0.015},
                [BODY_axilla_height] = {-0.1560, 0.8499, -0.000089, 0.015},
                [BODY_tenth_rib_height] = {-0.1353, 0.7066, 0.000175, 0.020},
                [BODY_iliac_crest_height] = {-0.1631, 0.7046, -0.000149, 0.022},
                [BODY_buttock_height] = {-0.1819, 0.6169, -0.000158, 0.028},
                [BODY_crotch_height] = {-0.2096, 0.6200, -0.000390, 0.023},
                [BODY_knee_height] = {-0.1130, 0.3430, -0.000011, 0.016},
                [BODY_ankle_height] = {0.0117, 0.0310, 0.000079, 0.005},
                [BODY_biacromial_breadth] = {0.2046, 0.0917, 0.000586, 0.015},
                [BODY_bideltoid_breadth] = {0.4335, -0.0610, 0.002153, 0.015},
                [BODY_chest_breadth] = {0.2062, 0.0036, 0.000900, 0.013},
                [BODY_chest_depth] = {0.2581, -0.0894, 0.001785, 0.012},
                [BODY_waist_breadth] = {0.3060, -0.1033, 0.002359, 0.016},
                [BODY_waist_depth] = {0.3024, -0.1533, 0.002392, 0.017},
                [BODY_hip_breadth] = {0.2326, -0.0065, 0.001456, 0.013},
                [BODY_buttock_depth] = {0.2590, -0.0981, 0.001860, 0.011},
                [BODY_neck_circumference] = {0.4078, -0.0851, 0.001629, 0.015},
                [BODY_thigh_circumference] = {0.5947, -0.1836, 0.004125, 0.023},
                [BODY_lower_thigh_circumference] = {0.3442, -0.0658, 0.002112, 0.015},
                [BODY_calf_circumference] = {0.3510, -0.0684, 0.001888, 0.016},
                [BODY_ankle_circumference] = {0.1531, 0.0079, 0.000729, 0.010},
            },
};

static inline figure_t sample_figure(double value)
{
    return (figure_t){value, GRADE_JUDGEMENT, "made up for a test", "nobody yet"};
}

static inline void sample_add_region(body_settings_t* body, const char* name, side_t side,
                                     across_frame_t frame, double level_min, double level_max,
                                     double across_min_m, double across_max_m, double factor,
                                     double force_max_N)
{
    region_settings_t* region = &body->regions[body->region_count++];
    snprintf(region->name, sizeof region->name, "%s%s", name,
             side == SIDE_LEFT    ? ".left"
             : side == SIDE_RIGHT ? ".right"
                                  : "");
    region->side = side;
    region->across_frame = frame;
    region->level_min = level_min;
    region->level_max = level_max;
    region->across_min_m = across_min_m;
    region->across_max_m = across_max_m;
    region->force_factor = factor;
    region->force_max_N = sample_figure(force_max_N);
    region->pressure_max_Pa = sample_figure(60e3);
    region->tissue = (tissue_settings_t){30000.0, 2.0, 0.025, 35000.0, 0.25, 8.0};
    region->techniques = SAMPLE_ALL_TECHNIQUES;
}

static inline void sample_add_zone(body_settings_t* body, const char* name, side_t side,
                                   across_frame_t frame, double level_min, double level_max,
                                   double across_min_m, double across_max_m, double margin_m)
{
    zone_settings_t* zone = &body->zones[body->zone_count++];
    snprintf(zone->name, sizeof zone->name, "%s", name);
    zone->side = side;
    zone->across_frame = frame;
    zone->level_min = level_min;
    zone->level_max = level_max;
    zone->across_min_m = across_min_m;
    zone->across_max_m = across_max_m;
    zone->margin_m = sample_figure(margin_m);
}

/// Lumbar erectors, upper trapezius, gluteus and calf on both sides; spine and hollow of the knee.
static inline void sample_body_settings(body_settings_t* body)
{
    memset(body, 0, sizeof *body);
    snprintf(body->name, sizeof body->name, "sample");
    body->stature_min_m = 1.40;
    body->stature_max_m = 2.05;
    body->mass_min_kg = 38.0;
    body->mass_max_kg = 144.0;
    memcpy(body->fits, sample_fits, sizeof sample_fits);
    body->prone_depth_factor = 0.93;
    body->lumbar_hollow_m = 0.015;
    body->paraspinal_offset_m = 0.035;
    body->paraspinal_height_m = 0.008;
    body->registration_error_m = 0.008;
    body->registration_error_rad = 0.0;
    body->positioned_error_m = 0.040;
    body->positioned_error_rad = 0.105; // 6 degrees
    body->registration_floor_m = 0.004;
    body->registration_floor_rad = 0.0087; // 0.5 degrees
    body->scan_error_m = 0.005;
    for (int i = 0; i < 2; i++) {
        const side_t side = i == 0 ? SIDE_LEFT : SIDE_RIGHT;
        sample_add_region(body, "lumbar", side, ACROSS_TRUNK, 0.72, 1.0, 0.024, 0.064, 1.0, 80.0);
        sample_add_region(body, "trapezius", side, ACROSS_TRUNK, 0.03, 0.16, 0.030, 0.110, 0.7,
                          45.0);
        sample_add_region(body, "gluteus", side, ACROSS_TRUNK, 1.3, 1.85, 0.045, 0.125, 1.2, 90.0);
        sample_add_region(body, "calf", side, ACROSS_LEG, 3.15, 3.6, -0.03, 0.03, 0.6, 40.0);
        sample_add_zone(body, i == 0 ? "knee_hollow.left" : "knee_hollow.right", side, ACROSS_LEG,
                        2.9, 3.1, -0.05, 0.05, 0.005);
    }
    sample_add_zone(body, "spine", SIDE_MIDDLE, ACROSS_TRUNK, 0.0, 1.3, -0.010, 0.010, 0.008);
}

static inline client_settings_t sample_client(sex_t sex, double stature_m, double mass_kg)
{
    client_settings_t client = {.sex = sex, .stature_m = stature_m, .mass_kg = mass_kg};
    snprintf(client.name, sizeof client.name, "sample");
    return client;
}

/// The average man of ANSUR II.
static inline client_settings_t sample_average_man(void)
{
    return sample_client(SEX_MALE, 1.756, 85.5);
}

/// Limits of a technique typical of a shipped file; the rate of force is that of slow ones.
static inline technique_limits_t sample_technique_limits(double force_N, double speed_mps)
{
    return (technique_limits_t){.force_max_N = sample_figure(force_N),
                                .speed_max_mps = sample_figure(speed_mps),
                                .pressure_max_Pa = sample_figure(250000.0),
                                .force_rate_max_N_per_s = sample_figure(40.0),
                                .region_time_max_s = sample_figure(3600.0),
                                .rate_min_Hz = sample_figure(0.2),
                                .rate_max_Hz = sample_figure(1.2),
                                .bout_max_s = sample_figure(30.0)};
}

/// Every limit at a value typical of a shipped file.
static inline void sample_safety(safety_settings_t* safety)
{
    memset(safety, 0, sizeof *safety);
    safety->contact_force_max_N = sample_figure(100.0);
    safety->contact_force_margin_N = sample_figure(8.0);
    safety->contact_speed_max_mps = sample_figure(0.15);
    safety->transit_speed_max_mps = sample_figure(0.25);
    safety->approach_speed_max_mps = sample_figure(0.08);
    safety->shear_force_max_N = sample_figure(40.0);
    safety->normal_speed_max_mps = sample_figure(0.04);
    safety->tap_speed_max_mps = sample_figure(0.10);
    safety->session_time_max_s = sample_figure(3600.0);
    safety->region_time_max_s = sample_figure(900.0);
    safety->region_impulse_max_Ns = sample_figure(18e3);
    safety->region_week_time_max_s = sample_figure(1800.0);
    safety->region_week_impulse_max_Ns = sample_figure(36e3);
    for (int i = 0; i < TECHNIQUE_COUNT; i++) {
        safety->techniques[i] = sample_technique_limits(60.0, 0.15);
    }
    safety->techniques[TECHNIQUE_EFFLEURAGE] = sample_technique_limits(30.0, 0.15);
    safety->techniques[TECHNIQUE_KNEADING] = sample_technique_limits(45.0, 0.12);
    safety->techniques[TECHNIQUE_COMPRESSION] = sample_technique_limits(60.0, 0.05);
    safety->surface_search_m = sample_figure(0.040);
}

/// That no skin of a surface lies above what it says is its highest, at places four to a cell.
static inline void assert_highest_known(const surface_t* surface)
{
    for (int row = 0; row < 2 * surface->row_count - 1; row++) {
        for (int column = 0; column < 2 * surface->column_count - 1; column++) {
            const double x_m = surface->origin_x_m + 0.5 * row * surface->spacing_m;
            const double y_m = surface->origin_y_m + 0.5 * column * surface->spacing_m;
            assert_true(surface_at(surface, x_m, y_m).point_m.z <= surface->highest_m + 1e-9);
        }
    }
}

#endif
