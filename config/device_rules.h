/// The rules across the fields of a device profile: what its role and the way it is used ask of its
/// points, blocks and claims. `load_device_profile` is the one who asks.
#ifndef KNEAD_CONFIG_DEVICE_RULES_H
#define KNEAD_CONFIG_DEVICE_RULES_H

#include "config/fields.h"
#include "config/settings.h"

#define DEVICE_ADDRESS_COUNT 65536
#define DEVICE_ADDRESS_TEXT_CAPACITY 48

/// The words a file uses, by position in their enumerations; each ends with null.
extern const char* const device_role_words[];
extern const char* const device_type_words[];
extern const char* const device_point_words[];

/// Turns a Modicon number into a PDU address and its table: 40001 to 49999 and 400001 to 465536 are
/// holding registers, 30001 to 39999 and 300001 to 365536 input registers. False, and nothing
/// touched, for any other number.
bool device_address_of_modicon(int modicon, int* address, bool* input_table);

/// Writes an address the two ways people know it: "356 (0x0164, modicon 40357)".
void device_address_text(int address, bool input_table, char text[DEVICE_ADDRESS_TEXT_CAPACITY]);

/// Complains about everything in `profile`, which was read from `document`, that the rules forbid.
/// A safe write whose point is not there has the index -1 and has been complained of.
void device_rules_check(const yaml_document_t* document, const device_profile_t* profile,
                        findings_t* findings);

#endif
