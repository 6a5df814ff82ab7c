/// A campaign's JUnit file, read by a parser that shares no code with knead: python's, where it is
/// installed.
#include "tests/campaign/made_outcomes.h"

#include "controller/campaign/junit.h"

#define MANY 3000

typedef struct {
    int tests, failures, skipped; // as the head says
    int cases, failed_cases, skipped_cases;
    int replays; // lines in failures that play a trial again
    double time_s;
} reading_t;

static bool have_python(void)
{
    static const char* const command = "python3 -c 'import xml.etree' 2>/dev/null";
    return system(command) == 0; // NOLINT(cert-env33-c): a fixed command
}

/// Writes the file and lets python read it.
static reading_t written_and_read(const campaign_header_t* header, const outcome_t* outcomes,
                                  int count)
{
    tally_t* tally = tally_begin(header);
    assert_non_null(tally);
    for (int i = 0; i < count; ++i) {
        tally_observe(tally, &outcomes[i]);
    }
    char path[] = "/tmp/knead_junit_XXXXXX";
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    (void)close(descriptor);
    assert_true(junit_write(tally, path));
    tally_end(tally);
    char command[1024];
    (void)snprintf(command, sizeof command,
                   "python3 -c \""
                   "import sys, xml.etree.ElementTree as t; r = t.parse(sys.argv[1]).getroot()\n"
                   "c = list(r.iter('testcase')); f = [x.find('failure') for x in c]\n"
                   "f = [x for x in f if x is not None]\n"
                   "print(r.get('tests'), r.get('failures'), r.get('skipped'), len(c), len(f),\n"
                   "      sum(x.find('skipped') is not None for x in c),\n"
                   "      sum((x.text or '').count('knead campaign') for x in f),\n"
                   "      r.get('time'))\" %s",
                   path);
    FILE* answer = popen(command, "r"); // NOLINT(cert-env33-c): a fixed command
    assert_non_null(answer);
    char line[256] = "";
    (void)fgets(line, sizeof line, answer);
    assert_int_equal(pclose(answer), 0);
    (void)remove(path);
    reading_t read = {0};
    char* at = line;
    int* const numbers[] = {&read.tests,        &read.failures,      &read.skipped, &read.cases,
                            &read.failed_cases, &read.skipped_cases, &read.replays};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; ++i) {
        *numbers[i] = (int)strtol(at, &at, 10);
    }
    read.time_s = strtod(at, &at);
    assert_string_equal(at, "\n");
    // The head counts what is there.
    assert_int_equal(read.tests, read.cases);
    assert_int_equal(read.failures, read.failed_cases);
    assert_int_equal(read.skipped, read.skipped_cases);
    return read;
}

static void few_trials_are_a_case_each(void** context)
{
    (void)context;
    if (!have_python()) {
        skip();
    }
    outcome_t outcomes[4];
    for (int i = 0; i < 4; ++i) {
        outcomes[i] = made_outcome(i, WORLD_EVENT_FORCE_FREEZE, MODE_CONTACT);
    }
    outcome_fail(&outcomes[1], "I2", 3.0, "<&>\"'\x02 too much");
    outcome_fail(&outcomes[1], "in_time", 3.0, "too late");
    outcomes[2].result = OUTCOME_SKIPPED;
    (void)snprintf(outcomes[2].note, sizeof outcomes[2].note, "no \"such\" <device>");
    const campaign_header_t header = made_header(CAMPAIGN_MATRIX, 0, 3);
    const reading_t read = written_and_read(&header, outcomes, 4);
    assert_int_equal(read.cases, 4 + 1); // and one for the campaign being whole
    assert_int_equal(read.failures, 1);
    assert_int_equal(read.skipped, 1);
    assert_int_equal(read.replays, 1);
    assert_near(read.time_s, 3.0 * 36.0, 1e-9);
}

static void many_trials_are_a_case_for_each_fault_and_phase(void** context)
{
    (void)context;
    if (!have_python()) {
        skip();
    }
    uint64_t state = 3;
    print_message("seed %llu\n", (unsigned long long)state);
    outcome_t* outcomes = calloc(MANY, sizeof *outcomes);
    assert_non_null(outcomes);
    static int tried[TALLY_ROW_COUNT][TALLY_PHASE_COUNT];
    static int failed[TALLY_ROW_COUNT][TALLY_PHASE_COUNT];
    int cells = 0, failed_cells = 0, failures = 0;
    for (int i = 0; i < MANY; ++i) {
        outcomes[i] = drawn_outcome(&state, i);
        const int row = tally_row(&outcomes[i]);
        const int phase = tally_phase(&outcomes[i]);
        cells += tried[row][phase]++ == 0;
        if (outcomes[i].result == OUTCOME_FAILED) {
            failed_cells += failed[row][phase]++ == 0;
            ++failures;
        }
    }
    const campaign_header_t header = made_header(CAMPAIGN_MATRIX, 0, MANY - 1);
    const reading_t read = written_and_read(&header, outcomes, MANY);
    assert_int_equal(read.cases, cells + 1);
    assert_int_equal(read.failures, failed_cells);
    assert_int_equal(read.replays, failures);
    assert_true(failures < TALLY_KEPT_CAPACITY && failures > 10);
    free(outcomes);
}

static void every_failed_case_says_how_to_see_it_however_many_failed(void** context)
{
    (void)context;
    if (!have_python()) {
        skip();
    }
    outcome_t* outcomes = calloc(MANY, sizeof *outcomes);
    assert_non_null(outcomes);
    for (int i = 0; i < MANY; ++i) {
        outcomes[i] = made_outcome(i, (world_event_kind_t)(i / 60), MODE_CONTACT);
        outcome_fail(&outcomes[i], "I2", 1.0, "too much");
    }
    const campaign_header_t header = made_header(CAMPAIGN_MATRIX, 0, MANY - 1);
    const reading_t read = written_and_read(&header, outcomes, MANY);
    assert_int_equal(read.failures, MANY / 60);
    // The 200 that were kept fill the first cells; each further one tells of its first.
    assert_int_equal(read.replays, 200 + (MANY / 60 - 4));
    free(outcomes);
}

static void a_campaign_that_is_not_whole_or_empty_fails(void** context)
{
    (void)context;
    if (!have_python()) {
        skip();
    }
    campaign_header_t header = made_header(CAMPAIGN_MATRIX, 0, 1);
    const outcome_t outcome = made_outcome(0, WORLD_EVENT_FORCE_FREEZE, MODE_CONTACT);
    assert_int_equal(written_and_read(&header, &outcome, 1).failures, 1);
    header.last = 0;
    assert_int_equal(written_and_read(&header, &outcome, 1).failures, 0);
    header.last = -1;
    const reading_t read = written_and_read(&header, NULL, 0);
    assert_int_equal(read.cases, 1);
    assert_int_equal(read.failures, 1);
}

static void a_campaign_that_ended_as_asked_passes(void** context)
{
    (void)context;
    if (!have_python()) {
        skip();
    }
    outcome_t outcome = made_outcome(1, WORLD_EVENT_FORCE_FREEZE, MODE_CONTACT);
    campaign_header_t header = made_header(CAMPAIGN_MATRIX, 0, 99);
    header.shard = 2;
    header.shards = 99;
    assert_int_equal(written_and_read(&header, &outcome, 1).failures, 0);
    header.shards = 98; // 1 and 99
    assert_int_equal(written_and_read(&header, &outcome, 1).failures, 1);
    header.hours = 1;
    outcome.simulated_s = 3599.9;
    assert_int_equal(written_and_read(&header, &outcome, 1).failures, 1);
    outcome.simulated_s = 3600.0;
    assert_int_equal(written_and_read(&header, &outcome, 1).failures, 0);
}

/// Few trials and many: as many claims failed as are kept, and one more.
static void claims_that_were_not_kept_are_counted(void** context)
{
    (void)context;
    const campaign_header_t header = made_header(CAMPAIGN_MATRIX, 0, 0);
    outcome_t outcome = made_outcome(0, WORLD_EVENT_FORCE_FREEZE, MODE_CONTACT);
    for (int failed = 1; failed <= OUTCOME_FAILURE_CAPACITY + 1; ++failed) {
        outcome_fail(&outcome, "I2", 1.0, "too much");
        tally_t* tally = tally_begin(&header);
        assert_non_null(tally);
        tally_observe(tally, &outcome);
        char path[] = "/tmp/knead_junit_XXXXXX";
        const int descriptor = mkstemp(path);
        assert_true(descriptor >= 0);
        (void)close(descriptor);
        assert_true(junit_write(tally, path));
        tally_end(tally);
        char* text = text_of(path);
        (void)remove(path);
        assert_true((strstr(text, "\nand 1 more\n") != NULL) ==
                    (failed == OUTCOME_FAILURE_CAPACITY + 1));
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_trials_are_a_case_each),
        cmocka_unit_test(many_trials_are_a_case_for_each_fault_and_phase),
        cmocka_unit_test(every_failed_case_says_how_to_see_it_however_many_failed),
        cmocka_unit_test(a_campaign_that_is_not_whole_or_empty_fails),
        cmocka_unit_test(a_campaign_that_ended_as_asked_passes),
        cmocka_unit_test(claims_that_were_not_kept_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
