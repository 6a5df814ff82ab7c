// The outline of a body whose outline is known.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>

#include "controller/report/body_outline.h"

/// A square block of 0.2 m on a grid of 10 mm: one closed line, every point on the flank between
/// the last place on the block and the first beside it.
static void the_outline_of_a_block_runs_along_its_flanks(void** state)
{
    (void)state;
    surface_t* surface = calloc(1, sizeof *surface);
    outline_t* outline = calloc(1, sizeof *outline);
    surface->spacing_m = 0.01;
    surface->row_count = surface->column_count = 60;
    for (int row = 20; row <= 40; row++) {
        for (int column = 20; column <= 40; column++) {
            surface->height_m[row][column] = 0.2f;
        }
    }
    outline_trace(surface, outline);
    int lines = 0;
    for (int index = 0; index < outline->count; index++) {
        const outline_point_t* point = &outline->points[index];
        lines += point->begins;
        const double flank = fmax(fabs(point->x_m - 0.3), fabs(point->y_m - 0.3));
        // 30 mm of 200 mm: 85 % of the way down from the block's edge at 0.1 m.
        assert_near(flank, 0.1085, 0.0086);
    }
    assert_int_equal(lines, 1);
    assert_true(outline->count > 60);
    free(surface);
    free(outline);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_outline_of_a_block_runs_along_its_flanks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
