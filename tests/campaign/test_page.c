/// What stands on a campaign's page is what its outcomes say, whoever reads it.
#include "tests/campaign/made_outcomes.h"

#include "controller/campaign/page.h"

#define MANY 10000

/// The page of some outcomes, to be freed.
static char* page_of(const campaign_header_t* header, const outcome_t* outcomes, int count)
{
    tally_t* tally = tally_begin(header);
    assert_non_null(tally);
    for (int i = 0; i < count; ++i) {
        tally_observe(tally, &outcomes[i]);
    }
    char path[] = "/tmp/knead_page_XXXXXX";
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    (void)close(descriptor);
    assert_true(page_write(tally, path));
    tally_end(tally);
    char* text = text_of(path);
    (void)remove(path);
    return text;
}

/// The text of the first cell of that class behind the row's name, or null.
static const char* cell_behind(const char* page, const char* row, const char* class)
{
    const char* at = strstr(page, "<table class=\"matrix\">");
    assert_non_null(at);
    char head[NAME_CAPACITY + 16];
    (void)snprintf(head, sizeof head, "\">%s</th>", row);
    at = strstr(at, head);
    assert_non_null(at);
    const char* end = strstr(at, "</tr>");
    char start[NAME_CAPACITY];
    (void)snprintf(start, sizeof start, "<td class=\"%s\"", class);
    at = strstr(at, start);
    return at != NULL && at < end ? at : NULL;
}

/// The page counts every fault in every mode in which drives have torque, whether tried or not.
static void assert_cells(const char* page, int tried)
{
    int powered = 0;
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        powered += supervisor_mode_powered((supervisor_mode_t)mode);
    }
    char words[TEXT_CAPACITY];
    (void)snprintf(words, sizeof words, "<p>%d of %d cells tried.</p>", tried,
                   powered * WORLD_EVENT_KIND_COUNT);
    assert_non_null(strstr(page, words));
}

static void the_extremes_on_the_page_are_those_of_the_data(void** context)
{
    (void)context;
    uint64_t state = 7;
    print_message("seed %llu\n", (unsigned long long)state);
    outcome_t* outcomes = calloc(MANY, sizeof *outcomes);
    assert_non_null(outcomes);
    double force_N = 0.0, detected_s = 0.0, margin = 1.0, simulated_s = 0.0;
    int failed = 0, skipped = 0;
    for (int i = 0; i < MANY; ++i) {
        outcome_t* outcome = &outcomes[i];
        *outcome = drawn_outcome(&state, i);
        failed += outcome->result == OUTCOME_FAILED;
        skipped += outcome->result == OUTCOME_SKIPPED;
        if (outcome->result != OUTCOME_SKIPPED) {
            force_N = fmax(force_N, outcome->force_peak_N);
            detected_s = fmax(detected_s, outcome->detected_s);
            margin = fmin(margin, 1.0 - outcome->bound_ratio);
            simulated_s += outcome->simulated_s;
        }
    }
    const campaign_header_t header = made_header(CAMPAIGN_MATRIX, 0, MANY - 1);
    char* page = page_of(&header, outcomes, MANY);
    char words[TEXT_CAPACITY];
    (void)snprintf(words, sizeof words, "highest force on the body</dt><dd>%.1f N", force_N);
    assert_non_null(strstr(page, words));
    (void)snprintf(words, sizeof words, "slowest detection</dt><dd>%.0f ms", detected_s * 1e3);
    assert_non_null(strstr(page, words));
    (void)snprintf(words, sizeof words, "least margin to the bound</dt><dd>%.0f %%",
                   margin * 100.0);
    assert_non_null(strstr(page, words));
    (void)snprintf(words, sizeof words, "simulated</dt><dd>%.0f h", simulated_s / 3600.0);
    assert_non_null(strstr(page, words));
    (void)snprintf(words, sizeof words, "%d of %d trials failed", failed, MANY - skipped);
    assert_non_null(strstr(page, words));
    assert_int_equal(count_of(page, "<code>knead campaign"), failed < 200 ? failed : 200);
    free(page);
    free(outcomes);
}

static void every_cell_shows_the_worst_of_its_trials(void** context)
{
    (void)context;
    outcome_t outcomes[5];
    for (int i = 0; i < 4; ++i) {
        outcomes[i] = made_outcome(i, WORLD_EVENT_FORCE_FREEZE, MODE_CONTACT);
    }
    outcomes[1].force_peak_N = 37.25;
    outcomes[2].detected_s = 0.123;
    outcomes[3].detected_s = (double)NAN;
    outcomes[4] = made_outcome(4, WORLD_EVENT_FORCE_DRIFT, MODE_CONTACT);
    outcomes[1].bound_ratio = 37.25 / 40.0;
    outcomes[4].bound_ratio = 0.25;
    const campaign_header_t header = made_header(CAMPAIGN_MATRIX, 0, 4);
    char* page = page_of(&header, outcomes, 5);
    const char* cell = cell_behind(page, "force freeze", "m0");
    assert_non_null(cell);
    assert_non_null(strstr(cell, "highest force matrix:1; least margin 7 % in matrix:1"));
    assert_non_null(strstr(cell, "\">123 ms<small>37.2 N"));
    cell = cell_behind(page, "force drift", "m3");
    assert_non_null(cell);
    // The worst stands first, what was never tried last.
    assert_true(strstr(page, "\">force freeze</th>") < cell);
    assert_true(cell < strstr(page, "\">encoder jump</th>"));
    assert_non_null(cell_behind(page, "encoder jump", "untried"));
    assert_cells(page, 2);
    free(page);
}

static void what_fails_stands_out_and_can_be_seen_again(void** context)
{
    (void)context;
    outcome_t outcomes[2] = {made_outcome(3, WORLD_EVENT_FORCE_FREEZE, MODE_CONTACT),
                             made_outcome(17, WORLD_EVENT_FORCE_BIAS, MODE_TRANSIT)};
    outcome_fail(&outcomes[1], "I2", 31.5, "62 N where 60 N is the bound");
    const campaign_header_t header = made_header(CAMPAIGN_MATRIX, 3, 18);
    char* page = page_of(&header, outcomes, 2);
    assert_non_null(strstr(page, "1 of 2 trials failed"));
    assert_non_null(strstr(page, "14 trials are missing"));
    char replay[TALLY_REPLAY_CAPACITY];
    tally_replay(&header, 17, replay);
    assert_non_null(strstr(page, replay));
    assert_non_null(strstr(page, "<b>I2</b> at 31.500 s: 62 N where 60 N is the bound"));
    assert_non_null(cell_behind(page, "force bias", "mf"));
    assert_non_null(strstr(page, "<td class=\"n bad\">1</td><td>matrix:17</td>"));
    free(page);
}

static void names_and_texts_are_escaped(void** context)
{
    (void)context;
    outcome_t outcome = made_outcome(0, WORLD_EVENT_DEVICE_SILENT, MODE_CONTACT);
    (void)snprintf(outcome.events[0].target, sizeof outcome.events[0].target, "<i>\"&'\x01");
    outcome_fail(&outcome, "<script>", 1.0, "</td><script>alert(1)</script>&amp;");
    campaign_header_t header = made_header(CAMPAIGN_MATRIX, 0, 0);
    (void)snprintf(header.commit, sizeof header.commit, "<b>&\"");
    (void)snprintf(header.rules_off, sizeof header.rules_off, "<u>");
    char* page = page_of(&header, &outcome, 1);
    assert_null(strstr(page, "<script"));
    assert_null(strstr(page, "<i>\""));
    assert_null(strstr(page, "<u>"));
    assert_non_null(strstr(page, "&lt;i&gt;&quot;&amp;&#39;"));
    assert_non_null(strstr(page, "commit &lt;b&gt;&amp;&quot;"));
    assert_non_null(strstr(page, "&lt;/td&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;"));
    free(page);
}

static void an_empty_campaign_has_not_passed(void** context)
{
    (void)context;
    const campaign_header_t header = made_header(CAMPAIGN_SWARM, 0, -1);
    char* page = page_of(&header, NULL, 0);
    assert_non_null(strstr(page, "<div class=\"verdict bad\"><div><strong>Nothing was tried"));
    assert_null(strstr(page, "nan"));
    assert_null(strstr(page, "inf"));
    assert_cells(page, 0);
    free(page);
}

static void a_campaign_that_is_not_whole_has_not_passed(void** context)
{
    (void)context;
    const outcome_t outcome = made_outcome(0, WORLD_EVENT_FORCE_FREEZE, MODE_CONTACT);
    campaign_header_t header = made_header(CAMPAIGN_MATRIX, 0, 1);
    char* page = page_of(&header, &outcome, 1);
    assert_non_null(strstr(page, "verdict bad\"><div><strong>Not whole: 1 trials are missing"));
    free(page);
    header.last = 0;
    page = page_of(&header, &outcome, 1);
    assert_non_null(strstr(page, "verdict good\"><div><strong>Every one of 1 trials passed"));
    assert_non_null(strstr(page, "No failure in 0.01 simulated hours bounds the rate"));
    assert_non_null(strstr(page, "at 300.0000 an hour")); // three over a hundredth of an hour
    free(page);
}

static void a_campaign_that_ended_as_asked_is_whole(void** context)
{
    (void)context;
    outcome_t outcome = made_outcome(1, WORLD_EVENT_FORCE_FREEZE, MODE_CONTACT);
    campaign_header_t header = made_header(CAMPAIGN_MATRIX, 0, 99);
    header.shard = 2;
    header.shards = 99;
    char* page = page_of(&header, &outcome, 1);
    assert_non_null(strstr(page, "verdict good\"><div><strong>Every one of 1 trials passed"));
    assert_non_null(strstr(page, "matrix:0 to matrix:99, shard 2 of 99</td>"));
    free(page);
    header.shards = 98; // 1 and 99
    page = page_of(&header, &outcome, 1);
    assert_non_null(strstr(page, "verdict bad\"><div><strong>Not whole: 1 trials are missing"));
    free(page);
    header.hours = 1;
    outcome.simulated_s = 3599.9;
    page = page_of(&header, &outcome, 1);
    assert_non_null(strstr(page, "verdict bad\"><div><strong>Not whole: 1 simulated hours are not "
                                 "reached, and 1 trials are left"));
    free(page);
    outcome.simulated_s = 3600.0;
    page = page_of(&header, &outcome, 1);
    assert_non_null(strstr(page, "verdict good\"><div><strong>Every one of 1 trials passed"));
    assert_non_null(strstr(page, "shard 2 of 98, until 1 hours are simulated</td>"));
    free(page);
}

static void the_line_that_plays_it_again_has_the_files_that_were_given(void** context)
{
    (void)context;
    outcome_t outcome = made_outcome(0, WORLD_EVENT_FORCE_FREEZE, MODE_CONTACT);
    outcome_fail(&outcome, "I2", 1.0, "too much");
    campaign_header_t header = made_header(CAMPAIGN_MATRIX, 0, 0);
    (void)snprintf(header.given, sizeof header.given, " --machine 'a <b>.yaml'");
    char* page = page_of(&header, &outcome, 1);
    assert_non_null(strstr(page, "<code>knead campaign --replay matrix:0 --machine &#39;a "
                                 "&lt;b&gt;.yaml&#39;</code>"));
    free(page);
}

/// As many claims failed as are kept, and one more.
static void claims_that_were_not_kept_are_counted(void** context)
{
    (void)context;
    outcome_t outcome = made_outcome(0, WORLD_EVENT_FORCE_FREEZE, MODE_CONTACT);
    const campaign_header_t header = made_header(CAMPAIGN_MATRIX, 0, 0);
    for (int i = 0; i < OUTCOME_FAILURE_CAPACITY; ++i) {
        outcome_fail(&outcome, "I2", 1.0, "too much");
    }
    char* page = page_of(&header, &outcome, 1);
    assert_null(strstr(page, "<br/>and "));
    free(page);
    outcome_fail(&outcome, "I2", 1.0, "too much");
    page = page_of(&header, &outcome, 1);
    assert_non_null(strstr(page, "<br/>and 1 more</td>"));
    free(page);
}

static void trials_far_over_the_limit_of_all_are_listed_others_are_not(void** context)
{
    (void)context;
    outcome_t outcomes[2] = {made_outcome(3, WORLD_EVENT_BODY_SHIFT, MODE_CONTACT),
                             made_outcome(4, WORLD_EVENT_BODY_SHIFT, MODE_CONTACT)};
    outcomes[0].force_over_N = PRESS_OVER_MAX_N;
    const campaign_header_t header = made_header(CAMPAIGN_MATRIX, 3, 4);
    char* page = page_of(&header, outcomes, 2);
    assert_null(strstr(page, "Over the limit of all"));
    free(page);
    outcomes[1].force_over_N = 77.25;
    outcomes[1].excused_s[INVARIANT_I17] = 18.0; // of 72 s
    page = page_of(&header, outcomes, 2);
    assert_non_null(strstr(page, "Over the limit of all by more than 15 N"));
    assert_non_null(
        strstr(page, "<tr><th>matrix:4</th><td class=\"n\">77.2 N</td><td>body_shift "));
    assert_null(strstr(page, "<tr><th>matrix:3</th>"));
    assert_non_null(strstr(page, "2 armed again, 0 need hands"));
    const char* row = strstr(page, "<tr><th>I17</th>");
    assert_non_null(row);
    const char* judged = strstr(row, "0.01 h");
    assert_true(judged != NULL && judged < strstr(row, "</tr>")); // 54 s
    free(page);
}

static void what_never_happened_is_shown_as_zero(void** context)
{
    (void)context;
    const outcome_t outcome = made_outcome(0, WORLD_EVENT_FORCE_FREEZE, MODE_CONTACT);
    const campaign_header_t header = made_header(CAMPAIGN_MATRIX, 0, 0);
    char* page = page_of(&header, &outcome, 1);
    assert_non_null(strstr(page, "<li>force freeze 1</li>"));
    assert_non_null(strstr(page, "<li class=\"never\">encoder jump 0</li>"));
    assert_non_null(strstr(page, "<li class=\"never\">lift 0</li>"));
    char words[TEXT_CAPACITY];
    (void)snprintf(words, sizeof words, "<h3>Faults and doings: 1 of %d</h3>",
                   WORLD_EVENT_KIND_COUNT);
    assert_non_null(strstr(page, words));
    assert_non_null(strstr(page, "<td class=\"never\">0</td>")); // a way that is possible
    // A rule that never was the first cause.
    const char* rules = strstr(page, "Rules as first causes");
    assert_non_null(rules);
    assert_int_equal(count_of(rules, "<td class=\"m never\">"), INTERLOCK_RULE_COUNT - 1);
    free(page);
}

static void the_page_needs_nothing_from_elsewhere(void** context)
{
    (void)context;
    const outcome_t outcome = made_outcome(0, WORLD_EVENT_FORCE_FREEZE, MODE_CONTACT);
    const campaign_header_t header = made_header(CAMPAIGN_MATRIX, 0, 0);
    char* page = page_of(&header, &outcome, 1);
    const char* const words[] = {"<script", "src=", "href=", "url(", "http:", "https:", "@import"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; ++i) {
        assert_null(strstr(page, words[i]));
    }
    assert_non_null(strstr(page, "prefers-color-scheme:dark"));
    assert_non_null(strstr(page, "@media print"));
    free(page);
}

static void a_page_that_cannot_be_written_is_told(void** context)
{
    (void)context;
    const campaign_header_t header = made_header(CAMPAIGN_MATRIX, 0, 0);
    tally_t* tally = tally_begin(&header);
    assert_non_null(tally);
    assert_false(page_write(tally, "/nowhere/at/all/page.html"));
    tally_end(tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_extremes_on_the_page_are_those_of_the_data),
        cmocka_unit_test(every_cell_shows_the_worst_of_its_trials),
        cmocka_unit_test(what_fails_stands_out_and_can_be_seen_again),
        cmocka_unit_test(names_and_texts_are_escaped),
        cmocka_unit_test(an_empty_campaign_has_not_passed),
        cmocka_unit_test(a_campaign_that_is_not_whole_has_not_passed),
        cmocka_unit_test(a_campaign_that_ended_as_asked_is_whole),
        cmocka_unit_test(the_line_that_plays_it_again_has_the_files_that_were_given),
        cmocka_unit_test(claims_that_were_not_kept_are_counted),
        cmocka_unit_test(trials_far_over_the_limit_of_all_are_listed_others_are_not),
        cmocka_unit_test(what_never_happened_is_shown_as_zero),
        cmocka_unit_test(the_page_needs_nothing_from_elsewhere),
        cmocka_unit_test(a_page_that_cannot_be_written_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
