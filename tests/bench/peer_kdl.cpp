#include "tests/bench/peer_kdl.h"

#include <cmath>
#include <kdl/chain.hpp>
#include <kdl/chainfksolverpos_recursive.hpp>
#include <kdl/chainidsolver_recursive_newton_euler.hpp>
#include <kdl/chainiksolverpos_lma.hpp>
#include <kdl/chainiksolverpos_nr_jl.hpp>
#include <kdl/chainiksolvervel_wdls.hpp>
#include <kdl/chainjnttojacsolver.hpp>
#include <new>
#include <random>
#include <vector>

namespace
{

constexpr double TOLERANCE = 1e-5;
constexpr int ITERATIONS = 100;
constexpr int ATTEMPTS = 100;
constexpr double TURN_RAD = 6.283185307179586;
const KDL::Vector GRAVITY(0.0, 0.0, -9.80665);

KDL::Frame frame_of(const double xyz_m[3], const double rpy_rad[3])
{
    return KDL::Frame(KDL::Rotation::RPY(rpy_rad[0], rpy_rad[1], rpy_rad[2]),
                      KDL::Vector(xyz_m[0], xyz_m[1], xyz_m[2]));
}

/// A joint about a coordinate axis is KDL's fastest kind.
KDL::Joint joint_of(const joint_settings_t& joint)
{
    const bool turns = joint.kind == JOINT_REVOLUTE;
    const KDL::Joint::JointType about[3] = {turns ? KDL::Joint::RotX : KDL::Joint::TransX,
                                            turns ? KDL::Joint::RotY : KDL::Joint::TransY,
                                            turns ? KDL::Joint::RotZ : KDL::Joint::TransZ};
    for (int k = 0; k < 3; k++) {
        if (std::fabs(joint.axis[k]) == 1.0) {
            return KDL::Joint(about[k], joint.axis[k], 0.0, joint.rotor_inertia);
        }
    }
    return KDL::Joint(KDL::Vector::Zero(), KDL::Vector(joint.axis[0], joint.axis[1], joint.axis[2]),
                      turns ? KDL::Joint::RotAxis : KDL::Joint::TransAxis, 1.0, 0.0,
                      joint.rotor_inertia);
}

KDL::RigidBodyInertia inertia_of(const joint_settings_t& joint)
{
    const double* i = joint.inertia_kgm2;
    return KDL::RigidBodyInertia(joint.mass_kg,
                                 KDL::Vector(joint.centre_of_mass_m[0], joint.centre_of_mass_m[1],
                                             joint.centre_of_mass_m[2]),
                                 KDL::RotationalInertia(i[0], i[1], i[2], i[3], i[4], i[5]));
}

KDL::Chain chain_of(const arm_settings_t& arm, int pad_index)
{
    KDL::Chain chain;
    const KDL::Frame base = frame_of(arm.base_xyz_m, arm.base_rpy_rad) *
                            frame_of(arm.joints[0].origin_xyz_m, arm.joints[0].origin_rpy_rad);
    if (!KDL::Equal(base, KDL::Frame::Identity(), 0.0)) {
        chain.addSegment(KDL::Segment(KDL::Joint(KDL::Joint::Fixed), base));
    }
    const tool_settings_t& tool = arm.tool;
    const KDL::Frame flange = frame_of(tool.flange_xyz_m, tool.flange_rpy_rad);
    for (int i = 0; i < arm.joint_count; i++) {
        const bool last = i == arm.joint_count - 1;
        const joint_settings_t& next = arm.joints[last ? i : i + 1];
        const KDL::Vector pad(0.0, 0.0, tool.pads[pad_index].length_m);
        const KDL::Frame tip =
            last ? flange * KDL::Frame(pad) : frame_of(next.origin_xyz_m, next.origin_rpy_rad);
        KDL::RigidBodyInertia inertia = inertia_of(arm.joints[i]);
        if (last) {
            const KDL::Vector centre(tool.centre_of_mass_m[0], tool.centre_of_mass_m[1],
                                     tool.centre_of_mass_m[2]);
            inertia = inertia + KDL::RigidBodyInertia(tool.mass_kg, flange * centre,
                                                      KDL::RotationalInertia::Zero());
        }
        // KDL counts a segment's inertia in the frame of its tip.
        chain.addSegment(KDL::Segment(joint_of(arm.joints[i]), tip, tip.Inverse() * inertia));
    }
    return chain;
}

struct kdl_case {
    KDL::JntArray joints, speeds, accelerations, random_seed, near_seed, servo_seed;
    KDL::Frame pose;
    KDL::Twist step; // of one period of 4 ms
};

KDL::JntArray array_of(const double* figures, int count)
{
    KDL::JntArray array(static_cast<unsigned>(count));
    for (int i = 0; i < count; i++) {
        array(static_cast<unsigned>(i)) = figures[i];
    }
    return array;
}

Eigen::Matrix<double, 6, 1> equal_weights()
{
    return Eigen::Matrix<double, 6, 1>::Ones();
}

} // namespace

struct peer_kdl {
    arm_settings_t arm;
    KDL::Chain chain;
    unsigned count;
    KDL::JntArray lowest, highest;
    KDL::ChainFkSolverPos_recursive forward;
    KDL::ChainJntToJacSolver jacobian_solver;
    KDL::ChainIkSolverPos_LMA levenberg_marquardt;
    KDL::ChainIkSolverVel_wdls velocity;
    KDL::ChainIkSolverPos_NR_JL newton;
    KDL::ChainIdSolver_RNE inverse_dynamics;
    KDL::Wrenches no_wrenches;
    std::vector<kdl_case> cases;
    std::mt19937_64 random;
    KDL::JntArray start, solution, efforts, step_speeds;
    KDL::Frame tool;
    KDL::Jacobian jacobian;

    peer_kdl(const arm_settings_t& settings, int pad_index)
        : arm(settings), chain(chain_of(settings, pad_index)), count(chain.getNrOfJoints()),
          lowest(count), highest(count), forward(chain), jacobian_solver(chain),
          levenberg_marquardt(chain, equal_weights(), TOLERANCE, ITERATIONS), velocity(chain),
          newton(chain, lowest, highest, forward, velocity, ITERATIONS, TOLERANCE),
          inverse_dynamics(chain, GRAVITY),
          no_wrenches(chain.getNrOfSegments(), KDL::Wrench::Zero()), random(7u), start(count),
          solution(count), efforts(count), step_speeds(count), jacobian(count)
    {
        for (unsigned i = 0; i < count; i++) {
            lowest(i) = settings.joints[i].position_min;
            highest(i) = settings.joints[i].position_max;
        }
        newton.setJointLimits(lowest, highest);
    }

    void load(const bench_case_t& given)
    {
        const int n = static_cast<int>(count);
        kdl_case own;
        own.joints = array_of(given.joints, n);
        own.speeds = array_of(given.speeds, n);
        own.accelerations = array_of(given.accelerations, n);
        own.random_seed = array_of(given.random_seed, n);
        own.near_seed = array_of(given.near_seed, n);
        own.servo_seed = array_of(given.servo_seed, n);
        const double* q = given.orientation_xyzw;
        own.pose =
            KDL::Frame(KDL::Rotation::Quaternion(q[0], q[1], q[2], q[3]),
                       KDL::Vector(given.position_m[0], given.position_m[1], given.position_m[2]));
        own.step = KDL::Twist(KDL::Vector(0.1, 0.05, -0.02), KDL::Vector(0.1, -0.2, 0.1));
        cases.push_back(own);
    }

    bool fold_into_limits()
    {
        for (unsigned i = 0; i < count; i++) {
            if (arm.joints[i].kind == JOINT_REVOLUTE) {
                const double turns = std::ceil((lowest(i) - solution(i)) / TURN_RAD);
                solution(i) += turns * TURN_RAD;
            }
            if (!(solution(i) >= lowest(i) && solution(i) <= highest(i))) {
                return false;
            }
        }
        return true;
    }
};

peer_kdl_t* peer_kdl_create(const arm_settings_t* arm, int pad_index, const bench_case_t* cases,
                            int case_count)
{
    peer_kdl_t* kdl = new (std::nothrow) peer_kdl(*arm, pad_index);
    for (int i = 0; kdl && i < case_count; i++) {
        kdl->load(cases[i]);
    }
    return kdl;
}

void peer_kdl_destroy(peer_kdl_t* kdl)
{
    delete kdl;
}

bool peer_kdl_solve_random(peer_kdl_t* kdl, int index)
{
    const kdl_case& given = kdl->cases[static_cast<std::size_t>(index)];
    kdl->start = given.random_seed;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (attempt > 0) {
            for (unsigned i = 0; i < kdl->count; i++) {
                kdl->start(i) = std::uniform_real_distribution<double>(
                    kdl->lowest(i), kdl->highest(i))(kdl->random);
            }
        }
        if (kdl->levenberg_marquardt.CartToJnt(kdl->start, given.pose, kdl->solution) >= 0 &&
            kdl->fold_into_limits()) {
            return true;
        }
    }
    return false;
}

bool peer_kdl_solve_near(peer_kdl_t* kdl, int index)
{
    const kdl_case& given = kdl->cases[static_cast<std::size_t>(index)];
    return kdl->newton.CartToJnt(given.near_seed, given.pose, kdl->solution) >= 0;
}

bool peer_kdl_solve_servo(peer_kdl_t* kdl, int index)
{
    const kdl_case& given = kdl->cases[static_cast<std::size_t>(index)];
    return kdl->newton.CartToJnt(given.servo_seed, given.pose, kdl->solution) >= 0;
}

void peer_kdl_pose_and_jacobian(peer_kdl_t* kdl, int index)
{
    const kdl_case& given = kdl->cases[static_cast<std::size_t>(index)];
    kdl->forward.JntToCart(given.joints, kdl->tool);
    kdl->jacobian_solver.JntToJac(given.joints, kdl->jacobian);
}

void peer_kdl_inverse_dynamics(peer_kdl_t* kdl, int index)
{
    const kdl_case& given = kdl->cases[static_cast<std::size_t>(index)];
    kdl->inverse_dynamics.CartToJnt(given.joints, given.speeds, given.accelerations,
                                    kdl->no_wrenches, kdl->efforts);
}

void peer_kdl_cycle(peer_kdl_t* kdl, int index)
{
    const kdl_case& given = kdl->cases[static_cast<std::size_t>(index)];
    peer_kdl_pose_and_jacobian(kdl, index);
    kdl->velocity.CartToJnt(given.joints, given.step, kdl->step_speeds);
    peer_kdl_inverse_dynamics(kdl, index);
}

void peer_kdl_solution(const peer_kdl_t* kdl, double joints[JOINT_CAPACITY])
{
    for (unsigned i = 0; i < JOINT_CAPACITY; i++) {
        joints[i] = i < kdl->count ? kdl->solution(i) : 0.0;
    }
}

void peer_kdl_tool(const peer_kdl_t* kdl, double position_m[3], double rotation[9])
{
    for (int k = 0; k < 3; k++) {
        position_m[k] = kdl->tool.p(k);
    }
    for (int k = 0; k < 9; k++) {
        rotation[k] = kdl->tool.M.data[k];
    }
}

void peer_kdl_jacobian(const peer_kdl_t* kdl, double jacobian[6][JOINT_CAPACITY])
{
    for (unsigned row = 0; row < 6; row++) {
        for (unsigned i = 0; i < JOINT_CAPACITY; i++) {
            jacobian[row][i] = i < kdl->count ? kdl->jacobian(row, i) : 0.0;
        }
    }
}

void peer_kdl_efforts(const peer_kdl_t* kdl, double efforts[JOINT_CAPACITY])
{
    for (unsigned i = 0; i < JOINT_CAPACITY; i++) {
        efforts[i] = i < kdl->count ? kdl->efforts(i) : 0.0;
    }
}
