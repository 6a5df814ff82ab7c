/// Proves that the planned tool path is continuous and keeps the speed of its phase (shown by
/// differentiating it), that travel clears the body, and that the routine's time passes in contact
/// and at rest only; that intensity keeps every ceiling and every rate, and that another step is
/// reached from rest to rest.
#include "tests/support/cmocka_prelude.h"

#include "controller/plan.h"
#include "routines/intensity.h"
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
    body_lay_patches(&gantry->body);
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
    live_t live;
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
    const plan_target_t target = plan_step(session, &walk->state, mode, &walk->live,
                                           &walk->estimate, &walk->tool, &walk->joints);
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
    walk.live.intensity_level = INTENSITY_AS_WRITTEN;
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

/// Left anywhere in a bout of taps, also in the middle of a hop.
static void an_interrupted_tap_regains_its_force_on_the_skin(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_with_routine(0.0);
    stroke_t* stroke = &gantry->routine.items[0].stroke;
    stroke->technique = TECHNIQUE_TAPPING;
    stroke->parameters = (technique_parameters_t){.force_N = 8.0,
                                                  .rate_Hz = 1.2,
                                                  .height_m = 0.006,
                                                  .advance_m = 0.01,
                                                  .bout_s = 6.0,
                                                  .pause_s = 2.0,
                                                  .bouts = 1};
    stroke->duration_s = technique_duration_s(&gantry->body, stroke);
    int left_in_a_hop = 0;
    for (int periods = 250; periods < 700; periods += 23) {
        walk_t self = walk_begin(gantry);
        travel(&self);
        plan_target_t target = {0};
        for (int i = 0; i < periods; ++i) {
            target = walk(&self, MODE_CONTACT);
        }
        left_in_a_hop += target.hop_m > 0.001;
        (void)walk(&self, MODE_LIFT);
        (void)walk(&self, MODE_PAUSED);
        travel(&self);
        (void)walk(&self, MODE_CONTACT);
        const int64_t elapsed_us = self.state.player.elapsed_us;
        while (self.state.player.elapsed_us == elapsed_us) {
            target = walk(&self, MODE_CONTACT);
            assert_true(self.state.player.elapsed_us != elapsed_us || target.hop_m < 1e-9);
        }
    }
    assert_true(left_in_a_hop > 5);
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

// ------------------------------------------------------------------------------- live changes

#define SEED 20240604u

static uint64_t draw(uint64_t* random)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return *random >> 33;
}

/// Stands over the compression, 15 N held for as long as a test wants.
static gantry_t* gantry_pressing(walk_t* self)
{
    gantry_t* gantry = gantry_with_routine(0.0);
    for (int i = 0; i < 2; ++i) {
        region_settings_t* region = &gantry->body_settings.regions[i];
        region->force_factor = 1.0;
        region->pressure_max_Pa.value = 50e3;
    }
    stroke_t* stroke = &gantry->routine.items[2].stroke;
    stroke->parameters.hold_s = 300.0;
    stroke->duration_s = technique_duration_s(&gantry->body, stroke);
    *self = walk_begin(gantry);
    self->state.player.item = 2;
    travel(self);
    return gantry;
}

static double held_force_N(walk_t* self, int level, int periods)
{
    plan_target_t target = {0};
    self->live.intensity_level = level;
    for (int i = 0; i < periods; ++i) {
        target = walk(self, MODE_CONTACT);
    }
    return target.force_target_N;
}

static void intensity_is_the_factor_on_the_force_of_the_stroke(void** context)
{
    (void)context;
    for (int level = 0; level <= 10; ++level) {
        walk_t self;
        gantry_t* gantry = gantry_pressing(&self);
        assert_near(held_force_N(&self, level, 2500), 15.0 * (0.5 + 0.1 * level), 1e-6);
        free(gantry);
    }
}

static void every_ceiling_holds_whatever_the_level(void** context)
{
    (void)context;
    // Each in turn is the lowest: 20 N, or what comes to it. 15 N at level 10 would be 22.5 N.
    const double area_m2 = 0.25 * 3.14159265358979323846 * 0.06 * 0.06;
    for (int ceiling = 0; ceiling < 4; ++ceiling) {
        walk_t self;
        gantry_t* gantry = gantry_pressing(&self);
        region_settings_t* region = &gantry->body_settings.regions[1];
        if (ceiling == 0) {
            region->force_factor =
                20.0 / gantry->safety.techniques[TECHNIQUE_COMPRESSION].force_max_N.value;
        } else if (ceiling == 1) {
            region->pressure_max_Pa.value = 20.0 / area_m2;
        } else if (ceiling == 2) {
            region->force_max_N.value = 20.0 + PLAN_INTENSITY_HEADROOM_N;
        } else {
            gantry->safety.contact_force_max_N.value =
                20.0 + gantry->safety.contact_force_margin_N.value;
        }
        assert_near(held_force_N(&self, 10, 2500), 20.0, 1e-6);
        assert_true(walk(&self, MODE_CONTACT).intensity_capped);
        assert_near(held_force_N(&self, 8, 2500), 19.5, 1e-6); // below it the level counts
        assert_false(walk(&self, MODE_CONTACT).intensity_capped);
        free(gantry);
    }
}

static void a_stroke_written_past_a_ceiling_is_not_made_harder(void** context)
{
    (void)context;
    walk_t self;
    gantry_t* gantry = gantry_pressing(&self);
    gantry->body_settings.regions[1].pressure_max_Pa.value = 0.0;
    assert_near(held_force_N(&self, 10, 2500), 15.0, 1e-9);
    free(gantry);
}

/// Shows H01.
static void the_force_never_passes_the_cap_of_the_place_even_as_written(void** context)
{
    (void)context;
    walk_t self;
    gantry_t* gantry = gantry_pressing(&self);
    gantry->body_settings.regions[1].force_max_N.value = 9.0;
    const double force_N = held_force_N(&self, 5, 2500);
    assert_near(force_N, 9.0, 0.0);
    free(gantry);
}

static void harder_comes_slowly_and_softer_sooner(void** context)
{
    (void)context;
    walk_t self;
    gantry_t* gantry = gantry_pressing(&self);
    const struct {
        int level;
        double rate_N_per_s;
    } changes[] = {{10, PLAN_INTENSITY_RISE_N_PER_S}, {0, -PLAN_INTENSITY_FALL_N_PER_S}};
    double before_N = held_force_N(&self, 5, 2500);
    for (int i = 0; i < 2; ++i) {
        const double goal_N = i == 0 ? 22.5 : 7.5;
        const int periods = (int)fabs((goal_N - before_N) / changes[i].rate_N_per_s / PERIOD_S);
        for (int period = 0; period < periods - 1; ++period) {
            const double force_N = held_force_N(&self, changes[i].level, 1);
            assert_near((force_N - before_N) / PERIOD_S, changes[i].rate_N_per_s, 1e-6);
            before_N = force_N;
        }
        before_N = held_force_N(&self, changes[i].level, 3);
        assert_near(before_N, goal_N, 1e-6);
    }
    free(gantry);
}

static void no_levels_whenever_make_the_force_jump_or_pass_the_cap(void** context)
{
    (void)context;
    print_message("seed %u\n", SEED);
    uint64_t random = SEED;
    for (int run = 0; run < 40; ++run) {
        gantry_t* gantry = gantry_with_routine(0.0);
        for (int i = 0; i < 2; ++i) {
            region_settings_t* region = &gantry->body_settings.regions[i];
            region->force_factor = 0.3 + 0.1 * (double)(draw(&random) % 8);
            region->pressure_max_Pa.value = 1e3 * (double)(draw(&random) % 20);
            region->force_max_N.value = 10.0 + (double)(draw(&random) % 30);
        }
        walk_t self = walk_begin(gantry);
        self.state.player.item = run % 2 == 0 ? 0 : 2;
        travel(&self);
        double before_N = STROKE_LIGHT_FORCE_N;
        do {
            if (draw(&random) % 50 == 0) {
                self.live.intensity_level = (int)(draw(&random) % 11);
            }
            const plan_target_t target = walk(&self, MODE_CONTACT);
            const double step_N = STROKE_FORCE_RATE_MAX_N_PER_S * PERIOD_S;
            assert_true(fabs(target.force_target_N - before_N) <= step_N + 1e-9);
            assert_true(fabs(target.force_rate_N_per_s) <= STROKE_FORCE_RATE_MAX_N_PER_S);
            assert_true(target.force_target_N <= target.force_cap_N);
            assert_true(target.force_target_N >= 0.0);
            before_N = target.force_target_N;
        } while (!self.state.item_finished);
        free(gantry);
    }
}

/// As slow a technique as no library has: the shape of the stroke and the levels both ask for more.
static void the_force_changes_no_faster_than_its_technique_may(void** context)
{
    (void)context;
    walk_t self;
    gantry_t* gantry = gantry_pressing(&self);
    const double rate_N_per_s = 2.0;
    for (int i = 0; i < TECHNIQUE_COUNT; ++i) {
        gantry->safety.techniques[i].force_rate_max_N_per_s.value = rate_N_per_s;
    }
    double before_N = walk(&self, MODE_CONTACT).force_target_N;
    double fastest_N = 0.0;
    for (int period = 0; period < 5000; ++period) {
        self.live.intensity_level = period < 2500 ? 10 : 0;
        const double force_N = walk(&self, MODE_CONTACT).force_target_N;
        fastest_N = fmax(fastest_N, fabs(force_N - before_N));
        before_N = force_N;
    }
    assert_near(fastest_N, rate_N_per_s * PERIOD_S, 1e-9);
    free(gantry);
}

static void looking_for_the_skin_again_wants_no_more_than_the_light_touch(void** context)
{
    (void)context;
    walk_t self;
    gantry_t* gantry = gantry_pressing(&self);
    assert_near(held_force_N(&self, 10, 2500), 22.5, 1e-6);
    (void)walk(&self, MODE_LIFT);
    (void)walk(&self, MODE_PAUSED);
    travel(&self);
    for (int i = 0; i < 10; ++i) {
        assert_near(walk(&self, MODE_APPROACH).force_target_N, STROKE_LIGHT_FORCE_N, 1e-9);
    }
    assert_near(walk(&self, MODE_CONTACT).force_target_N, STROKE_LIGHT_FORCE_N, 0.2);
    free(gantry);
}

/// One period with a request granted.
static plan_target_t walk_granted(walk_t* self, supervisor_mode_t mode, uint32_t granted)
{
    self->live.granted = granted;
    const plan_target_t target = walk(self, mode);
    self->live.granted = 0;
    return target;
}

static void a_step_left_while_travelling_is_reached_from_rest_to_rest(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_with_routine(0.0);
    gantry->routine.items[1].stroke.step = 1;
    gantry->routine.items[2].stroke.step = 2;
    walk_t self = walk_begin(gantry);
    for (int i = 0; i < 200; ++i) {
        (void)walk(&self, MODE_TRANSIT);
    }
    const pose_t first_goal = self.state.travel.goal;
    (void)walk_granted(&self, MODE_TRANSIT, REQUEST_SKIP); // to the rest
    (void)walk_granted(&self, MODE_TRANSIT, REQUEST_SKIP); // to the second stroke
    assert_int_equal(self.state.player.item, 2);
    bool came_by = false;
    int periods = 0;
    vec3_t before = self.tool.position_m;
    while (!self.state.arrived && ++periods < 20000) {
        (void)walk(&self, MODE_TRANSIT);
        came_by =
            came_by || vec3_norm(vec3_sub(self.tool.position_m, first_goal.position_m)) < 1e-9;
        assert_true(vec3_norm(vec3_sub(self.tool.position_m, before)) <= 0.25 * PERIOD_S + 1e-9);
        before = self.tool.position_m;
    }
    assert_true(came_by); // it comes to rest there, and only then turns
    assert_true(self.state.arrived);
    assert_near(vec3_norm(vec3_sub(self.state.travel.goal.position_m, self.tool.position_m)), 0.0,
                1e-9);
    assert_true(vec3_norm(vec3_sub(self.tool.position_m, first_goal.position_m)) > 0.1);
    free(gantry);
}

static void a_step_left_in_contact_is_not_played_on(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_with_routine(0.0);
    gantry->routine.items[1].stroke.step = 1;
    gantry->routine.items[2].stroke.step = 2;
    walk_t self = walk_begin(gantry);
    travel(&self);
    while (!self.state.item_finished) { // and in the very period in which it ends by itself
        (void)walk(&self, MODE_CONTACT);
    }
    const vec3_t at = self.tool.position_m;
    (void)walk_granted(&self, MODE_RETRACT, REQUEST_SKIP);
    assert_int_equal(self.state.player.item, 1);
    assert_near(vec3_norm(vec3_sub(self.tool.position_m, at)), 0.0, 1e-12);
    (void)walk_granted(&self, MODE_RETRACT, REQUEST_REPEAT);
    assert_int_equal(self.state.player.item, 0);
    assert_int_equal(self.state.player.elapsed_us, 0);
    free(gantry);
}

static void an_extended_stroke_comes_again_before_the_next(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_with_routine(0.0);
    walk_t self = walk_begin(gantry);
    travel(&self);
    (void)walk_granted(&self, MODE_CONTACT, REQUEST_EXTEND);
    while (!self.state.item_finished) {
        (void)walk(&self, MODE_CONTACT);
    }
    (void)walk(&self, MODE_RETRACT);
    assert_int_equal(self.state.player.item, 0);
    assert_true(self.state.player.extending);
    travel(&self);
    while (!self.state.item_finished) {
        (void)walk(&self, MODE_CONTACT);
    }
    (void)walk(&self, MODE_RETRACT);
    assert_int_equal(self.state.player.item, 1);
    assert_false(self.state.player.extending);
    free(gantry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(travel_is_smooth_clears_a_wall_and_ends_above_the_place),
        cmocka_unit_test(time_passes_in_contact_and_at_rest_only),
        cmocka_unit_test(an_interrupted_stroke_regains_its_force_before_it_goes_on),
        cmocka_unit_test(an_interrupted_tap_regains_its_force_on_the_skin),
        cmocka_unit_test(the_cap_is_the_regions_or_the_smallest_where_unknown),
        cmocka_unit_test(a_clients_caps_lower_the_regions_and_cut_the_force),
        cmocka_unit_test(parking_ends_in_the_parked_posture),
        cmocka_unit_test(a_drag_gives_way_along_the_normal_to_keep_its_force_along_the_skin),
        cmocka_unit_test(a_drag_that_the_skin_holds_fast_ends_with_that_reason),
        cmocka_unit_test(intensity_is_the_factor_on_the_force_of_the_stroke),
        cmocka_unit_test(every_ceiling_holds_whatever_the_level),
        cmocka_unit_test(a_stroke_written_past_a_ceiling_is_not_made_harder),
        cmocka_unit_test(the_force_never_passes_the_cap_of_the_place_even_as_written),
        cmocka_unit_test(harder_comes_slowly_and_softer_sooner),
        cmocka_unit_test(no_levels_whenever_make_the_force_jump_or_pass_the_cap),
        cmocka_unit_test(the_force_changes_no_faster_than_its_technique_may),
        cmocka_unit_test(looking_for_the_skin_again_wants_no_more_than_the_light_touch),
        cmocka_unit_test(a_step_left_while_travelling_is_reached_from_rest_to_rest),
        cmocka_unit_test(a_step_left_in_contact_is_not_played_on),
        cmocka_unit_test(an_extended_stroke_comes_again_before_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
