#include "kinematics/fk.h"

#include "kinematics/sincos.h"
#include "kinematics/walker.h"
#include "kinematics/wide.h"

static inline void walker_store(const walker_t* walker, vec3_t axis, int i, chain_frames_t* frames)
{
    double* r = frames->rotation[i];
    r[0] = walker->x.x;
    r[1] = walker->y.x;
    r[2] = walker->z.x;
    r[3] = walker->x.y;
    r[4] = walker->y.y;
    r[5] = walker->z.y;
    r[6] = walker->x.z;
    r[7] = walker->y.z;
    r[8] = walker->z.z;
    frames->origin_m[i][0] = walker->origin_m.x;
    frames->origin_m[i][1] = walker->origin_m.y;
    frames->origin_m[i][2] = walker->origin_m.z;
    frames->axis[i][0] = axis.x;
    frames->axis[i][1] = axis.y;
    frames->axis[i][2] = axis.z;
}

/// Walks along the chain; returns the last link's frame.
static inline walker_t walk(const chain_t* chain, const joints_t* joints, chain_frames_t* frames)
{
    joints_t sines;
    joints_t cosines;
    sincos_joints(joints, &sines, &cosines);
    walker_t walker = walker_begin(chain);
    frames->joint_count = chain->joint_count;
    for (int i = 0; i < chain->joint_count; i++) {
        if (i > 0) {
            walker_place(&walker, chain, i);
        }
        const vec3_t axis =
            walker_move(&walker, chain, i, joints->at[i], sines.at[i], cosines.at[i]);
        walker_store(&walker, axis, i, frames);
    }
    return walker;
}

WIDE void fk_links(const chain_t* chain, const joints_t* joints, chain_frames_t* frames)
{
    (void)walk(chain, joints, frames);
}

WIDE void fk_frames(const chain_t* chain, const joints_t* joints, chain_frames_t* frames)
{
    const walker_t last = walk(chain, joints, frames);
    walker_end(&last, chain, &frames->flange, &frames->tool);
}

WIDE pose_t fk_tool_pose(const chain_t* chain, const joints_t* joints)
{
    chain_frames_t frames;
    fk_frames(chain, joints, &frames);
    return frames.tool;
}

void fk_jacobian(const chain_t* chain, const chain_frames_t* frames, jacobian_t* jacobian)
{
    const vec3_t tool_m = frames->tool.position_m;
    for (int i = 0; i < chain->joint_count; i++) {
        const double* axis = frames->axis[i];
        if (chain->kind[i] == JOINT_PRISMATIC) {
            for (int k = 0; k < 3; k++) {
                jacobian->at[k][i] = axis[k];
                jacobian->at[k + 3][i] = 0.0;
            }
        } else {
            const double x = tool_m.x - frames->origin_m[i][0];
            const double y = tool_m.y - frames->origin_m[i][1];
            const double z = tool_m.z - frames->origin_m[i][2];
            jacobian->at[0][i] = axis[1] * z - axis[2] * y;
            jacobian->at[1][i] = axis[2] * x - axis[0] * z;
            jacobian->at[2][i] = axis[0] * y - axis[1] * x;
            for (int k = 0; k < 3; k++) {
                jacobian->at[k + 3][i] = axis[k];
            }
        }
    }
    for (int i = chain->joint_count; i < JOINT_CAPACITY; i++) {
        for (int row = 0; row < 6; row++) {
            jacobian->at[row][i] = 0.0;
        }
    }
}

twist_t fk_tool_twist(const chain_t* chain, const jacobian_t* jacobian, const joints_t* speeds)
{
    double rows[6] = {0.0};
    for (int row = 0; row < 6; row++) {
        for (int i = 0; i < chain->joint_count; i++) {
            rows[row] += jacobian->at[row][i] * speeds->at[i];
        }
    }
    return (twist_t){vec3(rows[0], rows[1], rows[2]), vec3(rows[3], rows[4], rows[5])};
}

void fk_joint_efforts(const chain_t* chain, const jacobian_t* jacobian, const wrench_t* wrench,
                      joints_t* efforts)
{
    const vec3_t force = wrench->force_N;
    const vec3_t torque = wrench->torque_Nm;
    *efforts = (joints_t){{0.0}};
    for (int i = 0; i < chain->joint_count; i++) {
        efforts->at[i] = jacobian->at[0][i] * force.x + jacobian->at[1][i] * force.y +
                         jacobian->at[2][i] * force.z + jacobian->at[3][i] * torque.x +
                         jacobian->at[4][i] * torque.y + jacobian->at[5][i] * torque.z;
    }
}
