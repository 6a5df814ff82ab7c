#include "config/urdf_machine.h"

#include <ctype.h>
#include <math.h>

#define DEGREES_PER_RAD 57.29577951308232087680
#define NUMBER_CAPACITY 40

// The reader takes at most 15 digits, and no digit behind the 22nd place (config/fields.h).
#define DIGITS_MAX 15
#define PLACES_MAX 22

/// Below this a length or an angle is rounding.
#define NOTHING 1e-15

static void print_number(double number, FILE* out)
{
    const int leading = fabs(number) > NOTHING ? (int)floor(log10(fabs(number))) : 0;
    const int digits = leading + PLACES_MAX < DIGITS_MAX ? leading + PLACES_MAX : DIGITS_MAX;
    fprintf(out, "%.*g", digits, fabs(number) > NOTHING ? number : 0.0);
}

/// In degrees where that is a round figure, so that a right angle is written exactly.
static void print_angle(double angle_rad, const char* per, FILE* out)
{
    const double angle_deg = angle_rad * DEGREES_PER_RAD;
    const double round_deg = rint(angle_deg * 1e3) * 1e-3;
    if (fabs(angle_deg - round_deg) <= 1e-11) {
        fprintf(out, "%.10g deg%s", round_deg == 0.0 ? 0.0 : round_deg, per);
        return;
    }
    print_number(angle_rad, out);
    fprintf(out, " rad%s", per);
}

static void print_list(const char* key, const double* numbers, int count, const char* unit,
                       FILE* out)
{
    fprintf(out, "%s: [", key);
    for (int i = 0; i < count; i++) {
        fputs(i > 0 ? ", " : "", out);
        print_number(numbers[i], out);
        fputs(unit, out);
    }
    fputs("]\n", out);
}

static void print_angles(const char* key, const double angles_rad[3], FILE* out)
{
    fprintf(out, "%s: [", key);
    for (int i = 0; i < 3; i++) {
        fputs(i > 0 ? ", " : "", out);
        print_angle(angles_rad[i], "", out);
    }
    fputs("]\n", out);
}

/// A text of somebody else's inside a comment: it may not end the line.
static void print_foreign(const char* text, FILE* out)
{
    for (; *text != '\0'; text++)
        fputc(iscntrl((unsigned char)*text) ? '?' : *text, out);
}

static void print_coordinate(const char* key, double coordinate, const joint_settings_t* joint,
                             const char* per, FILE* out)
{
    fprintf(out, "    %s: ", key);
    if (joint->kind == JOINT_REVOLUTE) {
        print_angle(coordinate, per, out);
    } else {
        print_number(coordinate, out);
        fprintf(out, " m%s", per);
    }
    fputc('\n', out);
}

static void write_drive(const urdf_joint_t* joint, FILE* out)
{
    const joint_settings_t* settings = &joint->settings;
    const bool turns = settings->kind == JOINT_REVOLUTE;
    if (joint->drive_known)
        print_coordinate("velocity_max", settings->velocity_max, settings, "/s", out);
    else
        fputs("    velocity_max: # deg/s\n", out);
    fprintf(out, "    acceleration_max: # %s\n    effort_max: ", turns ? "deg/s2" : "m/s2");
    if (joint->drive_known)
        print_number(settings->effort_max, out);
    else
        fputs("#", out);
    fprintf(out, " %s\n", turns ? "Nm" : "N");
}

static void write_body(const urdf_joint_t* joint, FILE* out)
{
    const joint_settings_t* settings = &joint->settings;
    if (!joint->body_known) {
        fputs("    # the URDF gives neither this link nor what is fixed to it a mass\n"
              "    mass: # kg\n"
              "    centre_of_mass: # [m, m, m] in the link's frame\n"
              "    inertia: # [kgm2 xx, yy, zz, xy, xz, yz] about the centre of mass\n",
              out);
        return;
    }
    fputs("    mass: ", out);
    print_number(settings->mass_kg, out);
    fputs(" kg\n    ", out);
    print_list("centre_of_mass", settings->centre_of_mass_m, 3, " m", out);
    fputs("    ", out);
    print_list("inertia", settings->inertia_kgm2, 6, " kgm2", out);
}

static void write_joint(const urdf_joint_t* joint, FILE* out)
{
    const joint_settings_t* settings = &joint->settings;
    const bool turns = settings->kind == JOINT_REVOLUTE;
    fputs("  # moves link ", out);
    print_foreign(joint->link, out);
    if (joint->merged_count > 0)
        fprintf(out, " and %d more fixed to it", joint->merged_count);
    fputs(joint->continuous ? "; continuous in the URDF: two pi either way stand here\n" : "\n",
          out);
    fprintf(out, "  - name: %s\n    kind: %s\n", settings->name, turns ? "revolute" : "prismatic");
    fputs("    drive: # name of the device that moves it\n    ", out);
    print_list("origin_xyz", settings->origin_xyz_m, 3, " m", out);
    fputs("    ", out);
    print_angles("origin_rpy", settings->origin_rpy_rad, out);
    fputs("    ", out);
    print_list("axis", settings->axis, 3, "", out);
    print_coordinate("position_min", settings->position_min, settings, "", out);
    print_coordinate("position_max", settings->position_max, settings, "", out);
    write_drive(joint, out);
    const char* unit = turns ? "deg" : "m";
    fprintf(out, "    parked: # %s, where the arm is left\n", unit);
    fprintf(out, "    preferred: # %s, where spare freedom pulls it\n", unit);
    write_body(joint, out);
    fprintf(out, "    rotor_inertia: # %s, at the joint side of the gear\n", turns ? "kgm2" : "kg");
    fputs("    radius: # m, of the link as a capsule from this joint to the next\n", out);
}

void urdf_write_machine(const urdf_arm_t* arm, const char* machine, const char* source, FILE* out)
{
    fputs("# The arm of robot '", out);
    print_foreign(arm->robot, out);
    fputs("' from link ", out);
    print_foreign(arm->base, out);
    fputs(" to link ", out);
    print_foreign(arm->tip, out);
    fputs(", imported from\n# ", out);
    print_foreign(source, out);
    fprintf(out,
            "\n"
            "# A key without a value is what URDF does not say: 'knead check' names each until it "
            "is filled in.\n"
            "kind: machine\n"
            "version: 1\n"
            "name: %s\n"
            "world: # virtual or real\n"
            "period: # ms\n"
            "table:\n"
            "  length: # m\n"
            "  width: # m\n"
            "  neck_x: # m, where the client's seventh cervical vertebra lies\n"
            "# Where the frame of link ",
            machine);
    print_foreign(arm->base, out);
    fputs(" stands in the table's.\n"
          "base:\n"
          "  xyz: # [m, m, m]\n"
          "  rpy: # [deg, deg, deg]\n"
          "joints:\n",
          out);
    for (int i = 0; i < arm->joint_count; i++)
        write_joint(&arm->joints[i], out);
    fputs("tool:\n  # link ", out);
    print_foreign(arm->tip, out);
    fputs("; its z axis has to point out of the pad\n  ", out);
    print_list("flange_xyz", arm->flange_xyz_m, 3, " m", out);
    fputs("  ", out);
    print_angles("flange_rpy", arm->flange_rpy_rad, out);
    fputs("  mass: # kg, everything that hangs from the force sensor\n"
          "  centre_of_mass: # [m, m, m] in the flange's frame\n"
          "  spring_stiffness: # N/mm\n"
          "  spring_travel: # mm\n"
          "  pads: # - {name: palm_60, diameter: 60 mm, length: 160 mm}\n"
          "devices: # - {name: drive_1, profile: virtual_cia402, host: 127.0.0.1, port: 15020, "
          "unit: 1}\n",
          out);
}
