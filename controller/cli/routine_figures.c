#include "controller/cli/routine_figures.h"

#include <math.h>
#include <stdio.h>

#include "kinematics/clearance.h"
#include "routines/bandwidth.h"

static const char* fastest_joint(const assembly_t* assembly)
{
    return assembly->machine.arm.joints[assembly->figures.fastest_joint].name;
}

static void print_doses(const assembly_t* assembly)
{
    const body_settings_t* body = &assembly->body_settings;
    (void)printf("  %-32s %9s %8s %10s %8s\n", "region", "contact", "strokes", "force*time",
                 "mean");
    for (int i = 0; i < body->region_count; ++i) {
        const dose_region_t* dose = &assembly->figures.dose.regions[i];
        if (dose->contact_s > 0.0) {
            (void)printf("  %-32s %7.1f s %8d %7.0f Ns %6.1f N\n", body->regions[i].name,
                         dose->contact_s, dose->strokes, dose->impulse_Ns,
                         dose->impulse_Ns / dose->contact_s);
        }
    }
}

void routine_figures_print(const assembly_t* assembly)
{
    const routine_figures_t* figures = &assembly->figures;
    (void)printf(
        "  planned     %.1f min, of it %.0f s in contact, %.0f s at rest, the rest between "
        "places\n",
        figures->session_s / 60.0, figures->contact_s, figures->planned_s - figures->contact_s);
    (void)printf("  force       up to %.1f N, at most %.0f s on one place, speed up to %.0f mm/s\n",
                 figures->force_max_N, figures->held_max_s, figures->speed_max_mps * 1e3);
    (void)printf("  drag        up to %.1f N on dry skin, %.1f N are allowed\n",
                 figures->drag_max_N, assembly->safety.shear_force_max_N.value);
    (void)printf(
        "  reach       checked at %d places, worst error %.3f mm, nearest joint limit %.3f "
        "rad or m\n",
        figures->place_count, figures->reach_error_max_m * 1e3, figures->joint_margin_min);
    (void)printf("  joints      '%s' gets up to %.0f %% of its speed limit\n",
                 fastest_joint(assembly), 100.0 * figures->joint_speed_share_max);
    if (isfinite(figures->yield_speed_min_mps)) {
        (void)printf("  yield       the joints let the tool leave with %.2f m/s2 and %.0f mm/s, "
                     "%.2f and %.0f are needed\n",
                     figures->yield_acceleration_min_mps2, figures->yield_speed_min_mps * 1e3,
                     bandwidth_yield_acceleration_mps2(&assembly->machine),
                     assembly->safety.yield_speed_mps.value * 1e3);
    }
    const bool near = figures->link_clearance_min_m < LINK_NEAR_M;
    (void)printf("  clearance   links keep %s%.0f mm from the skin\n", near ? "" : "more than ",
                 (near ? figures->link_clearance_min_m : LINK_NEAR_M) * 1e3);
    print_doses(assembly);
}

static void write_doses(json_t* json, const assembly_t* assembly)
{
    const body_settings_t* body = &assembly->body_settings;
    json_array_begin(json, "regions");
    for (int i = 0; i < body->region_count; ++i) {
        const dose_region_t* dose = &assembly->figures.dose.regions[i];
        if (dose->contact_s > 0.0) {
            json_object_begin(json, NULL);
            json_text(json, "region", body->regions[i].name);
            json_number(json, "contact_s", dose->contact_s);
            json_number(json, "impulse_Ns", dose->impulse_Ns);
            json_integer(json, "strokes", dose->strokes);
            json_object_end(json);
        }
    }
    json_array_end(json);
}

void routine_figures_write(json_t* json, const assembly_t* assembly)
{
    const routine_figures_t* figures = &assembly->figures;
    json_object_begin(json, "figures");
    json_number(json, "session_s", figures->session_s);
    json_number(json, "planned_s", figures->planned_s);
    json_number(json, "contact_s", figures->contact_s);
    json_number(json, "force_max_N", figures->force_max_N);
    json_number(json, "held_max_s", figures->held_max_s);
    json_number(json, "drag_max_N", figures->drag_max_N);
    json_number(json, "speed_max_mps", figures->speed_max_mps);
    json_number(json, "reach_error_max_m", figures->reach_error_max_m);
    json_number(json, "joint_margin_min", figures->joint_margin_min);
    json_number(json, "joint_speed_share_max", figures->joint_speed_share_max);
    json_text(json, "fastest_joint", fastest_joint(assembly));
    json_number(json, "yield_speed_min_mps", figures->yield_speed_min_mps);
    json_number(json, "yield_acceleration_min_mps2", figures->yield_acceleration_min_mps2);
    json_number(json, "link_clearance_min_m", figures->link_clearance_min_m);
    json_integer(json, "place_count", figures->place_count);
    json_number(json, "check_processor_s", assembly->check_processor_s);
    write_doses(json, assembly);
    json_object_end(json);
}
