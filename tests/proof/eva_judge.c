// The judge under any feedback, any command, any estimate and any memory, NaN and infinities among
// them, with limits as they are and with limits whose bytes were overwritten: nothing it computes
// is undefined, and what it must refuse it refuses.
//
// analysed: controller/safety/*.c
#include <stddef.h>

#include "controller/safety/interlock.h"
#include "tests/proof/eva.h"

static bool any_bool(void)
{
    return EVA_INT(0, 1) != 0;
}

static void any_feedback(bus_feedback_t* feedback)
{
    for (int joint = 0; joint < JOINT_CAPACITY; ++joint) {
        drive_feedback_t* drive = &feedback->drives[joint];
        EVA_ANY(*drive);
        drive->state = (drive_state_t)EVA_INT(0, DRIVE_STATE_COUNT - 1);
    }
    EVA_ANY(feedback->force.force_N);
    EVA_ANY(feedback->force.torque_Nm);
    EVA_ANY(feedback->force.age_us);
    EVA_ANY(feedback->io.age_us);
    feedback->force.status_ok = any_bool();
    feedback->io.estop_closed = any_bool();
    feedback->io.client_button_released = any_bool();
    feedback->io.client_present = any_bool();
    feedback->io.power_relay_closed = any_bool();
}

static void any_view(judged_t* judged, const bus_feedback_t* feedback, const bus_command_t* command)
{
    EVA_ANY(*judged);
    judged->mode = (supervisor_mode_t)EVA_INT(0, MODE_COUNT - 1);
    judged->feedback = feedback;
    judged->commanded = command;
    judged->force_tared = any_bool();
    judged->tare_refused = any_bool();
}

static void any_command(bus_command_t* command)
{
    EVA_ANY(command->position);
    for (int joint = 0; joint < JOINT_CAPACITY; ++joint) {
        command->request[joint] =
            (drive_request_t)EVA_INT(DRIVE_REQUEST_DISABLE, DRIVE_REQUEST_RESET_FAULT);
    }
    command->power_relay_close = any_bool();
    command->lamp_moving = any_bool();
}

/// A bool is 0 or 1: only what wrote past another object could leave it anything else.
static void any_memory(interlock_state_t* state)
{
    EVA_ANY(*state);
    state->last_mode = (supervisor_mode_t)EVA_INT(0, MODE_COUNT - 1);
    state->begun = any_bool();
    state->retreat_felt = any_bool();
    state->held = any_bool();
    state->tripped = any_bool();
    for (int joint = 0; joint < JOINT_CAPACITY; ++joint) {
        state->joints[joint].known = any_bool();
        state->joints[joint].commanded = any_bool();
        state->joints[joint].had_torque = any_bool();
    }
}

static int judge(const judge_limits_t* limits)
{
    bus_feedback_t feedback;
    bus_command_t command;
    judged_t judged;
    interlock_state_t state;
    any_feedback(&feedback);
    any_command(&command);
    any_view(&judged, &feedback, &command);
    any_memory(&state);
    const verdict_t verdict = interlock_evaluate(limits, &state, &judged);
    //@ assert REACTION_NONE <= verdict.reaction <= REACTION_POWER_OFF;
    //@ assert TRUST_FULL <= verdict.trust <= TRUST_NONE;
    //@ assert INTERLOCK_RULE_NONE <= verdict.rule < INTERLOCK_RULE_COUNT;
    interlock_record(&state, limits, &judged, &verdict);
    const interlock_rule_info_t* info = interlock_rule_info((interlock_rule_t)verdict.rule);
    return reaction_text(verdict.reaction)[0] + (info != NULL ? info->text[0] : 0);
}

int main(void)
{
    judge_limits_t limits;
    EVA_ANY(limits);
    const interlock_state_t state = interlock_begin();
    return judge(&limits) + (state.first_rule == INTERLOCK_RULE_NONE);
}
