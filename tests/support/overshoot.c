#include "tests/support/overshoot.h"

#include <math.h>
#include <stdlib.h>

#include "tests/support/cmocka_prelude.h"

#define DEFAULT_ROUTINE "routines/library/relaxing-back.yaml"
#define FAST_MPS 0.040 // until it is worth while to be slow
#define FAST_UNTIL_N 40.0
#define RELEASED_N 5.0
#define GIVE_UP_S 20.0
#define AFTER_STOP_S 1.0
#define SLOWED_PART 0.8
#define AWAY_FROM_MPS 0.020
#define AWAY_TO_MPS 0.200
#define APPROACH_S 8.0
#define LOST_FRAMES 2

typedef struct {
    const overshoot_trial_t* trial;
    overshoot_t found;
    int64_t began_us;
    int64_t crossed_us; // 0: not yet
    int64_t decided_us;
    int64_t slowed_us;
    int64_t released_us;
    int64_t away_us;
    double away_mps;
    double slow_from_mps;
    bool stands;
    bool known; // the tool's last place is
    vec3_t tool_m;
    double into_mps; // of the tool, over the last step
    double last_N;
    int frames_to_lose;
    bool (*request)(void* context, int device, const pdu_t* request, pdu_t* reply);
    // Of the doer.
    double wished_m;
    double own_m;
} follower_t;

static double smooth(double part)
{
    const double x = fmin(fmax(part, 0.0), 1.0);
    return x * x * (3.0 - 2.0 * x);
}

static double into_body_mps(const closed_loop_t* loop, follower_t* follower,
                            const world_truth_t* truth)
{
    joints_t joints;
    for (int joint = 0; joint < JOINT_CAPACITY; ++joint) {
        joints.at[joint] = truth->joint_position[joint];
    }
    const pose_t tool = fk_tool_pose(&loop->assembly->session.chain, &joints);
    const vec3_t into = quat_rotate(tool.orientation, vec3(0.0, 0.0, 1.0));
    const double moved_m = vec3_dot(vec3_sub(tool.position_m, follower->tool_m), into);
    const double speed_mps = follower->known ? moved_m / (WORLD_STEP_US * 1e-6) : 0.0;
    follower->tool_m = tool.position_m;
    follower->known = true;
    return speed_mps;
}

static void follow_after_crossing(follower_t* follower, int64_t now_us)
{
    overshoot_t* found = &follower->found;
    if (follower->into_mps <= 0.0) {
        follower->stands = true;
    }
    if (!follower->stands) {
        found->sank_m += follower->into_mps * WORLD_STEP_US * 1e-6;
    }
    if (follower->slowed_us == 0) {
        follower->slow_from_mps = fmax(follower->slow_from_mps, follower->into_mps);
        if (follower->into_mps < SLOWED_PART * follower->slow_from_mps) {
            follower->slowed_us = now_us;
        }
    }
}

static void follow_yield(follower_t* follower, int64_t now_us)
{
    if (follower->away_us == 0 && -follower->into_mps > AWAY_FROM_MPS) {
        follower->away_us = now_us;
        follower->away_mps = -follower->into_mps;
    }
    if (isnan(follower->found.yield_mps2) && -follower->into_mps > AWAY_TO_MPS) {
        follower->found.yield_mps2 = (-follower->into_mps - follower->away_mps) /
                                     ((double)(now_us - follower->away_us) * 1e-6);
    }
}

static void watch(closed_loop_t* loop, void* context)
{
    follower_t* follower = context;
    const overshoot_trial_t* trial = follower->trial;
    const int64_t now_us = world_now_us(loop->world);
    world_truth_t truth;
    world_truth(loop->world, &truth);
    follower->into_mps = into_body_mps(loop, follower, &truth);
    if (follower->began_us == 0) {
        return;
    }
    overshoot_t* found = &follower->found;
    const double force_N = truth.normal_force_N;
    const double step_s = WORLD_STEP_US * 1e-6;
    const double closing_mps = (force_N - follower->last_N) / step_s / found->stiffness_N_per_m;
    follower->last_N = force_N;
    found->peak_N = fmax(found->peak_N, force_N);
    if (follower->crossed_us == 0 && force_N > found->limit_N) {
        follower->crossed_us = now_us;
        found->closing_mps = closing_mps;
        follower->slow_from_mps = follower->into_mps;
        follower->frames_to_lose = trial->lost != LOST_NOTHING ? LOST_FRAMES : 0;
    } else if (follower->crossed_us != 0) {
        follow_after_crossing(follower, now_us);
    }
    if (follower->decided_us != 0) {
        follow_yield(follower, now_us);
    }
    if (force_N >= RELEASED_N) {
        follower->released_us = now_us;
    }
    if (trial->rise_m > 0.0) {
        const double since_s = (double)(now_us - follower->began_us) * 1e-6;
        closed_loop_rise(loop, trial->rise_m * smooth(since_s / trial->rise_s));
    }
}

// The host's own request with frames lost between; there is one loop at a time.
static follower_t* losing;
static int losing_sensor;

static bool request_with_losses(void* context, int device, const pdu_t* request, pdu_t* reply)
{
    const bool hit = losing->trial->lost == LOST_ALL || device == losing_sensor;
    return !(losing->frames_to_lose > 0 && hit) && losing->request(context, device, request, reply);
}

static closed_loop_t* set_up(follower_t* follower)
{
    const overshoot_trial_t* trial = follower->trial;
    closed_loop_t* loop =
        closed_loop_open_altered(trial->routine != NULL ? trial->routine : DEFAULT_ROUTINE, NULL,
                                 trial->seed, &trial->altered);
    assembly_t* assembly = loop->assembly;
    replay_witness_stop(&loop->replay); // limits are changed while it runs
    if (trial->blind) {
        assembly->safety.contact_force_margin_N.value = 1000.0;
        assembly->safety.surface_search_m.value = 1.0;
        assembly->safety.shear_force_max_N.value = 1000.0;
        for (int i = 0; i < assembly->body_settings.region_count; ++i) {
            assembly->body_settings.regions[i].force_max_N.value = 1000.0;
        }
        assembly->safety.force_rate_max_N_per_s.value = 1e6;
        assembly->session.limits = judge_limits_make(&assembly->machine, &assembly->safety);
    }
    if (trial->approach_mps > 0.0) {
        assembly->safety.approach_speed_max_mps.value = trial->approach_mps;
        assembly->safety.touch_speed_max_mps.value = trial->approach_mps;
    }
    if (trial->no_envelope) {
        assembly->session.reaction = (envelope_reaction_t){1e-9, 1e9};
    }
    const double spring = assembly->machine.arm.tool.spring_stiffness_N_per_m;
    const double tissue = trial->altered.tissue_N_per_m;
    follower->found.stiffness_N_per_m = tissue > 0.0 ? spring * tissue / (spring + tissue) : spring;
    follower->found.limit_N = assembly->safety.contact_force_max_N.value;
    loop->watch = watch;
    loop->watch_context = follower;
    losing = follower;
    losing_sensor = assembly->machine.force_sensor;
    follower->request = loop->host.request;
    loop->host.request = request_with_losses;
    return loop;
}

static void step(closed_loop_t* loop, follower_t* follower)
{
    const int lost = follower->frames_to_lose;
    (void)closed_loop_step(loop);
    if (lost > 0 && follower->frames_to_lose == lost) {
        follower->frames_to_lose -= 1;
    }
}

/// Makes force control do what the doer wants in the period that comes: from where it was to a set
/// way further.
static void misguide(closed_loop_t* loop, follower_t* follower)
{
    const overshoot_trial_t* trial = follower->trial;
    force_control_state_t* force = &loop->state.force;
    const double period_s = loop->assembly->session.period_s;
    const bool slow = loop->truth.normal_force_N >= FAST_UNTIL_N;
    const double speed_mps = slow ? trial->speed_mps : fmax(trial->speed_mps, FAST_MPS);
    if (trial->heeds) {
        force->speed_mps = -speed_mps;
        return;
    }
    // What force control itself adds in a period is taken out as it was in the last one.
    follower->own_m = force->offset_m - follower->own_m;
    follower->wished_m -= speed_mps * period_s;
    force->offset_m = follower->wished_m - follower->own_m;
    force->speed_mps = -speed_mps;
    follower->own_m = force->offset_m;
}

static void press_until_stopped(closed_loop_t* loop, follower_t* follower)
{
    const overshoot_trial_t* trial = follower->trial;
    overshoot_t* found = &follower->found;
    follower->began_us = loop->in.now_us;
    follower->wished_m = loop->state.force.offset_m;
    follower->own_m = loop->state.force.offset_m;
    found->begin_N = loop->truth.normal_force_N;
    follower->last_N = found->begin_N;
    loop->extra_requests = trial->stop ? REQUEST_STOP : 0;
    if (trial->event != NULL) {
        assert_true(world_inject(loop->world, trial->event));
    }
    const double limit_s = trial->approach_mps > 0.0 ? APPROACH_S : GIVE_UP_S;
    const int64_t end_us = loop->in.now_us + (int64_t)(limit_s * 1e6);
    while (loop->in.now_us < end_us && follower->decided_us == 0) {
        const supervisor_mode_t before = loop->out.mode;
        if (trial->speed_mps > 0.0 && before == MODE_CONTACT) {
            misguide(loop, follower);
        }
        step(loop, follower);
        if (loop->out.verdict.refused != 0 || loop->out.mode == MODE_YIELD) {
            follower->decided_us = loop->in.now_us;
            found->rule = loop->out.verdict.rule;
            found->same_cycle = before != MODE_YIELD && loop->out.mode == MODE_YIELD;
        }
    }
}

/// Plays until that is there from which on the trial is followed.
static void reach_beginning(closed_loop_t* loop, const overshoot_trial_t* trial)
{
    const supervisor_mode_t wanted = trial->approach_mps > 0.0 ? MODE_APPROACH : MODE_CONTACT;
    while (!(loop->out.mode == wanted && loop->out.target.force_target_N >= trial->begin_N)) {
        assert_true(closed_loop_step(loop));
    }
}

static double after_ms(int64_t at_us, int64_t from_us)
{
    return at_us != 0 && from_us != 0 ? (double)(at_us - from_us) * 1e-3 : (double)NAN;
}

overshoot_t overshoot_play(const overshoot_trial_t* trial)
{
    follower_t follower = {
        .trial = trial,
        .found = {.rule = INTERLOCK_RULE_NONE,
                  .closing_mps = (double)NAN,
                  .yield_mps2 = (double)NAN},
    };
    closed_loop_t* loop = set_up(&follower);
    reach_beginning(loop, trial);
    press_until_stopped(loop, &follower);
    const int64_t end_us = loop->in.now_us + (int64_t)(AFTER_STOP_S * 1e6);
    while (follower.decided_us != 0 && loop->in.now_us < end_us) {
        step(loop, &follower);
    }
    closed_loop_close(loop);
    overshoot_t* found = &follower.found;
    found->decided_ms = after_ms(follower.decided_us, follower.crossed_us);
    found->slowed_ms = after_ms(follower.slowed_us, follower.crossed_us);
    found->released_ms = after_ms(follower.released_us, follower.decided_us);
    return *found;
}

double overshoot_bound_N(const overshoot_t* overshoot, const envelope_reaction_t* reaction,
                         double late_s)
{
    const envelope_reaction_t late = {reaction->reaction_s + late_s, reaction->deceleration_mps2};
    return envelope_rise_N(&late, overshoot->stiffness_N_per_m, overshoot->closing_mps);
}

envelope_reaction_t overshoot_reaction(void)
{
    closed_loop_t* loop = closed_loop_open(NULL, NULL, NULL, 1);
    const envelope_reaction_t reaction = loop->assembly->session.reaction;
    closed_loop_close(loop);
    return reaction;
}
