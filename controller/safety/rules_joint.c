#include <math.h>

#include "controller/safety/permit.h"
#include "controller/safety/rules.h"

static void judge_joint(verdict_t* verdict, const judge_limits_t* limits, const judged_t* judged,
                        int joint)
{
    const drive_feedback_t* drive = &judged->feedback->drives[joint];
    const judge_joint_limits_t* allowed = &limits->joints[joint];
    const bool following_judged =
        supervisor_mode_powered(judged->mode) && !mode_in(judged->mode, MODE_BIT(ARMING));

    permit_fresh(verdict, INTERLOCK_DRIVE_AGE, joint, drive->age_us, limits->sample_age_max_us);
    if (drive->age_us == AGE_NEVER_US) {
        verdict->locked_joints |= 1u << joint;
        return;
    }
    const bool fresh = drive->age_us >= 0 && drive->age_us <= limits->sample_age_max_us;
    const bool faulted = drive->state == DRIVE_FAULT || drive->state == DRIVE_FAULT_REACTION;
    const bool left = (following_judged && drive->state != DRIVE_OPERATION_ENABLED) ||
                      (mode_in(judged->mode, MODE_BIT(ARMING)) && faulted);
    if (left) {
        permit_refuse(verdict, INTERLOCK_DRIVE_STATE, joint, drive->state, DRIVE_OPERATION_ENABLED);
    }
    // Asked of the joint itself: the rules' bits may stand for a joint before it.
    if (!fresh || left) {
        verdict->locked_joints |= 1u << joint;
    }
    if (!(isfinite(drive->position) && isfinite(drive->velocity) && isfinite(drive->effort))) {
        permit_refuse(verdict, INTERLOCK_FINITE, joint, drive->position, 0.0);
        return;
    }
    permit_at_most(verdict, INTERLOCK_JOINT_POSITION, joint, drive->position,
                   allowed->measured_max);
    permit_at_most(verdict, INTERLOCK_JOINT_POSITION, joint, -drive->position,
                   -allowed->measured_min);
    permit_at_most(verdict, INTERLOCK_JOINT_SPEED, joint, fabs(drive->velocity),
                   allowed->measured_speed_max);
    if (following_judged && (verdict->locked_joints >> joint & 1u) == 0) {
        permit_at_most(verdict, INTERLOCK_FOLLOWING, joint,
                       fabs(judged->commanded->position[joint] - drive->position),
                       allowed->following_at_rest +
                           limits->following_time_s * fabs(drive->velocity));
    }
}

void judge_joints(verdict_t* verdict, const judge_limits_t* limits, const interlock_state_t* state,
                  const judged_t* judged)
{
    (void)state;
    for (int joint = 0; joint < limits->joint_count && joint < JOINT_CAPACITY; ++joint) {
        judge_joint(verdict, limits, judged, joint);
    }
}
