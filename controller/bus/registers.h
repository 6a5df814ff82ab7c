/// Register words and SI values: raw = (SI - offset) / scale, by the point's type and the device's
/// word order, which of a value of 16 bits says only whether its two bytes are swapped. Both ends
/// of the wire use this one codec. What does not fit is refused, never wrapped, cut or rounded to a
/// limit.
#ifndef KNEAD_CONTROLLER_BUS_REGISTERS_H
#define KNEAD_CONTROLLER_BUS_REGISTERS_H

#include "config/settings.h"

#define REGISTERS_WORDS_PER_POINT_MAX 2

/// The point of a profile by its meaning, or null if the device has none. Borrowed from `profile`.
const point_settings_t* registers_find_point(const device_profile_t* profile, point_id_t id);

/// The YAML name of a point.
const char* registers_point_text(point_id_t id);

/// Words a value of this type takes: 1 or 2.
int registers_word_count(word_type_t type);

/// The raw bits, before sign, scale and float are applied.
uint32_t registers_raw(const point_settings_t* point, word_order_t order, const uint16_t* words);
/// The inverse. Bits that a 16-bit type has no room for must be 0 (asserted).
void registers_set_raw(const point_settings_t* point, word_order_t order, uint32_t raw,
                       uint16_t* words);

/// SI value to words, rounded to the nearest raw value. False, and `words` untouched, if the value
/// is not finite, does not fit the type, or the point is writable and it lies outside minimum to
/// maximum.
bool registers_encode(const point_settings_t* point, word_order_t order, double si_number,
                      uint16_t* words);

/// The same for what a device puts into its own register: not bound by what others may write there.
bool registers_encode_unlimited(const point_settings_t* point, word_order_t order, double si_number,
                                uint16_t* words);

/// Words to SI value. False, and `si_number` untouched, if the words are no finite number.
bool registers_decode(const point_settings_t* point, word_order_t order, const uint16_t* words,
                      double* si_number);

/// The receiving end's check of a write: the words are a finite number between minimum and maximum,
/// each as it is rounded on the wire, so that what `registers_encode` lets out is let in.
bool registers_permit_write(const point_settings_t* point, word_order_t order,
                            const uint16_t* words);

#endif
