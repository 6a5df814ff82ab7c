/// What the script of a report's page reads: the run's channels, the arm and the body as models,
/// the figures of summary.json and the events, as JSON inside elements that no browser executes.
#ifndef KNEAD_CONTROLLER_REPORT_REPORT_WEB_H
#define KNEAD_CONTROLLER_REPORT_REPORT_WEB_H

#include "controller/report/report_channels.h"
#include "controller/report/report_cover.h"
#include "controller/report/report_data.h"

#define REPORT_EVENT_CAPACITY 5000 // that the script gets; stops and refusals always
#define REPORT_EVENT_ROOM 10000    // for those

/// Quantities go as 16-bit counts between the channel's own lowest and highest sample, so that
/// these two are exact; counts of 65535 mean no sample.
#define REPORT_COUNTS_MAX 65534
#define REPORT_COUNTS_NONE 65535

/// Writes the two elements, `run` and `summary`. `summary_path` may be missing or no JSON: then the
/// script does without. False if memory is short.
bool report_web_write(FILE* out, const summary_t* summary, const report_data_t* data,
                      const report_channels_t* channels, const report_cover_t* cover,
                      const char* events_path, const char* summary_path);

/// `bytes` as the value of a content security policy's source: 'sha256-...'.
void report_web_source(const char* bytes, size_t size, FILE* out);

#endif
