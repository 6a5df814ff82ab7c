#include "controller/record/body_picture.h"
#include "controller/record/report_pictures.h"

void report_draw_body(FILE* out, const summary_t* summary, const report_data_t* data)
{
    const body_t* body = summary->session->body;
    body_picture_t picture = {
        .body = body,
        .title = "The body from above, head up, with the way of the tool coloured by force",
        .force_max_N = data->place_force_max_N,
        .place_count = data->place_count,
        .places = data->places,
    };
    for (int region = 0; region < body->settings->region_count; region++) {
        const force_figures_t* figures = &summary->regions[region];
        picture.regions[region] = (body_picture_region_t){
            .touched = figures->cycles > 0,
            .contact_s = force_figures_seconds(figures, summary->session->period_s),
            .force_peak_N = figures->peak_N,
        };
    }
    if (!body_picture_draw(out, &picture)) {
        (void)fputs("<p>The picture of the body needs more memory than there is.</p>", out);
    }
}
