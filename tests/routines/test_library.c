// What is proven: every routine and client that ships loads without a finding, and every routine
// passes the static check on the shipped machine, limits and body for every shipped client.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "config/load.h"
#include "routines/client_load.h"
#include "routines/player.h"
#include "routines/routine_check.h"
#include "routines/routine_load.h"

static const char* const client_paths[] = {
    "routines/clients/average-man.yaml", "routines/clients/average-woman.yaml",
    "routines/clients/small-woman.yaml", "routines/clients/tall-man.yaml",
    "routines/clients/small-man.yaml",   "routines/clients/tall-woman.yaml"};
#define CLIENT_COUNT 6

static machine_settings_t machine;
static safety_settings_t safety;
static body_settings_t settings;
static body_t body;
static routine_t routine;
static chain_t chain;
static findings_t findings;
static const routine_check_inputs_t inputs = {.body = &body,
                                              .safety = &safety,
                                              .machine = &machine,
                                              .chain = &chain,
                                              .pad = &machine.arm.tool.pads[0]};

static int setup(void** state)
{
    (void)state;
    const bool ok =
        load_machine("config/machines/rail6.yaml", "config/devices", &machine, &findings) &&
        load_safety("config/safety/default.yaml", &safety, &findings) &&
        load_body("config/bodies/prone.yaml", &settings, &findings) &&
        chain_build(&machine.arm, 0, &chain);
    if (!ok) {
        findings_print(&findings, stderr);
    }
    return ok ? 0 : -1;
}

static void lay_down(const char* client_path)
{
    client_settings_t client;
    memset(&findings, 0, sizeof findings);
    assert_true(client_load(client_path, &client, &findings));
    assert_int_equal(findings.count, 0);
    assert_int_equal(
        body_build(&settings, &client, machine.neck_x_m, machine.table_length_m, &body), BODY_OK);
}

static void assert_passes(const char* path, const char* client_path)
{
    lay_down(client_path);
    routine_figures_t figures = {0};
    const bool loaded = routine_load(path, &body, &routine, &findings);
    const bool passed = loaded && routine_check(&routine, &inputs, &figures, &findings);
    if (!passed) {
        print_error("%s for %s\n", path, client_path);
        findings_print(&findings, stderr);
    }
    assert_true(passed);
    assert_int_equal(findings.error_count, 0);
    // What ships is not even warned of; a test's own routine may show one side only.
    if (strncmp(path, "routines/library/", strlen("routines/library/")) == 0) {
        assert_int_equal(findings.count, 0);
    }
    assert_true(figures.joint_margin_min > 0.05);
    assert_true(figures.place_count > 100);
}

static void relaxing_back_passes_for_every_client(void** state)
{
    (void)state;
    for (int i = 0; i < CLIENT_COUNT; i++) {
        assert_passes("routines/library/relaxing-back.yaml", client_paths[i]);
        // Touch and rests; with the travel between places it is about ten to eleven minutes.
        assert_near(player_planned_s(&routine), 510.0, i == 0 ? 15.0 : 40.0);
    }
}

static void short_back_passes_for_every_client(void** state)
{
    (void)state;
    for (int i = 0; i < CLIENT_COUNT; i++) {
        assert_passes("routines/library/short-back.yaml", client_paths[i]);
        assert_true(player_planned_s(&routine) < 120.0);
    }
}

static void relaxing_back_treats_both_sides_alike_with_its_three_techniques(void** state)
{
    (void)state;
    lay_down(client_paths[0]);
    assert_true(routine_load("routines/library/relaxing-back.yaml", &body, &routine, &findings));
    double contact_s[TECHNIQUE_COUNT][3] = {{0.0}};
    for (int i = 0; i < routine.item_count; i++) {
        const routine_item_t* item = &routine.items[i];
        if (item->kind == ITEM_STROKE) {
            const side_t side = settings.regions[item->stroke.region].side;
            contact_s[item->stroke.technique][side] += item->stroke.duration_s;
        }
    }
    const technique_id_t used[] = {TECHNIQUE_EFFLEURAGE, TECHNIQUE_KNEADING, TECHNIQUE_COMPRESSION};
    for (int i = 0; i < 3; i++) {
        assert_true(contact_s[used[i]][SIDE_LEFT] > 10.0);
    }
    for (int i = 0; i < TECHNIQUE_COUNT; i++) {
        assert_near(contact_s[i][SIDE_LEFT], contact_s[i][SIDE_RIGHT], 1e-6);
    }
}

static void every_technique_passes_inside_the_shipped_limits(void** state)
{
    (void)state;
    assert_passes("tests/data/techniques/every-technique.yaml", client_paths[0]);
    bool met[TECHNIQUE_COUNT] = {false};
    for (int i = 0; i < routine.item_count; i++) {
        met[routine.items[i].stroke.technique] = true;
    }
    for (int i = 0; i < TECHNIQUE_COUNT; i++) {
        assert_true(met[i]);
    }
}

/// Over the kidneys, and on bone near the skin.
static void nothing_taps_or_presses_points_where_it_must_never(void** state)
{
    (void)state;
    const char* const names[] = {"flank.left", "flank.right", "sacrum", "scapula.left",
                                 "scapula.right"};
    const technique_id_t never[] = {TECHNIQUE_TAPPING, TECHNIQUE_HACKING, TECHNIQUE_CUPPING,
                                    TECHNIQUE_TRIGGER_POINT, TECHNIQUE_DEEP_STROKE};
    for (int i = 0; i < 5; i++) {
        const int region = body_region_named(&settings, names[i]);
        assert_true(region >= 0);
        for (int k = 0; k < 5; k++) {
            assert_int_equal(settings.regions[region].techniques & (1u << never[k]), 0);
        }
    }
    const int flank = body_region_named(&settings, "flank.left");
    assert_int_equal(settings.regions[flank].techniques, 1u << TECHNIQUE_EFFLEURAGE);
}

static void every_region_of_the_shipped_body_lies_on_skin_and_off_the_zones(void** state)
{
    (void)state;
    for (int c = 0; c < CLIENT_COUNT; c++) {
        lay_down(client_paths[c]);
        for (int region = 0; region < settings.region_count; region++) {
            for (int i = 0; i <= 20; i++) {
                const body_place_t place =
                    body_place_in_region(&body, region, 0.05 * i, 0.1 * i - 1.0);
                const surface_sample_t skin = body_surface_at(&body, place);
                assert_true(skin.inside);
                assert_true(skin.point_m.z > 0.04);
                assert_true(body_zone_distance_m(&body, place, NULL) > 0.0);
            }
        }
    }
}

/// From the shoulders to the soles, for the 5th to the 95th percentile: the shipped arm gets there.
static void a_light_stroke_reaches_every_region_of_every_client(void** state)
{
    (void)state;
    for (int c = 0; c < CLIENT_COUNT; c++) {
        lay_down(client_paths[c]);
        for (int region = 0; region < settings.region_count; region++) {
            char text[400];
            const int length =
                snprintf(text, sizeof text,
                         "kind: routine\nversion: 1\nname: one\ngoal: wellness\nposition: prone\n"
                         "pad: palm_60\nsteps:\n  - technique: effleurage\n    region: %s\n"
                         "    force: 6 N\n    speed: 40 mm/s\n    passes: 1\n",
                         settings.regions[region].name);
            assert_true(routine_parse("one", text, (size_t)length, &body, &routine, &findings));
            const bool passed = routine_check(&routine, &inputs, NULL, &findings);
            if (!passed) {
                print_error("%s for %s\n", settings.regions[region].name, client_paths[c]);
                findings_print(&findings, stderr);
            }
            assert_true(passed);
        }
    }
}

/// Touches all landmarks of the body laid down last, as if it lay shifted and turned about C7.
static void touch_all(client_settings_t* client, double x_m, double y_m, double turn_rad)
{
    client->landmark_count = 0;
    client->landmark_error_m = 0.003;
    for (int id = 0; id < LANDMARK_COUNT; id++) {
        const vec3_t at = body_landmark_point(&body, (landmark_id_t)id);
        const double dx_m = at.x - machine.neck_x_m;
        client->landmarks[client->landmark_count++] = (landmark_settings_t){
            (landmark_id_t)id,
            {machine.neck_x_m + x_m + dx_m * cos(turn_rad) - at.y * sin(turn_rad),
             y_m + dx_m * sin(turn_rad) + at.y * cos(turn_rad), at.z}};
    }
}

static bool passes_on(const client_settings_t* client, const char* path)
{
    memset(&findings, 0, sizeof findings);
    assert_int_equal(body_build(&settings, client, machine.neck_x_m, machine.table_length_m, &body),
                     BODY_OK);
    assert_true(routine_load(path, &body, &routine, &findings));
    return routine_check(&routine, &inputs, NULL, &findings);
}

static void the_library_passes_on_clients_who_were_touched_where_they_lie(void** state)
{
    (void)state;
    static const double lies[][3] = {{0.0, 0.0, 0.0}, {0.015, 0.0, 0.05}, {-0.01, -0.01, -0.087}};
    for (int c = 0; c < CLIENT_COUNT; c++)
        for (int i = 0; i < 3; i++) {
            lay_down(client_paths[c]);
            client_settings_t client = body.client;
            touch_all(&client, lies[i][0], lies[i][1], lies[i][2]);
            const bool passed = passes_on(&client, "routines/library/relaxing-back.yaml") &&
                                passes_on(&client, "routines/library/short-back.yaml");
            if (!passed) {
                print_error("%s turned by %.3f rad\n", client_paths[c], lies[i][2]);
                findings_print(&findings, stderr);
            }
            assert_true(passed);
        }
}

/// Nobody has seen where the client lies: what comes near the spine is refused, and that for it.
static void the_library_is_refused_on_clients_who_were_merely_positioned(void** state)
{
    (void)state;
    for (int c = 0; c < CLIENT_COUNT; c++) {
        lay_down(client_paths[c]);
        client_settings_t client = body.client;
        client.lie = LIE_POSITIONED;
        assert_false(passes_on(&client, "routines/library/short-back.yaml"));
        assert_non_null(strstr(findings.at[0].message, "passes spine"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(relaxing_back_passes_for_every_client),
        cmocka_unit_test(short_back_passes_for_every_client),
        cmocka_unit_test(relaxing_back_treats_both_sides_alike_with_its_three_techniques),
        cmocka_unit_test(every_technique_passes_inside_the_shipped_limits),
        cmocka_unit_test(nothing_taps_or_presses_points_where_it_must_never),
        cmocka_unit_test(every_region_of_the_shipped_body_lies_on_skin_and_off_the_zones),
        cmocka_unit_test(a_light_stroke_reaches_every_region_of_every_client),
        cmocka_unit_test(the_library_passes_on_clients_who_were_touched_where_they_lie),
        cmocka_unit_test(the_library_is_refused_on_clients_who_were_merely_positioned),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
