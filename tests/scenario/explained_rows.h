#define NONE ((double)NAN)
static void limits_seal(room_t* room) { judge_limits_seal(&room->assembly->session.limits); }
static void turn_mode(room_t* room) { if (room->hooked == 0 && room->state->mode == MODE_READY) room->state->mode = MODE_ARMED; }
static void break_scale(room_t* room) {
    machine_settings_t* m = &room->assembly->machine;
    for (int p = 0; p < m->profile_count; p++) for (int i = 0; i < m->profiles[p].point_count; i++)
        if (m->profiles[p].points[i].id == POINT_POSITION) m->profiles[p].points[i].scale = NAN;
}
static void turn_command(room_t* room) { if (room->hooked == 0) room->state->command.position[2] = 1.0; }
static void narrow_workspace(room_t* room) { room->assembly->session.limits.workspace_max_m[2] = 0.3; limits_seal(room); }
static void short_dwell(room_t* room) { room->assembly->session.limits.dwell_time_max_us = 20000; limits_seal(room); }
static void grow_link(room_t* room) { room->assembly->session.pairs.radius_m[2] = 0.30f; }
static void off_path(room_t* room) { room->state->path_error_m = 0.0123; }
static void long_session(room_t* room) { if (room->hooked == 0) room->state->session_us = 5400000000; }
static void low_cap(room_t* room) { for (int i = 0; i < REGION_CAPACITY; i++) room->assembly->effects.force_cap_N[i] = 8.0; }
#define C RUN_PHASE_CONTACT
#define T RUN_PHASE_TRANSIT
#define R(rule, ...) {INTERLOCK_##rule, __VA_ARGS__}
static const row_t rows[] = {
    R(LIMITS_INTACT, "host_limits_flip 700", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(ARMED_FIRST, NULL, RUN_PHASE_NONE, 0.15, turn_mode, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(ESTOP, "estop_pressed", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", "'io'", NULL, 13),
    R(FINITE, NULL, C, 2, break_scale, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", "'drive_rail'", NULL, 13),
    R(COMMAND_RANGE, NULL, C, 2, turn_command, 0, 0, EXPLAIN_CAUSE, 1.0, 0, 0.785398, 1e-6, "rad", "'joint_2'", NULL, 13),
    R(ENCODER_JUMP, "encoder_jump drive_3 0.3", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, 0.3, 1e-3, 1, 1, "rad", "'joint_3'", NULL, 13),
    R(ENCODER_DISAGREES, "encoder_drift drive_3 0.3", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(ENCODER_DISAGREES, "encoder_scale drive_3 2", T, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(JOINT_POSITION, "encoder_jump drive_rail 0.9", RUN_PHASE_NONE, 0, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(JOINT_SPEED, "drive_runaway drive_2 3", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(JOINT_SPEED, "encoder_scale drive_rail 5", T, 1, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(JOINT_SPEED, "encoder_wrap drive_2 0.5", T, 0.5, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(SPEED_FOLLOWING, "drive_runaway drive_2 0.3", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(DRIVE_DEAF, "drive_deaf_to_stop drive_rail", T, 1, NULL, REQUEST_STOP, 0, EXPLAIN_BY_ITSELF, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(DRIVE_SYNC, "drive_deaf_to_stop drive_2", RUN_PHASE_ARMED, 0.04, NULL, REQUEST_STOP, 0, EXPLAIN_BY_ITSELF, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(POWER_RELAY, "relay_stuck", T, 1, NULL, REQUEST_STOP, 0, EXPLAIN_BY_ITSELF, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(BRAKE_SLIPS, "brake_slips drive_2 0", T, 1, NULL, REQUEST_STOP, 0, EXPLAIN_BY_ITSELF, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(CLOCK, "host_clock_jump 1", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(OVERRUN, "host_hang 0.03", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(OVERRUN, "host_overrun 0.006", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(IO_AGE, "device_silent io", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(CLIENT_BUTTON, "button_pressed", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(CLIENT_PRESENT, "client_leaves", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(DRIVE_AGE, "device_silent drive_3", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(SAMPLE_LOSS, "bus_loss drive_rail 0.5", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(SAMPLE_LOSS, "bus_loss force 0.5", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(SAMPLE_LOSS, "bus_loss io 0.5", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(DRIVE_STATE, "drive_fault drive_3", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(ENCODER_FROZEN, "encoder_freeze drive_2", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(ENCODER_FROZEN, "encoder_freeze drive_rail", T, 1, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(FOLLOWING, "drive_deaf drive_2", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(FOLLOWING, "drive_weak drive_2 0.2", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(FOLLOWING, "drive_deaf drive_rail", T, 1, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(FORCE_AGE, "device_silent force", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(FORCE_STATUS, "force_status", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(FORCE_SATURATED, "force_bias z 200", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(FORCE_FROZEN, "force_freeze", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(FORCE_AXIS_FROZEN, "force_saturation 5", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(FORCE_AXIS_FROZEN, "force_steps 2", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(FORCE_NOISE, "force_noise 3", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(FORCE_DIRECTION, "force_scale -1", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(FORCE_DRIFT, "force_bias x 4", T, 1, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(FORCE_DISAGREES, "force_drift z 4", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(ENTANGLED, "client_tether 2000", RUN_PHASE_RETRACT, 0, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(FORCE_CAP, NULL, C, 2, low_cap, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(FORCE_MAX, "force_bias z 70", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(FORCE_MARGIN, "client_coughs 0.02", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(FORCE_MARGIN, "body_shift 0.02", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(FORCE_ENVELOPE, "client_pushes_up 0.15", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(FORCE_FREE, "force_bias x 10", T, 1, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(FORCE_RATE, "force_bias z 30", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(SHEAR, "client_grabs 40", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(TOOL_SPEED, "drive_runaway drive_1 0.5", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(TOOL_SPEED, "drive_oscillates drive_1 0.05", T, 1, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(TOOL_SPEED, "encoder_drift drive_1 0.5", T, 1, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(WORKSPACE, NULL, T, 1, narrow_workspace, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(CONTACT_LOST, "client_gone_unseen", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(CONTACT_LOST, "client_soft_spot 0.05", C, 2, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(DWELL, NULL, C, 2, short_dwell, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(SURFACE_MISSED, "client_gone_unseen", RUN_PHASE_APPROACH, 0, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(LINK_CLEARANCE, NULL, C, 2, grow_link, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(ARM_CLEARANCE, NULL, C, 2, grow_link, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(REACH, NULL, C, 2, off_path, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(NOT_CLEAR, "encoder_jump drive_2 0.4", RUN_PHASE_NONE, 0, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(TARE, "tool_heavier 1", RUN_PHASE_NONE, 0, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(ARMING_TIME, "drive_stuck_state drive_4", RUN_PHASE_NONE, 0, NULL, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
    R(SESSION_TIME, NULL, C, 2, long_session, 0, 0, EXPLAIN_CAUSE, NONE, 0, NONE, 0, "", NULL, NULL, 13),
};
