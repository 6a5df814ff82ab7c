/// An approval holds for exactly the bytes, the date, the name and the key it was signed with, and
/// for nobody whom the machine does not name.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "routines/approval.h"

typedef struct {
    signing_key_t key;
    approved_files_t files;
    approver_settings_t approvers[2];
    approval_t approval;
} scene_t;

static scene_t scene_make(void)
{
    scene_t scene = {0};
    assert_true(signing_key_make("Ada Example, physiotherapist", &scene.key));
    memset(scene.files.routine.bytes, 1, DIGEST_SIZE);
    memset(scene.files.safety.bytes, 2, DIGEST_SIZE);
    memset(scene.files.body.bytes, 3, DIGEST_SIZE);
    signing_key_t other;
    assert_true(signing_key_make("Somebody else", &other));
    memcpy(scene.approvers[0].public_key, other.public_key, PUBLIC_KEY_SIZE);
    memcpy(scene.approvers[1].public_key, scene.key.public_key, PUBLIC_KEY_SIZE);
    scene.approval = approval_sign(&scene.key, "2026-01-31", &scene.files);
    return scene;
}

static approval_result_t judge(const scene_t* scene)
{
    return approval_judge(&scene->approval, &scene->files, scene->approvers, 2);
}

static void an_approval_holds_for_what_was_signed(void** state)
{
    (void)state;
    scene_t scene = scene_make();
    assert_int_equal(judge(&scene), APPROVAL_OK);
    assert_int_equal(approval_judge(&scene.approval, &scene.files, scene.approvers, 1),
                     APPROVAL_STRANGER);
    assert_int_equal(approval_judge(&scene.approval, &scene.files, NULL, 0), APPROVAL_STRANGER);
}

/// Shows H43, H49.
static void every_bit_of_the_files_counts(void** state)
{
    (void)state;
    scene_t scene = scene_make();
    for (int bit = 0; bit < 8 * DIGEST_SIZE; ++bit) {
        const uint8_t mask = (uint8_t)(1u << bit % 8);
        scene.files.routine.bytes[bit / 8] ^= mask;
        assert_int_equal(judge(&scene), APPROVAL_ROUTINE_CHANGED);
        scene.files.routine.bytes[bit / 8] ^= mask;
        scene.files.safety.bytes[bit / 8] ^= mask;
        assert_int_equal(judge(&scene), APPROVAL_SAFETY_CHANGED);
        scene.files.safety.bytes[bit / 8] ^= mask;
        scene.files.body.bytes[bit / 8] ^= mask;
        assert_int_equal(judge(&scene), APPROVAL_BODY_CHANGED);
        scene.files.body.bytes[bit / 8] ^= mask;
    }
    assert_int_equal(judge(&scene), APPROVAL_OK);
}

/// Shows H49.
static void every_bit_of_the_approval_is_signed(void** state)
{
    (void)state;
    const scene_t scene = scene_make();
    static const struct {
        size_t offset, size;
    } parts[] = {
        {offsetof(approval_t, by), 1},
        {offsetof(approval_t, date), DATE_CAPACITY - 1},
        {offsetof(approval_t, files), sizeof(approved_files_t)},
        {offsetof(approval_t, public_key), PUBLIC_KEY_SIZE},
        {offsetof(approval_t, signature), SIGNATURE_SIZE},
    };
    for (size_t part = 0; part < sizeof parts / sizeof parts[0]; ++part) {
        for (size_t bit = 0; bit < 8 * parts[part].size; ++bit) {
            scene_t changed = scene;
            ((uint8_t*)&changed.approval)[parts[part].offset + bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_int_equal(judge(&changed), APPROVAL_FORGED);
        }
    }
}

static void what_is_written_is_read_again(void** state)
{
    (void)state;
    const scene_t scene = scene_make();
    char path[] = "/tmp/knead-approval-XXXXXX";
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    FILE* file = fdopen(descriptor, "w");
    assert_non_null(file);
    approval_write(&scene.approval, file);
    assert_int_equal(fclose(file), 0);
    findings_t findings = {0};
    approval_t approval = {0};
    assert_true(approval_read(path, &approval, &findings));
    assert_string_equal(approval.by, scene.approval.by);
    assert_string_equal(approval.date, "2026-01-31");
    assert_int_equal(approval_judge(&approval, &scene.files, scene.approvers, 2), APPROVAL_OK);

    signing_key_t key = {0};
    file = fopen(path, "w");
    assert_non_null(file);
    signing_key_write(&scene.key, file);
    assert_int_equal(fclose(file), 0);
    assert_true(signing_key_read(path, &key, &findings));
    assert_memory_equal(key.secret_key, scene.key.secret_key, SECRET_KEY_SIZE);
    assert_int_equal(unlink(path), 0);
}

static void halves_of_two_keys_are_no_key(void** state)
{
    (void)state;
    const scene_t scene = scene_make(), other = scene_make();
    signing_key_t mixed = scene.key;
    memcpy(mixed.public_key, other.key.public_key, PUBLIC_KEY_SIZE);
    char path[] = "/tmp/knead-approval-XXXXXX";
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    FILE* file = fdopen(descriptor, "w");
    assert_non_null(file);
    signing_key_write(&mixed, file);
    assert_int_equal(fclose(file), 0);
    findings_t findings = {0};
    signing_key_t key;
    assert_false(signing_key_read(path, &key, &findings));
    assert_int_equal(findings.error_count, 1);
    assert_int_equal(unlink(path), 0);
}

static void the_approval_lies_beside_the_routine(void** state)
{
    (void)state;
    char path[32];
    assert_true(approval_path("a/back.yaml", path, sizeof path));
    assert_string_equal(path, "a/back.approval.yaml");
    assert_true(approval_path("a/back", path, sizeof path));
    assert_string_equal(path, "a/back.approval.yaml");
    assert_true(approval_path(".yaml", path, sizeof path));
    assert_string_equal(path, ".yaml.approval.yaml");
    assert_false(approval_path("a/back.yaml", path, strlen("a/back.approval.yaml")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_approval_holds_for_what_was_signed),
        cmocka_unit_test(every_bit_of_the_files_counts),
        cmocka_unit_test(every_bit_of_the_approval_is_signed),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(halves_of_two_keys_are_no_key),
        cmocka_unit_test(the_approval_lies_beside_the_routine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
