// The frames of a scene lead from the table to the tool as the arm's own kinematics do, for every
// shipped arm; the scene itself is held against Foxglove's schemas by
// tests/export/test_export_mcap.sh.
#include "tests/support/cmocka_prelude.h"

#include <glob.h>
#include <string.h>

#include "controller/export/export_scene.h"
#include "kinematics/fk.h"
#include "tests/support/export_sample.h"

static pose_t placed(const double xyz_m[3], const double rpy_rad[3])
{
    return (pose_t){vec3(xyz_m[0], xyz_m[1], xyz_m[2]),
                    quat_from_rpy(rpy_rad[0], rpy_rad[1], rpy_rad[2])};
}

static void assert_frames_lead_to_tool(const arm_settings_t* arm, int pad)
{
    chain_t chain;
    assert_true(chain_build(arm, pad, &chain));
    uint64_t random = 11;
    for (int i = 0; i < 500; ++i) {
        joints_t joints = {0};
        pose_t pose = placed(arm->base_xyz_m, arm->base_rpy_rad);
        for (int k = 0; k < arm->joint_count; ++k) {
            joints.at[k] = 3.2 * sample_noise(&random);
            pose = pose_multiply(pose, scene_joint_pose(&arm->joints[k], joints.at[k]));
        }
        pose = pose_multiply(pose, placed(arm->tool.flange_xyz_m, arm->tool.flange_rpy_rad));
        const pose_t face = {vec3(0.0, 0.0, arm->tool.pads[pad].length_m), quat_identity()};
        pose = pose_multiply(pose, face);
        const twist_t off = pose_difference(pose, fk_tool_pose(&chain, &joints));
        assert_true(vec3_norm(off.linear_mps) < 1e-12);
        assert_true(vec3_norm(off.angular_radps) < 1e-12);
    }
}

static void the_joints_frames_of_every_shipped_arm_lead_to_its_tool(void** state)
{
    const export_sample_t* fixture = *state;
    static findings_t findings;
    machine_settings_t* machine = &fixture->sample->machine;
    glob_t found;
    assert_int_equal(glob("config/machines/*.yaml", 0, NULL, &found), 0);
    assert_true(found.gl_pathc >= 3);
    for (size_t i = 0; i < found.gl_pathc; ++i) {
        memset(&findings, 0, sizeof findings);
        assert_true(load_machine(found.gl_pathv[i], "config/devices", machine, &findings));
        for (int pad = 0; pad < machine->arm.tool.pad_count; ++pad) {
            assert_frames_lead_to_tool(&machine->arm, pad);
        }
    }
    globfree(&found);
}

static void the_arrow_is_as_long_as_the_force_and_red_at_the_cap(void** state)
{
    (void)state;
    char text[4096];
    json_t json = json_to_buffer(text, sizeof text);
    scene_force(&json, 25.0, 40.0, 1500000000);
    assert_false(json.overflow);
    assert_non_null(strstr(text, "\"shaft_length\":0.25,"));
    assert_non_null(strstr(text, "\"timestamp\":{\"sec\":1,\"nsec\":500000000}"));
    assert_non_null(strstr(text, "\"r\":0.2,"));
    json = json_to_buffer(text, sizeof text);
    scene_force(&json, 40.0, 40.0, 0);
    assert_non_null(strstr(text, "\"r\":0.8,"));
    json = json_to_buffer(text, sizeof text);
    scene_force(&json, (double)NAN, (double)NAN, 0);
    assert_non_null(strstr(text, "\"shaft_length\":0,"));
    assert_null(strstr(text, "null"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CLAIM(name)                                                                                \
    cmocka_unit_test_setup_teardown(name, export_sample_setup, export_sample_teardown)
        CLAIM(the_joints_frames_of_every_shipped_arm_lead_to_its_tool),
        CLAIM(the_arrow_is_as_long_as_the_force_and_red_at_the_cap),
#undef CLAIM
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
