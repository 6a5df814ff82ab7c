/// Reads a serial arm out of a URDF file (wiki.ros.org/urdf/XML) into our own terms: every joint
/// that moves between two links, with fixed joints folded into placements and the links that hang
/// from them merged into the link that carries them.
///
/// Read are revolute, continuous, prismatic and fixed joints: origin, axis, limit, and of links the
/// inertial. Left aside: visual, collision, calibration, dynamics, safety_controller, what else a
/// robot element may hold, and all that hangs beyond the tip or from the base. Anything else on the
/// way is refused with its place, never guessed. Where makers leave out what URDF lets them (a
/// continuous joint's limits, a link's masses), it is told as not known.
#ifndef KNEAD_CONFIG_URDF_H
#define KNEAD_CONFIG_URDF_H

#include "config/finding.h"

#define URDF_LINK_CAPACITY 512 // of a file; as many joints

/// One joint that moves.
typedef struct {
    // Name, kind, placement, axis, limits of position, speed and effort, mass, centre and inertia
    // of what it moves. What URDF does not know is zero or empty: acceleration, postures, rotor,
    // drive.
    joint_settings_t settings;
    bool continuous;          // has no limits in the file; two pi either way stand in `settings`
    bool drive_known;         // false: a continuous joint without limits of effort and velocity,
                              // which stand as zero
    bool body_known;          // false: no link of it has a mass; it stands as zero with its moments
    char link[NAME_CAPACITY]; // that it moves, cut
    int merged_count;         // links fixed to that one
} urdf_joint_t;

typedef struct {
    char robot[TEXT_CAPACITY]; // the robot's name, cut
    char base[NAME_CAPACITY];  // names of the links, cut
    char tip[NAME_CAPACITY];
    int joint_count;
    urdf_joint_t joints[JOINT_CAPACITY]; // from the base on
    double flange_xyz_m[3];              // the tip's frame in the last moving link's
    double flange_rpy_rad[3];
} urdf_arm_t;

/// Reads the way from link `base` to link `tip`; a null base is the link without a parent. False
/// with findings, and `arm` untouched, if the file can't be read or the arm can't be had exactly.
bool urdf_read_arm(const char* path, const char* tip, const char* base, urdf_arm_t* arm,
                   findings_t* findings);

#endif
