/// What events of class bus do to the replies of a table behind sockets and serial lines: real
/// frames, wrong on their way. Kinds that touch a part of the replies draw from a seed.
///
/// Possible here are those of `reply_faults_possible`. The others are the wire's in the same
/// process (`sim/wire.h`): they need to know of a period, or of what the next reply will be.
#ifndef KNEAD_SIM_REPLY_FAULTS_H
#define KNEAD_SIM_REPLY_FAULTS_H

#include "controller/bus/modbus_pdu.h"
#include "sim/device_host.h"
#include "sim/event.h"
#include "sim/random.h"

#define REPLY_BYTES_CAPACITY (2 * FRAME_CAPACITY) // of a frame that comes twice
#define REPLY_FAULT_KIND_COUNT (WORLD_EVENT_DEVICES_SWAPPED - WORLD_EVENT_BUS_LOSS + 1)

typedef struct {
    bool on[REPLY_FAULT_KIND_COUNT];
    double magnitude[REPLY_FAULT_KIND_COUNT];
    bool remembers; // bus_stale
    pdu_t remembered;
} device_reply_faults_t;

typedef struct {
    random_stream_t random;
    int device_count;
    device_reply_faults_t devices[DEVICE_CAPACITY];
} reply_faults_t;

void reply_faults_init(reply_faults_t* faults, int device_count, uint64_t seed);

/// Whether a kind can be made here, if its device has a way for it (`world_event_has_way`).
bool reply_faults_possible(world_event_kind_t kind);

/// Begins or ends one, for good. The event must be possible and fit the machine (asserted).
void reply_faults_set(reply_faults_t* faults, const world_event_t* event, bool on);

/// Asks the device, or answers in its place. False if nothing is to be said.
bool reply_faults_ask(reply_faults_t* faults, const device_host_t* host, int device,
                      const pdu_t* request, pdu_t* reply);

/// Frames a reply, RTU or TCP, as right or wrong as it is to be. Its size; 0: it is lost.
int reply_faults_frame_tcp(reply_faults_t* faults, int device, uint16_t transaction, uint8_t unit,
                           pdu_t* reply, uint8_t bytes[REPLY_BYTES_CAPACITY]);
int reply_faults_frame_rtu(reply_faults_t* faults, int device, uint8_t unit, pdu_t* reply,
                           uint8_t bytes[REPLY_BYTES_CAPACITY]);

/// How much later a reply is sent.
int64_t reply_faults_delay_us(reply_faults_t* faults, int device);

/// Whether connections of the device are refused, and whether the present ones are to be reset;
/// the second question is answered with yes once.
bool reply_faults_refuse(const reply_faults_t* faults, int device);
bool reply_faults_reset(reply_faults_t* faults, int device);

#endif
