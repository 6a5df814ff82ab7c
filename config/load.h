/// Turns the YAML files of each kind into checked settings, or into findings. Rules across fields
/// are checked here too. On failure the target is untouched.
#ifndef KNEAD_CONFIG_LOAD_H
#define KNEAD_CONFIG_LOAD_H

#include "config/fields.h"
#include "config/settings.h"

/// Loads a machine and every device profile it names (`device_directory`/NAME.yaml).
bool load_machine(const char* path, const char* device_directory, machine_settings_t* machine,
                  findings_t* findings);
bool load_device_profile(const char* path, device_profile_t* profile, findings_t* findings);
bool load_safety(const char* path, safety_settings_t* safety, findings_t* findings);
bool load_body(const char* path, body_settings_t* body, findings_t* findings);
bool load_screening(const char* path, screening_settings_t* screening, findings_t* findings);

/// Rules between a machine and the limits: whether this machine can keep them at all. Findings name
/// `machine_path` as a whole. True if there was none.
bool load_check_together(const machine_settings_t* machine, const safety_settings_t* safety,
                         const char* machine_path, findings_t* findings);

/// The `kind:` of a file, as it says itself; false with a finding if it has none. `kind` has room
/// for NAME_CAPACITY bytes.
bool load_kind(const char* path, char* kind, findings_t* findings);

/// The record of each kind.
extern const record_t load_machine_record, load_device_record, load_safety_record, load_body_record,
    load_screening_record;

/// The record of a kind for `knead schema`, or null: machine, safety, body, device, screening.
/// Kinds of other rooms have their own.
const record_t* load_record(const char* kind);

#endif
