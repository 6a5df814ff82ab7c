/// Which devices `knead device` is about, from its operands and options: profiles by name or file,
/// devices of a machine, or one device that no machine's file names.
#ifndef KNEAD_CONTROLLER_CLI_DEVICE_CHOICE_H
#define KNEAD_CONTROLLER_CLI_DEVICE_CHOICE_H

#include "controller/cli/assembly.h"
#include "controller/cli/verb.h"

/// The folder of the shipped profiles. False if the path would pass `capacity`.
bool device_choice_folder(char* path, size_t capacity);

/// Loads a profile: `name` is a file's path where it has a slash or ends in .yaml, else the name of
/// a shipped one. False where there is none, with findings only if a file was refused or a path
/// names none.
bool device_choice_profile(const char* name, device_profile_t* profile, findings_t* findings);

/// Loads the machine that `options` name or the shipped one into `assembly->machine`, its devices
/// at --host and --port-base where these are given. EXIT_DONE, or an exit code after findings.
exit_code_t device_choice_machine(const options_t* options, assembly_t* assembly);

/// The index of the machine's device called `name`, or -1 after a sentence with the nearest match.
int device_choice_named(const machine_settings_t* machine, const char* name);

/// Leaves in `assembly->machine` the devices that `names` say, in that order; all where `count` is
/// 0; or, with --profile, the one device that the options describe. Of the machine nothing else is
/// to be used then. EXIT_DONE, or an exit code after a sentence or findings.
exit_code_t device_choice_reduce(const options_t* options, int count, char* const* names,
                                 assembly_t* assembly);

/// A machine of one device of a profile, over TCP as delivered, for what is told of a profile
/// alone. It has no lines; the caller may add one.
void device_choice_alone(const device_profile_t* profile, machine_settings_t* machine);

#endif
