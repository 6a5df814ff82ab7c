#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "controller/cli/number_lines.h"
#include "controller/cli/verb.h"
#include "kinematics/fk.h"

#define EXPECTED_CAPACITY (32 + JOINT_CAPACITY * (NAME_CAPACITY + 8))

static number_result_t answer_joints(void* context, const double* numbers, char* answer)
{
    const chain_t* chain = context;
    joints_t joints = {0};
    memcpy(joints.at, numbers, (size_t)chain->joint_count * sizeof numbers[0]);
    pose_t tool = fk_tool_pose(chain, &joints);
    if (!pose_finite(tool)) {
        (void)snprintf(answer, NUMBER_ANSWER_CAPACITY, "no pose, the numbers are too large");
        return NUMBER_MALFORMED;
    }
    // Both signs are the same orientation; a format that scripts compare has one.
    if (tool.orientation.w < 0.0) {
        tool.orientation = (quat_t){-tool.orientation.x, -tool.orientation.y, -tool.orientation.z,
                                    -tool.orientation.w};
    }
    (void)snprintf(answer, NUMBER_ANSWER_CAPACITY, "%.17g %.17g %.17g %.17g %.17g %.17g %.17g",
                   tool.position_m.x, tool.position_m.y, tool.position_m.z, tool.orientation.x,
                   tool.orientation.y, tool.orientation.z, tool.orientation.w);
    return NUMBER_ANSWERED;
}

/// "2 numbers, rail [m] joint_1 [rad]"
static void describe_joints(const arm_settings_t* arm, char* text, size_t capacity)
{
    size_t used = (size_t)snprintf(text, capacity, "%d number%s,", arm->joint_count,
                                   arm->joint_count == 1 ? "" : "s");
    for (int i = 0; i < arm->joint_count && used < capacity; ++i) {
        used += (size_t)snprintf(text + used, capacity - used, " %s [%s]", arm->joints[i].name,
                                 arm->joints[i].kind == JOINT_PRISMATIC ? "m" : "rad");
    }
}

exit_code_t verb_fk(const options_t* options, assembly_t* assembly)
{
    chain_t chain;
    const bool loaded = assembly_load_arm(assembly, options, &chain);
    findings_print(&assembly->findings, stderr);
    if (!loaded) {
        return EXIT_INVALID_FILE;
    }
    char expected[EXPECTED_CAPACITY];
    describe_joints(&assembly->machine.arm, expected, sizeof expected);
    const number_filter_t filter = {.count = chain.joint_count,
                                    .expected = expected,
                                    .key = options->given[OPTION_JSON] ? "pose" : NULL,
                                    .answer = answer_joints,
                                    .context = &chain};
    switch (number_lines_run(STDIN_FILENO, stdout, &filter)) {
    case NUMBER_LINES_DONE:
        return EXIT_DONE;
    case NUMBER_LINES_SOME_REFUSED:
        return EXIT_EXPECTATION_FAILED;
    case NUMBER_LINES_UNREADABLE:
        break;
    }
    (void)fprintf(stderr, "knead fk: standard input could not be read: %s\n", strerror(errno));
    return EXIT_INTERNAL;
}
