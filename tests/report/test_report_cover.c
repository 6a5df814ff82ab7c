// Under a pad's round face lies what is within its radius, for as long as it is in contact there,
// and the pressure is the force over the whole face; nothing else is covered.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>

#include "controller/report/report_cover.h"
#include "tests/support/record_sample.h"

#define X_M 1.2003 // off the grid's lines
#define Y_M 0.0511

typedef struct {
    sample_session_t* sample;
    report_cover_t* cover;
} fixture_t;

static int setup(void** state)
{
    static fixture_t fixture;
    fixture.sample = sample_session(0.3);
    fixture.cover = malloc(sizeof *fixture.cover);
    assert_non_null(fixture.cover);
    report_cover_begin(fixture.cover, &fixture.sample->session);
    *state = &fixture;
    return 0;
}

static int teardown(void** state)
{
    fixture_t* fixture = *state;
    free(fixture->cover);
    free(fixture->sample);
    return 0;
}

static cycle_record_t record_at(double x_m, double y_m, double force_N)
{
    cycle_record_t record = {.mode = MODE_CONTACT};
    record.tool_x_m = (float)x_m;
    record.tool_y_m = (float)y_m;
    record.normal_force_N = (float)force_N;
    return record;
}

static void exactly_what_lies_under_the_pad_is_covered(void** state)
{
    fixture_t* fixture = *state;
    const report_cover_t* cover = fixture->cover;
    const cycle_record_t record = record_at(X_M, Y_M, 10.0);
    report_cover_observe(fixture->cover, &record);
    report_cover_observe(fixture->cover, &record);
    const surface_t* grid = cover->surface;
    int covered = 0;
    for (int row = 0; row < grid->row_count; row++) {
        for (int column = 0; column < grid->column_count; column++) {
            const double x_m = grid->origin_x_m + row * grid->spacing_m;
            const double y_m = grid->origin_y_m + column * grid->spacing_m;
            const double away_m =
                hypot(x_m - (double)record.tool_x_m, y_m - (double)record.tool_y_m);
            const bool under = away_m <= cover->pad_radius_m;
            const cover_point_t* point = &cover->at[row][column];
            assert_near(point->contact_s, under ? 2.0 * cover->period_s : 0.0, 1e-12);
            assert_near(point->pressure_peak_Pa, under ? 10.0 / cover->pad_area_m2 : 0.0, 1e-6);
            covered += under;
        }
    }
    const double area_m2 = covered * grid->spacing_m * grid->spacing_m;
    assert_near(area_m2, cover->pad_area_m2, 0.1 * cover->pad_area_m2);
}

static void the_highest_pressure_stays_and_a_pull_is_none(void** state)
{
    fixture_t* fixture = *state;
    const double forces_N[] = {4.0, 21.0, 7.0, -3.0};
    for (int index = 0; index < 4; index++) {
        const cycle_record_t record = record_at(X_M, Y_M, forces_N[index]);
        report_cover_observe(fixture->cover, &record);
    }
    assert_near(fixture->cover->pressure_max_Pa, 21.0 / fixture->cover->pad_area_m2, 1e-6);
    assert_near(fixture->cover->contact_max_s, 4.0 * fixture->cover->period_s, 1e-12);
}

static void without_contact_or_place_nothing_is_covered(void** state)
{
    fixture_t* fixture = *state;
    cycle_record_t records[] = {record_at(X_M, Y_M, 5.0), record_at((double)NAN, Y_M, 5.0),
                                record_at(X_M, Y_M, (double)NAN), record_at(-40.0, Y_M, 5.0),
                                record_at(X_M, 1e30, 5.0)};
    records[0].mode = MODE_TRANSIT;
    for (int index = 0; index < 5; index++) {
        report_cover_observe(fixture->cover, &records[index]);
    }
    assert_near(fixture->cover->contact_max_s, 0.0, 0.0);
    assert_near(fixture->cover->pressure_max_Pa, 0.0, 0.0);
}

static void a_region_is_covered_from_none_to_all(void** state)
{
    fixture_t* fixture = *state;
    const body_t* body = &fixture->sample->body;
    assert_near(report_cover_of_region(fixture->cover, body, 0), 0.0, 0.0);
    double before = 0.0;
    for (int along = 0; along <= 20; along++) {
        for (int across = -10; across <= 10; across++) {
            const body_place_t place = body_place_in_region(body, 0, along / 20.0, across / 10.0);
            double x_m, y_m;
            body_table_point(body, place, &x_m, &y_m);
            const cycle_record_t record = record_at(x_m, y_m, 5.0);
            report_cover_observe(fixture->cover, &record);
        }
        const double part = report_cover_of_region(fixture->cover, body, 0);
        assert_true(part >= before && part <= 1.0);
        before = part;
    }
    assert_near(before, 1.0, 0.0);
    assert_true(isnan(report_cover_of_region(fixture->cover, body, REGION_CAPACITY)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        CLAIM(exactly_what_lies_under_the_pad_is_covered),
        CLAIM(the_highest_pressure_stays_and_a_pull_is_none),
        CLAIM(without_contact_or_place_nothing_is_covered),
        CLAIM(a_region_is_covered_from_none_to_all),
#undef CLAIM
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
