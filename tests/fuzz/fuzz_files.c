// Every kind of YAML file from hostile bytes: a loader either fills its target, or says at least
// one error and leaves the target untouched. The first byte picks the kind; run.sh makes the seeds
// by the same numbers.
#include "config/load.h"
#include "controller/cli/assembly.h"
#include "controller/cli/request_script.h"
#include "routines/approval.h"
#include "routines/client_load.h"
#include "routines/routine_load.h"
#include "sim/scenario.h"
#include "tests/fuzz/fuzz_input.h"

#define UNTOUCHED 0xA5

static assembly_t* shipped; // what some files are read against

static bool read_machine(const char* path, void* target, findings_t* findings)
{
    return load_machine(path, "config/devices", target, findings);
}

static bool read_device(const char* path, void* target, findings_t* findings)
{
    return load_device_profile(path, target, findings);
}

static bool read_safety(const char* path, void* target, findings_t* findings)
{
    return load_safety(path, target, findings);
}

static bool read_body(const char* path, void* target, findings_t* findings)
{
    return load_body(path, target, findings);
}

static bool read_routine(const char* path, void* target, findings_t* findings)
{
    return routine_load(path, &shipped->body, target, findings);
}

static bool read_client(const char* path, void* target, findings_t* findings)
{
    return client_load(path, target, findings);
}

static bool read_scenario(const char* path, void* target, findings_t* findings)
{
    return scenario_read(path, &shipped->machine, target, findings);
}

static bool read_approval(const char* path, void* target, findings_t* findings)
{
    return approval_read(path, target, findings);
}

static bool read_signing_key(const char* path, void* target, findings_t* findings)
{
    return signing_key_read(path, target, findings);
}

static bool read_screening(const char* path, void* target, findings_t* findings)
{
    return load_screening(path, target, findings);
}

static bool read_requests(const char* path, void* target, findings_t* findings)
{
    return request_script_load(path, target, findings);
}

static bool read_routine_form(const char* path, void* target, findings_t* findings)
{
    return routine_load(path, NULL, target, findings);
}

static const struct {
    bool (*read)(const char* path, void* target, findings_t* findings);
    size_t size;
} kinds[] = {
    {read_machine, sizeof(machine_settings_t)}, {read_device, sizeof(device_profile_t)},
    {read_safety, sizeof(safety_settings_t)},   {read_body, sizeof(body_settings_t)},
    {read_routine, sizeof(routine_t)},          {read_client, sizeof(client_settings_t)},
    {read_scenario, sizeof(scenario_t)},        {read_approval, sizeof(approval_t)},
    {read_signing_key, sizeof(signing_key_t)},  {read_screening, sizeof(screening_settings_t)},
    {read_requests, sizeof(request_script_t)},  {read_routine_form, sizeof(routine_t)},
};
#define KIND_COUNT (sizeof kinds / sizeof kinds[0])

int fuzz_begin(const int* argc, char*** argv)
{
    (void)argc;
    (void)argv;
    const options_t options = {0};
    shipped = assembly_create();
    FUZZ_CLAIM(shipped != NULL && assembly_load_table(shipped, &options));
    return 0;
}

/// What a whole machine and whole limits are judged by next.
static void check_further(size_t kind, const void* target, findings_t* findings)
{
    if (kinds[kind].read == read_machine) {
        (void)load_check_together(target, &shipped->safety, "fuzzed", findings);
    } else if (kinds[kind].read == read_safety) {
        (void)load_check_together(&shipped->machine, target, "fuzzed", findings);
    } else if (kinds[kind].read == read_approval) {
        const approved_files_t files = {0};
        FUZZ_CLAIM(approval_judge(target, &files, NULL, 0) != APPROVAL_OK);
    }
}

int fuzz_one(const uint8_t* bytes, size_t count)
{
    static findings_t findings;
    if (count == 0 || bytes[0] >= KIND_COUNT) {
        return -1;
    }
    const size_t kind = bytes[0];
    const size_t size = kinds[kind].size;
    uint8_t* target = malloc(size);
    FUZZ_CLAIM(target != NULL);
    memset(target, UNTOUCHED, size);
    memset(&findings, 0, sizeof findings);
    (void)fuzz_file_store(bytes + 1, count - 1);
    if (kinds[kind].read(fuzz_file_path(), target, &findings)) {
        FUZZ_CLAIM(findings.error_count == 0);
        check_further(kind, target, &findings);
    } else {
        FUZZ_CLAIM(findings.error_count > 0 && findings.count > 0);
        for (size_t i = 0; i < size; ++i) {
            FUZZ_CLAIM(target[i] == UNTOUCHED);
        }
    }
    FUZZ_CLAIM(findings.count <= FINDING_CAPACITY);
    findings_print(&findings, fuzz_sink());
    findings_print_json(&findings, fuzz_sink());
    free(target);
    return 0;
}
