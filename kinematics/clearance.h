/// How far an arm's links and tool are from each other and from the table, and its links from a
/// body's skin, with every part taken as a capsule. Cheap enough for every period of a control
/// loop.
///
/// Frames and units: table frame, metres. Distances are signed: negative where bodies overlap, by
/// how deep. NaN in a posture gives NaN distances, which no permit accepts. What lies LINK_NEAR_M
/// apart or more is INFINITY.
#ifndef KNEAD_KINEMATICS_CLEARANCE_H
#define KNEAD_KINEMATICS_CLEARANCE_H

#include "kinematics/capsule.h"
#include "kinematics/chain.h"
#include "kinematics/fk.h"
#include "kinematics/surface.h"

/// A capsule a link, and one for the tool: parts 0 to count - 2 are links, count - 1 is the tool.
#define CAPSULE_CAPACITY (JOINT_CAPACITY + 1)
/// Stands where a part's number could: the table, and nothing.
#define PART_TABLE CAPSULE_CAPACITY
#define PART_NONE (-1)

/// Farther apart than this counts as nowhere near.
#define LINK_NEAR_M 0.06

// ------------------------------------------------------- links, tool and table, from each other

// What the check before a run asks for, and twice what the interlock allows, as the posture that is
// played differs a little from the one that is checked (judgement). The tool counts too: it is over
// the body, whose lowest place for a pad (regions of prone.yaml, skin no steeper than 50 degrees,
// 1.45 m and 40 kg upwards) is 89 mm above the table, more than twice what pressing and breathing
// take away.
#define CLEARANCE_CHECKED_M 0.020

/// Which parts are compared; made once for an arm.
///
/// Two parts are left out where no posture could hold them well apart: where the links between them
/// reach, at their longest, no farther than both radii and twice `least_m`. So are neighbours, the
/// links on both sides of a short one, and all links of a wrist whose joints meet in a point; what
/// keeps those apart are the joints' limits. For the table, "between" is the way from it to the
/// first joint and the links before: a column that stands on it is left out, what hangs from the
/// column is not. A part without a radius is left out, and a link without length where a neighbour
/// at least as thick stands for it.
typedef struct {
    int count;
    float radius_m[CAPSULE_CAPACITY];
    uint16_t others[CAPSULE_CAPACITY]; // bit per part behind it to compare with
    uint16_t over_table;               // bit per part to compare with the table
    float tool_length_m;               // flange to pad's face
    table_top_t table;
} clearance_pairs_t;

clearance_pairs_t clearance_pairs(const chain_t* chain, double table_length_m, double table_width_m,
                                  double least_m);

typedef struct {
    int count;
    capsule_t at[CAPSULE_CAPACITY];
} capsules_t;

/// The parts of a posture: link i from its joint to the next one (the last link's to the flange),
/// the tool from the flange so far that its rounded end touches the pad's face.
void clearance_capsules(const clearance_pairs_t* pairs, const chain_frames_t* frames,
                        capsules_t* capsules);

/// The nearest two.
typedef struct {
    double distance_m; // INFINITY where nothing is near
    int part;          // or PART_NONE
    int other;         // a larger part, PART_TABLE or PART_NONE
} clearance_t;

/// The least of all that are compared, near or not; NaN if a capsule is no number.
clearance_t clearance_nearest(const clearance_pairs_t* pairs, const capsules_t* capsules);

/// The same for every period: INFINITY for what is LINK_NEAR_M apart or more.
clearance_t clearance_near(const clearance_pairs_t* pairs, const chain_frames_t* frames);

/// How a part is called: "link " and the joint's name, "the tool" and "", "the table top" and "".
typedef struct {
    const char* kind;
    const char* name; // borrowed of the settings
} part_name_t;
part_name_t clearance_part_name(const arm_settings_t* arm, int part);

// ----------------------------------------------------------------------------- links, from the
// skin

/// The link nearest to the skin.
typedef struct {
    double distance_m; // INFINITY if no link is over the grid; NaN if a frame is no number
    int link;          // which, or -1
    vec3_t point_m;    // on the link's axis
    vec3_t normal;     // of the skin below, out of the body
} link_clearance_t;

/// For every period of a control loop: a link as a row of spheres of its radius, at most a radius
/// apart. A capsule is found too far away by at most a seventh of its radius over even skin (r -
/// sqrt(r^2 - r^2/4)), by half where a ridge passes between two spheres. In
/// double. What lies LINK_NEAR_M away or more is INFINITY, on skin no steeper than 66 degrees. The
/// tool beyond the flange is meant to touch and is left out, as is a link without a radius.
link_clearance_t clearance_link_to_skin(const chain_t* chain, const chain_frames_t* frames,
                                        int link, const surface_t* surface);

/// The nearest of all links.
link_clearance_t clearance_links_to_skin(const chain_t* chain, const chain_frames_t* frames,
                                         const surface_t* surface);

#endif
