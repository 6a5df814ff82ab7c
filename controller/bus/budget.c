#include "controller/bus/budget.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "controller/bus/rtu_frame.h"

// Far longer than any bus takes, and far from where microseconds overflow.
#define EXCHANGE_MAX_S 1e6

static bool answers(const device_profile_t* profile, modbus_function_t function)
{
    return (profile->functions >> (unsigned)function & 1u) != 0;
}

/// The read block lies in the table of input registers where its points do.
static modbus_function_t read_function(const device_profile_t* profile)
{
    for (int i = 0; i < profile->point_count; i++) {
        const point_settings_t* point = &profile->points[i];
        if (point->input_table && point->address >= profile->read_address &&
            point->address < profile->read_address + profile->read_count) {
            return MODBUS_READ_INPUT;
        }
    }
    return MODBUS_READ_HOLDING;
}

/// What the cycle asks of a device in one period.
typedef struct {
    int count;
    int times[2]; // how often each is sent
    modbus_request_t requests[2];
} period_requests_t;

static void add(period_requests_t* requests, const modbus_request_t* request, int times)
{
    requests->requests[requests->count] = *request;
    requests->times[requests->count] = times;
    requests->count++;
}

static void period_requests(const device_profile_t* profile, period_requests_t* requests)
{
    const bool reads = profile->read_count > 0;
    const bool writes = profile->write_count > 0;
    modbus_request_t request = {.read_address = profile->read_address,
                                .read_count = profile->read_count,
                                .write_address = profile->write_address,
                                .write_count = profile->write_count};
    requests->count = 0;
    if (reads && writes && answers(profile, MODBUS_READ_WRITE)) {
        request.function = MODBUS_READ_WRITE;
        add(requests, &request, 1);
        return;
    }
    if (writes) {
        modbus_request_t write = {.function = MODBUS_WRITE_MULTIPLE,
                                  .write_address = profile->write_address,
                                  .write_count = profile->write_count};
        int times = 1;
        if (!answers(profile, MODBUS_WRITE_MULTIPLE) && answers(profile, MODBUS_WRITE_SINGLE)) {
            write.function = MODBUS_WRITE_SINGLE;
            write.write_count = 1;
            times = profile->write_count;
        }
        add(requests, &write, times);
    }
    if (reads) {
        const modbus_request_t read = {.function = read_function(profile),
                                       .read_address = profile->read_address,
                                       .read_count = profile->read_count};
        add(requests, &read, 1);
    }
}

/// A serial frame has a unit and a checksum around the PDU, a frame over TCP the MBAP.
static int framed(int rtu_bytes, bool serial)
{
    return serial ? rtu_bytes : rtu_bytes - RTU_OVERHEAD + MBAP_SIZE;
}

static budget_device_t device_budget(const machine_settings_t* machine, int index)
{
    const device_settings_t* device = &machine->devices[index];
    const device_profile_t* profile = &machine->profiles[device->profile_index];
    const line_settings_t* line = device->line > 0 ? &machine->lines[device->line - 1] : NULL;
    period_requests_t requests;
    period_requests(profile, &requests);
    budget_device_t budget = {.device = index};
    for (int i = 0; i < requests.count; i++) {
        const modbus_request_t* request = &requests.requests[i];
        const int times = requests.times[i];
        budget.exchange_count += times;
        budget.functions |= 1u << (unsigned)request->function;
        budget.request_bytes += times * framed(rtu_request_size(request), line != NULL);
        budget.reply_bytes += times * framed(rtu_reply_size(request), line != NULL);
    }
    budget.assumed = !(profile->turnaround_s > 0.0);
    budget.turnaround_s = budget.assumed ? BUDGET_TURNAROUND_ASSUMED_S : profile->turnaround_s;
    if (line != NULL) {
        // A reply is a frame like any other: no sooner than a silence after the request.
        budget.silence_s = rtu_silence_s(line, profile->silent_interval_s);
        budget.turnaround_s = budget.assumed ? budget.silence_s + BUDGET_TURNAROUND_ASSUMED_S
                                             : fmax(budget.turnaround_s, budget.silence_s);
        budget.wire_s = rtu_wire_s(line, budget.request_bytes + budget.reply_bytes);
    }
    const double each_s =
        budget.silence_s + budget.turnaround_s + (line != NULL ? 0.0 : BUDGET_TCP_EXCHANGE_S);
    budget.exchange_s = budget.wire_s + budget.exchange_count * each_s;
    return budget;
}

/// True if an earlier device of the same line has taken this one along.
static bool taken_before(const machine_settings_t* machine, int index)
{
    for (int i = 0; i < index; i++) {
        if (machine->devices[index].line > 0 &&
            machine->devices[i].line == machine->devices[index].line) {
            return true;
        }
    }
    return false;
}

static void add_link(const machine_settings_t* machine, int index, bus_budget_t* budget)
{
    budget_link_t* link = &budget->links[budget->link_count];
    *link = (budget_link_t){.line = machine->devices[index].line, .first = budget->device_count};
    for (int i = index; i < machine->device_count; i++) {
        if (i == index || (link->line > 0 && machine->devices[i].line == link->line)) {
            budget_device_t* device = &budget->devices[budget->device_count++];
            *device = device_budget(machine, i);
            link->busy_s += device->exchange_s;
            link->device_count++;
        }
    }
    if (link->busy_s > budget->exchange_s) {
        budget->exchange_s = link->busy_s;
        budget->slowest_link = budget->link_count;
    }
    budget->link_count++;
}

int64_t budget_exchange_limit_us(int64_t period_us)
{
    const double period = (double)period_us;
    return (int64_t)floor(period - fmin(BUDGET_RESERVE_PART * period, BUDGET_RESERVE_S * 1e6));
}

int64_t budget_period_min_us(double exchange_s)
{
    if (!(exchange_s <= EXCHANGE_MAX_S)) {
        return INT64_MAX;
    }
    // A millionth of a microsecond is no reason for one microsecond more.
    const double exchange_us = ceil(exchange_s * 1e6 - 1e-6);
    const double period_us =
        fmin(exchange_us + BUDGET_RESERVE_S * 1e6, exchange_us / (1.0 - BUDGET_RESERVE_PART));
    return (int64_t)fmax(ceil(period_us - 1e-6), BUDGET_PERIOD_MIN_US);
}

bus_budget_t budget_of_machine(const machine_settings_t* machine)
{
    bus_budget_t budget = {.period_us = machine->period_us};
    for (int i = 0; i < machine->device_count; i++) {
        if (!taken_before(machine, i)) {
            add_link(machine, i, &budget);
        }
    }
    budget.limit_s = (double)budget_exchange_limit_us(machine->period_us) * 1e-6;
    budget.period_min_us = budget_period_min_us(budget.exchange_s);
    budget.fits = budget.period_us >= budget.period_min_us;
    const device_settings_t* sensor = &machine->devices[machine->force_sensor];
    budget.sensor_s = machine->profiles[sensor->profile_index].sample_age_max_s;
    const int64_t period_us = budget.fits ? budget.period_us : budget.period_min_us;
    budget.blind_s = budget.sensor_s + (double)period_us * 1e-6 + budget.exchange_s;
    return budget;
}

int budget_baud_nearest(int baud)
{
    static const int speeds[] = {
#define X(baud) baud,
        RTU_BAUD_LIST(X)
#undef X
    };
    int nearest = speeds[0];
    for (int i = 1; i < (int)(sizeof speeds / sizeof speeds[0]); i++) {
        if (abs(speeds[i] - baud) < abs(nearest - baud)) {
            nearest = speeds[i];
        }
    }
    return nearest;
}
