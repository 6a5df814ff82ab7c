/// Placements against figures worked out by hand, and merged bodies against the kinetic energy of
/// their parts.
#include "tests/support/cmocka_prelude.h"

#include "config/placement.h"

#define PI 3.14159265358979323846

static double draw(uint64_t* stream)
{
    *stream ^= *stream << 13;
    *stream ^= *stream >> 7;
    *stream ^= *stream << 17;
    return (double)(*stream >> 11) * 0x1p-52 - 1.0;
}

static void quarter_turns_carry_axes_into_axes(void** state)
{
    (void)state;
    const double xyz_m[3] = {1.0, 2.0, 3.0}, rpy_rad[3] = {PI / 2.0, 0.0, PI / 2.0};
    const placement_t placement = placement_from_rpy(xyz_m, rpy_rad);
    // Roll first: y to z; then yaw: x to y. So x goes to y, y to z, z to x.
    static const double expected[9] = {0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0};
    for (int i = 0; i < 9; i++)
        assert_near(placement.rotation[i], expected[i], 1e-15);
    const placement_t twice = placement_multiply(&placement, &placement);
    // (1, 2, 3) goes to (3, 1, 2), and the translation is added again.
    assert_near(twice.translation_m[0], 4.0, 1e-14);
    assert_near(twice.translation_m[1], 3.0, 1e-14);
    assert_near(twice.translation_m[2], 5.0, 1e-14);
}

static void angles_come_back_as_the_same_rotation_even_upright(void** state)
{
    (void)state;
    static const double pitches_rad[] = {PI / 2.0,        -PI / 2.0,         PI / 2.0 - 1e-9,
                                         PI / 2.0 + 1e-7, -PI / 2.0 + 1e-12, 0.0};
    uint64_t stream = 7;
    const double nowhere_m[3] = {0.0, 0.0, 0.0};
    for (int i = 0; i < 2000; i++) {
        const double rpy_rad[3] = {PI * draw(&stream),
                                   i % 2 == 0 ? pitches_rad[i / 2 % 6] : 1.5 * draw(&stream),
                                   PI * draw(&stream)};
        const placement_t placement = placement_from_rpy(nowhere_m, rpy_rad);
        double found_rad[3];
        placement_rpy(&placement, found_rad);
        const placement_t again = placement_from_rpy(nowhere_m, found_rad);
        for (int k = 0; k < 9; k++)
            assert_near(again.rotation[k], placement.rotation[k], 2e-15);
    }
}

/// Twice the kinetic energy of a body that turns with `spin` about the frame's origin.
static double energy_of(const rigid_body_t* body, const double spin[3])
{
    const double* m = body->inertia_kgm2;
    const double* c = body->centre_m;
    const double v[3] = {spin[1] * c[2] - spin[2] * c[1], spin[2] * c[0] - spin[0] * c[2],
                         spin[0] * c[1] - spin[1] * c[0]};
    return body->mass_kg * (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]) + m[0] * spin[0] * spin[0] +
           m[1] * spin[1] * spin[1] + m[2] * spin[2] * spin[2] +
           2.0 * (m[3] * spin[0] * spin[1] + m[4] * spin[0] * spin[2] + m[5] * spin[1] * spin[2]);
}

static rigid_body_t draw_body(uint64_t* stream)
{
    rigid_body_t body = {.mass_kg = 1.5 + draw(stream)};
    for (int i = 0; i < 3; i++) {
        body.centre_m[i] = draw(stream);
        body.inertia_kgm2[i] = 2.0 + draw(stream);
        body.inertia_kgm2[3 + i] = 0.3 * draw(stream);
    }
    return body;
}

static void a_merged_body_moves_with_the_energy_of_its_parts(void** state)
{
    (void)state;
    uint64_t stream = 11;
    for (int i = 0; i < 500; i++) {
        const rigid_body_t a = draw_body(&stream), b = draw_body(&stream);
        const rigid_body_t both = rigid_body_merge(&a, &b);
        const double spin[3] = {draw(&stream), draw(&stream), draw(&stream)};
        assert_near(both.mass_kg, a.mass_kg + b.mass_kg, 1e-15);
        assert_near(energy_of(&both, spin), energy_of(&a, spin) + energy_of(&b, spin), 1e-13);
    }
}

static void a_placed_body_moves_with_the_energy_of_its_own_frame(void** state)
{
    (void)state;
    uint64_t stream = 13;
    const double nowhere_m[3] = {0.0, 0.0, 0.0};
    for (int i = 0; i < 500; i++) {
        const double rpy_rad[3] = {draw(&stream), draw(&stream), draw(&stream)};
        const placement_t turned = placement_from_rpy(nowhere_m, rpy_rad);
        const rigid_body_t body = draw_body(&stream);
        const rigid_body_t placed = rigid_body_place(&turned, &body);
        const double spin[3] = {draw(&stream), draw(&stream), draw(&stream)};
        double outer[3] = {0.0, 0.0, 0.0};
        for (int row = 0; row < 3; row++)
            for (int column = 0; column < 3; column++)
                outer[row] += turned.rotation[3 * row + column] * spin[column];
        assert_near(energy_of(&placed, outer), energy_of(&body, spin), 1e-13);
    }
}

static void two_rods_make_the_rod_of_both(void** state)
{
    (void)state;
    // Rods of 1 kg and 1 m along x, end to end: m l^2 / 12 each, 2 * 4 / 12 together.
    const rigid_body_t left = {1.0, {-0.5, 0.0, 0.0}, {0.0, 1.0 / 12.0, 1.0 / 12.0, 0.0, 0.0, 0.0}};
    rigid_body_t right = left;
    right.centre_m[0] = 0.5;
    const rigid_body_t both = rigid_body_merge(&left, &right);
    assert_near(both.centre_m[0], 0.0, 0.0);
    assert_near(both.inertia_kgm2[0], 0.0, 0.0);
    assert_near(both.inertia_kgm2[1], 8.0 / 12.0, 1e-15);
    assert_near(both.inertia_kgm2[2], 8.0 / 12.0, 1e-15);
}

static void nothing_merged_leaves_every_bit(void** state)
{
    (void)state;
    uint64_t stream = 17;
    const rigid_body_t body = draw_body(&stream), nothing = {0};
    const rigid_body_t first = rigid_body_merge(&nothing, &body);
    const rigid_body_t second = rigid_body_merge(&body, &nothing);
    assert_memory_equal(&first, &body, sizeof body);
    assert_memory_equal(&second, &body, sizeof body);
    const placement_t none = placement_identity();
    const rigid_body_t placed = rigid_body_place(&none, &body);
    for (int i = 0; i < 6; i++)
        assert_near(placed.inertia_kgm2[i], body.inertia_kgm2[i], 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quarter_turns_carry_axes_into_axes),
        cmocka_unit_test(angles_come_back_as_the_same_rotation_even_upright),
        cmocka_unit_test(a_merged_body_moves_with_the_energy_of_its_parts),
        cmocka_unit_test(a_placed_body_moves_with_the_energy_of_its_own_frame),
        cmocka_unit_test(two_rods_make_the_rod_of_both),
        cmocka_unit_test(nothing_merged_leaves_every_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
