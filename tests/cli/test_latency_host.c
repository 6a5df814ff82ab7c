// What is read of the machine, from folders laid out like /proc and /sys; and that what cannot be
// read is unknown.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "controller/cli/latency_host.h"

static char root[64];

static int make_root(void** state)
{
    (void)state;
    (void)snprintf(root, sizeof root, "/tmp/knead-host-XXXXXX");
    return mkdtemp(root) != NULL ? 0 : -1;
}

static int remove_root(void** state)
{
    (void)state;
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", root);
    return system(command);
}

/// Writes a file below the root and every folder on the way to it.
static void put(const char* path, const char* text)
{
    char whole[256];
    (void)snprintf(whole, sizeof whole, "%s%s", root, path);
    for (char* slash = strchr(whole + strlen(root) + 1, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(whole, 0777);
        *slash = '/';
    }
    FILE* file = fopen(whole, "w");
    assert_non_null(file);
    (void)fputs(text, file);
    (void)fclose(file);
}

static void nothing_to_read_is_unknown_and_not_good(void** state)
{
    (void)state;
    latency_host_t host;
    latency_host_read(root, &host);
    assert_int_equal(host.processors, 0);
    assert_int_equal(host.governors_known, 0);
    assert_string_equal(host.kernel, "");
    assert_false(host.preempt_rt);
    assert_false(host.virtual_machine);
    assert_true(isnan(host.stolen_part) && isnan(host.others_busy));
    assert_false(latency_processors_read(root, 100.0).known);
}

static void governors_kernel_and_hypervisor_are_read(void** state)
{
    (void)state;
    put("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");
    put("/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave\n");
    put("/sys/devices/system/cpu/cpu3/cpufreq/scaling_governor", "schedutil\n");
    put("/proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu hypervisor lahf_lm\n\n"
                         "processor\t: 1\nflags\t\t: fpu hypervisor lahf_lm\n");
    put("/proc/sys/kernel/version", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.1\n");
    latency_host_t host;
    latency_host_read(root, &host);
    assert_int_equal(host.processors, 2);
    assert_int_equal(host.governors_known, 3);
    assert_int_equal(host.governors_saving, 2);
    assert_string_equal(host.governor, "powersave");
    assert_string_equal(host.kernel, "#1 SMP PREEMPT_DYNAMIC Debian 6.1.1");
    assert_false(host.preempt_rt);
    assert_true(host.virtual_machine);
}

static void a_real_time_kernel_says_so_in_either_place(void** state)
{
    (void)state;
    latency_host_t host;
    put("/proc/sys/kernel/version", "#1 SMP PREEMPT_RT Debian 6.1.1\n");
    latency_host_read(root, &host);
    assert_true(host.preempt_rt);
    put("/proc/sys/kernel/version", "#1 SMP\n");
    put("/sys/kernel/realtime", "0\n");
    latency_host_read(root, &host);
    assert_false(host.preempt_rt);
    put("/sys/kernel/realtime", "1\n");
    latency_host_read(root, &host);
    assert_true(host.preempt_rt);
}

static void the_time_of_processors_is_split_into_own_others_and_stolen(void** state)
{
    (void)state;
    put("/proc/stat", "cpu  1000 0 500 8000 100 0 0 0 0 0\ncpu0 1 2 3 4 5 6 7 8\n");
    const latency_processors_t before = latency_processors_read(root, 100.0);
    assert_true(before.known);
    assert_near(before.busy_s, 15.0, 1e-9);
    assert_near(before.all_s, 96.0, 1e-9);
    // 10 s on two processors: 6 s at work, 1 s of it ours, and 2 s stolen.
    put("/proc/stat", "cpu  1300 100 600 9150 150 60 40 200 0 0\n");
    const latency_processors_t after = latency_processors_read(root, 100.0);
    latency_host_t host;
    latency_host_compare(&before, &after, 10.0, 1.0, &host);
    assert_near(host.others_busy, 0.5, 1e-9);
    assert_near(host.stolen_part, 0.1, 1e-9);
    // More of our own than was worked, by the coarseness of ticks: nothing of others.
    latency_host_compare(&before, &after, 10.0, 9.0, &host);
    assert_near(host.others_busy, 0.0, 0.0);
    // Nothing passed, or unknown: unknown.
    latency_host_compare(&before, &before, 0.0, 0.0, &host);
    assert_true(isnan(host.others_busy) && isnan(host.stolen_part));
    put("/proc/stat", "cpu  1300 100 600\n");
    assert_false(latency_processors_read(root, 100.0).known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_to_read_is_unknown_and_not_good, make_root,
                                        remove_root),
        cmocka_unit_test_setup_teardown(governors_kernel_and_hypervisor_are_read, make_root,
                                        remove_root),
        cmocka_unit_test_setup_teardown(a_real_time_kernel_says_so_in_either_place, make_root,
                                        remove_root),
        cmocka_unit_test_setup_teardown(the_time_of_processors_is_split_into_own_others_and_stolen,
                                        make_root, remove_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
