/// The simplest machine a stage of the cycle can be tried on: three linear joints along the table's
/// axes, a tool that points straight down, a body that is a flat slab. Joint coordinates are tool
/// coordinates, the normal is up, and every expected value can be worked out by hand.
#ifndef KNEAD_TESTS_SUPPORT_GANTRY_H
#define KNEAD_TESTS_SUPPORT_GANTRY_H

#include <stdlib.h>
#include <string.h>

#include "controller/session.h"

#define GANTRY_PERIOD_US 4000
#define GANTRY_SKIN_M 0.2 // height of the slab
#define GANTRY_SPRING_N_PER_M 5000.0
#define GANTRY_TISSUE 42000.0 // k of F = k d^1.5: 3 N/mm or so at 30 N
#define GANTRY_TOOL_MASS_KG 1.0
#define GANTRY_CAP_N 45.0
#define GANTRY_NECK_X_M 1.6

typedef struct {
    machine_settings_t machine;
    safety_settings_t safety;
    body_settings_t body_settings;
    body_t body;
    routine_t routine;
    session_t session;
} gantry_t;

static inline void gantry_arm(arm_settings_t* arm)
{
    arm->joint_count = 3;
    for (int i = 0; i < 3; ++i) {
        joint_settings_t* joint = &arm->joints[i];
        joint->kind = JOINT_PRISMATIC;
        joint->axis[i] = 1.0;
        joint->position_min = -2.0;
        joint->position_max = 2.0;
        joint->velocity_max = 1.0;
        joint->acceleration_max = 10.0;
        joint->effort_max = 500.0;
        joint->mass_kg = 5.0;
        joint->inertia_kgm2[0] = joint->inertia_kgm2[1] = joint->inertia_kgm2[2] = 0.1;
        joint->rotor_inertia = 1.0;
        joint->parked = i == 2 ? 0.6 : 0.5;
        joint->preferred = joint->parked;
    }
    arm->tool.flange_rpy_rad[0] = acos(-1.0);
    arm->tool.mass_kg = GANTRY_TOOL_MASS_KG;
    arm->tool.spring_stiffness_N_per_m = GANTRY_SPRING_N_PER_M;
    arm->tool.spring_travel_m = 0.03;
    arm->tool.pad_count = 1;
    arm->tool.pads[0].diameter_m = 0.06;
}

static inline void gantry_limits(safety_settings_t* safety)
{
    safety->contact_force_max_N.value = 60.0;
    safety->contact_force_margin_N.value = 8.0;
    safety->contact_force_margin_time_s.value = 0.05;
    safety->shear_force_max_N.value = 25.0;
    safety->free_force_max_N.value = 8.0;
    safety->force_disagreement_max_N.value = 10.0;
    safety->force_disagreement_time_s.value = 0.08;
    safety->force_rate_max_N_per_s.value = 400.0;
    safety->force_drift_max_N.value = 3.0;
    safety->pull_force_max_N.value = 10.0;
    safety->dwell_time_max_s.value = 30.0;
    safety->touch_force_N.value = 2.0;
    safety->tare_force_max_N.value = 5.0;
    safety->transit_speed_max_mps.value = 0.25;
    for (int i = 0; i < TECHNIQUE_COUNT; ++i) {
        safety->techniques[i].force_max_N.value = 60.0;
        safety->techniques[i].pressure_max_Pa.value = 100e3;
        safety->techniques[i].force_rate_max_N_per_s.value = 40.0;
    }
    safety->approach_speed_max_mps.value = 0.08;
    safety->touch_speed_max_mps.value = 0.02;
    safety->contact_speed_max_mps.value = 0.15;
    safety->normal_speed_max_mps.value = 0.04;
    safety->tap_speed_max_mps.value = 0.10;
    safety->yield_speed_mps.value = 0.25;
    safety->yield_distance_m.value = 0.12;
    safety->yield_time_max_s.value = 0.9;
    safety->stop_time_max_s.value = 0.15;
    safety->tool_speed_margin.value = 1.3;
    safety->joint_speed_margin.value = 1.1;
    safety->following_error_rad.value = 0.03;
    safety->rail_following_error_m.value = 0.005;
    safety->following_time_s.value = 0.06;
    safety->sample_age_max_s.value = 0.02;
    safety->contact_loss_time_s.value = 0.3;
    safety->surface_search_m.value = 0.04;
    safety->overrun_count_max.value = 5.0;
    safety->arming_time_max_s.value = 3.0;
    safety->session_time_max_s.value = 5400.0;
}

static inline void gantry_body(gantry_t* gantry)
{
    body_settings_t* settings = &gantry->body_settings;
    settings->registration_error_m = 0.008;
    settings->region_count = 1;
    settings->regions[0] = (region_settings_t){.name = "slab"};
    settings->regions[0].force_max_N.value = GANTRY_CAP_N;
    settings->regions[0].tissue.stiffness_N_per_m1_5 = GANTRY_TISSUE;
    body_t* body = &gantry->body;
    body->settings = settings;
    body->neck_x_m = GANTRY_NECK_X_M;
    body->turn_cosine = 1.0;
    surface_t* surface = &body->surface;
    surface->origin_y_m = -0.5;
    surface->spacing_m = 0.05;
    surface->row_count = 41;
    surface->column_count = 21;
    for (int row = 0; row < surface->row_count; ++row) {
        for (int column = 0; column < surface->column_count; ++column) {
            surface->height_m[row][column] = (float)GANTRY_SKIN_M;
        }
    }
    body_lay_patches(body);
}

/// To be freed by the caller; there is no test without it.
static inline gantry_t* gantry_make(void)
{
    gantry_t* gantry = calloc(1, sizeof *gantry);
    if (gantry == NULL) {
        abort();
    }
    gantry->machine.period_us = GANTRY_PERIOD_US;
    gantry->machine.table_length_m = 2.0;
    gantry->machine.table_width_m = 0.8;
    gantry_arm(&gantry->machine.arm);
    gantry_limits(&gantry->safety);
    gantry_body(gantry);
    if (!session_build(&gantry->machine, &gantry->safety, &gantry->body, &gantry->routine, 0,
                       &gantry->session)) {
        abort();
    }
    gantry->session.delays = (machine_delays_t){0.018, 0.004, 0.022, 0.028};
    return gantry;
}

#endif
