/// A machine of nothing but devices, from the profiles that `--profile` names: for a table without
/// a world. Each device is called as its profile; a second one of the same gets _2 behind it.
#ifndef KNEAD_CONTROLLER_CLI_TABLE_PROFILES_H
#define KNEAD_CONTROLLER_CLI_TABLE_PROFILES_H

#include "config/finding.h"
#include "controller/cli/options.h"

/// Fills devices, profiles and, where `--serial` or `--pty-link` asks for it, one line with the
/// speed, parity and stop bits that are asked for or that the first profile with a line is
/// delivered with. Over TCP a device has the unit it is delivered with, or 1. `line_units` are
/// those on the line: as delivered, or the next one that is free. False after findings or a
/// sentence to `messages`.
bool table_profiles_load(const options_t* options, machine_settings_t* machine,
                         int line_units[DEVICE_CAPACITY], findings_t* findings, FILE* messages);

#endif
