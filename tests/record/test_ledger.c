/// What was given is read back as it was written; a torn end is told, damage refused with its line,
/// another client's ledger and a session in the future too, and a clock that was set back never
/// makes a session count less.
#include "tests/support/cmocka_prelude.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "controller/record/ledger.h"
#include "tests/support/record_sample.h"

#define NOON INT64_C(1795348800) // 2026-11-22T12:00:00Z
#define DAY INT64_C(86400)

static char path[] = "/tmp/knead-ledger-XXXXXX";
static dose_sum_t week;
static ledger_report_t report;

static int setup(void** state)
{
    (void)state;
    strcpy(path, "/tmp/knead-ledger-XXXXXX");
    const int descriptor = mkstemp(path);
    if (descriptor < 0 || close(descriptor) != 0) {
        return -1;
    }
    return unlink(path);
}

static int teardown(void** state)
{
    (void)state;
    (void)unlink(path);
    return 0;
}

static ledger_entry_t entry_at(int64_t time_s, double contact_s)
{
    ledger_entry_t entry = {.time_s = time_s, .world = WORLD_REAL, .region_count = 2};
    snprintf(entry.client, sizeof entry.client, "Zoë \"Z\" O'Neill");
    snprintf(entry.routine, sizeof entry.routine, "Slow\\back");
    snprintf(entry.run, sizeof entry.run, "runs/one");
    snprintf(entry.verdict, sizeof entry.verdict, "finished");
    snprintf(entry.regions[0].region, NAME_CAPACITY, "calf.left");
    snprintf(entry.regions[1].region, NAME_CAPACITY, "gluteus.right");
    for (int i = 0; i < 2; i++) {
        entry.regions[i].dose = (dose_region_t){.contact_s = contact_s * (i + 1),
                                                .impulse_Ns = contact_s * 12.3456789,
                                                .pressure_peak_Pa = 8123.0 + i,
                                                .pressure_time_Pa_s = contact_s * 4321.0,
                                                .strokes = 3};
    }
    return entry;
}

static void add(int64_t time_s, double contact_s)
{
    const ledger_entry_t entry = entry_at(time_s, contact_s);
    assert_int_equal(ledger_append(path, &entry, &report), LEDGER_OK);
}

static ledger_result_t read_at(int64_t now_s)
{
    const ledger_entry_t entry = entry_at(0, 1.0);
    return ledger_read(path, entry.client, now_s, &week, &report);
}

static double calf_s(void)
{
    return dose_sum_of(&week, "calf.left").contact_s;
}

static char* read_file(size_t* size)
{
    FILE* file = fopen(path, "rb");
    assert_non_null(file);
    char* bytes = calloc(1, 1 << 16);
    assert_non_null(bytes);
    *size = fread(bytes, 1, (1 << 16) - 1, file);
    fclose(file);
    return bytes;
}

static void write_file(const char* bytes, size_t size)
{
    FILE* file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static void no_file_is_nothing_given(void** state)
{
    (void)state;
    assert_int_equal(read_at(NOON), LEDGER_OK);
    assert_true(report.absent);
    assert_int_equal(report.session_count, 0);
    assert_int_equal(week.total_count, 0);
}

static void what_is_written_is_read_back_and_only_the_client_may_read_it(void** state)
{
    (void)state;
    add(NOON - 3 * DAY, 61.25);
    add(NOON - DAY, 10.0);
    assert_int_equal(read_at(NOON), LEDGER_OK);
    assert_int_equal(report.session_count, 2);
    assert_int_equal(week.session_count, 2);
    assert_string_equal(report.client, "Zoë \"Z\" O'Neill");
    assert_int_equal(report.last_s, NOON - DAY);
    assert_near(calf_s(), 71.25, 0.0);
    const dose_region_t gluteus = dose_sum_of(&week, "gluteus.right");
    assert_near(gluteus.impulse_Ns, 61.25 * 12.3456789 + 10.0 * 12.3456789, 0.0);
    assert_near(gluteus.pressure_peak_Pa, 8124.0, 0.0);
    assert_int_equal(gluteus.strokes, 6);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    // Anybody's will do where nobody is named.
    assert_int_equal(ledger_read(path, NULL, NOON, &week, &report), LEDGER_OK);
}

/// Shows H54.
static void a_session_counts_for_seven_days_to_the_second(void** state)
{
    (void)state;
    add(NOON, 10.0);
    assert_int_equal(read_at(NOON + 7 * DAY - 1), LEDGER_OK);
    assert_near(calf_s(), 10.0, 0.0);
    assert_int_equal(read_at(NOON + 7 * DAY), LEDGER_OK);
    assert_near(calf_s(), 0.0, 0.0);
    assert_int_equal(report.session_count, 1);
}

static void a_session_in_the_future_is_refused_but_still_written_behind(void** state)
{
    (void)state;
    add(NOON, 10.0);
    assert_int_equal(read_at(NOON), LEDGER_OK);
    assert_int_equal(read_at(NOON - 1), LEDGER_IN_FUTURE);
    assert_int_equal(report.line, 1);
    add(NOON - 5, 1.0);
    assert_int_equal(read_at(NOON), LEDGER_OK);
    assert_int_equal(report.session_count, 2);
}

static void a_clock_set_back_makes_no_session_older(void** state)
{
    (void)state;
    add(NOON - DAY, 10.0);
    add(NOON - 300 * DAY, 20.0); // an empty battery
    assert_int_equal(read_at(NOON), LEDGER_OK);
    assert_int_equal(report.clock_back_line, 2);
    assert_near(calf_s(), 30.0, 0.0);
    assert_int_equal(read_at(NOON + 6 * DAY), LEDGER_OK);
    assert_near(calf_s(), 0.0, 0.0);
    findings_t findings = {0};
    ledger_tell(path, LEDGER_OK, &report, &findings);
    assert_int_equal(findings.warning_count, 1);
    assert_int_equal(findings.at[0].line, 2);
}

static void another_clients_ledger_is_refused_and_left_alone(void** state)
{
    (void)state;
    add(NOON, 10.0);
    assert_int_equal(ledger_read(path, "Somebody else", NOON, &week, &report), LEDGER_OTHER_CLIENT);
    assert_int_equal(report.line, 1);
    size_t before = 0, after = 0;
    free(read_file(&before));
    ledger_entry_t entry = entry_at(NOON + 1, 1.0);
    snprintf(entry.client, sizeof entry.client, "Somebody else");
    assert_int_equal(ledger_append(path, &entry, &report), LEDGER_OTHER_CLIENT);
    free(read_file(&after));
    assert_int_equal(before, after);
}

/// Every way a loss of power can cut the last line.
static void a_torn_line_is_told_and_cut_off_by_the_next(void** state)
{
    (void)state;
    add(NOON - 3 * DAY, 10.0);
    size_t first = 0, both = 0;
    free(read_file(&first));
    add(NOON - 2 * DAY, 20.0);
    char* bytes = read_file(&both);
    for (size_t size = first + 1; size < both - 1; size += 13) {
        write_file(bytes, size);
        assert_int_equal(read_at(NOON), LEDGER_OK);
        assert_true(report.torn);
        assert_near(calf_s(), 10.0, 0.0);
        add(NOON - DAY, 40.0);
        assert_true(report.torn);
        assert_int_equal(read_at(NOON), LEDGER_OK);
        assert_false(report.torn);
        assert_near(calf_s(), 50.0, 0.0);
    }
    // Only the line feed is missing: its chain proves that the line is whole, so it counts.
    write_file(bytes, both - 1);
    assert_int_equal(read_at(NOON), LEDGER_OK);
    assert_false(report.torn);
    assert_near(calf_s(), 30.0, 0.0);
    add(NOON - DAY, 40.0);
    assert_int_equal(read_at(NOON), LEDGER_OK);
    assert_near(calf_s(), 70.0, 0.0);
    free(bytes);
}

/// Every byte of a ledger but its line feeds.
/// Shows H51.
static void any_changed_byte_is_refused_with_its_line(void** state)
{
    (void)state;
    add(NOON - 3 * DAY, 10.0);
    add(NOON - 2 * DAY, 20.0);
    add(NOON - 1 * DAY, 30.0);
    size_t size = 0;
    char* bytes = read_file(&size);
    int64_t line = 1;
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == '\n') {
            line++;
            continue;
        }
        const char byte = bytes[i];
        bytes[i] = byte == '1' ? '2' : '1';
        write_file(bytes, size);
        assert_int_equal(read_at(NOON), LEDGER_DAMAGED);
        assert_int_equal(report.line, line);
        bytes[i] = byte;
    }
    const ledger_entry_t entry = entry_at(NOON, 1.0);
    bytes[40] ^= 1;
    write_file(bytes, size);
    assert_int_equal(ledger_append(path, &entry, &report), LEDGER_DAMAGED);
    free(bytes);
}

/// Shows H51.
static void a_line_taken_away_is_found(void** state)
{
    (void)state;
    add(NOON - 3 * DAY, 10.0);
    add(NOON - 2 * DAY, 20.0);
    size_t size = 0;
    char* bytes = read_file(&size);
    const char* second = strchr(bytes, '\n') + 1;
    write_file(second, size - (size_t)(second - bytes));
    assert_int_equal(read_at(NOON), LEDGER_DAMAGED);
    assert_int_equal(report.line, 1);
    write_file("nonsense\n", 9);
    assert_int_equal(read_at(NOON), LEDGER_DAMAGED);
    write_file("\n", 1);
    assert_int_equal(read_at(NOON), LEDGER_DAMAGED);
    free(bytes);
}

static void what_cannot_be_opened_is_told(void** state)
{
    (void)state;
    const ledger_entry_t entry = entry_at(NOON, 1.0);
    assert_int_equal(ledger_append("/no/such/folder/ledger.jsonl", &entry, &report),
                     LEDGER_UNWRITABLE);
    assert_int_equal(ledger_read("/tmp", NULL, NOON, &week, &report), LEDGER_UNREADABLE);
    findings_t findings = {0};
    for (int result = LEDGER_UNREADABLE; result <= LEDGER_FULL; result++) {
        ledger_tell(path, (ledger_result_t)result, &report, &findings);
    }
    assert_int_equal(findings.error_count, LEDGER_FULL);
}

static void a_ledger_is_named_for_its_client(void** state)
{
    (void)state;
    char name[64];
    assert_true(ledger_path("runs", "Anna B. O'Neill", name, sizeof name));
    assert_string_equal(name, "runs/dose-anna-b--o-neill.jsonl");
    assert_true(ledger_path("runs", "../../etc/x", name, sizeof name));
    assert_string_equal(name, "runs/dose-------etc-x.jsonl");
    assert_false(ledger_path("runs", "somebody with a name that is long enough", name, 20));
}

static void a_run_gives_what_its_summary_says(void** state)
{
    (void)state;
    static summary_t summary;
    sample_session_t* sample = sample_session(1.0);
    const inputs_t inputs = {0};
    summary_begin(&summary, &sample->session, &inputs, 1);
    cycle_record_t record = {.mode = MODE_CONTACT, .region = 2, .item = 0};
    double impulse_Ns = 0.0;
    for (int cycle = 0; cycle < 500; cycle++) {
        record.input.now_us = (int64_t)cycle * SAMPLE_PERIOD_US;
        record.normal_force_N = (float)(10 + cycle % 7);
        impulse_Ns += (double)record.normal_force_N * SAMPLE_PERIOD_US * 1e-6;
        summary_observe(&summary, &record);
    }
    ledger_entry_t entry;
    ledger_entry_of(&summary, NOON, "runs/one", &entry);
    const double area_m2 = 0.25 * 3.14159265358979323846 * 0.06 * 0.06;
    assert_int_equal(entry.region_count, 1);
    assert_string_equal(entry.regions[0].region, sample->body_settings.regions[2].name);
    assert_near(entry.regions[0].dose.contact_s, 2.0, 1e-12);
    assert_near(entry.regions[0].dose.impulse_Ns, impulse_Ns, 1e-9);
    assert_near(entry.regions[0].dose.pressure_peak_Pa, 16.0 / area_m2, 1e-9);
    assert_near(dose_pressure_mean_Pa(&entry.regions[0].dose),
                summary_region_pressure_Pa(&summary, 2), 1e-9);
    assert_int_equal(entry.regions[0].dose.strokes, 1);
    assert_int_equal(ledger_append(path, &entry, &report), LEDGER_OK);
    assert_int_equal(ledger_read(path, NULL, NOON, &week, &report), LEDGER_OK);
    assert_near(dose_sum_of(&week, entry.regions[0].region).impulse_Ns, impulse_Ns, 1e-9);
    // A path that would not read back is written so that it does.
    char odd[3 * TEXT_CAPACITY];
    memset(odd, '\xff', sizeof odd - 1);
    odd[sizeof odd - 1] = '\0';
    ledger_entry_of(&summary, NOON, odd, &entry);
    assert_int_equal(ledger_append(path, &entry, &report), LEDGER_OK);
    assert_int_equal(ledger_read(path, NULL, NOON, &week, &report), LEDGER_OK);
    free(sample);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_file_is_nothing_given),
        TEST(what_is_written_is_read_back_and_only_the_client_may_read_it),
        TEST(a_session_counts_for_seven_days_to_the_second),
        TEST(a_session_in_the_future_is_refused_but_still_written_behind),
        TEST(a_clock_set_back_makes_no_session_older),
        TEST(another_clients_ledger_is_refused_and_left_alone),
        TEST(a_torn_line_is_told_and_cut_off_by_the_next),
        TEST(any_changed_byte_is_refused_with_its_line),
        TEST(a_line_taken_away_is_found),
        TEST(what_cannot_be_opened_is_told),
        TEST(a_ledger_is_named_for_its_client),
        TEST(a_run_gives_what_its_summary_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
