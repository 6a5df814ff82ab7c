/// What is packed comes back the same; what can't become smaller is left; hostile bytes are refused
/// and never written past what was said, checked with canaries and the sanitizers.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>

#include "controller/record/block_pack.h"
#include "sim/random.h"

#define SIZE_MAX_TRIED 40000
#define CANARY 0xA7

typedef struct {
    block_packer_t* packer;
    block_unpacker_t* unpacker;
    uint8_t bytes[SIZE_MAX_TRIED], packed[SIZE_MAX_TRIED], again[SIZE_MAX_TRIED + 1];
    random_stream_t random;
} scene_t;

static scene_t* scene_open(uint64_t seed)
{
    print_message("seed %llu\n", (unsigned long long)seed);
    scene_t* scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    scene->packer = block_packer_create();
    scene->unpacker = block_unpacker_create();
    scene->random = random_stream(seed, 0);
    assert_true(scene->packer != NULL && scene->unpacker != NULL);
    return scene;
}

static void scene_close(scene_t* scene)
{
    block_packer_destroy(scene->packer);
    block_unpacker_destroy(scene->unpacker);
    free(scene);
}

static int drawn(scene_t* scene, double below)
{
    return (int)random_between(&scene->random, 0.0, below);
}

static void packed_bytes_come_back(void** state)
{
    (void)state;
    scene_t* scene = scene_open(1);
    int packed_count = 0;
    for (int trial = 0; trial < 300; ++trial) {
        const size_t size = (size_t)drawn(scene, trial % 10 == 0 ? SIZE_MAX_TRIED : 900);
        const int values = 1 + drawn(scene, 256);
        for (size_t i = 0; i < size; ++i) {
            scene->bytes[i] = (uint8_t)drawn(scene, values);
        }
        const size_t packed =
            block_pack(scene->packer, scene->bytes, size, scene->packed, sizeof scene->packed);
        assert_true(packed == 0 || packed < size);
        if (packed > 0) {
            ++packed_count;
            memset(scene->again, CANARY, sizeof scene->again);
            assert_true(block_unpack(scene->unpacker, scene->packed, packed, scene->again, size));
            assert_memory_equal(scene->again, scene->bytes, size);
            assert_int_equal(scene->again[size], CANARY);
            // Any other size is not what is in it.
            assert_false(
                block_unpack(scene->unpacker, scene->packed, packed, scene->again, size - 1));
            assert_false(
                block_unpack(scene->unpacker, scene->packed, packed - 1, scene->again, size));
        }
    }
    assert_true(packed_count > 100);
    scene_close(scene);
}

static void noise_is_left_as_it_is(void** state)
{
    (void)state;
    scene_t* scene = scene_open(2);
    for (size_t i = 0; i < 5000; ++i) {
        scene->bytes[i] = (uint8_t)drawn(scene, 256);
    }
    assert_int_equal(
        block_pack(scene->packer, scene->bytes, 5000, scene->packed, sizeof scene->packed), 0);
    scene_close(scene);
}

static void hostile_frames_are_refused_and_stay_within_bounds(void** state)
{
    (void)state;
    scene_t* scene = scene_open(3);
    for (size_t i = 0; i < 2000; ++i) {
        scene->bytes[i] = (uint8_t)(i / 7);
    }
    const size_t packed =
        block_pack(scene->packer, scene->bytes, 2000, scene->packed, sizeof scene->packed);
    assert_true(packed > 0);
    for (int trial = 0; trial < 20000; ++trial) {
        uint8_t frame[2000];
        memcpy(frame, scene->packed, packed);
        for (int flips = drawn(scene, 4); flips >= 0; --flips) {
            frame[drawn(scene, (double)packed)] ^= (uint8_t)(1u << drawn(scene, 8));
        }
        const size_t size = (size_t)drawn(scene, 2100);
        scene->again[size] = CANARY;
        (void)block_unpack(scene->unpacker, frame, packed, scene->again, size);
        assert_int_equal(scene->again[size], CANARY);
    }
    assert_true(block_unpack(scene->unpacker, scene->packed, packed, scene->again, 2000));
    // Two frames behind each other, and no bytes at all.
    memcpy(scene->packed + packed, scene->packed, packed);
    assert_false(block_unpack(scene->unpacker, scene->packed, 2 * packed, scene->again, 4000));
    assert_false(block_unpack(scene->unpacker, scene->packed, 0, scene->again, 0));
    scene_close(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packed_bytes_come_back),
        cmocka_unit_test(noise_is_left_as_it_is),
        cmocka_unit_test(hostile_frames_are_refused_and_stay_within_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
