#include "sim/client.h"

#define PI 3.14159265358979323846

// Beyond this far above the highest skin there is nothing to look up.
#define CLEARANCE_M 0.05

// How breaths of one person differ: standard deviations of length and depth, cut at twice that. At
// 0.25 Hz this stays inside the 12 to 20 breaths a minute of quiet adults. [judgement]
#define BREATH_LENGTH_SPREAD 0.06
#define BREATH_DEPTH_SPREAD 0.10

static double smooth_step(double part)
{
    if (part <= 0.0) {
        return 0.0;
    }
    return part < 1.0 ? part * part * (3.0 - 2.0 * part) : 1.0;
}

double client_breathing_share(double along_m)
{
    // Markers on prone, anaesthetised adults (Saghbiny 2023, after Liu and Glossop) moved 1.3 mm at
    // C1, 2.3 mm at T7 and 1.6 mm at L4. The peak is set 0.25 m below C7; nothing is left 0.95 m
    // below.
    const double rising = 0.55 + 0.45 * smooth_step((along_m + 0.10) / 0.35);
    const double falling = 1.0 - smooth_step((along_m - 0.25) / 0.70);
    return rising * falling;
}

static double spread(random_stream_t* stream, double deviation)
{
    const double drawn = deviation * random_gaussian(stream);
    return 1.0 + fmin(fmax(drawn, -2.0 * deviation), 2.0 * deviation);
}

/// The next breath, drawn at the end of a breath out, where its depth may change without a jump.
static void draw_breath(client_t* client)
{
    client->breath_rate_Hz =
        client->breathing_rate_Hz * spread(&client->stream, BREATH_LENGTH_SPREAD);
    const double usual_m = 2.0 * client->breathing_amplitude_m;
    client->breath_height_m = (client->deep_breath_m > 0.0 ? client->deep_breath_m : usual_m) *
                              spread(&client->stream, BREATH_DEPTH_SPREAD);
}

void client_init(client_t* client, const surface_t* surface, double neck_x_m, vec3_t offset_m,
                 double turn_rad, double breathing_amplitude_m, double breathing_rate_Hz,
                 random_stream_t stream)
{
    *client = (client_t){.surface = surface,
                         .neck_x_m = neck_x_m,
                         .offset_m = offset_m,
                         .pivot_m = vec3(neck_x_m, 0.0, 0.0),
                         .turn_cosine = cos(turn_rad),
                         .turn_sine = sin(turn_rad),
                         .breathing_amplitude_m = breathing_amplitude_m,
                         .breathing_rate_Hz = breathing_rate_Hz,
                         .stream = stream,
                         .shift_age_s = CLIENT_SHIFT_TIME_S,
                         .shift_time_s = CLIENT_SHIFT_TIME_S,
                         .gone = surface == NULL,
                         .cough_age_s = CLIENT_COUGH_TIME_S,
                         .lies_x_m = offset_m.x,
                         .slide_age_s = CLIENT_SLIDE_TIME_S,
                         .hard_factor = 1.0,
                         .soft_factor = 1.0,
                         .stiffness_from = 1.0,
                         .stiffness_age_s = CLIENT_SPOT_TIME_S,
                         .stiffness_factor = 1.0};
    if (surface) {
        const double length_m = (surface->row_count - 1) * surface->spacing_m;
        const double width_m = (surface->column_count - 1) * surface->spacing_m;
        client->highest_m =
            surface_highest_m(surface, surface->origin_x_m, surface->origin_x_m + length_m,
                              surface->origin_y_m, surface->origin_y_m + width_m);
    }
    // Nobody waits for the machine to breathe out: the first breath is met somewhere on its way.
    client->breath_phase = random_between(&client->stream, 0.0, 1.0);
    draw_breath(client);
    client_step(client, 0.0);
}

/// How far something is that goes smoothly from one value to another, and how fast it goes there.
static double glide(double from, double to, double age_s, double time_s, double* per_s)
{
    const double part = fmin(age_s / time_s, 1.0);
    *per_s = (to - from) * 6.0 * part * (1.0 - part) / time_s;
    return from + (to - from) * smooth_step(part);
}

/// A cough, a slide along the table, tissue that becomes other.
static void step_doings(client_t* client, double step_s)
{
    client->cough_age_s = fmin(client->cough_age_s + step_s, CLIENT_COUGH_TIME_S);
    const double rate_radps = 2.0 * PI / CLIENT_COUGH_TIME_S;
    const double angle_rad = rate_radps * client->cough_age_s;
    const double over = client->cough_age_s < CLIENT_COUGH_TIME_S ? 1.0 : 0.0;
    client->cough_m = over * 0.5 * client->cough_height_m * (1.0 - cos(angle_rad));
    client->cough_speed_mps = over * 0.5 * client->cough_height_m * rate_radps * sin(angle_rad);

    client->slide_age_s = fmin(client->slide_age_s + step_s, CLIENT_SLIDE_TIME_S);
    client->offset_m.x =
        client->lies_x_m + glide(client->slide_from_m, client->slide_to_m, client->slide_age_s,
                                 CLIENT_SLIDE_TIME_S, &client->slide_speed_mps);

    double per_s = 0.0;
    client->stiffness_age_s = fmin(client->stiffness_age_s + step_s, CLIENT_SPOT_TIME_S);
    client->stiffness_factor =
        glide(client->stiffness_from, client->hard_factor * client->soft_factor,
              client->stiffness_age_s, CLIENT_SPOT_TIME_S, &per_s);
}

void client_step(client_t* client, double step_s)
{
    client->breath_phase += client->breath_rate_Hz * step_s;
    if (client->breath_phase >= 1.0) {
        client->breath_phase -= 1.0;
        draw_breath(client);
    }
    const bool inhaling = client->breath_phase < CLIENT_INHALE_PART;
    const double angle_rad = inhaling
                                 ? PI * client->breath_phase / CLIENT_INHALE_PART
                                 : PI * (1.0 - client->breath_phase) / (1.0 - CLIENT_INHALE_PART);
    const double angle_rate_radps = inhaling
                                        ? PI * client->breath_rate_Hz / CLIENT_INHALE_PART
                                        : -PI * client->breath_rate_Hz / (1.0 - CLIENT_INHALE_PART);
    client->lift_m = 0.5 * client->breath_height_m * (1.0 - cos(angle_rad));
    client->lift_speed_mps = 0.5 * client->breath_height_m * sin(angle_rad) * angle_rate_radps;

    if (client->shift_age_s < client->shift_time_s) {
        client->shift_age_s += step_s;
        client->shift_m = glide(client->shift_from_m, client->shift_to_m, client->shift_age_s,
                                client->shift_time_s, &client->shift_speed_mps);
    } else {
        client->shift_speed_mps = 0.0;
    }
    if (client->touched) {
        step_doings(client, step_s);
    }
}

static void rise(client_t* client, double rise_m, double time_s)
{
    client->shift_from_m = client->shift_m;
    client->shift_to_m += rise_m;
    client->shift_age_s = 0.0;
    client->shift_time_s = time_s;
}

void client_shift(client_t* client, double rise_m)
{
    rise(client, rise_m, CLIENT_SHIFT_TIME_S);
}

static void slide_to(client_t* client, double to_m)
{
    client->slide_from_m = client->offset_m.x - client->lies_x_m;
    client->slide_to_m = to_m;
    client->slide_age_s = 0.0;
}

static void change_tissue(client_t* client, double hard_factor, double soft_factor)
{
    client->hard_factor = hard_factor;
    client->soft_factor = soft_factor;
    client->stiffness_from = client->stiffness_factor;
    client->stiffness_age_s = 0.0;
}

/// Gone in one way more or less; who comes back comes from below.
static void leave_or_return(client_t* client)
{
    const bool was_gone = client->gone;
    client->gone = !client->surface || client->slid_off || client->slid_off_unseen;
    if (was_gone && !client->gone) {
        client->shift_m = client->shift_to_m - CLIENT_RETURN_DEPTH_M;
        rise(client, 0.0, CLIENT_PUSH_UP_TIME_S);
    }
}

void client_event(client_t* client, const world_event_t* event, bool begins)
{
    const double sign = begins ? 1.0 : -1.0;
    client->touched = true;
    switch (event->kind) {
    case WORLD_EVENT_BODY_SHIFT:
        client_shift(client, sign * event->magnitude);
        break;
    case WORLD_EVENT_CLIENT_ROLLS:
        rise(client, sign * event->magnitude, CLIENT_ROLL_TIME_S);
        break;
    case WORLD_EVENT_CLIENT_PUSHES_UP:
        rise(client, sign * event->magnitude, CLIENT_PUSH_UP_TIME_S);
        break;
    case WORLD_EVENT_CLIENT_BREATHES_DEEP:
        client->deep_breath_m = begins ? event->magnitude : 0.0;
        break;
    case WORLD_EVENT_CLIENT_COUGHS:
        if (begins) {
            client->cough_height_m = event->magnitude;
            client->cough_age_s = 0.0;
        }
        break;
    case WORLD_EVENT_CLIENT_LEAVES:
        client->slid_off = begins;
        leave_or_return(client);
        break;
    case WORLD_EVENT_CLIENT_GONE_UNSEEN:
        client->slid_off_unseen = begins;
        leave_or_return(client);
        break;
    case WORLD_EVENT_CLIENT_HARD_SPOT:
        change_tissue(client, begins ? event->magnitude : 1.0, client->soft_factor);
        break;
    case WORLD_EVENT_CLIENT_SOFT_SPOT:
        change_tissue(client, client->hard_factor, begins ? event->magnitude : 1.0);
        break;
    case WORLD_EVENT_BODY_MIRRORED:
        client->mirrored = begins;
        break;
    case WORLD_EVENT_BODY_ELSEWHERE:
        slide_to(client, begins ? -event->magnitude : 0.0);
        break;
    case WORLD_EVENT_CLIENT_GRABS: // not with the body that lies there
    case WORLD_EVENT_CLIENT_TETHER:
    case WORLD_EVENT_SKIN_FRICTION:
    case WORLD_EVENT_BUTTON_PRESSED:
    case WORLD_EVENT_BUTTON_RELEASED:
    case WORLD_EVENT_TOOL_HEAVIER:
    case WORLD_EVENT_TOOL_LOST:
    case WORLD_EVENT_OPERATOR_STARTS_TWICE:
    case WORLD_EVENT_OPERATOR_ACKNOWLEDGES_EARLY:
    case WORLD_EVENT_OPERATOR_STARTS_AND_STOPS:
        // clang-format off
    SENSOR_EVENT_LIST(WORLD_EVENT_CASE) ENCODER_EVENT_LIST(WORLD_EVENT_CASE)
    DRIVE_EVENT_LIST(WORLD_EVENT_CASE) POWER_EVENT_LIST(WORLD_EVENT_CASE)
    BUS_EVENT_LIST(WORLD_EVENT_CASE) HOST_EVENT_LIST(WORLD_EVENT_CASE)
            // clang-format on
            break;
    }
}

client_skin_t client_skin_near(const client_t* client, vec3_t point_m)
{
    const double lift_m = client->offset_m.z + client->lift_m + client->shift_m + client->cough_m;
    if (!(point_m.z < client->highest_m + lift_m + CLEARANCE_M)) {
        return (client_skin_t){.touchable = false};
    }
    return client_skin_at(client, point_m);
}

client_skin_t client_skin_at(const client_t* client, vec3_t point_m)
{
    client_skin_t skin = {.touchable = false};
    if (client->gone) {
        return skin;
    }
    const double side = client->mirrored ? -1.0 : 1.0;
    const double x_m = point_m.x - client->offset_m.x - client->pivot_m.x;
    const double y_m = side * point_m.y - client->offset_m.y - client->pivot_m.y;
    skin.body_x_m = client->pivot_m.x + client->turn_cosine * x_m + client->turn_sine * y_m;
    skin.body_y_m = client->pivot_m.y - client->turn_sine * x_m + client->turn_cosine * y_m;
    const surface_sample_t sample = surface_at(client->surface, skin.body_x_m, skin.body_y_m);
    if (!sample.inside) {
        return skin;
    }
    const double share = client_breathing_share(client->neck_x_m - skin.body_x_m);
    const double height_m = sample.point_m.z + client->offset_m.z +
                            (client->shift_m + client->cough_m) + share * client->lift_m;
    skin.touchable = true;
    skin.normal =
        vec3(client->turn_cosine * sample.normal.x - client->turn_sine * sample.normal.y,
             side * (client->turn_sine * sample.normal.x + client->turn_cosine * sample.normal.y),
             sample.normal.z);
    skin.depth_m = (height_m - point_m.z) * skin.normal.z;
    skin.velocity_mps =
        vec3(client->slide_speed_mps, 0.0,
             client->shift_speed_mps + client->cough_speed_mps + share * client->lift_speed_mps);
    return skin;
}
