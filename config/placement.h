/// Placements and the merging of rigid bodies for whoever reads a machine's geometry from a file
/// before there is a chain. Metres, kilograms, radians; rotations row-major, mapping the inner
/// frame's vectors into the outer's.
#ifndef KNEAD_CONFIG_PLACEMENT_H
#define KNEAD_CONFIG_PLACEMENT_H

/// A frame in another one: p_outer = R p_inner + t.
typedef struct {
    double rotation[9];
    double translation_m[3];
} placement_t;

/// A rigid body in some frame. Mass 0 is no body at all.
typedef struct {
    double mass_kg;
    double centre_m[3];
    double inertia_kgm2[6]; // xx yy zz xy xz yz about the centre of mass, the frame's axes
} rigid_body_t;

placement_t placement_identity(void);

/// Fixed-axis roll, pitch, yaw as URDF has it: R = Rz(yaw) Ry(pitch) Rx(roll).
placement_t placement_from_rpy(const double xyz_m[3], const double rpy_rad[3]);

/// The inner of two nested frames in the outermost.
placement_t placement_multiply(const placement_t* outer, const placement_t* inner);

/// Roll, pitch and yaw of the rotation, exact to rounding everywhere: with the pitch at a right
/// angle, where only the difference or sum of the others counts, any yaw that is right.
void placement_rpy(const placement_t* placement, double rpy_rad[3]);

/// A body given in the inner frame, in the outer one's terms.
rigid_body_t rigid_body_place(const placement_t* placement, const rigid_body_t* body);

/// Both as one, about their common centre of mass. (Huygens-Steiner.)
rigid_body_t rigid_body_merge(const rigid_body_t* a, const rigid_body_t* b);

#endif
