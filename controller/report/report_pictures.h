/// The two pictures of a report, as inline SVG: force over time, and the way over the body.
#ifndef KNEAD_CONTROLLER_REPORT_REPORT_PICTURES_H
#define KNEAD_CONTROLLER_REPORT_REPORT_PICTURES_H

#include "controller/report/report_cover.h"
#include "controller/report/report_data.h"

/// Force, target and cap over time with a band a stroke. The picture's plot area and its scales
/// stand in data attributes, so that a script or a test can turn places back into newtons and
/// seconds.
void report_draw_force(FILE* out, const summary_t* summary, const report_data_t* data);

/// The body's outline and regions from above, head up, with three layers: the highest pressure, the
/// time under the pad, and the tool's way coloured by force; which of them shows, the reader
/// chooses without any script.
void report_draw_body(FILE* out, const summary_t* summary, const report_data_t* data,
                      const report_cover_t* cover);

/// Class of a technique's colour: "t0", "t1", ...
const char* report_technique_class(technique_id_t technique);

#endif
