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

/// The table: a level plate whose top is at z = 0, x from 0 to the length, y within half the width,
/// TABLE_THICKNESS_M thick. What it stands on is not known.
typedef struct {
    float length_m;
    float width_m;
} table_top_t;

// Padding, board and frame of a massage table: 60 to 100 mm (general knowledge, not checked).
#define TABLE_THICKNESS_M 0.10f

/// Length of the stretch.
float capsule_length_m(const capsule_t* capsule);

/// The point at `part` (0 to 1) of the stretch.
void capsule_point(const capsule_t* capsule, float part, float point_m[3]);

/// Between two capsules. (Ericson 2005, 5.1.9.)
float capsule_distance_m(const capsule_t* a, const capsule_t* b);

/// Between a point and the table; negative inside it.
float point_to_table_m(const float point_m[3], table_top_t table);

/// Between a capsule and the table, to within 0.1 mm.
float capsule_to_table_m(const capsule_t* capsule, table_top_t table);

#endif
