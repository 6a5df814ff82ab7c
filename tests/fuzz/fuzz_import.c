// Files of other makers from hostile bytes: arms in URDF and point clouds in PLY. The first byte
// picks the kind; run.sh makes the seeds by the same numbers.
#include <math.h>

#include "config/ply_file.h"
#include "config/urdf_machine.h"
#include "tests/fuzz/fuzz_input.h"

static findings_t findings;

static void try_urdf(const uint8_t* bytes, size_t count)
{
    static urdf_arm_t arm, before;
    memset(&arm, 0x5A, sizeof arm);
    memcpy(&before, &arm, sizeof arm);
    (void)fuzz_file_store(bytes, count);
    if (!urdf_read_arm(fuzz_file_path(), "tool", NULL, &arm, &findings) &&
        !urdf_read_arm(fuzz_file_path(), "tool0", "base_link", &arm, &findings)) {
        FUZZ_CLAIM(findings.error_count > 0 && memcmp(&before, &arm, sizeof arm) == 0);
        return;
    }
    FUZZ_CLAIM(arm.joint_count > 0 && arm.joint_count <= JOINT_CAPACITY);
    for (int joint = 0; joint < arm.joint_count; ++joint) {
        FUZZ_CLAIM(isfinite(arm.joints[joint].settings.position_min));
        FUZZ_CLAIM(isfinite(arm.joints[joint].settings.position_max));
    }
    urdf_write_machine(&arm, "fuzzed", "fuzzed.urdf", fuzz_sink());
}

static void try_ply(const uint8_t* bytes, size_t count)
{
    ply_points_t points = {0};
    if (!ply_file_parse("fuzzed.ply", (const char*)bytes, count, &points, &findings)) {
        FUZZ_CLAIM(findings.error_count > 0 && points.at == NULL);
        return;
    }
    FUZZ_CLAIM(findings.error_count == 0 && points.count > 0 && points.count <= PLY_POINT_CAPACITY);
    for (int i = 0; i < points.count; ++i) {
        FUZZ_CLAIM(isfinite(points.at[i][0]) && isfinite(points.at[i][1]));
        FUZZ_CLAIM(isfinite(points.at[i][2]));
    }
    ply_points_free(&points);
}

int fuzz_one(const uint8_t* bytes, size_t count)
{
    if (count == 0 || bytes[0] > 1) {
        return -1;
    }
    memset(&findings, 0, sizeof findings);
    if (bytes[0] == 0) {
        try_urdf(bytes + 1, count - 1);
    } else {
        try_ply(bytes + 1, count - 1);
    }
    findings_print(&findings, fuzz_sink());
    findings_print_json(&findings, fuzz_sink());
    return 0;
}
