#include "controller/campaign/invariants.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "controller/safety/envelope.h"
#include "kinematics/fk.h"
#include "routines/body.h"

#define M(name) (1u << MODE_##name)
// Modes in which the arm goes on with what it was asked for.
#define GOING_MODES                                                                                \
    (M(ARMED) | M(TRANSIT) | M(APPROACH) | M(CONTACT) | M(RETRACT) | M(LIFT) | M(PAUSED) |         \
     M(PARKING))
// Modes in which every drive is to have its torque and to follow.
#define FOLLOWED_MODES (GOING_MODES | M(YIELD))
// Modes that answer a trip.
#define REACTION_MODES (M(YIELD) | M(STOPPING) | M(TRIPPED))

// The expected skin's normal turns under a tool that glides: 0.25 m/s over a bend of 8 degrees.
#define NORMAL_SWING_MPS 0.035
// Commands are differences of positions of some metres: what is lost in the last digits.
#define ROUNDING 1e-6
// True speeds swing about what is commanded.
#define TRUE_SPEED_SWING_MPS 0.05
#define TRUE_SPEED_PERIODS 5
// A joint whose drive is lost stands still at once. Those that moved against it need their
// deceleration, and until then the tool is a little faster than it was: 1.02 times was seen.
#define LOST_DRIVE_MARGIN 1.1
#define LOST_DRIVE_PERIODS 25
// The drives' watchdogs as the program configures them, s.
#define WATCHDOG_S 0.040
// A yield goes along the normal of the expected skin, and its joints follow it a little late: along
// the true one it had 0.95 of its speed (swarm:4138), and is granted as much again.
#define YIELD_LEAST 0.9
// A tool swings on its spring: below the limit for fewer periods than this, it is the same press.
// One period was seen (swarm:2042), and is doubled.
#define SWING_PERIODS 3
// A tool that comes no faster than this stands: a body that rests on a brake gives way so slowly.
#define STANDS_MPS 0.005
// Within this of a stop the body has to be let go.
#define RELEASE_US 300000
// Of a yield's speed: a body that comes after the tool faster leaves it less than that to gain.
#define CHASED_PART 0.5
// Drives that were told to let go do it within this, brakes and all.
#define TORQUE_GONE_US 200000

const char* invariant_name(invariant_t invariant)
{
    static const char* const names[INVARIANT_COUNT] = {
#define X(id, name, judged, text) [id] = name,
        INVARIANT_LIST(X)
#undef X
    };
    return (unsigned)invariant < INVARIANT_COUNT ? names[invariant] : "unknown";
}

const char* invariant_text(invariant_t invariant)
{
    static const char* const texts[INVARIANT_COUNT] = {
#define X(id, name, judged, text) [id] = text,
        // NOLINTNEXTLINE(bugprone-suspicious-missing-comma): texts of more than one line
        INVARIANT_LIST(X)
#undef X
    };
    return (unsigned)invariant < INVARIANT_COUNT ? texts[invariant] : "unknown";
}

void invariants_begin(invariants_t* invariants, const stage_t* stage, const world_settings_t* world)
{
    *invariants = (invariants_t){.stage = stage,
                                 .world = world,
                                 .reaction_us = -1,
                                 .yield_us = -1,
                                 .answer_us = -1,
                                 .tripped_us = -1,
                                 .first_rule = INTERLOCK_RULE_NONE,
                                 .press = {.bound_N = (double)NAN}};
}

double invariants_force_bound_N(const session_t* session, double stiffness_N_per_m,
                                double closing_mps, double longer_s, double skin_m)
{
    const envelope_reaction_t reaction = {session->reaction.reaction_s + longer_s,
                                          session->reaction.deceleration_mps2};
    return session->safety->contact_force_max_N.value +
           envelope_rise_N(&reaction, stiffness_N_per_m, closing_mps) + stiffness_N_per_m * skin_m;
}

static bool in_modes(supervisor_mode_t mode, unsigned modes)
{
    return (modes >> mode & 1u) != 0;
}

/// One period as all judges below see it.
typedef struct {
    invariants_t* self;
    const session_t* session;
    const cycle_input_t* in;
    const cycle_output_t* out;
    const cycle_state_t* state;
    const world_truth_t* truth;
    double passed_s; // since the last period
    vec3_t tool_commanded_m;
} period_t;

static void violate(const period_t* period, invariant_t invariant, const char* what, double found,
                    double allowed)
{
    invariants_t* self = period->self;
    if (((self->violated | self->excused) & INVARIANT_BIT(invariant)) != 0) {
        return;
    }
    self->violated |= INVARIANT_BIT(invariant);
    self->at_s[invariant] = (double)period->in->now_us * 1e-6;
    (void)snprintf(self->found[invariant], TEXT_CAPACITY, "%s: %.5g, allowed %.5g (%s, was %s)",
                   what, found, allowed, supervisor_mode_text(period->out->mode),
                   supervisor_mode_text(self->mode));
}

/// Holds unless `found` is known and at most `allowed`.
static void at_most(const period_t* period, invariant_t invariant, const char* what, double found,
                    double allowed)
{
    if (!(isfinite(found) && found <= allowed)) {
        violate(period, invariant, what, found, allowed);
    }
}

static void judge_approach(const period_t* period)
{
    invariants_t* self = period->self;
    const estimate_t* estimate = &period->out->estimate;
    // One sample alone may be noise: two of three count, as the judge may vote.
    const bool now_over = estimate->force_tared && supervisor_mode_powered(period->out->mode) &&
                          !(vec3_norm(estimate->contact_force_N) <=
                            period->session->safety->contact_force_max_N.value);
    self->overs = (self->overs << 1 | (now_over ? 1u : 0u)) & 7u;
    const bool over = now_over && (self->overs & 6u) != 0;
    const vec3_t moved_m = vec3_sub(period->tool_commanded_m, self->tool_commanded_m);
    const double inward_mps =
        -vec3_dot(moved_m, estimate->surface_normal) / period->session->period_s;
    if (over && in_modes(period->out->mode, GOING_MODES)) {
        violate(period, INVARIANT_I1, "goes on with a force of",
                vec3_norm(estimate->contact_force_N),
                period->session->safety->contact_force_max_N.value);
    }
    if (over && self->was_over) {
        at_most(period, INVARIANT_I1, "commanded towards the body, m/s", inward_mps,
                fmax(self->inward_mps, 0.0) + NORMAL_SWING_MPS);
    }
    // Held against the slowest since the force is over: small steps add up.
    self->inward_mps = over && self->was_over ? fmin(self->inward_mps, inward_mps) : inward_mps;
    self->was_over = over;
}

/// By how much later than declared the controller sees a force and acts on it: its sample is older
/// than a period, up to the age from which it has to let go without one, or the period was late.
static double late_s(const period_t* period)
{
    const session_t* session = period->session;
    const double age_s = (double)period->in->feedback.force.age_us * 1e-6 - session->period_s;
    const double seen_late_s = fmin(fmax(age_s, 0.0), session->safety->sample_age_max_s.value);
    return seen_late_s + fmax(period->passed_s - session->period_s, 0.0);
}

static void note_press(const period_t* period, vec3_t tool_m)
{
    press_watch_t* press = &period->self->press;
    const vec3_t velocity_mps =
        vec3_scale(vec3_sub(tool_m, period->self->tool_true_m), 1.0 / period->passed_s);
    press->at = (press->at + 1) % INVARIANT_PRESS_CAPACITY;
    press->into_mps[press->at] =
        period->self->begun ? -vec3_dot(velocity_mps, period->truth->skin_normal) : 0.0;
    press->late_s[press->at] = late_s(period);
}

/// From the period in which the force is first over the limit.
static void begin_over(const period_t* period, press_watch_t* press)
{
    press->over = true;
    press->since_s = 0.0;
    press->skin_m = 0.0;
    press->damped_N = press->firmer_N = 0.0;
    press->tissue_was_N_per_m1_5 = period->truth->tissue_N_per_m1_5;
    press->tool_mps = -HUGE_VAL;
    press->longer_s = 0.0;
    double into_least_mps = HUGE_VAL;
    for (int i = 0; i < INVARIANT_PRESS_CAPACITY; ++i) {
        press->tool_mps = fmax(press->tool_mps, press->into_mps[i]);
        into_least_mps = fmin(into_least_mps, press->into_mps[i]);
        press->longer_s = fmax(press->longer_s, press->late_s[i]);
    }
    // An arm without torque ends nothing: all that the skin does is its own.
    const bool limp = !supervisor_mode_powered(period->self->mode);
    const double most_mps =
        limp ? 0.0 : YIELD_LEAST * period->session->safety->yield_speed_mps.value;
    press->skin_mps = fmin(period->truth->surface_speed_mps, most_mps);
    press->near_was_mps = period->truth->surface_speed_mps + (limp ? into_least_mps : 0.0);
}

/// By what the bound has grown in a period in which the force is over the limit.
static void note_over(const period_t* period, press_watch_t* press)
{
    const safety_settings_t* safety = period->session->safety;
    const world_truth_t* truth = period->truth;
    const double skin_mps = truth->surface_speed_mps;
    if (press->since_s <= period->session->reaction.reaction_s + press->longer_s) {
        press->tool_mps = fmax(press->tool_mps, press->into_mps[press->at]);
        press->longer_s = fmax(press->longer_s, press->late_s[press->at]);
    }
    // The crossing lies somewhere in the period before the one that shows it. Nothing gives way to
    // a skin that rises farther than a yield goes, or after the torque has gone.
    const bool yields = supervisor_mode_powered(period->self->mode) &&
                        press->rise_m <= safety->yield_distance_m.value;
    const double given_mps = yields ? press->skin_mps : fmin(press->skin_mps, 0.0);
    press->skin_m += fmax(skin_mps - given_mps, 0.0) * period->passed_s;
    // An arm whose torque has gone sags until its brakes shut.
    const double into_mps = press->into_mps[press->at];
    const int64_t tripped_us = period->self->tripped_us;
    if (tripped_us >= 0 && period->in->now_us - tripped_us <= TORQUE_GONE_US) {
        press->skin_m += fmax(into_mps, 0.0) * period->passed_s;
    }
    // Tissue resists what comes nearer quicker by more than a spring does: a skin, and an arm
    // without torque, which sags, or which the skin had pushed away until the brakes shut.
    const double near_mps =
        skin_mps + (supervisor_mode_powered(period->self->mode) ? 0.0 : into_mps);
    const double most_N = safety->contact_force_max_N.value;
    press->damped_N = fmax(press->damped_N, most_N * truth->damping_s_per_m *
                                                fmax(near_mps - press->near_was_mps, 0.0));
    // So does firmer tissue, at the same depth: the tool glides, or the client tenses.
    const double was_N_per_m1_5 = press->tissue_was_N_per_m1_5;
    const double firmer =
        was_N_per_m1_5 > 0.0 ? truth->tissue_N_per_m1_5 / was_N_per_m1_5 - 1.0 : 0.0;
    press->firmer_N = fmax(press->firmer_N, most_N * fmax(firmer, 0.0));
}

/// The true force against what no trial may pass.
static void judge_over(const period_t* period)
{
    press_watch_t* press = &period->self->press;
    const world_truth_t* truth = period->truth;
    const safety_settings_t* safety = period->session->safety;
    const bool touched = truth->normal_force_N > safety->touch_force_N.value;
    press->rise_m =
        touched ? fmax(press->rise_m + truth->surface_speed_mps * period->passed_s, 0.0) : 0.0;
    // The others still move as if it did not stand.
    press->lost = press->over && (press->lost || period->self->lost);
    press->outrun =
        touched && (press->outrun || truth->surface_speed_mps > safety->yield_speed_mps.value ||
                    press->rise_m > safety->yield_distance_m.value);
    const bool crosses = press->over && !(press->since_s > 0.0);
    const bool stands = !truth->drives_enabled && press->into_mps[press->at] <= STANDS_MPS;
    press->braked = crosses ? stands : press->over && press->braked;
    const double over_N = truth->normal_force_N - safety->contact_force_max_N.value;
    press->over_N = fmax(press->over_N, over_N);
    if (!press->braked && !press->outrun && !press->lost) {
        at_most(period, INVARIANT_I17, "true force over the limit of all by, N", over_N,
                PRESS_OVER_MAX_N);
    }
}

/// The true force against what the envelope says of an arm that lets go from the limit on.
static void judge_press(const period_t* period)
{
    press_watch_t* press = &period->self->press;
    const session_t* session = period->session;
    const world_truth_t* truth = period->truth;
    const bool above = truth->normal_force_N > session->safety->contact_force_max_N.value;
    press->under = above ? 0 : press->under + 1;
    if (press->over && press->under < SWING_PERIODS) {
        press->since_s += period->passed_s;
    } else if (above) {
        begin_over(period, press);
    } else {
        press->over = false;
    }
    double bound_N = session->safety->contact_force_max_N.value;
    if (press->over) {
        note_over(period, press);
        bound_N = press->damped_N + press->firmer_N +
                  invariants_force_bound_N(session, truth->stiffness_N_per_m,
                                           fmax(press->tool_mps + press->skin_mps, 0.0),
                                           press->longer_s, press->skin_m);
    }
    at_most(period, INVARIANT_I2, "true force on the body, N", truth->normal_force_N, bound_N);
    press->ratio = fmax(press->ratio, truth->normal_force_N / bound_N);
    const double most_N = session->safety->contact_force_max_N.value;
    const double rise_ratio =
        press->over ? (truth->normal_force_N - most_N) / (bound_N - most_N) : 0.0;
    if (rise_ratio > press->rise_ratio) {
        press->rise_ratio = rise_ratio;
        press->bound_N = bound_N;
    }
}

/// A yield keeps the glide of what it ends while it gathers speed away from the body.
static double tool_speed_allowed_mps(const period_t* period, supervisor_mode_t mode)
{
    const safety_settings_t* safety = period->session->safety;
    const double transit_mps = safety->transit_speed_max_mps.value;
    const double most_mps = in_modes(mode, REACTION_MODES)
                                ? hypot(safety->yield_speed_mps.value, transit_mps)
                                : transit_mps;
    return most_mps * safety->tool_speed_margin.value *
           (period->self->lost ? LOST_DRIVE_MARGIN : 1.0);
}

static void judge_truth(const period_t* period)
{
    invariants_t* self = period->self;
    const world_truth_t* truth = period->truth;
    joints_t joints = {{0}};
    memcpy(joints.at, truth->joint_position, sizeof joints.at);
    const vec3_t tool_m = fk_tool_pose(&period->session->chain, &joints).position_m;
    note_press(period, tool_m);
    judge_press(period);
    judge_over(period);
    if (self->begun) {
        const double speed_mps = vec3_norm(vec3_sub(tool_m, self->tool_true_m)) / period->passed_s;
        const double allowed_mps =
            tool_speed_allowed_mps(period, self->mode) + TRUE_SPEED_SWING_MPS;
        self->fast_periods = speed_mps <= allowed_mps ? 0 : self->fast_periods + 1;
        if (self->fast_periods >= TRUE_SPEED_PERIODS) {
            violate(period, INVARIANT_I6, "true speed of the tool, m/s", speed_mps, allowed_mps);
        }
    }
    self->tool_true_m = tool_m;
}

static void judge_zones(const period_t* period)
{
    const body_t* body = period->session->body;
    if (!(period->truth->normal_force_N > period->session->safety->touch_force_N.value)) {
        return;
    }
    // From the true body to the model: the lie undone, about the same pivot.
    const world_settings_t* world = period->self->world;
    const double pivot_x_m = period->session->machine->neck_x_m;
    const double cosine = cos(world->body_turn_rad), sine = sin(world->body_turn_rad);
    const double x_m = period->truth->pad.position_m.x - world->body_offset_m[0] - pivot_x_m;
    const double y_m = period->truth->pad.position_m.y - world->body_offset_m[1];
    const body_place_t place = body_place_of_table(body, pivot_x_m + cosine * x_m + sine * y_m,
                                                   -sine * x_m + cosine * y_m);
    for (int i = 0; i < body->settings->zone_count; ++i) {
        if (!(body_distance_to_zone_m(body, i, place) > 0.0)) {
            violate(period, INVARIANT_I7, body->settings->zones[i].name,
                    period->truth->normal_force_N, 0.0);
        }
    }
}

/// A drive is lost or does not turn its joint, or came back so little ago that the joints still
/// move as if it were. Told by what the drives say; the joints that the controller gave up are its
/// own word.
static bool drive_lost(const period_t* period)
{
    const int64_t most_us = (int64_t)(period->session->safety->sample_age_max_s.value * 1e6);
    invariants_t* self = period->self;
    self->lost_periods = self->lost_periods > 0 ? self->lost_periods - 1 : 0;
    const bool follows = in_modes(self->mode, FOLLOWED_MODES);
    for (int joint = 0; joint < period->session->chain.joint_count; ++joint) {
        const drive_feedback_t* drive = &period->in->feedback.drives[joint];
        if (drive->age_us > most_us || (follows && drive->state != DRIVE_OPERATION_ENABLED)) {
            self->lost_periods = LOST_DRIVE_PERIODS;
        }
    }
    return self->lost_periods > 0;
}

/// A joint that was given up stays so: its drive may have missed any number of set-points.
static void judge_given_up(const period_t* period)
{
    invariants_t* self = period->self;
    const bool powered = supervisor_mode_powered(period->out->mode);
    for (int joint = 0; joint < period->session->chain.joint_count; ++joint) {
        const drive_request_t request = period->out->command.request[joint];
        if (self->given_up[joint] && powered && request == DRIVE_REQUEST_ENABLE) {
            violate(period, INVARIANT_I8, "goes on though told to stop, joint", joint, 0.0);
        }
        self->given_up[joint] =
            powered && (self->given_up[joint] || request == DRIVE_REQUEST_QUICK_STOP);
    }
}

static void judge_set_points(const period_t* period)
{
    invariants_t* self = period->self;
    const chain_t* chain = &period->session->chain;
    const bus_command_t* command = &period->out->command;
    const double period_s = period->session->period_s;
    for (int joint = 0; joint < chain->joint_count; ++joint) {
        const double position = command->position[joint];
        const bool enabled = command->request[joint] == DRIVE_REQUEST_ENABLE;
        if (!(isfinite(position) && position >= chain->position_min.at[joint] - ROUNDING &&
              position <= chain->position_max.at[joint] + ROUNDING)) {
            violate(period, INVARIANT_I8, "set-point, joint", position, joint);
        }
        const bool follows = enabled && self->begun && self->enabled[joint];
        const double speed = follows ? (position - self->command[joint]) / period_s : 0.0;
        if (follows) {
            at_most(period, INVARIANT_I8, "speed of a set-point", fabs(speed),
                    chain->velocity_max.at[joint] * (1.0 + ROUNDING) + ROUNDING);
            at_most(period, INVARIANT_I8, "acceleration of a set-point",
                    fabs(speed - self->speed[joint]) / period_s,
                    chain->acceleration_max.at[joint] * (1.0 + ROUNDING) + ROUNDING / period_s);
            if (!(self->armed && self->started)) {
                at_most(period, INVARIANT_I4, "moves without arm and start", fabs(speed), ROUNDING);
            }
        }
        self->enabled[joint] = enabled;
        self->command[joint] = position;
        self->speed[joint] = speed;
    }
    self->lost = drive_lost(period);
    if (self->begun && self->started && supervisor_mode_powered(period->out->mode)) {
        const double speed_mps =
            vec3_norm(vec3_sub(period->tool_commanded_m, self->tool_commanded_m)) / period_s;
        at_most(period, INVARIANT_I6, "commanded speed of the tool, m/s", speed_mps,
                tool_speed_allowed_mps(period, period->out->mode));
    }
}

static void judge_samples(const period_t* period)
{
    const bus_feedback_t* feedback = &period->in->feedback;
    const int64_t most_us = (int64_t)(period->session->safety->sample_age_max_s.value * 1e6);
    if (!in_modes(period->out->mode, GOING_MODES)) {
        return;
    }
    bool known = isfinite(period->out->estimate.normal_force_N) &&
                 isfinite(period->out->estimate.tool_speed_mps);
    int64_t oldest_us =
        feedback->force.age_us > feedback->io.age_us ? feedback->force.age_us : feedback->io.age_us;
    for (int joint = 0; joint < period->session->chain.joint_count; ++joint) {
        const drive_feedback_t* drive = &feedback->drives[joint];
        oldest_us = drive->age_us > oldest_us ? drive->age_us : oldest_us;
        known = known && isfinite(drive->position) && isfinite(drive->velocity) &&
                drive->state != DRIVE_UNKNOWN;
    }
    for (int i = 0; i < 3; ++i) {
        known = known && isfinite(feedback->force.force_N[i]);
    }
    if (oldest_us > most_us) {
        violate(period, INVARIANT_I5, "goes on with a sample aged, s", (double)oldest_us * 1e-6,
                (double)most_us * 1e-6);
    }
    if (!known) {
        violate(period, INVARIANT_I15, "goes on though something is unknown", 1.0, 0.0);
    }
}

static void judge_times(const period_t* period)
{
    invariants_t* self = period->self;
    const safety_settings_t* safety = period->session->safety;
    const supervisor_mode_t mode = period->out->mode;
    const int64_t now_us = period->in->now_us;
    const bool reacts = mode == MODE_YIELD || mode == MODE_STOPPING;
    // Yielding and stopping end each in the first period after their time. Where periods are late,
    // the first one of each is not counted and the last one is late: two long ones each. One later
    // than the drives' watchdogs is stopped by them.
    const double period_s = period->session->period_s;
    const double watched_s = fmin(period->passed_s, WATCHDOG_S);
    self->turn_s = reacts ? fmax(self->turn_s, watched_s) : period_s;
    const double slack_s = self->turn_s > period_s ? 4.0 * self->turn_s : 2.0 * period_s;
    self->reaction_us = !reacts ? -1 : self->reaction_us < 0 ? now_us : self->reaction_us;
    self->yield_us = !reacts                                    ? -1
                     : mode == MODE_YIELD && self->yield_us < 0 ? now_us
                                                                : self->yield_us;
    // A program that hangs can end nothing: of that time it answers for no more than the drives let
    // pass before they stop by themselves.
    const int64_t hung_us = (int64_t)(1e6 * (period->passed_s - watched_s));
    self->reaction_us += self->reaction_us >= 0 && self->reaction_us < now_us ? hung_us : 0;
    self->yield_us += self->yield_us >= 0 && self->yield_us < now_us ? hung_us : 0;
    const double most_s = safety->yield_time_max_s.value + safety->stop_time_max_s.value + slack_s;
    if (self->reaction_us >= 0) {
        at_most(period, INVARIANT_I3, "torque is still asked for after, s",
                (double)(now_us - self->reaction_us) * 1e-6, most_s);
    }
    if (self->yield_us >= 0) {
        at_most(period, INVARIANT_I13, "yielding and stopping last, s",
                (double)(now_us - self->yield_us) * 1e-6, most_s);
    }
    self->tripped_us = mode != MODE_TRIPPED ? -1 : self->tripped_us < 0 ? now_us : self->tripped_us;
    if (mode == MODE_TRIPPED || mode == MODE_LOCKED) {
        bool asked = period->out->command.power_relay_close;
        for (int joint = 0; joint < period->session->chain.joint_count; ++joint) {
            asked = asked || period->out->command.request[joint] == DRIVE_REQUEST_ENABLE;
        }
        if (asked) {
            violate(period, INVARIANT_I3, "torque is asked for though it is tripped or locked", 1.0,
                    0.0);
        }
    }
    if (self->tripped_us >= 0 && now_us - self->tripped_us > TORQUE_GONE_US &&
        period->truth->drives_enabled) {
        violate(period, INVARIANT_I3, "a drive still has torque after, s",
                (double)(now_us - self->tripped_us) * 1e-6, TORQUE_GONE_US * 1e-6);
    }
}

/// The time that the true force takes to end after a stop.
static void judge_release(const period_t* period)
{
    invariants_t* self = period->self;
    const supervisor_mode_t mode = period->out->mode;
    const int64_t now_us = period->in->now_us;
    const bool answers = in_modes(mode, M(LIFT) | M(YIELD) | M(STOPPING));
    const bool stopped =
        period->out->verdict.refused != 0 || (period->out->live.granted & REQUEST_STOP) != 0;
    const bool begins = in_modes(self->mode, GOING_MODES) && stopped;
    self->answer_us = !answers ? -1 : self->answer_us >= 0 || !begins ? self->answer_us : now_us;
    // A program that hangs lets go of nothing; the drives' watchdogs brake. Nor is counted for how
    // long a body comes after the tool nearly as fast as it yields.
    const double hung_s = period->passed_s - fmin(period->passed_s, WATCHDOG_S);
    const double yield_mps = period->session->safety->yield_speed_mps.value;
    const bool chased = period->truth->surface_speed_mps > CHASED_PART * yield_mps;
    self->answer_us += self->answer_us >= 0 && self->answer_us < now_us
                           ? (int64_t)((chased ? period->passed_s : hung_s) * 1e6)
                           : 0;
    const bool moves = period->truth->drives_enabled && !self->lost && !self->press.outrun;
    if (self->answer_us >= 0 && now_us - self->answer_us > RELEASE_US && moves) {
        at_most(period, INVARIANT_I18, "true force after a stop, N", period->truth->normal_force_N,
                INVARIANT_RELEASED_N);
    }
    // Nor may the torque be taken away on the body sooner, unless a refused rule asks for it.
    const bool gives_up =
        (supervisor_mode_touches(self->mode) || self->mode == MODE_YIELD) && mode == MODE_STOPPING;
    const int64_t yielded_us = self->yield_us >= 0 ? now_us - self->yield_us : 0;
    const bool could = period->truth->drives_enabled && !self->press.outrun;
    if (gives_up && could && period->out->verdict.reaction <= REACTION_YIELD &&
        yielded_us < RELEASE_US) {
        at_most(period, INVARIANT_I18, "true force as a yield ends, N",
                period->truth->normal_force_N, INVARIANT_RELEASED_N);
    }
}

static void judge_requests(const period_t* period)
{
    invariants_t* self = period->self;
    const supervisor_mode_t mode = period->out->mode;
    const uint32_t requests = period->in->requests;
    const bool begins = (self->mode == MODE_READY && mode == MODE_ARMING) ||
                        (self->mode == MODE_ARMED && mode == MODE_TRANSIT) ||
                        (self->mode == MODE_PAUSED && mode == MODE_TRANSIT);
    if ((requests & REQUEST_STOP) != 0 && begins) {
        violate(period, INVARIANT_I10, "starts although a stop was asked for", 1.0, 0.0);
    }
    self->armed = supervisor_mode_powered(mode) &&
                  (self->armed || (period->out->live.granted & REQUEST_ARM) != 0);
    self->started = supervisor_mode_powered(mode) &&
                    (self->started || (period->out->live.granted & REQUEST_START) != 0);
}

/// The reaction is a word until the mode follows it, which decides what is commanded.
static void judge_obeyed(const period_t* period)
{
    static const unsigned obeying[REACTION_COUNT] = {
        [REACTION_NONE] = ~0u,
        [REACTION_LIFT] = ~(M(APPROACH) | M(CONTACT)),
        [REACTION_YIELD] = REACTION_MODES,
        [REACTION_STOP] = M(STOPPING) | M(TRIPPED),
        [REACTION_POWER_OFF] = M(TRIPPED),
    };
    const verdict_t* verdict = &period->out->verdict;
    const supervisor_mode_t before = period->self->mode, mode = period->out->mode;
    // Without torque nothing is left to do but to stay so.
    const unsigned obeyed = supervisor_mode_powered(before) ? obeying[verdict->reaction]
                                                            : M(LOCKED) | M(TRIPPED) | M(PARKED);
    if (verdict->refused != 0 && !in_modes(mode, obeyed)) {
        violate(period, INVARIANT_I11, "not obeyed is the reaction", verdict->reaction, 0.0);
    }
}

static void judge_verdict(const period_t* period)
{
    invariants_t* self = period->self;
    const verdict_t* verdict = &period->out->verdict;
    const supervisor_mode_t mode = period->out->mode;
    // All refused rules together get no less than each alone asks for; whether there is contact is
    // known here only in the modes that touch.
    for (int rule = 0; verdict->refused != 0 && rule < INTERLOCK_RULE_COUNT; ++rule) {
        const interlock_rules_t alone = verdict->refused & INTERLOCK_RULE(rule);
        if (alone == 0) {
            continue;
        }
        const reaction_t touching = interlock_reaction(alone, true);
        const reaction_t clear = interlock_reaction(alone, false);
        const reaction_t least =
            supervisor_mode_touches(self->mode) || touching < clear ? touching : clear;
        if (verdict->reaction < least) {
            violate(period, INVARIANT_I11, "reaction", verdict->reaction, least);
        }
    }
    const bool trips = in_modes(mode, REACTION_MODES) && in_modes(self->mode, GOING_MODES);
    const bool asked = (period->out->live.granted & REQUEST_STOP) != 0;
    const int first = period->state->interlock.first_rule;
    if (trips && !asked && first == INTERLOCK_RULE_NONE) {
        violate(period, INVARIANT_I9, "trips without a first cause", 0.0, 1.0);
    }
    // A lift is acknowledged by going on.
    const bool goes_on = self->mode == MODE_PAUSED && mode == MODE_TRANSIT &&
                         (period->out->live.granted & REQUEST_RESUME) != 0;
    if (self->first_rule != INTERLOCK_RULE_NONE && first != self->first_rule &&
        mode != MODE_READY && !goes_on) {
        violate(period, INVARIANT_I9, "the first cause changes to rule", first, self->first_rule);
    }
    self->first_rule = first;
}

void invariants_judge(invariants_t* self, const cycle_input_t* in, const cycle_output_t* out,
                      const cycle_state_t* state, const world_truth_t* truth)
{
    const session_t* session = self->stage->session;
    joints_t commanded = {{0}};
    memcpy(commanded.at, out->command.position, sizeof commanded.at);
    const period_t period = {
        .self = self,
        .session = session,
        .in = in,
        .out = out,
        .state = state,
        .truth = truth,
        .passed_s = self->begun && in->now_us > self->judged_us
                        ? (double)(in->now_us - self->judged_us) * 1e-6
                        : session->period_s,
        .tool_commanded_m = fk_tool_pose(&session->chain, &commanded).position_m,
    };
    for (int i = 0; i < INVARIANT_COUNT; ++i) {
        self->excused_s[i] += (self->excused & INVARIANT_BIT(i)) != 0 ? period.passed_s : 0.0;
    }
    judge_requests(&period);
    judge_truth(&period);
    judge_zones(&period);
    judge_approach(&period);
    judge_set_points(&period);
    judge_given_up(&period);
    judge_samples(&period);
    judge_times(&period);
    judge_release(&period);
    judge_verdict(&period);
    judge_obeyed(&period);
    self->tool_commanded_m = period.tool_commanded_m;
    self->mode = out->mode;
    self->judged_us = in->now_us;
    self->begun = true;
}
