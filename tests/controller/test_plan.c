/// Proves that the planned tool path is continuous and keeps the speed of its phase (shown by
/// differentiating it), that travel clears the body, and that the routine's time passes in contact
/// and at rest only.
#include "tests/support/cmocka_prelude.h"

#include "controller/plan.h"
#include "tests/support/gantry.h"

#define PERIOD_S 0.004

/// A kneading, a rest, a compression half a metre away, on a slab with a wall between them.
static gantry_t* gantry_with_routine(double wall_m)
{
    gantry_t* gantry = gantry_make();
    body_settings_t* settings = &gantry->body_settings;
    settings->region_count = 2;
    settings->regions[1] = settings->regions[0];
    for (int i = 0; i < 2; ++i) {
        region_settings_t* region = &settings->regions[i];
        region->across_frame = ACROSS_TRUNK;
        region->side = SIDE_LEFT;
        region->level_min = i;
        region->level_max = i + 0.5;
        region->across_max_m = 0.1;
        region->techniques = 7;
    }
    for (int i = 0; i < 5; ++i) {
        gantry->body.landmark_along_m[i] = 0.4 * i;
    }
    surface_t* surface = &gantry->body.surface;
    for (int row = 0; row < surface->row_count; ++row) {
        for (int column = 0; column < surface->column_count; ++column) {
            // Level 0.5 to 1 lies at x 1.2 to 1.4: rows 24 to 28.
            surface->height_m[row][column] =
                (float)(GANTRY_SKIN_M + (row >= 25 && row <= 26 ? wall_m : 0.0));
            gantry->body.region_at[row][column] = row > 26 ? 0 : 1;
        }
    }
    routine_t* routine = &gantry->routine;
    routine->items[0] = (routine_item_t){.kind = ITEM_STROKE};
    routine->items[0].stroke = (stroke_t){
        .technique = TECHNIQUE_KNEADING,
        .region = 0,
        .parameters = {.force_N = 12.0, .rate_Hz = 0.5, .radius_m = 0.01, .duration_s = 6.0}};
    routine->items[1] = (routine_item_t){.kind = ITEM_REST, .rest_s = 2.0};
    routine->items[2] = (routine_item_t){.kind = ITEM_STROKE};
    routine->items[2].stroke = (stroke_t){
        .technique = TECHNIQUE_COMPRESSION,
        .region = 1,
        .parameters = {
            .force_N = 15.0, .press_s = 2.0, .hold_s = 1.0, .release_s = 1.0, .passes = 1}};
    for (int i = 0; i < 3; i += 2) {
        stroke_t* stroke = &routine->items[i].stroke;
        stroke->duration_s = technique_duration_s(&gantry->body, stroke);
        assert_true(stroke->duration_s > 1.0);
    }
    routine->item_count = 3;
    return gantry;
}

/// Plays the planner as the cycle would, on an arm that follows exactly.
typedef struct {
    const gantry_t* gantry;
    plan_state_t state;
    estimate_t estimate;
    pose_t tool;
    joints_t joints;
    double speed_peak_mps;
    double lowest_gap_m; // over the skin, while travelling
} walk_t;

static plan_target_t walk(walk_t* walk, supervisor_mode_t mode)
{
    const session_t* session = &walk->gantry->session;
    const plan_target_t target =
        plan_step(session, &walk->state, mode, &walk->estimate, &walk->tool, &walk->joints);
    if (!target.joint_motion) {
        const vec3_t way = vec3_sub(target.tool_desired.position_m, walk->tool.position_m);
        walk->speed_peak_mps = fmax(walk->speed_peak_mps, vec3_norm(way) / PERIOD_S);
        walk->tool = target.tool_desired;
        const surface_sample_t skin =
            surface_at(&session->body->surface, walk->tool.position_m.x, walk->tool.position_m.y);
        const double gap_m = walk->tool.position_m.z - skin.point_m.z;
        walk->lowest_gap_m = fmin(walk->lowest_gap_m, gap_m);
        walk->joints =
            (joints_t){{walk->tool.position_m.x, walk->tool.position_m.y, walk->tool.position_m.z}};
    }
    return target;
}

static walk_t walk_begin(const gantry_t* gantry)
{
    walk_t walk = {.gantry = gantry, .lowest_gap_m = 1.0};
    walk.joints = gantry->session.chain.parked;
    walk.tool = fk_tool_pose(&gantry->session.chain, &walk.joints);
    return walk;
}

static int travel(walk_t* self)
{
    int periods = 0;
    do {
        (void)walk(self, MODE_TRANSIT);
        ++periods;
    } while (!self->state.arrived && periods < 20000);
    assert_true(self->state.arrived);
    return periods;
}

static void travel_is_smooth_clears_a_wall_and_ends_above_the_place(void** context)
{
    (void)context;
    const double walls_m[] = {0.0, 0.1, 0.2};
    for (int i = 0; i < 3; ++i) {
        gantry_t* gantry = gantry_with_routine(walls_m[i]);
        walk_t self = walk_begin(gantry);
        travel(&self);
        assert_true(self.speed_peak_mps <= 0.25 + 1e-6);
        // Now over the wall to the second stroke.
        self.state.player = (player_state_t){.item = 2};
        self.state.mode = MODE_RETRACT;
        self.lowest_gap_m = 1.0;
        travel(&self);
        assert_true(self.speed_peak_mps <= 0.25 + 1e-6);
        assert_true(self.lowest_gap_m >= 0.035);
        const double gap_m = surface_distance_m(&gantry->body.surface, self.tool.position_m, NULL);
        assert_near(gap_m, 0.06, 1e-3);
        const plan_target_t arrived = walk(&self, MODE_TRANSIT);
        assert_near(vec3_norm(vec3_sub(arrived.tool_desired.position_m, self.tool.position_m)), 0.0,
                    1e-9);
        free(gantry);
    }
}

static void time_passes_in_contact_and_at_rest_only(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_with_routine(0.0);
    walk_t self = walk_begin(gantry);
    travel(&self);
    for (int i = 0; i < 100; ++i) {
        (void)walk(&self, MODE_APPROACH);
    }
    assert_int_equal(self.state.player.elapsed_us, 0);
    for (int i = 0; i < 100; ++i) {
        (void)walk(&self, MODE_CONTACT);
    }
    assert_int_equal(self.state.player.elapsed_us, 400000);
    for (int i = 0; i < 100; ++i) {
        (void)walk(&self, MODE_PAUSED);
    }
    assert_int_equal(self.state.player.elapsed_us, 400000);
    while (!self.state.item_finished) {
        (void)walk(&self, MODE_CONTACT);
    }
    assert_int_equal(self.state.player.item, 0);
    (void)walk(&self, MODE_RETRACT);
    assert_int_equal(self.state.player.item, 1);
    int periods = travel(&self); // to wait above the next place
    assert_true(self.state.resting);
    periods = 0;
    while (self.state.resting && periods < 2000) {
        (void)walk(&self, MODE_TRANSIT);
        ++periods;
    }
    assert_near(periods * PERIOD_S, 2.0, 0.02);
    assert_int_equal(self.state.player.item, 2);
    free(gantry);
}

static void an_interrupted_stroke_regains_its_force_before_it_goes_on(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_with_routine(0.0);
    walk_t self = walk_begin(gantry);
    travel(&self);
    plan_target_t target = {0};
    for (int i = 0; i < 700; ++i) {
        target = walk(&self, MODE_CONTACT);
    }
    const double force_N = target.force_target_N;
    const int64_t elapsed_us = self.state.player.elapsed_us;
    assert_true(force_N > 6.0);
    (void)walk(&self, MODE_LIFT);
    (void)walk(&self, MODE_PAUSED);
    travel(&self);
    target = walk(&self, MODE_CONTACT);
    assert_near(target.force_target_N, STROKE_LIGHT_FORCE_N, 0.1);
    double before_N = target.force_target_N;
    while (self.state.player.elapsed_us == elapsed_us) {
        target = walk(&self, MODE_CONTACT);
        assert_true(fabs(target.force_target_N - before_N) < 0.2);
        before_N = target.force_target_N;
    }
    assert_near(target.force_target_N, force_N, 0.5);
    free(gantry);
}

static void the_cap_is_the_regions_or_the_smallest_where_unknown(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_with_routine(0.0);
    gantry->body_settings.regions[0].force_max_N.value = 30.0;
    gantry->body_settings.regions[1].force_max_N.value = 20.0;
    walk_t self = walk_begin(gantry);
    const plan_target_t travelling = walk(&self, MODE_TRANSIT);
    assert_near(travelling.force_cap_N, 20.0, 0.0);
    travel(&self);
    const plan_target_t touching = walk(&self, MODE_CONTACT);
    assert_int_equal(touching.region, 0);
    assert_near(touching.force_cap_N, 30.0, 0.0);
    free(gantry);
}

static void a_clients_caps_lower_the_regions_and_cut_the_force(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_with_routine(0.0);
    gantry->body_settings.regions[0].force_max_N.value = 30.0;
    gantry->body_settings.regions[1].force_max_N.value = 30.0;
    client_effects_t effects = {.force_factor = 1.0};
    for (int i = 0; i < REGION_CAPACITY; ++i) {
        effects.force_cap_N[i] = HUGE_VAL;
        effects.pressure_cap_Pa[i] = HUGE_VAL;
    }
    const double pad_m = gantry->machine.arm.tool.pads[0].diameter_m;
    const double area_m2 = 0.25 * 3.14159265358979323846 * pad_m * pad_m;
    effects.force_cap_N[0] = 11.5; // the kneading swells to 15 N
    effects.pressure_cap_Pa[1] = 9.0 / area_m2;
    gantry->session.effects = &effects;
    walk_t self = walk_begin(gantry);
    assert_near(walk(&self, MODE_TRANSIT).force_cap_N, 9.0, 1e-12);
    travel(&self);
    double peak_N = 0.0;
    while (!self.state.item_finished) {
        const plan_target_t target = walk(&self, MODE_CONTACT);
        assert_near(target.force_cap_N, 11.5, 0.0);
        assert_true(target.force_target_N <= 9.5);
        assert_true(target.force_target_N < 9.5 || fabs(target.force_rate_N_per_s) == 0.0);
        peak_N = fmax(peak_N, target.force_target_N);
    }
    assert_near(peak_N, 9.5, 0.0);
    free(gantry);
}

static void parking_ends_in_the_parked_posture(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_with_routine(0.1);
    walk_t self = walk_begin(gantry);
    travel(&self);
    joints_t joints = self.joints;
    int periods = 0;
    while (!self.state.parked && periods < 20000) {
        const plan_target_t target = walk(&self, MODE_PARKING);
        if (target.joint_motion) {
            for (int joint = 0; joint < 3; ++joint) {
                const double way = target.joints_desired.at[joint] - joints.at[joint];
                assert_true(fabs(way) <= 0.25 * PERIOD_S + 1e-9);
            }
            joints = target.joints_desired;
            self.joints = joints;
        } else {
            joints = self.joints;
        }
        ++periods;
    }
    assert_true(self.state.parked);
    for (int joint = 0; joint < 3; ++joint) {
        assert_near(joints.at[joint], gantry->session.chain.parked.at[joint], 1e-9);
    }
    free(gantry);
}

/// Turns the second stroke into a drag that wants 5 N along the skin.
static stroke_t* drag_stroke(gantry_t* gantry)
{
    gantry->routine.items[0].kind = ITEM_STROKE;
    stroke_t* stroke = &gantry->routine.items[0].stroke;
    *stroke = (stroke_t){
        .technique = TECHNIQUE_MYOFASCIAL_RELEASE,
        .region = 0,
        .parameters = {
            .force_N = 15.0, .shear_N = 5.0, .speed_mps = 0.004, .hold_s = 2.0, .passes = 1}};
    stroke->duration_s = technique_duration_s(&gantry->body, stroke);
    assert_true(stroke->duration_s > 10.0);
    return stroke;
}

/// Seconds of contact until the stroke is over; the skin pulls with `part` of the normal force, and
/// not at all under `least_N`.
static double drag(const gantry_t* gantry, double part, double least_N, plan_state_t* state,
                   double* shear_peak_N)
{
    walk_t self = walk_begin(gantry);
    double seconds = 0.0;
    *shear_peak_N = 0.0;
    while (!self.state.item_finished && seconds < 600.0) {
        const plan_target_t target = walk(&self, MODE_CONTACT);
        self.estimate.shear_force_N = fmax(part * target.force_target_N, least_N);
        if (self.state.contact_s > 5.0) {
            *shear_peak_N = fmax(*shear_peak_N, self.estimate.shear_force_N);
        }
        seconds += PERIOD_S;
    }
    *state = self.state;
    return seconds;
}

static void a_drag_gives_way_along_the_normal_to_keep_its_force_along_the_skin(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_with_routine(0.0);
    const stroke_t* stroke = drag_stroke(gantry);
    plan_state_t state;
    double shear_N = 0.0;
    // Skin that slides at a fifth of the normal force: 3 N of the 5 wanted, nothing to give.
    assert_near(drag(gantry, 0.2, 0.0, &state, &shear_N), stroke->duration_s, 2.0);
    assert_near(shear_N, 3.0, 0.01);
    // At half of it: 7.5 N, so a third of the normal force is taken back.
    const double seconds = drag(gantry, 0.5, 0.0, &state, &shear_N);
    assert_true(seconds < 1.6 * stroke->duration_s);
    assert_true(shear_N < 5.6);
    assert_false(state.last.held_up);
    free(gantry);
}

static void a_drag_that_the_skin_holds_fast_ends_with_that_reason(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_with_routine(0.0);
    const stroke_t* stroke = drag_stroke(gantry);
    plan_state_t state;
    double shear_N = 0.0;
    const double seconds = drag(gantry, 0.0, 12.0, &state, &shear_N);
    assert_true(state.last.held_up && state.item_finished);
    assert_true(seconds < stroke->duration_s + 30.0);
    assert_true((double)state.player.elapsed_us * 1e-6 < stroke->duration_s);
    // Between going and standing it takes longer, but not for ever.
    (void)drag(gantry, 0.0, 5.9, &state, &shear_N);
    assert_true(state.last.held_up);
    free(gantry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(travel_is_smooth_clears_a_wall_and_ends_above_the_place),
        cmocka_unit_test(time_passes_in_contact_and_at_rest_only),
        cmocka_unit_test(an_interrupted_stroke_regains_its_force_before_it_goes_on),
        cmocka_unit_test(the_cap_is_the_regions_or_the_smallest_where_unknown),
        cmocka_unit_test(a_clients_caps_lower_the_regions_and_cut_the_force),
        cmocka_unit_test(parking_ends_in_the_parked_posture),
        cmocka_unit_test(a_drag_gives_way_along_the_normal_to_keep_its_force_along_the_skin),
        cmocka_unit_test(a_drag_that_the_skin_holds_fast_ends_with_that_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
