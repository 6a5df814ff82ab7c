#include "sim/devices/register_file.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "controller/bus/registers.h"

// Index of the first cell at or after `address`.
static int find_cell(const register_file_t* file, int address)
{
    int low = 0;
    int high = file->cell_count;
    while (low < high) {
        const int middle = (low + high) / 2;
        if (file->cells[middle].address < address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

// First of `count` cells that follow each other from `address`, or -1 if one is missing.
static int find_run(const register_file_t* file, int address, int count)
{
    const int first = find_cell(file, address);
    const int last = first + count - 1; // addresses rise, so ends that fit leave no gap
    const bool whole = last < file->cell_count && file->cells[first].address == address &&
                       file->cells[last].address == address + count - 1;
    return whole ? first : -1;
}

static register_cell_t* insert_cell(register_file_t* file, int address)
{
    const int at = find_cell(file, address);
    memmove(&file->cells[at + 1], &file->cells[at],
            (size_t)(file->cell_count - at) * sizeof file->cells[0]);
    file->cell_count++;
    file->cells[at] = (register_cell_t){.address = address, .point = -1};
    return &file->cells[at];
}

// Input registers have addresses of their own; here they follow the holding registers'.
static int place_of(int address, bool input_table)
{
    return input_table ? MODBUS_ADDRESS_COUNT + address : address;
}

static bool insert_point(register_file_t* file, int point)
{
    const point_settings_t* settings = &file->profile->points[point];
    const int count = registers_word_count(settings->type);
    if (settings->address < 0 || settings->address > MODBUS_ADDRESS_COUNT - count) {
        return false;
    }
    for (int part = 0; part < count; part++) {
        const int address = place_of(settings->address, settings->input_table) + part;
        if (find_run(file, address, 1) >= 0) {
            return false; // two points claim it
        }
        register_cell_t* cell = insert_cell(file, address);
        cell->point = point;
        cell->part = part;
    }
    return true;
}

// Makes every word of a block exist; those without a point are reserved. A block that begins with
// an input register is one of input registers.
static bool insert_block(register_file_t* file, int address, int count, int count_max, bool written)
{
    if (count < 0 || count > count_max || address < 0 || address > MODBUS_ADDRESS_COUNT - count) {
        return false;
    }
    const bool input =
        find_run(file, address, 1) < 0 && find_run(file, place_of(address, true), 1) >= 0;
    address = place_of(address, input);
    for (int i = 0; i < count; i++) {
        const int found = find_run(file, address + i, 1);
        register_cell_t* cell = found >= 0 ? &file->cells[found] : insert_cell(file, address + i);
        cell->written = cell->written || written;
    }
    return true;
}

bool register_file_init(register_file_t* file, const device_profile_t* profile)
{
    memset(file, 0, sizeof *file);
    file->profile = profile;
    if (profile->point_count < 0 || profile->point_count > POINT_CAPACITY) {
        return false;
    }
    for (int i = 0; i < profile->point_count; i++) {
        if (!insert_point(file, i)) {
            return false;
        }
    }
    if (!insert_block(file, profile->read_address, profile->read_count, MODBUS_READ_COUNT_MAX,
                      false) ||
        !insert_block(file, profile->write_address, profile->write_count,
                      MODBUS_READ_WRITE_COUNT_MAX, true)) {
        return false;
    }
    for (int id = 0; id < POINT_ID_COUNT; id++) {
        file->cell_of_point[id] = -1;
    }
    for (int i = 0; i < profile->point_count; i++) {
        file->has_input_table = file->has_input_table || profile->points[i].input_table;
        file->cell_at_point[i] =
            find_cell(file, place_of(profile->points[i].address, profile->points[i].input_table));
    }
    for (int i = 0; i < profile->point_count; i++) {
        const point_id_t id = profile->points[i].id;
        if (id == POINT_OTHER) {
            continue; // has no meaning to be found by; requests reach it by its address
        }
        if (file->cell_of_point[id] >= 0) {
            return false; // named twice
        }
        file->cell_of_point[id] = file->cell_at_point[i];
    }
    register_file_set_raw(file, POINT_IDENTITY, (uint32_t)profile->identity_expected);
    return true;
}

// Judges the words of a write that starts at cell `first` before any of them is taken.
static modbus_exception_t judge_write(const register_file_t* file, int first, int count,
                                      const uint16_t* words)
{
    const device_profile_t* profile = file->profile;
    for (int i = 0; i < count; i++) {
        const register_cell_t* cell = &file->cells[first + i];
        if (cell->point < 0) {
            if (!cell->written) {
                return MODBUS_ILLEGAL_ADDRESS;
            }
            if (words[i] != 0) {
                return MODBUS_ILLEGAL_VALUE;
            }
            continue;
        }
        const point_settings_t* point = &profile->points[cell->point];
        const int word_count = registers_word_count(point->type);
        if (!point->writable || cell->part != 0 || i + word_count > count) {
            return MODBUS_ILLEGAL_ADDRESS;
        }
        if (!registers_permit_write(point, profile->word_order, words + i)) {
            return MODBUS_ILLEGAL_VALUE;
        }
        i += word_count - 1;
    }
    return MODBUS_EXCEPTION_NONE;
}

// What the device's own rules say before any register is looked at.
static modbus_exception_t judge_request(const device_profile_t* profile,
                                        const modbus_request_t* request)
{
    if (profile->functions != 0 && (profile->functions >> request->function & 1u) == 0) {
        return MODBUS_ILLEGAL_FUNCTION;
    }
    const int most = profile->read_words_max;
    const int aligned = profile->word_alignment;
    if ((most > 0 && request->read_count > most) ||
        (aligned > 1 &&
         (request->read_count % aligned != 0 || request->write_count % aligned != 0))) {
        return MODBUS_ILLEGAL_VALUE;
    }
    if (aligned > 1 &&
        (request->read_address % aligned != 0 || request->write_address % aligned != 0)) {
        return MODBUS_ILLEGAL_ADDRESS;
    }
    return MODBUS_EXCEPTION_NONE;
}

static modbus_exception_t answer(register_file_t* file, const modbus_request_t* request,
                                 const uint16_t** words)
{
    const modbus_exception_t own = judge_request(file->profile, request);
    if (own != MODBUS_EXCEPTION_NONE) {
        return own;
    }
    int read_from = -1;
    if (request->read_count > 0) {
        const bool input = request->function == MODBUS_READ_INPUT && file->has_input_table;
        const int place = place_of(request->read_address, input);
        read_from = find_run(file, place, request->read_count);
        if (read_from < 0) {
            return MODBUS_ILLEGAL_ADDRESS;
        }
    }
    if (request->write_count > 0) {
        const int write_to = find_run(file, request->write_address, request->write_count);
        if (write_to < 0) {
            return MODBUS_ILLEGAL_ADDRESS;
        }
        const modbus_exception_t refusal =
            judge_write(file, write_to, request->write_count, request->write_words);
        if (refusal != MODBUS_EXCEPTION_NONE) {
            return refusal;
        }
        memcpy(&file->words[write_to], request->write_words,
               (size_t)request->write_count * sizeof file->words[0]);
    }
    *words = read_from >= 0 ? &file->words[read_from] : NULL;
    return MODBUS_EXCEPTION_NONE;
}

bool register_file_request(register_file_t* file, const pdu_t* request, pdu_t* reply, bool* wrote)
{
    *wrote = false;
    modbus_request_t decoded;
    const modbus_result_t result = modbus_decode_request(request, &decoded);
    if (result == MODBUS_EMPTY) {
        return false;
    }
    const uint16_t* words = NULL;
    const modbus_exception_t refusal =
        result == MODBUS_OK ? answer(file, &decoded, &words) : modbus_refusal(result);
    if (refusal != MODBUS_EXCEPTION_NONE) {
        modbus_encode_exception(request->bytes[0], refusal, reply);
        return true;
    }
    uint16_t blank[MODBUS_READ_COUNT_MAX];
    if (file->blank && decoded.read_count > 0) {
        memset(blank, 0xFF, sizeof blank);
        words = blank;
    }
    modbus_encode_reply(&decoded, words, reply);
    *wrote = decoded.write_count > 0;
    return true;
}

bool register_file_has(const register_file_t* file, point_id_t id)
{
    return file->cell_of_point[id] >= 0;
}

// SI value of the type's ends, so that a measurement beyond them saturates.
static double saturate(const point_settings_t* point, double si_number)
{
    static const double lowest[] = {[WORD_U16] = 0.0,
                                    [WORD_S16] = INT16_MIN,
                                    [WORD_U32] = 0.0,
                                    [WORD_S32] = INT32_MIN,
                                    [WORD_F32] = -3.4028234663852886e38};
    static const double highest[] = {[WORD_U16] = UINT16_MAX,
                                     [WORD_S16] = INT16_MAX,
                                     [WORD_U32] = UINT32_MAX,
                                     [WORD_S32] = INT32_MAX,
                                     [WORD_F32] = 3.4028234663852886e38};
    const double raw = (si_number - point->offset) / point->scale;
    return fmin(fmax(raw, lowest[point->type]), highest[point->type]) * point->scale +
           point->offset;
}

static bool set_cell(register_file_t* file, int cell, double si_number)
{
    const point_settings_t* point = &file->profile->points[file->cells[cell].point];
    const word_order_t order = file->profile->word_order;
    if (registers_encode_unlimited(point, order, si_number, &file->words[cell])) {
        return true;
    }
    (void)registers_encode_unlimited(point, order, saturate(point, si_number), &file->words[cell]);
    return false;
}

bool register_file_set(register_file_t* file, point_id_t id, double si_number)
{
    return register_file_has(file, id) && isfinite(si_number) &&
           set_cell(file, file->cell_of_point[id], si_number);
}

bool register_file_set_at(register_file_t* file, int point, double si_number)
{
    return isfinite(si_number) && set_cell(file, file->cell_at_point[point], si_number);
}

bool register_file_get(const register_file_t* file, point_id_t id, double* si_number)
{
    if (!register_file_has(file, id)) {
        return false;
    }
    const int cell = file->cell_of_point[id];
    return registers_decode(&file->profile->points[file->cells[cell].point],
                            file->profile->word_order, &file->words[cell], si_number);
}

uint32_t register_file_raw(const register_file_t* file, point_id_t id)
{
    if (!register_file_has(file, id)) {
        return 0;
    }
    const int cell = file->cell_of_point[id];
    return registers_raw(&file->profile->points[file->cells[cell].point], file->profile->word_order,
                         &file->words[cell]);
}

void register_file_set_raw(register_file_t* file, point_id_t id, uint32_t raw)
{
    if (!register_file_has(file, id)) {
        return;
    }
    const int cell = file->cell_of_point[id];
    const point_settings_t* point = &file->profile->points[file->cells[cell].point];
    const uint32_t fitting = registers_word_count(point->type) == 1 ? raw & 0xFFFFu : raw;
    registers_set_raw(point, file->profile->word_order, fitting, &file->words[cell]);
}
