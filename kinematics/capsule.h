/// Distances of capsules in single precision: the one place that computes on cglm. Its `vec3` is
/// not `kinematics/pose.h`'s, so it stays behind this header, which shows plain arrays.
///
/// Metres, in whatever frame the capsules share. Distances are signed: negative where bodies
/// overlap, by how deep. NaN in gives NaN out.
#ifndef KNEAD_KINEMATICS_CAPSULE_H
#define KNEAD_KINEMATICS_CAPSULE_H

/// All points within `radius_m` of a stretch. A stretch without length is a sphere.
typedef struct {
    float from_m[3];
    float to_m[3];
    float radius_m;
} capsule_t;

/// A level rectangle at z = 0: x from 0 to the length, y within half the width.
typedef struct {
    float length_m;
    float width_m;
} table_top_t;

/// Length of the stretch.
float capsule_length_m(const capsule_t* capsule);

/// The point at `part` (0 to 1) of the stretch.
void capsule_point(const capsule_t* capsule, float part, float point_m[3]);

/// Between two capsules. (Ericson 2005, 5.1.9.)
float capsule_distance_m(const capsule_t* a, const capsule_t* b);

/// Height over the table top: of the part of the stretch over it, the lowest point's height less
/// the radius. INFINITY if no part is over it.
float capsule_over_table_m(const capsule_t* capsule, table_top_t table);

#endif
