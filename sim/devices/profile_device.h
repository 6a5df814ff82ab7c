/// Any device profile as a virtual device without a world around it: its registers, its exceptions,
/// its identity, values that move as those of a device do, and its reaction to a lost controller.
///
/// - Drives with control word and status word have the state machine of CiA 402 (`drive.h`), and
///   their axis goes to the target at a tenth of the target's range a second, evenly sped up and
///   slowed down. Other drives go to their target at once when it is written, as fast.
/// - Couplers with inputs and outputs are the one of `io_coupler.h`.
/// - What else is measured and has a unit stands still but for a ripple of two counts; what has no
///   unit is 0. A sample counter counts the profile's samples, at least a millisecond apart.
/// - Silence: after the time in the watchdog register, or the profile's own where there is no such
///   register and the profile says that the device stops, a drive after CiA 402 brakes and reports
///   a fault, and the profile's safe state is written, value by value. Any write feeds it. A
///   profile that says that the device goes on does nothing.
#ifndef KNEAD_SIM_DEVICES_PROFILE_DEVICE_H
#define KNEAD_SIM_DEVICES_PROFILE_DEVICE_H

#include "sim/devices/drive.h"
#include "sim/devices/io_coupler.h"
#include "sim/devices/register_file.h"

#define PROFILE_DEVICE_STEP_US 1000

typedef struct {
    register_file_t file;
    bool has_states; // CiA 402
    bool is_coupler;
    bool silent; // answers nothing and hears nothing
    bool wrote;  // since the last step
    bool safe;   // the safe state has been written since the last write
    int64_t now_us, write_us, sampled_us;
    double range; // of the target
    double position, speed;
    drive_t drive;
    io_coupler_t coupler;
} profile_device_t;

/// False if the profile's registers can't be laid out (`register_file_init`). `profile` is
/// borrowed.
bool profile_device_init(profile_device_t* device, const device_profile_t* profile);

/// As `device_host_t` has it.
bool profile_device_request(profile_device_t* device, const pdu_t* request, pdu_t* reply);

/// Lets PROFILE_DEVICE_STEP_US pass.
void profile_device_step(profile_device_t* device);

#endif
