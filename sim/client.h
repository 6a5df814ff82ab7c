/// The client as the pad meets them: a body that lies a little off its model, breathes, and may
/// move. Where the skin is and how fast it moves; what it feels like is `sim/tissue.h`.
///
/// Breathing lifts the skin straight up by a raised sine, a quicker way in than out, from 0 at the
/// end of a breath out, most at the lower thorax and not at all from the thighs down. Every breath
/// differs a little in length and depth.
///
/// What a client does acts together: rises add up, a cough comes on top, deep breaths replace the
/// usual ones from the next breath on, hard and soft spots multiply. A mirrored body is mirrored as
/// it lies, about the table's middle line (y = 0, along x).
#ifndef KNEAD_SIM_CLIENT_H
#define KNEAD_SIM_CLIENT_H

#include "kinematics/surface.h"
#include "sim/event.h"
#include "sim/random.h"

#define CLIENT_SHIFT_TIME_S 0.3
#define CLIENT_ROLL_TIME_S 0.5
#define CLIENT_PUSH_UP_TIME_S 0.8
#define CLIENT_COUGH_TIME_S 0.3   // of its expulsion, there and back
#define CLIENT_SLIDE_TIME_S 0.5   // for one who turns out to lie elsewhere
#define CLIENT_SPOT_TIME_S 0.1    // a pad's edge comes onto another tissue so quickly [judgement]
#define CLIENT_RETURN_DEPTH_M 0.3 // one who was gone comes back from so far below, pushing up
#define CLIENT_INHALE_PART 0.4    // of a breath: in to out as 1 to 1.5

typedef struct {
    const surface_t* surface; // borrowed; null for nobody on the table
    double highest_m;         // nothing of the body at rest lies above
    double neck_x_m;          // where the seventh cervical vertebra lies, body's own frame
    vec3_t offset_m;          // how the body lies against its model
    vec3_t pivot_m;           // about which it is turned: the seventh cervical vertebra
    double turn_cosine, turn_sine;
    double breathing_amplitude_m; // half of peak to peak
    double breathing_rate_Hz;
    random_stream_t stream;
    double breath_phase;    // 0 to 1
    double breath_rate_Hz;  // of this breath
    double breath_height_m; // of this breath, peak to peak
    double lift_m;          // of the thorax now, by breathing
    double lift_speed_mps;
    double shift_from_m, shift_to_m, shift_age_s, shift_time_s;
    double shift_m; // of the whole body now, by moving
    double shift_speed_mps;
    bool gone; // off the table, in any way
    // What else they do; all neutral in one who lies still.
    bool touched, mirrored, slid_off, slid_off_unseen;
    double deep_breath_m; // peak to peak, 0 for the usual
    double cough_height_m, cough_age_s;
    double cough_m, cough_speed_mps; // of the whole body now
    double lies_x_m;                 // offset along x before any sliding
    double slide_from_m, slide_to_m, slide_age_s;
    double slide_speed_mps; // along x
    double hard_factor, soft_factor;
    double stiffness_from, stiffness_age_s;
    double stiffness_factor; // of the tissue now
} client_t;

/// The skin near a point.
typedef struct {
    bool touchable; // false: the point is off the body, nothing else holds
    double depth_m; // of the point below the skin along the normal, first order; negative above
    vec3_t normal;  // out of the body, table frame
    vec3_t velocity_mps;       // of the skin
    double body_x_m, body_y_m; // the place in the surface's own frame
} client_skin_t;

/// `offset_m` and `turn_rad` (about z, about the neck, from where the static check measures levers)
/// say how the body lies against `surface`.
void client_init(client_t* client, const surface_t* surface, double neck_x_m, vec3_t offset_m,
                 double turn_rad, double breathing_amplitude_m, double breathing_rate_Hz,
                 random_stream_t stream);

/// Lets time pass.
void client_step(client_t* client, double step_s);

/// Begins to rise by `rise_m` (down if negative), done in CLIENT_SHIFT_TIME_S.
void client_shift(client_t* client, double rise_m);

/// Lets an event begin or end: what the client does to their own body, and how they lie. Ending,
/// what has risen sinks back as quickly, and who was gone comes back. Other events are none of its
/// business.
void client_event(client_t* client, const world_event_t* event, bool begins);

/// Skin above or below a point of the table's frame.
client_skin_t client_skin_at(const client_t* client, vec3_t point_m);

/// The same, but nothing for a point so far above the body that it can't be touched: for every
/// step.
client_skin_t client_skin_near(const client_t* client, vec3_t point_m);

/// Part of the breathing lift that reaches a place `along_m` footward of the neck, 0 to 1.
double client_breathing_share(double along_m);

#endif
