/// How far a chain's links are from each other, from a body's skin and from the table, with every
/// link taken as a capsule. For checks before a run: float, first order, no use for control.
///
/// Frames and units: table frame, metres. Distances are signed: negative where bodies overlap, by
/// how deep. NaN in a posture gives NaN distances, which no permit accepts.
#ifndef KNEAD_KINEMATICS_CLEARANCE_H
#define KNEAD_KINEMATICS_CLEARANCE_H

#include "kinematics/capsule.h"
#include "kinematics/chain.h"
#include "kinematics/fk.h"
#include "kinematics/surface.h"

/// A capsule a link, and one for the tool.
#define CAPSULE_CAPACITY (JOINT_CAPACITY + 1)

/// Capsule i < count - 1 is link i, from its joint to the next one (the last link's to the flange).
/// Capsule count - 1 is the tool, from the flange to the pad's face.
typedef struct {
    int count;
    capsule_t at[CAPSULE_CAPACITY];
} capsules_t;

typedef enum { CLEARANCE_LINKS, CLEARANCE_SURFACE, CLEARANCE_TABLE } clearance_kind_t;

/// The nearest two bodies.
typedef struct {
    float distance_m; // INFINITY where there is nothing to come near
    clearance_kind_t kind;
    int capsule;       // which of the chain's
    int other_capsule; // with CLEARANCE_LINKS the other one, larger than `capsule`; else -1
} clearance_t;

/// The capsules of a posture. `radius_m` has one entry a link, then the tool's.
void clearance_capsules(const chain_frames_t* frames, const float radius_m[CAPSULE_CAPACITY],
                        capsules_t* capsules);

/// From the skin: the least over places along the capsule at most 10 mm or a 64th of its length
/// apart, each by the skin's tangent plane below it (`surface_distance_m`). Places off the grid
/// have no skin below them; INFINITY if all are.
float clearance_surface_m(const capsule_t* capsule, const surface_t* surface);

/// The least of all: links against links, and each capsule from `first_free` on against skin and
/// table. Links before it (a rail, a column) stand beside or on the table. Pairs that the links
/// between them cannot hold apart (neighbours, and across a wrist whose joints meet in a point) are
/// not compared. The tool, which is meant to touch, is compared with the skin only if `tool_too`.
/// `surface` may be null.
clearance_t clearance_nearest(const capsules_t* capsules, int first_free, const surface_t* surface,
                              table_top_t table, bool tool_too);

/// The link nearest to the skin.
typedef struct {
    double distance_m; // INFINITY if no link is over the grid; NaN if a frame is no number
    int link;          // which, or -1
    vec3_t point_m;    // on the link's axis
    vec3_t normal;     // of the skin below, out of the body
} link_clearance_t;

/// Links farther from the skin than this count as nowhere near it.
#define LINK_NEAR_M 0.06

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
