#include "controller/record/touch_figures.h"

#include <math.h>
#include <stdlib.h>

// A force that rises above the one part of what is wanted and falls below the other is a tap.
#define TAP_RISEN_PART 0.5
#define TAP_FALLEN_PART 0.25
#define TAP_ROW_PART 1.6 // intervals longer than this of the wanted one have a pause, or a gap
#define HELD_SMOOTHING_S 0.1
#define MISSED_TAPS_PART 0.05

static void tap_over(touch_figures_t* figures, touch_watch_t* watch, double rate_Hz)
{
    const double error_N = watch->tap_peak_N - watch->tap_wanted_N;
    figures->taps++;
    figures->tap_error_sum_N += error_N;
    figures->tap_error_square_sum_N2 += error_N * error_N;
    figures->tap_wanted_sum_N += watch->tap_wanted_N;
    figures->tap_peak_N = fmax(figures->tap_peak_N, watch->tap_peak_N);
    const double interval_s = (double)(watch->tap_peak_us - watch->tap_before_us) * 1e-6;
    if (watch->tap_before_us > 0 && interval_s < TAP_ROW_PART / rate_Hz) {
        figures->tap_intervals++;
        figures->tap_interval_sum_s += interval_s;
        figures->tap_wanted_sum_s += 1.0 / rate_Hz;
    }
    watch->tap_before_us = watch->tap_peak_us;
}

/// A tap is counted when its force has fallen; its time is the middle of the time over half of what
/// was wanted, which a flat top does not blur.
static void observe_taps(touch_figures_t* figures, touch_watch_t* watch,
                         const touch_sample_t* sample)
{
    const double rate_Hz = sample->stroke->parameters.rate_Hz;
    const double force_N = sample->force_N;
    figures->taps_wanted += watch->hop_rate_mps < 0.0 && !(sample->wanted.hop_rate_mps < 0.0);
    watch->hop_rate_mps = sample->wanted.hop_rate_mps;
    if (!watch->tap_felt && sample->wanted.hop_m > 0.0) {
        watch->tap_wanted_N = sample->force_target_N;
    }
    const bool risen = watch->tap_wanted_N > 0.0 && force_N > TAP_RISEN_PART * watch->tap_wanted_N;
    if (!watch->tap_felt && risen) {
        watch->tap_felt = true;
        watch->tap_peak_N = force_N;
        watch->tap_peak_us = sample->now_us;
    }
    if (watch->tap_felt) {
        watch->tap_peak_N = fmax(watch->tap_peak_N, force_N);
        if (force_N < TAP_FALLEN_PART * watch->tap_wanted_N) {
            watch->tap_peak_us = (watch->tap_peak_us + sample->now_us) / 2;
            tap_over(figures, watch, rate_Hz);
            watch->tap_felt = false;
        }
    }
}

static void observe_easing(touch_figures_t* figures, touch_watch_t* watch,
                           const touch_sample_t* sample)
{
    const bool easing = !(sample->wanted.force_N > 0.0);
    if (easing && !watch->easing) {
        watch->eased = false;
    }
    watch->eased = watch->eased || (easing && fabs(sample->force_N) <= EASED_FORCE_MAX_N);
    if (watch->easing && !easing) {
        figures->easings++;
        figures->easings_reached += watch->eased;
    }
    watch->easing = easing;
}

static void observe_holding(touch_figures_t* figures, touch_watch_t* watch,
                            const session_t* session, const touch_sample_t* sample)
{
    const stroke_target_t* wanted = &sample->wanted;
    const bool still = !(fabs(wanted->force_rate_N_per_s) > 0.0) &&
                       !(fabs(wanted->along_speed_mps) + fabs(wanted->across_speed_mps) > 0.0);
    const bool held = still && wanted->load > 0.0 && !(wanted->shear_N > 0.0);
    const double error_N = sample->force_N - sample->force_target_N;
    watch->held_error_N +=
        fmin(session->period_s / HELD_SMOOTHING_S, 1.0) * (error_N - watch->held_error_N);
    watch->held_us = held ? watch->held_us + session->period_us : 0;
    if ((double)watch->held_us > HELD_SETTLE_S * 1e6) {
        figures->held_cycles++;
        figures->held_square_sum_N2 += error_N * error_N;
        figures->held_error_N = fmax(figures->held_error_N, fabs(watch->held_error_N));
    }
}

static void observe_path(touch_figures_t* figures, const session_t* session,
                         const touch_sample_t* sample)
{
    const surface_sample_t skin = body_surface_at(session->body, sample->wanted.place);
    const vec3_t off_m = vec3_sub(sample->tool_m, skin.point_m);
    const vec3_t along_m = vec3_sub(off_m, vec3_scale(skin.normal, vec3_dot(off_m, skin.normal)));
    const double square_m2 = vec3_dot(along_m, along_m);
    figures->path_cycles++;
    figures->path_square_sum_m2 += square_m2;
    figures->path_error_m = fmax(figures->path_error_m, sqrt(square_m2));
}

void touch_figures_observe(touch_figures_t* figures, touch_watch_t* watch, const session_t* session,
                           const touch_sample_t* sample)
{
    if (!(isfinite(sample->force_N) && isfinite(sample->force_target_N) &&
          vec3_finite(sample->tool_m))) {
        return;
    }
    observe_path(figures, session, sample);
    switch (sample->wanted.contact) {
    case CONTACT_KEPT:
        observe_holding(figures, watch, session, sample);
        break;
    case CONTACT_EASED:
        observe_easing(figures, watch, sample);
        break;
    case CONTACT_BROKEN:
        observe_taps(figures, watch, sample);
        break;
    }
}

void touch_figures_merge(touch_figures_t* sum, const touch_figures_t* part)
{
    sum->taps_wanted += part->taps_wanted;
    sum->taps += part->taps;
    sum->tap_intervals += part->tap_intervals;
    sum->tap_interval_sum_s += part->tap_interval_sum_s;
    sum->tap_wanted_sum_s += part->tap_wanted_sum_s;
    sum->tap_error_sum_N += part->tap_error_sum_N;
    sum->tap_error_square_sum_N2 += part->tap_error_square_sum_N2;
    sum->tap_wanted_sum_N += part->tap_wanted_sum_N;
    sum->tap_peak_N = fmax(sum->tap_peak_N, part->tap_peak_N);
    sum->easings += part->easings;
    sum->easings_reached += part->easings_reached;
    sum->held_cycles += part->held_cycles;
    sum->held_square_sum_N2 += part->held_square_sum_N2;
    sum->held_error_N = fmax(sum->held_error_N, part->held_error_N);
    sum->path_cycles += part->path_cycles;
    sum->path_square_sum_m2 += part->path_square_sum_m2;
    sum->path_error_m = fmax(sum->path_error_m, part->path_error_m);
}

double touch_figures_tap_rate_Hz(const touch_figures_t* figures)
{
    return figures->tap_intervals > 0 ? figures->tap_intervals / figures->tap_interval_sum_s
                                      : (double)NAN;
}

double touch_figures_tap_rate_wanted_Hz(const touch_figures_t* figures)
{
    return figures->tap_intervals > 0 ? figures->tap_intervals / figures->tap_wanted_sum_s
                                      : (double)NAN;
}

double touch_figures_tap_error_rms_N(const touch_figures_t* figures)
{
    return sqrt(figures->tap_error_square_sum_N2 / figures->taps); // 0/0 is NaN: not known
}

double touch_figures_tap_wanted_mean_N(const touch_figures_t* figures)
{
    return figures->tap_wanted_sum_N / figures->taps;
}

double touch_figures_held_error_rms_N(const touch_figures_t* figures)
{
    return sqrt(figures->held_square_sum_N2 / (double)figures->held_cycles);
}

double touch_figures_path_error_rms_m(const touch_figures_t* figures)
{
    return sqrt(figures->path_square_sum_m2 / (double)figures->path_cycles);
}

bool touch_figures_ok(const touch_figures_t* figures)
{
    const double rate_error =
        fabs(touch_figures_tap_rate_Hz(figures) / touch_figures_tap_rate_wanted_Hz(figures) - 1.0);
    const int missed = figures->taps_wanted - figures->taps;
    const bool rhythm = rate_error <= TAP_RATE_ERROR_MAX &&
                        abs(missed) <= MISSED_TAPS_PART * figures->taps_wanted + 1.0;
    return (figures->taps_wanted == 0 || rhythm) && figures->easings_reached == figures->easings &&
           (figures->held_cycles == 0 || figures->held_error_N <= HELD_ERROR_MAX_N);
}
