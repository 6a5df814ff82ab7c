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
    client->breath_height_m =
        2.0 * client->breathing_amplitude_m * spread(&client->stream, BREATH_DEPTH_SPREAD);
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
                         .shift_age_s = CLIENT_SHIFT_TIME_S};
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

    if (client->shift_age_s < CLIENT_SHIFT_TIME_S) {
        client->shift_age_s += step_s;
        const double part = fmin(client->shift_age_s / CLIENT_SHIFT_TIME_S, 1.0);
        const double way_m = client->shift_to_m - client->shift_from_m;
        client->shift_m = client->shift_from_m + way_m * smooth_step(part);
        client->shift_speed_mps = way_m * 6.0 * part * (1.0 - part) / CLIENT_SHIFT_TIME_S;
    } else {
        client->shift_speed_mps = 0.0;
    }
}

void client_shift(client_t* client, double rise_m)
{
    client->shift_from_m = client->shift_m;
    client->shift_to_m += rise_m;
    client->shift_age_s = 0.0;
}

client_skin_t client_skin_near(const client_t* client, vec3_t point_m)
{
    const double lift_m = client->offset_m.z + client->lift_m + client->shift_m;
    if (!(point_m.z < client->highest_m + lift_m + CLEARANCE_M)) {
        return (client_skin_t){.touchable = false};
    }
    return client_skin_at(client, point_m);
}

client_skin_t client_skin_at(const client_t* client, vec3_t point_m)
{
    client_skin_t skin = {.touchable = false};
    if (!client->surface) {
        return skin;
    }
    const double x_m = point_m.x - client->offset_m.x - client->pivot_m.x;
    const double y_m = point_m.y - client->offset_m.y - client->pivot_m.y;
    skin.body_x_m = client->pivot_m.x + client->turn_cosine * x_m + client->turn_sine * y_m;
    skin.body_y_m = client->pivot_m.y - client->turn_sine * x_m + client->turn_cosine * y_m;
    const surface_sample_t sample = surface_at(client->surface, skin.body_x_m, skin.body_y_m);
    if (!sample.inside) {
        return skin;
    }
    const double share = client_breathing_share(client->neck_x_m - skin.body_x_m);
    const double height_m =
        sample.point_m.z + client->offset_m.z + client->shift_m + share * client->lift_m;
    skin.touchable = true;
    skin.normal = vec3(client->turn_cosine * sample.normal.x - client->turn_sine * sample.normal.y,
                       client->turn_sine * sample.normal.x + client->turn_cosine * sample.normal.y,
                       sample.normal.z);
    skin.depth_m = (height_m - point_m.z) * skin.normal.z;
    skin.velocity_mps = vec3(0.0, 0.0, client->shift_speed_mps + share * client->lift_speed_mps);
    return skin;
}
