/// YAML to client, or findings. The file says who lies on the table, what he answered to the
/// screening, what must be left alone, and how strongly he may be touched.
///
/// Always holds: a number of the client is finite and in its range, or zero where the file leaves
/// it out. Names of regions and conditions are taken as written, with their line and column:
/// whether there are such is for `client_effects`, which knows body and list.
#ifndef KNEAD_ROUTINES_CLIENT_LOAD_H
#define KNEAD_ROUTINES_CLIENT_LOAD_H

#include "config/fields.h"

/// Reads a client. Name, sex, height and weight are enough; landmarks, scan, screening, caps,
/// places to avoid, intensity and notes may come with them. A scan's path is taken relative to the
/// client's file. All findings come in one pass; on failure `client` is untouched.
bool client_load(const char* path, client_settings_t* client, findings_t* findings);

/// Prints the JSON Schema of kind client.
void client_print_schema(FILE* out);

/// Days from 1970-01-01 to the day that "2026-11-22" names, in the calendar of today (Gregorian,
/// also before its time). False for anything but ten characters of a day that exists, from 1970 to
/// 9999.
bool client_day_parse(const char* text, int* day);

/// The day as text: "2026-11-22". `day` from 0 to the last day of 9999.
void client_day_text(int day, char text[NAME_CAPACITY]);

#endif
