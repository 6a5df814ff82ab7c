/// The registers of one virtual device, laid out by its profile: the same file that tells the
/// controller how to read a device makes the device. Answers FC 03, 04, 06, 16 and 23 as the
/// specification has it (Modbus application protocol V1.1b3, 6 and 7) and refuses the rest with
/// exceptions; a refused request changes nothing.
///
/// Which addresses exist: every point of the profile, and every word of its read and write block.
/// A word of a block that belongs to no point is reserved: it reads 0, and only 0 may be written to
/// it where it lies in the write block. FC 03 and FC 04 read the same words, unless the profile has
/// points in the input table: then FC 04 reads those and nothing else.
///
/// The profile's own rules count: a function it does not answer, more words than it gives at once,
/// addresses and counts that are no multiples of its alignment. A profile without any functions
/// answers all of them.
#ifndef KNEAD_SIM_DEVICES_REGISTER_FILE_H
#define KNEAD_SIM_DEVICES_REGISTER_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "config/settings.h"
#include "controller/bus/modbus_pdu.h"

#define REGISTER_CELL_CAPACITY                                                                     \
    (MODBUS_READ_COUNT_MAX + MODBUS_READ_WRITE_COUNT_MAX + 2 * POINT_CAPACITY)

/// One word that exists.
typedef struct {
    int address;  // input registers: MODBUS_ADDRESS_COUNT more
    int point;    // index into the profile's points, or -1 for a reserved word
    int part;     // which word of the point
    bool written; // a reserved word of the write block
} register_cell_t;

typedef struct {
    const device_profile_t* profile; // borrowed
    int cell_count;
    register_cell_t cells[REGISTER_CELL_CAPACITY]; // by rising address
    uint16_t words[REGISTER_CELL_CAPACITY];        // of the same cells
    int cell_of_point[POINT_ID_COUNT];             // first cell by meaning, -1 if there is none
    int cell_at_point[POINT_CAPACITY];             // first cell of each of the profile's points
    bool has_input_table;
    bool blank; // every read gives 0xFFFF, what a bus shows that nobody drives; writes are taken
} register_file_t;

/// Lays the registers out; all 0 but the identity, which is the one the profile expects. False if
/// the profile's points overlap, lie outside 0 to 65535, are named twice, or a block is too long.
bool register_file_init(register_file_t* file, const device_profile_t* profile);

/// Answers one request. False only if it has no bytes at all, so that there is nothing to answer.
/// `wrote` says whether words were written: what feeds a watchdog.
/// FC 23 writes before it reads; what the world measures is read as the world last set it.
/// Exceptions: 01 a function that is unknown or not the device's; 02 an address that does not
/// exist, a point that may not be written, or a part of a two-word point; 03 a quantity or length
/// that is not allowed, or a value that is not finite or outside the point's minimum to maximum.
bool register_file_request(register_file_t* file, const pdu_t* request, pdu_t* reply, bool* wrote);

bool register_file_has(const register_file_t* file, point_id_t id);

/// Sets what the device measures or reports, SI. As a real device it saturates at the ends of the
/// word type rather than wrapping. False if it had to, if the value is not finite (then nothing
/// changes), or if there is no such point.
bool register_file_set(register_file_t* file, point_id_t id, double si_number);

/// The same by the point's index in the profile, for those that have no meaning of their own.
bool register_file_set_at(register_file_t* file, int point, double si_number);

/// SI value of a point as it stands in the registers. False if there is no such point or its words
/// are no finite number.
bool register_file_get(const register_file_t* file, point_id_t id, double* si_number);

/// Raw bits of a point, 0 if there is none: for bit fields and counters.
uint32_t register_file_raw(const register_file_t* file, point_id_t id);
/// Sets raw bits; those that a 16-bit point has no room for are dropped, as a counter does that
/// runs over. Nothing if there is no such point.
void register_file_set_raw(register_file_t* file, point_id_t id, uint32_t raw);

#endif
