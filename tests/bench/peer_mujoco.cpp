#include "tests/bench/peer_mujoco.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <mujoco/mujoco.h>
#include <new>
#include <sstream>
#include <string>
#include <vector>

namespace
{

constexpr double STEP_S = 0.001;
constexpr double PAD_RADIUS_M = 0.03;
constexpr double PRESSED_M = 0.001;

std::string text_of(const double* figures, int count)
{
    std::ostringstream text;
    text.precision(17);
    for (int i = 0; i < count; i++) {
        text << (i ? " " : "") << figures[i];
    }
    return text.str();
}

/// Fixed-axis roll, pitch, yaw: MuJoCo's eulerseq XYZ.
std::string placement(const double xyz_m[3], const double rpy_rad[3])
{
    return "pos=\"" + text_of(xyz_m, 3) + "\" euler=\"" + text_of(rpy_rad, 3) + "\"";
}

std::string inertial(const double centre_m[3], double mass_kg, const double inertia[6])
{
    std::ostringstream text;
    text.precision(17);
    text << "<inertial pos=\"" << text_of(centre_m, 3) << "\" mass=\"" << mass_kg
         << "\" fullinertia=\"" << text_of(inertia, 6) << "\"/>";
    return text.str();
}

std::string link_of(const joint_settings_t& joint, int i)
{
    std::ostringstream text;
    text.precision(17);
    text << "<body " << placement(joint.origin_xyz_m, joint.origin_rpy_rad) << ">"
         << inertial(joint.centre_of_mass_m, joint.mass_kg, joint.inertia_kgm2) << "<joint name=\"j"
         << i << "\" type=\"" << (joint.kind == JOINT_REVOLUTE ? "hinge" : "slide") << "\" axis=\""
         << text_of(joint.axis, 3) << "\" armature=\"" << joint.rotor_inertia << "\"/>";
    return text.str();
}

/// The tool is a body of its own, fixed to the last link. MuJoCo wants some inertia of it.
std::string tool_of(const tool_settings_t& tool, int pad_index, bool touching)
{
    const double none[6] = {1e-12, 1e-12, 1e-12, 0.0, 0.0, 0.0};
    std::ostringstream text;
    text.precision(17);
    text << "<body " << placement(tool.flange_xyz_m, tool.flange_rpy_rad) << ">";
    if (tool.mass_kg > 0.0) {
        text << inertial(tool.centre_of_mass_m, tool.mass_kg, none);
    }
    if (touching) {
        text << "<geom name=\"pad\" type=\"sphere\" mass=\"0\" size=\"" << PAD_RADIUS_M
             << "\" pos=\"0 0 " << tool.pads[pad_index].length_m - PAD_RADIUS_M << "\"/>";
    }
    return text.str() + "</body>";
}

std::string servo_of(const joint_settings_t& joint, int i)
{
    const double stiffness = 40.0 * joint.effort_max;
    std::ostringstream text;
    text << "<general joint=\"j" << i << "\" biastype=\"affine\" gainprm=\"" << stiffness
         << "\" biasprm=\"0 " << -stiffness << " " << -0.01 * stiffness << "\"/>";
    return text.str();
}

std::string mjcf_of(const arm_settings_t& arm, int pad_index, bool touching)
{
    std::ostringstream text;
    text << "<mujoco><compiler angle=\"radian\" eulerseq=\"XYZ\"/>"
         << "<option timestep=\"" << STEP_S << "\" gravity=\"0 0 -9.80665\"/>"
         << "<size nconmax=\"8\" njmax=\"32\"/><worldbody>"
         << (touching ? "<geom name=\"bed\" type=\"plane\" size=\"0 0 1\" pos=\"0 0 -9\"/>" : "") << "<body "
         << placement(arm.base_xyz_m, arm.base_rpy_rad) << ">";
    for (int i = 0; i < arm.joint_count; i++) {
        text << link_of(arm.joints[i], i);
    }
    text << tool_of(arm.tool, pad_index, touching);
    for (int i = 0; i <= arm.joint_count; i++) {
        text << "</body>";
    }
    text << "</worldbody>";
    if (touching) {
        text << "<actuator>";
        for (int i = 0; i < arm.joint_count; i++) {
            text << servo_of(arm.joints[i], i);
        }
        text << "</actuator>";
    }
    return text.str() + "</mujoco>";
}

/// MuJoCo reads models by name; a file system in memory keeps them off the disk.
mjModel* model_of(const std::string& mjcf)
{
    mjVFS* files = static_cast<mjVFS*>(std::malloc(sizeof(mjVFS)));
    if (!files) {
        return nullptr;
    }
    mj_defaultVFS(files);
    mjModel* model = nullptr;
    char error[500] = "";
    if (mj_makeEmptyFileVFS(files, "arm.xml", static_cast<int>(mjcf.size())) == 0) {
        mjcf.copy(static_cast<char*>(files->filedata[0]), mjcf.size());
        model = mj_loadXML("arm.xml", files, error, sizeof error);
    }
    mj_deleteVFS(files);
    std::free(files);
    if (!model) {
        std::fprintf(stderr, "bench_peers: MuJoCo refuses the model: %s\n", error);
    }
    return model;
}

} // namespace

struct peer_mujoco {
    mjModel* free_model;
    mjData* free_data;
    mjModel* touching_model;
    mjData* touching_data;
    std::vector<bench_case_t> cases;
};

peer_mujoco_t* peer_mujoco_create(const arm_settings_t* arm, int pad_index,
                                  const bench_case_t* cases, int case_count)
{
    peer_mujoco_t* mujoco = new (std::nothrow) peer_mujoco();
    if (!mujoco) {
        return nullptr;
    }
    mujoco->free_model = model_of(mjcf_of(*arm, pad_index, false));
    mujoco->touching_model = model_of(mjcf_of(*arm, pad_index, true));
    if (!mujoco->free_model || !mujoco->touching_model) {
        peer_mujoco_destroy(mujoco);
        return nullptr;
    }
    mujoco->free_data = mj_makeData(mujoco->free_model);
    mujoco->touching_data = mj_makeData(mujoco->touching_model);
    mujoco->cases.assign(cases, cases + case_count);
    return mujoco;
}

void peer_mujoco_destroy(peer_mujoco_t* mujoco)
{
    if (mujoco) {
        mj_deleteData(mujoco->free_data);
        mj_deleteModel(mujoco->free_model);
        mj_deleteData(mujoco->touching_data);
        mj_deleteModel(mujoco->touching_model);
        delete mujoco;
    }
}

void peer_mujoco_forward_dynamics(peer_mujoco_t* mujoco, int index)
{
    const bench_case_t& given = mujoco->cases[static_cast<std::size_t>(index)];
    mjData* data = mujoco->free_data;
    for (int i = 0; i < mujoco->free_model->nv; i++) {
        data->qpos[i] = given.joints[i];
        data->qvel[i] = given.speeds[i];
        data->qfrc_applied[i] = given.accelerations[i];
    }
    mj_forward(mujoco->free_model, data);
}

void peer_mujoco_accelerations(const peer_mujoco_t* mujoco, double accelerations[JOINT_CAPACITY])
{
    for (int i = 0; i < JOINT_CAPACITY; i++) {
        accelerations[i] = i < mujoco->free_model->nv ? mujoco->free_data->qacc[i] : 0.0;
    }
}

void peer_mujoco_hold(peer_mujoco_t* mujoco, const double hold[JOINT_CAPACITY])
{
    mjModel* model = mujoco->touching_model;
    mjData* data = mujoco->touching_data;
    mj_resetData(model, data);
    for (int i = 0; i < model->nv; i++) {
        data->qpos[i] = hold[i];
        data->ctrl[i] = hold[i];
    }
    mj_kinematics(model, data);
    const int pad = mj_name2id(model, mjOBJ_GEOM, "pad");
    const int bed = mj_name2id(model, mjOBJ_GEOM, "bed");
    model->geom_pos[3 * bed + 2] = data->geom_xpos[3 * pad + 2] - PAD_RADIUS_M + PRESSED_M;
    mj_forward(model, data);
}

void peer_mujoco_step(peer_mujoco_t* mujoco, int index)
{
    (void)index;
    mj_step(mujoco->touching_model, mujoco->touching_data);
}

int peer_mujoco_contacts(const peer_mujoco_t* mujoco)
{
    return mujoco->touching_data->ncon;
}
