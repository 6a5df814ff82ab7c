/// The whole immutable configuration of a run as plain structs: no behaviour, no pointers, no
/// dependencies. Loaders in `config/` fill them from YAML; everybody else takes them const.
///
/// Always holds after a successful load: every number is finite and inside the range its field
/// table states, every text is terminated, every count is at most its capacity.
///
/// Units are SI and stand in the names. A joint coordinate is radians for a revolute joint and
/// metres for a prismatic one; such fields carry no unit in their name and say so.
///
/// Frames. *Table*: origin on the table top at the middle of its foot end, x towards the head, y to
/// the (prone) client's left, z up. *Base*: where the first joint's origin is measured from.
/// *Flange*: the last link's end. *Tool*: the centre of the pad's face with the spring unloaded,
/// its z axis pointing out of the pad, towards the body.
#ifndef KNEAD_CONFIG_SETTINGS_H
#define KNEAD_CONFIG_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#define NAME_CAPACITY 48        // bytes of an identifier, with its terminator
#define TEXT_CAPACITY 200       // bytes of a sentence or a source, with its terminator
#define JOINT_CAPACITY 8        // joints of a chain
#define DEVICE_CAPACITY 12      // devices of a machine
#define PROFILE_CAPACITY 6      // different device profiles of one machine
#define SERIAL_LINE_CAPACITY 12 // serial lines of a machine
#define PAD_CAPACITY 8          // pads of a tool
#define POINT_CAPACITY 64       // points of a device profile
#define SAFE_WRITE_CAPACITY 8
#define BAUD_CAPACITY 12 // line speeds that a device is made for
#define LINE_BAUD_MIN 300
#define LINE_BAUD_MAX 4000000
#define LINE_UNIT_MAX 247 // Modbus over serial line V1.02, 2.2
#define UNIT_CAPACITY 16  // bytes of a unit's name, with its terminator
#define PATH_CAPACITY 108
#define REGION_CAPACITY 48  // regions of a body, left and right counted apart
#define ZONE_CAPACITY 24    // zones never to be touched, left and right counted apart
#define LANDMARK_CAPACITY 8 // landmarks touched on a client: each of them once at most
#define APPROVER_CAPACITY 8
#define PUBLIC_KEY_SIZE 32 // bytes, Ed25519

/// How sure a figure is. The words are those of the YAML key `grade`.
typedef enum {
    GRADE_STANDARD,    // read in a standard or in the maker's manual
    GRADE_STUDY,       // read in a published study
    GRADE_SECOND_HAND, // a copy of a source that was not itself read
    GRADE_COMPUTED,    // derived by arithmetic from sourced figures
    GRADE_GENERAL,     // general knowledge, not checked
    GRADE_JUDGEMENT,   // a starting value without a source, to be reviewed
} grade_t;
#define GRADE_COUNT 6

/// A figure that bears on safety: it never stands without where it comes from.
typedef struct {
    double value; // unit: see the field that holds it
    grade_t grade;
    char source[TEXT_CAPACITY];
    char reviewer[NAME_CAPACITY]; // who reviewed it; "nobody yet" where that is so
} figure_t;

// ---------------------------------------------------------------------------------- the machine

typedef enum { JOINT_REVOLUTE, JOINT_PRISMATIC } joint_kind_t;

/// One joint and the link it moves. Placement is URDF's: the joint's frame in its predecessor's.
typedef struct {
    char name[NAME_CAPACITY];
    joint_kind_t kind;
    double origin_xyz_m[3];
    double origin_rpy_rad[3]; // fixed-axis roll, pitch, yaw
    double axis[3];           // unit vector in the joint's frame
    double position_min;      // rad or m
    double position_max;      // rad or m
    double velocity_max;      // rad/s or m/s
    double acceleration_max;  // rad/s2 or m/s2
    double effort_max;        // Nm or N: the drive's torque limit at the joint
    double parked;            // rad or m: the posture in which the arm is left
    double preferred;         // rad or m: where spare freedom pulls the joint
    double mass_kg;           // of the link
    double centre_of_mass_m[3];
    double inertia_kgm2[6];    // xx yy zz xy xz yz about the centre of mass, link axes
    double rotor_inertia;      // kgm2 or kg at the joint side of the gear
    double radius_m;           // of the link, as a capsule from this joint to the next
    char drive[NAME_CAPACITY]; // name of the device that moves it
} joint_settings_t;

typedef struct {
    char name[NAME_CAPACITY];
    double diameter_m; // round pads only
    double length_m;   // from the tool flange's mounting face to the pad's face
} pad_settings_t;

typedef struct {
    double flange_xyz_m[3]; // mounting face of the pads in the last link's frame
    double flange_rpy_rad[3];
    double mass_kg;                  // everything that hangs from the force sensor
    double centre_of_mass_m[3];      // in the flange's frame
    double spring_stiffness_N_per_m; // series spring between flange and pad
    double spring_travel_m;
    int pad_count;
    pad_settings_t pads[PAD_CAPACITY];
} tool_settings_t;

typedef struct {
    int joint_count;
    joint_settings_t joints[JOINT_CAPACITY];
    double base_xyz_m[3]; // in the table's frame
    double base_rpy_rad[3];
    tool_settings_t tool;
} arm_settings_t;

typedef enum { DEVICE_DRIVE, DEVICE_FORCE_TORQUE, DEVICE_IO } device_role_t;

typedef enum { PARITY_NONE, PARITY_EVEN, PARITY_ODD } parity_t;

/// A serial line with Modbus RTU on it. Without parity there are two stop bits, unless the file
/// says one (Modbus over serial line V1.02, 2.5.1).
typedef struct {
    char name[NAME_CAPACITY];
    char path[PATH_CAPACITY]; // of the serial device
    int baud;
    parity_t parity;
    int stop_bits;
} line_settings_t;

/// Over TCP (`line` 0) it has a host and a port; on a serial line it has neither.
typedef struct {
    char name[NAME_CAPACITY];
    device_role_t role;          // the profile's
    char profile[NAME_CAPACITY]; // name of the device file
    int profile_index;           // into machine_settings_t.profiles
    int line;                    // 1 + index into machine_settings_t.lines; 0: over TCP
    char host[NAME_CAPACITY];    // numeric IPv4 address
    int port;
    int unit;
} device_settings_t;

/// What a register means. The YAML name is the enumerator in lower case without its prefix.
/// Not every device has every point; `device_profile_t` says which are there.
#define POINT_LIST(X)                                                                              \
    X(POINT_SAMPLE_COUNTER, "sample_counter")                                                      \
    X(POINT_STATUS_WORD, "status_word")                                                            \
    X(POINT_POSITION, "position")                                                                  \
    X(POINT_VELOCITY, "velocity")                                                                  \
    X(POINT_EFFORT, "effort")                                                                      \
    X(POINT_FAULT_CODE, "fault_code")                                                              \
    X(POINT_CONTROL_WORD, "control_word")                                                          \
    X(POINT_TARGET_POSITION, "target_position")                                                    \
    X(POINT_EFFORT_LIMIT, "effort_limit")                                                          \
    X(POINT_WATCHDOG, "watchdog")                                                                  \
    X(POINT_IDENTITY, "identity")                                                                  \
    X(POINT_STATUS, "status")                                                                      \
    X(POINT_FORCE_X, "force_x")                                                                    \
    X(POINT_FORCE_Y, "force_y")                                                                    \
    X(POINT_FORCE_Z, "force_z")                                                                    \
    X(POINT_TORQUE_X, "torque_x")                                                                  \
    X(POINT_TORQUE_Y, "torque_y")                                                                  \
    X(POINT_TORQUE_Z, "torque_z")                                                                  \
    X(POINT_INPUTS, "inputs")                                                                      \
    X(POINT_OUTPUTS, "outputs")                                                                    \
    X(POINT_OTHER, "other")
typedef enum {
#define X(id, text) id,
    POINT_LIST(X)
#undef X
} point_id_t;
#define POINT_ID_COUNT 21

typedef enum { WORD_U16, WORD_S16, WORD_U32, WORD_S32, WORD_F32 } word_type_t;

/// In which order the bytes of a value 0xAABBCCDD come over the wire. Of a 16-bit value only
/// whether its two bytes are swapped matters.
typedef enum {
    WORDS_HIGH_FIRST,         // AA BB CC DD
    WORDS_LOW_FIRST,          // CC DD AA BB
    WORDS_HIGH_FIRST_SWAPPED, // BB AA DD CC
    WORDS_LOW_FIRST_SWAPPED,  // DD CC BB AA
} word_order_t;

/// One quantity behind registers: SI value = raw * scale + offset. Bit fields have scale 1.
typedef struct {
    point_id_t id;
    char name[NAME_CAPACITY]; // of POINT_OTHER, which may stand many times; else the meaning's
    char unit[UNIT_CAPACITY]; // of the SI value, as people write it; "" where there is none
    int address;              // PDU address, 0-based
    bool input_table;         // read with function 04 rather than 03; never writable
    word_type_t type;
    double scale;
    double offset;
    bool writable;
    double minimum; // SI; writes outside are refused at both ends
    double maximum;
    bool starts_motion; // writing it may move something: only the cycle writes it
} point_settings_t;

/// What a device does by itself when its controller is gone.
typedef enum {
    LOST_UNKNOWN,
    LOST_GOES_ON, // it holds its last command
    LOST_STOPS,   // it stops, or takes its torque away
} lost_controller_t;

/// What a claim about a device was checked against.
typedef enum {
    VERIFIED_NO,
    VERIFIED_MANUAL,
    VERIFIED_PUBLIC_CODE,
    VERIFIED_BENCH,
    VERIFIED_VIRTUAL
} verified_t;

/// One write of the list that makes a device safe.
typedef struct {
    int point; // index into the profile's points
    double si_number;
} safe_write_t;

typedef struct {
    char name[NAME_CAPACITY];
    device_role_t role;
    word_order_t word_order;
    char source[TEXT_CAPACITY];
    verified_t verified; // of the map as a whole
    int read_address;    // block read every period
    int read_count;
    int write_address; // block written every period; count 0 where nothing is written
    int write_count;
    int identity_expected;   // raw value of POINT_IDENTITY
    double watchdog_s;       // to be written and read back before arming; 0 where there is none
    double sample_age_max_s; // device's own filter and update period, for the budget
    double response_lag_s;   // of a drive, from a written target to the axis being there
    bool cyclic;         // the cycle can play over it: blocks, counter and checks are all there;
                         // else it can be shown, probed, watched and served, but not played over
    bool identity_known; // else nobody knows what its identity register says
    lost_controller_t lost_controller;
    verified_t lost_controller_verified;
    char lost_controller_source[TEXT_CAPACITY];
    uint32_t functions;  // bit n: it answers function n, 3, 4, 6, 16 and 23
    double turnaround_s; // longest silence between a request and its reply; 0: nobody knows
    double
        silent_interval_s;  // it needs on a serial line before a request; 0: as the standard has it
    int read_words_max;     // of one request
    int word_alignment;     // addresses and counts of a request are multiples of it: 1 or 2
    int tcp_port, tcp_unit; // as delivered; port 0 where it has no TCP
    int baud_count;         // 0 where it has no serial line or nobody knows its speeds
    int bauds[BAUD_CAPACITY]; // rising
    int rtu_unit;             // as delivered; 0: nobody knows
    parity_t rtu_parity;
    int rtu_stop_bits;
    int safe_write_count;
    safe_write_t safe_writes[SAFE_WRITE_CAPACITY]; // in this order
    int point_count;
    point_settings_t points[POINT_CAPACITY];
} device_profile_t;

typedef enum { WORLD_VIRTUAL, WORLD_REAL } world_kind_t;

/// How hard the controller pulls: what is tuned to a machine (`knead tune`), never what keeps a
/// client safe. Member with unit, YAML key, dimension, range, what holds where a machine's file has
/// no gains, meaning. The defaults fit any machine whose delays are known: they are counted in the
/// loop's delay, or far below what drives of a bandwidth of 10 Hz follow.
#define GAIN_LIST(X)                                                                               \
    X(force_crossover_rad, "force_crossover", DIMENSION_NONE, 0.05, 1.0, 0.5236,                   \
      "Crossover of the force loop times its delay: pi/6 leaves 60 degrees of phase margin, 1.0 "  \
      "leaves 33.")                                                                                \
    X(tap_following_per_s, "tap_following", DIMENSION_RATE, 1.0, 100.0, 25.0,                      \
      "Taps: how fast a changed skin or depth is made good.")                                      \
    X(tap_holding_per_s, "tap_holding", DIMENSION_RATE, 0.5, 60.0, 12.0,                           \
      "Taps: how fast the depth follows the force while the skin is held; below half of the "      \
      "loop's crossover.")                                                                         \
    X(tap_skin_share, "tap_skin", DIMENSION_NONE, 0.05, 1.0, 0.8,                                  \
      "Taps: share taken over at once of what a touch shows the skin to be off.")                  \
    X(tap_skin_speed_share, "tap_skin_speed", DIMENSION_NONE, 0.01, 1.0, 0.25,                     \
      "Taps: share of it taken into the skin's speed.")                                            \
    X(tap_peak_share, "tap_peak", DIMENSION_NONE, 0.01, 1.0, 0.3,                                  \
      "Taps: share of a peak's error that the next tap makes good.")                               \
    X(tracking_per_s, "tracking", DIMENSION_RATE, 1.0, 100.0, 25.0,                                \
      "How fast the joints make a path error of the tool good; well below the drives' bandwidth.") \
    X(posture_per_s, "posture", DIMENSION_RATE, 0.05, 10.0, 1.0,                                   \
      "How fast spare freedom settles in the preferred posture.")
#define GAIN_COUNT 8

/// As a machine's file has them; value 0 where it has none.
typedef struct {
#define X(member, key, dimension, lowest, highest, otherwise, meaning) figure_t member;
    GAIN_LIST(X)
#undef X
} gain_figures_t;

/// As the controller works with them, see routines/gains.h.
typedef struct {
#define X(member, key, dimension, lowest, highest, otherwise, meaning) double member;
    GAIN_LIST(X)
#undef X
} gains_t;

/// A professional whose approval of a routine counts on a machine.
typedef struct {
    char name[NAME_CAPACITY];
    uint8_t public_key[PUBLIC_KEY_SIZE];
} approver_settings_t;

typedef struct {
    char name[NAME_CAPACITY];
    world_kind_t world;
    int64_t period_us;
    double table_length_m;
    double table_width_m;
    double neck_x_m; // where the seventh cervical vertebra of a client lies, table frame
    arm_settings_t arm;
    int line_count;
    line_settings_t lines[SERIAL_LINE_CAPACITY];
    int device_count;
    device_settings_t devices[DEVICE_CAPACITY];
    int profile_count;
    device_profile_t profiles[PROFILE_CAPACITY];
    int drive_of_joint[JOINT_CAPACITY]; // index into devices
    int force_sensor;                   // index into devices
    int io_coupler;                     // index into devices
    figure_t yield_deceleration_mps2;   // measured: what the arm surely has along the tool's axis
                                        // when it yields; value 0 where nobody has measured it
    gain_figures_t gains;
    int approver_count;
    approver_settings_t approvers[APPROVER_CAPACITY];
} machine_settings_t;

// ------------------------------------------------------------------------------- the techniques

/// Which limits a way of touching has beside those that every one has.
typedef enum {
    TECHNIQUE_STEADY,   // none
    TECHNIQUE_RHYTHMIC, // how often its cycle may come round
    TECHNIQUE_IN_BOUTS, // that, and how long it may go on without a pause
} technique_limits_kind_t;

/// Every way of touching: enumerator, YAML word, limits, meaning. The bit of a technique in
/// `region_settings_t.techniques` is 1 << its enumerator. How each of them moves stands in its file
/// in `routines/techniques/`.
#define TECHNIQUE_LIST(X)                                                                          \
    X(TECHNIQUE_EFFLEURAGE, "effleurage", TECHNIQUE_STEADY,                                        \
      "long strokes towards the heart, light return")                                              \
    X(TECHNIQUE_KNEADING, "kneading", TECHNIQUE_RHYTHMIC,                                          \
      "circles with the force swelling on the inward half")                                        \
    X(TECHNIQUE_COMPRESSION, "compression", TECHNIQUE_STEADY,                                      \
      "slow press, hold and release, place after place")                                           \
    X(TECHNIQUE_FRICTION_CIRCULAR, "friction_circular", TECHNIQUE_RHYTHMIC,                        \
      "small circles at one point, the skin going with the pad")                                   \
    X(TECHNIQUE_FRICTION_CROSS, "friction_cross", TECHNIQUE_RHYTHMIC,                              \
      "to and fro across the fibres at one point, the skin going with the pad")                    \
    X(TECHNIQUE_TAPPING, "tapping", TECHNIQUE_IN_BOUTS,                                            \
      "light taps, the pad leaving the skin between them")                                         \
    X(TECHNIQUE_HACKING, "hacking", TECHNIQUE_IN_BOUTS,                                            \
      "taps with a narrow pad, the pad leaving the skin between them")                             \
    X(TECHNIQUE_CUPPING, "cupping", TECHNIQUE_IN_BOUTS,                                            \
      "taps with a hollow pad, the pad leaving the skin between them")                             \
    X(TECHNIQUE_VIBRATION, "vibration", TECHNIQUE_IN_BOUTS,                                        \
      "a force that trembles about its mean, held or on a slow line")                              \
    X(TECHNIQUE_DEEP_STROKE, "deep_stroke", TECHNIQUE_STEADY,                                      \
      "slow, deep strokes along the fibres, light return")                                         \
    X(TECHNIQUE_TRIGGER_POINT, "trigger_point", TECHNIQUE_STEADY,                                  \
      "one point pressed in steps, each held")                                                     \
    X(TECHNIQUE_MYOFASCIAL_RELEASE, "myofascial_release", TECHNIQUE_STEADY,                        \
      "a very slow drag that holds a force along the skin")                                        \
    X(TECHNIQUE_LYMPH_DRAINAGE, "lymph_drainage", TECHNIQUE_RHYTHMIC,                              \
      "part circles towards the nodes, the force falling to nothing in each")
typedef enum {
#define X(id, text, limits, meaning) id,
    TECHNIQUE_LIST(X)
#undef X
} technique_id_t;
#define TECHNIQUE_COUNT 13

/// Limits of a technique: field, YAML key, dimension of the field reader, lowest and highest value
/// a file may state, meaning. First those that every technique has, then those of a rhythm, then
/// those of bouts.
#define TECHNIQUE_LIMIT_LIST(X)                                                                    \
    X(force_max_N, "force_max", DIMENSION_FORCE, 1.0, 110.0,                                       \
      "Highest force along the normal, times the region's factor.")                                \
    X(speed_max_mps, "speed_max", DIMENSION_SPEED, 0.001, 0.2, "Highest speed along the skin.")    \
    X(pressure_max_Pa, "pressure_max", DIMENSION_PRESSURE, 500.0, 250000.0,                        \
      "Highest force over the area of the pad's face.")                                            \
    X(force_rate_max_N_per_s, "force_rate_max", DIMENSION_FORCE_RATE, 5.0, 500.0,                  \
      "Quickest change of the wanted force.")                                                      \
    X(region_time_max_s, "region_time_max", DIMENSION_TIME, 10.0, 3600.0,                          \
      "Longest time on one region in a session.")
#define TECHNIQUE_RATE_LIMIT_LIST(X)                                                               \
    X(rate_min_Hz, "rate_min", DIMENSION_FREQUENCY, 0.05, 15.0, "Slowest rhythm.")                 \
    X(rate_max_Hz, "rate_max", DIMENSION_FREQUENCY, 0.05, 15.0, "Quickest rhythm.")
#define TECHNIQUE_BOUT_LIMIT_LIST(X)                                                               \
    X(bout_max_s, "bout_max", DIMENSION_TIME, 1.0, 30.0, "Longest time without a pause.")

/// What a technique may do; a limit that it does not have is zeroed.
typedef struct {
#define X(field, key, dimension, lowest, highest, meaning) figure_t field;
    TECHNIQUE_LIMIT_LIST(X)
    TECHNIQUE_RATE_LIMIT_LIST(X)
    TECHNIQUE_BOUT_LIMIT_LIST(X)
#undef X
} technique_limits_t;

// ----------------------------------------------------------------------------------- the limits

/// Every limit: field, YAML key, dimension of the field reader, lowest and highest value a file may
/// state, meaning. The highest value is compiled in on purpose: no file can raise a limit past it.
#define SAFETY_LIMIT_LIST(X)                                                                       \
    X(contact_force_max_N, "contact_force_max", DIMENSION_FORCE, 5.0, 110.0,                       \
      "Force against the body, any direction, at which the arm yields whatever the region.")       \
    X(contact_force_margin_N, "contact_force_margin", DIMENSION_FORCE, 2.0, 20.0,                  \
      "How far the force may pass its target before the arm yields.")                              \
    X(contact_force_margin_time_s, "contact_force_margin_time", DIMENSION_TIME, 0.0, 0.2,          \
      "How long the margin may be passed.")                                                        \
    X(shear_force_max_N, "shear_force_max", DIMENSION_FORCE, 2.0, 40.0, "Force along the skin.")   \
    X(free_force_max_N, "free_force_max", DIMENSION_FORCE, 2.0, 15.0,                              \
      "Force while nothing should touch.")                                                         \
    X(force_disagreement_max_N, "force_disagreement_max", DIMENSION_FORCE, 5.0, 30.0,              \
      "How far force sensor and drive torques may disagree, beyond twice the latters' error.")     \
    X(force_disagreement_time_s, "force_disagreement_time", DIMENSION_TIME, 0.02, 0.3,             \
      "How long they may.")                                                                        \
    X(force_rate_max_N_per_s, "force_rate_max", DIMENSION_FORCE_RATE, 100.0, 1000.0,               \
      "How fast the force may change beyond what the plan itself does.")                           \
    X(force_drift_max_N, "force_drift_max", DIMENSION_FORCE, 1.0, 6.0,                             \
      "Force that may be left when the tool stands clear of the body: an offset since taring.")    \
    X(pull_force_max_N, "pull_force_max", DIMENSION_FORCE, 2.0, 20.0,                              \
      "Force that holds the tool back on its way off the body.")                                   \
    X(touch_force_N, "touch_force", DIMENSION_FORCE, 0.5, 5.0,                                     \
      "Force from which the tool counts as touching.")                                             \
    X(tare_force_max_N, "tare_force_max", DIMENSION_FORCE, 0.5, 10.0,                              \
      "Largest offset of the force sensor that may be tared away.")                                \
    X(transit_speed_max_mps, "transit_speed_max", DIMENSION_SPEED, 0.01, 0.25,                     \
      "Tool speed clear of the body.")                                                             \
    X(approach_speed_max_mps, "approach_speed_max", DIMENSION_SPEED, 0.005, 0.10,                  \
      "Tool speed near the body.")                                                                 \
    X(touch_speed_max_mps, "touch_speed_max", DIMENSION_SPEED, 0.002, 0.03,                        \
      "Speed towards the skin until it is touched.")                                               \
    X(contact_speed_max_mps, "contact_speed_max", DIMENSION_SPEED, 0.01, 0.20,                     \
      "Tool speed along the skin while touching.")                                                 \
    X(normal_speed_max_mps, "normal_speed_max", DIMENSION_SPEED, 0.005, 0.06,                      \
      "Speed of the force loop along the normal while touching.")                                  \
    X(tap_speed_max_mps, "tap_speed_max", DIMENSION_SPEED, 0.005, 0.15,                            \
      "Speed along the normal of a tool that taps: that leaves the skin by itself.")               \
    X(yield_speed_mps, "yield_speed", DIMENSION_SPEED, 0.10, 0.40,                                 \
      "Speed away from the body when the arm yields.")                                             \
    X(yield_distance_m, "yield_distance", DIMENSION_LENGTH, 0.03, 0.20, "How far the arm yields.") \
    X(yield_time_max_s, "yield_time_max", DIMENSION_TIME, 0.1, 1.5,                                \
      "How long yielding may take before the drives are stopped as they are.")                     \
    X(stop_time_max_s, "stop_time_max", DIMENSION_TIME, 0.02, 1.0,                                 \
      "How long a controlled stop may take before power is removed.")                              \
    X(tool_speed_margin, "tool_speed_margin", DIMENSION_NONE, 1.05, 2.0,                           \
      "Measured tool speed over the highest commanded one.")                                       \
    X(joint_speed_margin, "joint_speed_margin", DIMENSION_NONE, 1.0, 1.5,                          \
      "Measured joint speed over the joint's limit.")                                              \
    X(joint_overtravel_rad, "joint_overtravel", DIMENSION_ANGLE, 0.0, 0.05,                        \
      "Measured travel past a revolute joint's limit.")                                            \
    X(rail_overtravel_m, "rail_overtravel", DIMENSION_LENGTH, 0.0, 0.02,                           \
      "Measured travel past a prismatic joint's limit.")                                           \
    X(following_error_rad, "following_error", DIMENSION_ANGLE, 0.001, 0.2,                         \
      "Commanded against measured position of a revolute joint at rest.")                          \
    X(rail_following_error_m, "rail_following_error", DIMENSION_LENGTH, 0.0005, 0.05,              \
      "Commanded against measured position of a prismatic joint at rest.")                         \
    X(following_time_s, "following_time", DIMENSION_TIME, 0.0, 0.2,                                \
      "What joint speed adds to the following error allowed: speed times this.")                   \
    X(sample_age_max_s, "sample_age_max", DIMENSION_TIME, 0.002, 0.06,                             \
      "Age of any sample that still counts.")                                                      \
    X(contact_loss_time_s, "contact_loss_time", DIMENSION_TIME, 0.02, 1.0,                         \
      "How long contact may be lost in a stroke.")                                                 \
    X(surface_search_m, "surface_search", DIMENSION_LENGTH, 0.005, 0.08,                           \
      "How far below the expected skin the tool may look for it.")                                 \
    X(overrun_count_max, "overrun_count_max", DIMENSION_NONE, 1.0, 50.0,                           \
      "Periods that may be missed in a row, or in rows between which few are on time.")            \
    X(arming_time_max_s, "arming_time_max", DIMENSION_TIME, 0.2, 10.0,                             \
      "How long the drives may take to be enabled.")                                               \
    X(session_time_max_s, "session_time_max", DIMENSION_TIME, 10.0, 7200.0,                        \
      "How long a session may last.")                                                              \
    X(dwell_time_max_s, "dwell_time_max", DIMENSION_TIME, 5.0, 120.0,                              \
      "How long one place may be pressed where the technique does not stay on purpose.")           \
    X(region_time_max_s, "region_time_max", DIMENSION_TIME, 10.0, 3600.0,                          \
      "How long one region may be touched in a session.")                                          \
    X(region_impulse_max_Ns, "region_impulse_max", DIMENSION_IMPULSE, 100.0, 100e3,                \
      "Force times time that one region may get in a session.")                                    \
    X(region_week_time_max_s, "region_week_time_max", DIMENSION_TIME, 10.0, 14400.0,               \
      "How long one region may be touched in any seven days.")                                     \
    X(region_week_impulse_max_Ns, "region_week_impulse_max", DIMENSION_IMPULSE, 100.0, 400e3,      \
      "Force times time that one region may get in any seven days.")

typedef struct {
    char name[NAME_CAPACITY];
#define X(field, key, dimension, lowest, highest, meaning) figure_t field;
    SAFETY_LIMIT_LIST(X)
#undef X
    technique_limits_t techniques[TECHNIQUE_COUNT];
} safety_settings_t;

// ------------------------------------------------------------------------------------- the body

/// Body dimensions predicted from stature and mass: value = base + per_stature*stature +
/// per_kg*mass.
#define BODY_DIMENSION_LIST(X)                                                                     \
    X(cervicale_height)                                                                            \
    X(acromion_height)                                                                             \
    X(axilla_height)                                                                               \
    X(tenth_rib_height)                                                                            \
    X(iliac_crest_height)                                                                          \
    X(buttock_height)                                                                              \
    X(crotch_height)                                                                               \
    X(knee_height)                                                                                 \
    X(ankle_height)                                                                                \
    X(biacromial_breadth)                                                                          \
    X(bideltoid_breadth)                                                                           \
    X(chest_breadth)                                                                               \
    X(chest_depth)                                                                                 \
    X(waist_breadth)                                                                               \
    X(waist_depth)                                                                                 \
    X(hip_breadth)                                                                                 \
    X(buttock_depth)                                                                               \
    X(neck_circumference)                                                                          \
    X(thigh_circumference)                                                                         \
    X(lower_thigh_circumference)                                                                   \
    X(calf_circumference)                                                                          \
    X(ankle_circumference)
typedef enum {
#define X(name) BODY_##name,
    BODY_DIMENSION_LIST(X)
#undef X
} body_dimension_id_t;
#define BODY_DIMENSION_COUNT 22

typedef struct {
    double base_m;
    double per_stature;
    double per_mass_m_per_kg;
    double residual_m; // standard deviation of what the fit leaves
} body_fit_t;

typedef enum { SEX_FEMALE, SEX_MALE } sex_t;
#define SEX_COUNT 2

/// Tissue under the reference pad of 40 mm: F = k d^1.5 (1 + lambda d'), a bone floor below, and a
/// slow branch that relaxes a held force.
typedef struct {
    double stiffness_N_per_m1_5; // k
    double damping_s_per_m;      // lambda
    double bone_depth_m;         // where the floor begins
    double bone_stiffness_N_per_m;
    double relaxation_fraction; // of the force, lost while held
    double relaxation_time_s;
} tissue_settings_t;

typedef enum { SIDE_MIDDLE, SIDE_LEFT, SIDE_RIGHT } side_t;

/// Across is measured from the spine on the trunk, from the limb's own axis on a leg.
typedef enum { ACROSS_TRUNK, ACROSS_LEG } across_frame_t;

/// A patch of skin: a rectangle in body coordinates. *Level* runs along the body through landmarks:
/// 0 at C7, 1 at the iliac crests, 2 at the gluteal fold, 3 at the knee crease, 4 at the ankle;
/// between landmarks it is linear in distance. *Across* is lateral, positive away from the midline.
typedef struct {
    char name[NAME_CAPACITY]; // with ".left" or ".right" where there are two
    side_t side;
    across_frame_t across_frame;
    double level_min, level_max; // towards the head first
    double across_min_m, across_max_m;
    double fibre_angle_rad; // from the headward direction, positive outwards
    double heart_angle_rad; // the way of the blood and the lymph, from the same, positive outwards
    double force_factor;    // on a technique's ceiling
    figure_t force_max_N;   // hard cap
    figure_t pressure_max_Pa;
    tissue_settings_t tissue;
    char tissue_source[TEXT_CAPACITY];
    grade_t tissue_grade;
    uint32_t techniques; // bit per technique_id_t that is allowed here
} region_settings_t;

typedef struct {
    char name[NAME_CAPACITY];
    side_t side;
    across_frame_t across_frame;
    double level_min, level_max;
    double across_min_m, across_max_m;
    figure_t margin_m;
} zone_settings_t;

typedef struct {
    char name[NAME_CAPACITY];
    char source[TEXT_CAPACITY];
    double stature_min_m, stature_max_m; // outside, the fits do not hold
    double mass_min_kg, mass_max_kg;
    body_fit_t fits[SEX_COUNT][BODY_DIMENSION_COUNT];
    double prone_depth_factor;  // chest depth lying over standing
    double lumbar_hollow_m;     // depth of the hollow of the back
    double paraspinal_offset_m; // of the two ridges beside the spine
    double paraspinal_height_m;
    double registration_error_m; // bound: how well a confirmed client lies where the model does
    double registration_error_rad;
    double positioned_error_m; // two standard deviations: how people lie when laid down by sight
    double positioned_error_rad;
    double registration_floor_m; // what no number of touched landmarks tells
    double registration_floor_rad;
    double scan_error_m; // bound on the heights of a scan
    int region_count;
    region_settings_t regions[REGION_CAPACITY];
    int zone_count;
    zone_settings_t zones[ZONE_CAPACITY];
} body_settings_t;

// -------------------------------------------------------------------------------- the screening

#define CONDITION_CAPACITY 64 // conditions of a screening list
#define PLACE_CAPACITY 24     // places of skin that a client's file names

/// What a condition means for a session: enumerator, YAML word, meaning. The word decides what the
/// answer yes does; what a condition bans or lowers besides stands in its own row.
#define CONDITION_CLASS_LIST(X)                                                                    \
    X(CONDITION_ABSOLUTE, "absolute", "no session")                                                \
    X(CONDITION_CLEARANCE, "clearance", "no session until a named professional has cleared it")    \
    X(CONDITION_LOCAL, "local", "the places named are not touched")                                \
    X(CONDITION_ADJUST, "adjust", "lighter, and some techniques not at all")                       \
    X(CONDITION_LYMPH, "lymph", "some techniques not at all, lymph drainage before all")
typedef enum {
#define X(id, text, meaning) id,
    CONDITION_CLASS_LIST(X)
#undef X
} condition_class_t;
#define CONDITION_CLASS_COUNT 5

/// Who may clear a condition: enumerator, YAML word. The bit of a profession in
/// `condition_settings_t.clearance_by` is 1 << its enumerator.
#define PROFESSION_LIST(X)                                                                         \
    X(PROFESSION_PHYSICIAN, "physician")                                                           \
    X(PROFESSION_CARDIOLOGIST, "cardiologist")                                                     \
    X(PROFESSION_HAEMATOLOGIST, "haematologist")                                                   \
    X(PROFESSION_NEUROLOGIST, "neurologist")                                                       \
    X(PROFESSION_ONCOLOGIST, "oncologist")                                                         \
    X(PROFESSION_ORTHOPAEDIST, "orthopaedist")                                                     \
    X(PROFESSION_SURGEON, "surgeon")                                                               \
    X(PROFESSION_PHYSIOTHERAPIST, "physiotherapist")                                               \
    X(PROFESSION_MIDWIFE, "midwife")
typedef enum {
#define X(id, text) id,
    PROFESSION_LIST(X)
#undef X
} profession_t;
#define PROFESSION_COUNT 9

/// One condition that a client is asked for.
typedef struct {
    char name[NAME_CAPACITY];
    char question[TEXT_CAPACITY]; // to be answered with yes or no by the client
    condition_class_t condition_class;
    uint32_t banned_techniques; // bit per technique_id_t
    uint32_t clearance_by;      // bit per profession_t; 0 where nobody can clear it
    figure_t force_factor;      // on what a region may get; value 0 where it lowers nothing
    figure_t zone_margin_m;     // round the places of it; value 0 where it has no places
    grade_t grade;              // of the class
    char source[TEXT_CAPACITY];
    char reviewer[NAME_CAPACITY];
} condition_settings_t;

/// What a client is asked before a session.
typedef struct {
    char name[NAME_CAPACITY];
    figure_t answer_days_max;    // how old the answers may be when a real machine starts
    figure_t clearance_days_max; // the same of a professional's clearance
    figure_t avoid_margin_m;     // round the places that a client wants to be left alone
    int condition_count;
    condition_settings_t conditions[CONDITION_CAPACITY];
} screening_settings_t;

// ----------------------------------------------------------------------------------- the client

/// Where a client can be touched before the session, so that the model comes to lie where he does:
/// enumerator, YAML word, what is touched. Left and right are the client's own.
#define LANDMARK_LIST(X)                                                                           \
    X(LANDMARK_C7, "c7", "tip of the seventh cervical vertebra")                                   \
    X(LANDMARK_ACROMION_LEFT, "acromion.left", "outer end of the left shoulder blade's spine")     \
    X(LANDMARK_ACROMION_RIGHT, "acromion.right", "outer end of the right shoulder blade's spine")  \
    X(LANDMARK_ILIAC_CREST_LEFT, "iliac_crest.left", "highest point of the left iliac crest")      \
    X(LANDMARK_ILIAC_CREST_RIGHT, "iliac_crest.right", "highest point of the right iliac crest")   \
    X(LANDMARK_SACRUM, "sacrum", "midline between the two dimples over the sacrum")                \
    X(LANDMARK_KNEE_CREASE_LEFT, "knee_crease.left", "middle of the left knee's crease")           \
    X(LANDMARK_KNEE_CREASE_RIGHT, "knee_crease.right", "middle of the right knee's crease")
typedef enum {
#define X(id, text, meaning) id,
    LANDMARK_LIST(X)
#undef X
} landmark_id_t;
#define LANDMARK_COUNT 8

/// One touched landmark. No two of a client have the same id.
typedef struct {
    landmark_id_t id;
    double touched_m[3]; // where the tool's tip or a pointer met the skin, table frame
} landmark_settings_t;

/// What is known of how a client lies on whom no landmark was touched with the tool: enumerator,
/// YAML word, meaning.
#define LIE_LIST(X)                                                                                \
    X(LIE_CONFIRMED, "confirmed",                                                                  \
      "the operator saw C7, both crests and the sacrum where they "                                \
      "should lie")                                                                                \
    X(LIE_POSITIONED, "positioned", "laid down as well as can be told from looking")
typedef enum {
#define X(id, text, meaning) id,
    LIE_LIST(X)
#undef X
} lie_t;
#define LIE_COUNT 2

/// How a client's file says where something is.
typedef enum {
    PLACE_REGION,    // a whole region
    PLACE_IN_REGION, // a circle about a place in a region
    PLACE_ON_TABLE,  // a circle about a place in the table's frame
} place_kind_t;

/// Where on the skin something is, as it was written. What a kind does not use is zero.
typedef struct {
    place_kind_t kind;
    char region[NAME_CAPACITY];
    double along_part;  // 0 at the region's footward end to 1 at its headward end
    double across_part; // -1 at its medial to 1 at its lateral edge
    double x_m, y_m;    // table frame
    double radius_m;
    char reason[TEXT_CAPACITY]; // why a place is to be avoided; of an answer empty
    int answer;                 // which of the client's answers it belongs to, or -1
    int line, column;
} client_place_t;

typedef enum { ANSWER_NO, ANSWER_YES, ANSWER_CLEARED } answer_t;

/// What a client, or who cleared him, said to one condition.
typedef struct {
    char condition[NAME_CAPACITY]; // as written: the list decides whether there is such a one
    answer_t answer;
    char cleared_by[NAME_CAPACITY]; // a person's name; where cleared
    char profession[NAME_CAPACITY]; // as written
    int cleared_day;                // days since 1970-01-01
    char note[TEXT_CAPACITY];
    int line, column;
} client_answer_t;

/// A client's own cap for one region. 0 where it caps nothing.
typedef struct {
    char region[NAME_CAPACITY]; // as written
    double force_max_N;
    double pressure_max_Pa;
    int line, column;
} client_cap_t;

/// All zero behind `mass_kg` is a client on whom nothing was touched, who was not scanned, whose
/// lie the operator has confirmed, who was not screened, and who asked for nothing. Names of
/// conditions and regions are as written; what they mean is for `client_effects`
/// (routines/client_effects.h).
typedef struct {
    char name[NAME_CAPACITY];
    sex_t sex;
    double stature_m;
    double mass_kg;
    lie_t lie; // says nothing once landmarks were touched
    int landmark_count;
    landmark_settings_t landmarks[LANDMARK_CAPACITY];
    double landmark_error_m;  // of one touch in each direction, one standard deviation; over 0
                              // where there are landmarks
    char scan[TEXT_CAPACITY]; // path, as it can be opened, of a PLY file with points of the
                              // client's skin in the table frame, in metres; empty for none
    bool screened;
    int screening_day; // days since 1970-01-01
    int screening_line, screening_column;
    int answer_count;
    client_answer_t answers[CONDITION_CAPACITY];
    int place_count;
    client_place_t places[PLACE_CAPACITY]; // of answers and to be avoided
    double force_max_N;                    // everywhere; 0 where the client caps nothing
    double pressure_max_Pa;                // the same
    int cap_count;
    client_cap_t caps[REGION_CAPACITY];
    int intensity_over_written; // preferred strength from 0 to 10, less the 5 that means as
                                // written
    char notes[TEXT_CAPACITY];
    char path[TEXT_CAPACITY]; // the file, for messages
} client_settings_t;

#endif
