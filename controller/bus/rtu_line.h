/// One serial line as the thread that works on it sees it: opened, kept silent, asked, quarantined,
/// opened anew. What it promises stands in `rtu_port.h`; this is the part without threads.
///
/// Not thread-safe. Times are CLOCK_MONOTONIC, in microseconds.
#ifndef KNEAD_CONTROLLER_BUS_RTU_LINE_H
#define KNEAD_CONTROLLER_BUS_RTU_LINE_H

#include "controller/bus/rtu_port.h"

typedef struct rtu_line rtu_line_t;

/// Does not open it. Null as `rtu_port_create`.
rtu_line_t* rtu_line_create(const line_settings_t* settings, const rtu_endpoint_t* endpoints,
                            int count);
void rtu_line_destroy(rtu_line_t* line);

/// Opens the line if it is not open: `at_once`, or only when its back-off is over. True if it is
/// open.
bool rtu_line_open(rtu_line_t* line, bool at_once);
void rtu_line_close(rtu_line_t* line);

/// The least time an exchange with that device can take: silence, both frames, its turnaround.
int64_t rtu_line_least_us(const rtu_line_t* line, int device, const pdu_t* request);

/// One exchange with one device by `deadline_us`, `rest_us` of which belong to those that come
/// after it: a device that does not answer gets no more of them than it surely needs. `request`
/// must be an allowed one (asserted). The line may be closed: PORT_NOT_CONNECTED.
port_result_t rtu_line_exchange(rtu_line_t* line, int device, const pdu_t* request, int64_t rest_us,
                                int64_t deadline_us, pdu_t* reply, int64_t* round_trip_us);

rtu_counters_t rtu_line_counters(const rtu_line_t* line);

#endif
