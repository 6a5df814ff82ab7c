// The whole virtual table under hostile requests while its time goes on: every reply is one that
// the strict client takes for a reply or an exception, and the arm stays where numbers can say.
#include <math.h>

#include "config/load.h"
#include "sim/world.h"
#include "tests/fuzz/fuzz_requests.h"

#define ADVANCE_MAX_US 20000

static machine_settings_t machine;

int fuzz_begin(const int* argc, char*** argv)
{
    (void)argc;
    (void)argv;
    static findings_t findings;
    FUZZ_CLAIM(load_machine("config/machines/rail6.yaml", "config/devices", &machine, &findings));
    return 0;
}

static void claim_finite(const world_t* world)
{
    world_truth_t truth;
    world_truth(world, &truth);
    for (int joint = 0; joint < machine.arm.joint_count; ++joint) {
        FUZZ_CLAIM(isfinite(truth.joint_position[joint]));
        FUZZ_CLAIM(isfinite(truth.joint_velocity[joint]));
    }
}

int fuzz_one(const uint8_t* bytes, size_t count)
{
    fuzz_input_t input = {bytes, count};
    world_settings_t settings;
    world_settings_defaults(&settings);
    settings.machine = &machine;
    settings.seed = fuzz_take_byte(&input);
    world_t* world = world_create(&settings);
    FUZZ_CLAIM(world != NULL);
    for (int i = 0; i < FUZZ_REQUESTS_MAX && input.left > 0; ++i) {
        const int device = fuzz_take_byte(&input) % machine.device_count;
        const device_profile_t* profile = &machine.profiles[machine.devices[device].profile_index];
        const pdu_t request = fuzz_take_request(&input, profile);
        pdu_t reply = {0};
        if (world_request(world, device, &request, &reply)) {
            FUZZ_CLAIM(request.size > 0);
            (void)fuzz_claim_answers(&request, &reply);
        }
        const int64_t ahead_us = fuzz_take_word(&input) % (ADVANCE_MAX_US + 1);
        world_advance_to(world, world_now_us(world) + ahead_us);
        claim_finite(world);
    }
    world_destroy(world);
    return 0;
}
