// The cycle itself under feedback that no machine would give: numbers that are none, infinite,
// huge; ages, states and requests at will. It begins in any of the modes that a real run on the
// virtual table goes through, and follows its own commands wherever the input does not meddle.
//
// Whatever comes, every command is finite, inside the joints' limits and, with power, within their
// speeds and accelerations; nothing has torque in a mode without power; an open emergency stop, and
// a verdict that wants the power off, leave no powered mode; torque is given only by a granted
// request that no rule refuses; and the same bytes give the same command twice.
#include <float.h>
#include <math.h>

#include "tests/fuzz/fuzz_input.h"
#include "tests/support/closed_loop.h"

#define BEGINNINGS_MAX 48
#define STEPS_MAX 300
#define SLACK 1e-6 // of limits that are differences of positions

typedef struct {
    cycle_state_t state;
    cycle_input_t in;
} beginning_t;

/// What the input has taken out of the hands of the obedient machine.
typedef struct {
    bool position[JOINT_CAPACITY], velocity[JOINT_CAPACITY], state[JOINT_CAPACITY];
} meddled_t;

static const session_t* session;
static int beginning_count;
static beginning_t beginnings[BEGINNINGS_MAX];

static void keep_beginning(const closed_loop_t* loop)
{
    if (beginning_count < BEGINNINGS_MAX) {
        beginnings[beginning_count++] = (beginning_t){loop->state, loop->in};
    }
}

/// Steps on, keeping a beginning where the mode changes and a little later.
static void play(closed_loop_t* loop, int cycles)
{
    for (int cycle = 0; cycle < cycles; ++cycle) {
        const supervisor_mode_t before = loop->state.mode;
        const bool going = closed_loop_step(loop);
        if (loop->state.mode != before || loop->state.mode_us == 40 * session->period_us) {
            keep_beginning(loop);
        }
        if (!going) {
            return;
        }
    }
}

int fuzz_begin(const int* argc, char*** argv)
{
    (void)argc;
    (void)argv;
    static closed_loop_t* loop; // stays: the session is its
    loop = closed_loop_open(NULL, NULL, NULL, 1);
    session = &loop->assembly->session;
    play(loop, 1);
    keep_beginning(loop);
    for (int cycle = 0; cycle < 20000 && loop->state.mode != MODE_CONTACT; ++cycle) {
        play(loop, 1);
    }
    play(loop, 400);
    loop->extra_requests = REQUEST_PAUSE;
    play(loop, 1500);
    loop->extra_requests = REQUEST_RESUME;
    play(loop, 2500);
    loop->extra_requests = REQUEST_END;
    play(loop, 400);
    loop->extra_requests = REQUEST_STOP;
    play(loop, 1500);
    (void)fprintf(stderr, "%d beginnings\n", beginning_count);
    return 0;
}

/// A machine that does as it was told.
static void obey(const cycle_state_t* state, const meddled_t* meddled, cycle_input_t* in)
{
    for (int joint = 0; joint < session->chain.joint_count; ++joint) {
        drive_feedback_t* drive = &in->feedback.drives[joint];
        if (!meddled->position[joint]) {
            drive->position = state->command.position[joint];
        }
        if (!meddled->velocity[joint]) {
            drive->velocity = state->limit.speed.at[joint];
        }
        if (!meddled->state[joint]) {
            drive->state = state->command.request[joint] == DRIVE_REQUEST_ENABLE
                               ? DRIVE_OPERATION_ENABLED
                               : DRIVE_SWITCH_ON_DISABLED;
        }
    }
    in->feedback.force.force_N[0] += in->cycle % 2 == 0 ? 1e-3 : -1e-3; // no two samples are alike
    in->now_us += session->period_us;
    in->cycle++;
}

static double take_number(fuzz_input_t* input, double now)
{
    static const double usual[] = {0.0, -0.0,    1e-9,     1.0,     -1.0,     1e3,   -1e3,
                                   1e9, DBL_MAX, -DBL_MAX, DBL_MIN, 4.9e-324, 1e300, -1e300};
    const uint8_t form = fuzz_take_byte(input);
    switch (form % 20) {
    case 14:
        return (double)NAN;
    case 15:
        return (double)INFINITY;
    case 16:
        return -(double)INFINITY;
    case 17:
        return fuzz_take_double(input);
    case 18:
        return now + (fuzz_take_byte(input) - 127.5) * 1e-3;
    case 19:
        return now + (fuzz_take_byte(input) - 127.5);
    default:
        return usual[form % 20];
    }
}

static int64_t take_age(fuzz_input_t* input)
{
    const uint8_t form = fuzz_take_byte(input);
    if (form < 128) {
        return form * session->period_us / 4;
    }
    int64_t any;
    fuzz_take(input, &any, sizeof any);
    return form < 160 ? AGE_NEVER_US : any;
}

static void meddle_drive(fuzz_input_t* input, uint8_t what, meddled_t* meddled, cycle_input_t* in)
{
    const int joint = what % JOINT_CAPACITY;
    drive_feedback_t* drive = &in->feedback.drives[joint];
    switch (what / JOINT_CAPACITY % 5) {
    case 0:
        meddled->position[joint] = true;
        drive->position = take_number(input, drive->position);
        break;
    case 1:
        meddled->velocity[joint] = true;
        drive->velocity = take_number(input, drive->velocity);
        break;
    case 2:
        drive->effort = take_number(input, drive->effort);
        break;
    case 3:
        meddled->state[joint] = true;
        drive->state = (drive_state_t)(fuzz_take_byte(input) % DRIVE_STATE_COUNT);
        break;
    default:
        drive->age_us = take_age(input);
        break;
    }
}

static void meddle_rest(fuzz_input_t* input, uint8_t what, cycle_input_t* in)
{
    force_feedback_t* force = &in->feedback.force;
    io_feedback_t* io = &in->feedback.io;
    const uint8_t axis = what / 8u % 3u;
    switch (what % 8) {
    case 0:
        force->force_N[axis] = take_number(input, force->force_N[axis]);
        break;
    case 1:
        force->torque_Nm[axis] = take_number(input, force->torque_Nm[axis]);
        break;
    case 2:
        force->age_us = take_age(input);
        force->status_ok = axis != 0;
        break;
    case 3:
        io->age_us = take_age(input);
        break;
    case 4: {
        const uint8_t bits = fuzz_take_byte(input);
        io->estop_closed = (bits & 1u) != 0;
        io->client_button_released = (bits & 2u) != 0;
        io->client_present = (bits & 4u) != 0;
        io->power_relay_closed = (bits & 8u) != 0;
        break;
    }
    case 5:
        in->intensity_level = fuzz_take_byte(input) - 128;
        in->requests = REQUEST_INTENSITY;
        break;
    case 6:
        in->overruns = what / 8u;
        break;
    default:
        in->requests = fuzz_take_word(input) & ((1u << REQUEST_COUNT) - 1u);
        break;
    }
}

static void claim_command(const cycle_state_t* before, const cycle_state_t* after,
                          const cycle_output_t* out)
{
    const chain_t* chain = &session->chain;
    const bool powered = supervisor_mode_powered(out->mode);
    const bool stays_powered = powered && supervisor_mode_powered(before->mode);
    for (int joint = 0; joint < chain->joint_count; ++joint) {
        const double position = out->command.position[joint];
        FUZZ_CLAIM(isfinite(position));
        FUZZ_CLAIM(position >= chain->position_min.at[joint]);
        FUZZ_CLAIM(position <= chain->position_max.at[joint]);
        FUZZ_CLAIM(powered || out->command.request[joint] != DRIVE_REQUEST_ENABLE);
        if (!stays_powered || (after->locked_joints >> joint & 1u) != 0) {
            continue;
        }
        const double speed = (position - before->command.position[joint]) / session->period_s;
        const double gained = fabs(speed - before->limit.speed.at[joint]);
        FUZZ_CLAIM(fabs(speed) <= chain->velocity_max.at[joint] + SLACK);
        FUZZ_CLAIM(gained <= chain->acceleration_max.at[joint] * session->period_s + SLACK);
    }
}

static void claim_stops(const cycle_state_t* before, const cycle_input_t* in,
                        const cycle_output_t* out)
{
    const bool powered = supervisor_mode_powered(out->mode);
    const bool estop_open = in->feedback.io.age_us != AGE_NEVER_US && !in->feedback.io.estop_closed;
    FUZZ_CLAIM(out->mode >= 0 && out->mode < MODE_COUNT);
    FUZZ_CLAIM(!estop_open || (!powered && out->verdict.refused != 0));
    FUZZ_CLAIM(out->verdict.reaction != REACTION_POWER_OFF || !powered);
    FUZZ_CLAIM((out->verdict.refused == 0) == (out->verdict.rule == INTERLOCK_RULE_NONE));
    FUZZ_CLAIM(out->verdict.refused == 0 || out->verdict.reaction != REACTION_NONE);
    if (powered && !supervisor_mode_powered(before->mode)) {
        FUZZ_CLAIM((out->live.granted & REQUEST_ARM) != 0 && out->verdict.refused == 0);
    }
    for (int joint = 0; joint < session->chain.joint_count; ++joint) {
        const drive_feedback_t* drive = &in->feedback.drives[joint];
        FUZZ_CLAIM(drive->age_us == AGE_NEVER_US || isfinite(drive->position) ||
                   out->verdict.refused != 0);
    }
}

static void claim_repeatable(const cycle_state_t* before, const cycle_input_t* in,
                             const cycle_output_t* out)
{
    static cycle_state_t state;
    static cycle_output_t again;
    state = *before;
    cycle_step(session, &state, in, &again);
    FUZZ_CLAIM(again.mode == out->mode && again.conditions == out->conditions);
    FUZZ_CLAIM(again.verdict.refused == out->verdict.refused);
    FUZZ_CLAIM(
        memcmp(again.command.position, out->command.position, sizeof out->command.position) == 0);
}

int fuzz_one(const uint8_t* bytes, size_t count)
{
    static cycle_state_t state, before;
    static cycle_input_t in;
    static cycle_output_t out;
    fuzz_input_t input = {bytes, count};
    const beginning_t* beginning = &beginnings[fuzz_take_byte(&input) % beginning_count];
    meddled_t meddled = {0};
    state = beginning->state;
    in = beginning->in;
    in.requests = 0;
    for (int step = 0; step < STEPS_MAX && input.left > 0;) {
        const uint8_t form = fuzz_take_byte(&input);
        if ((form & 0x80u) == 0) {
            const uint8_t what = fuzz_take_byte(&input);
            if ((form & 1u) != 0) {
                meddle_drive(&input, what, &meddled, &in);
            } else {
                meddle_rest(&input, what, &in);
            }
            continue;
        }
        for (int repeat = 0; repeat <= (form & 0x0F); ++repeat, ++step) {
            obey(&state, &meddled, &in);
            before = state;
            cycle_step(session, &state, &in, &out);
            claim_command(&before, &state, &out);
            claim_stops(&before, &in, &out);
            if (step % 16 == 0) {
                claim_repeatable(&before, &in, &out);
            }
            in.requests = 0;
        }
    }
    return 0;
}
