#include <stdlib.h>
#include <string.h>

#include "config/load.h"

#define PI 3.14159265358979323846

typedef enum { SIDES_MIDDLE, SIDES_BOTH } sides_t;

// A region or zone as written: what lies on both sides is given once.
typedef struct {
    sides_t sides;
    double level[2];
    double across_m[2];
    region_settings_t region;
} region_entry_t;

typedef struct {
    sides_t sides;
    double level[2];
    double across_m[2];
    zone_settings_t zone;
} zone_entry_t;

typedef struct {
    body_settings_t body;
    int region_count;
    region_entry_t regions[REGION_CAPACITY];
    int zone_count;
    zone_entry_t zones[ZONE_CAPACITY];
} body_file_t;

static const char* const sides_words[] = {[SIDES_MIDDLE] = "middle", [SIDES_BOTH] = "both", NULL};
static const char* const across_words[] = {[ACROSS_TRUNK] = "trunk", [ACROSS_LEG] = "leg", NULL};
static const char* const technique_words[TECHNIQUE_COUNT + 1] = {
#define X(id, text, limits, meaning) [id] = text,
    TECHNIQUE_LIST(X)
#undef X
};

// ".right" has to fit behind a name that stands for both sides.
#define SIDED_NAME_CAPACITY (NAME_CAPACITY - 6)
#define LEVEL_MIN (-0.5) // a little above C7
#define LEVEL_MAX 4.6    // a foot below the ankle
#define ACROSS_MAX_M 0.4

// ------------------------------------------------------------------------------------- the fits

static const field_t fit_fields[] = {
    {.key = "base",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = offsetof(body_fit_t, base_m),
     .dimension = DIMENSION_LENGTH,
     .minimum = -2.0,
     .maximum = 2.0,
     .meaning = "Size at no stature and no mass."},
    {.key = "per_stature",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = offsetof(body_fit_t, per_stature),
     .minimum = -2.0,
     .maximum = 2.0,
     .meaning = "Size per stature."},
    {.key = "per_mass",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = offsetof(body_fit_t, per_mass_m_per_kg),
     .dimension = DIMENSION_LENGTH_PER_MASS,
     .minimum = -0.05,
     .maximum = 0.05,
     .meaning = "Size per body mass."},
    {.key = "residual",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = offsetof(body_fit_t, residual_m),
     .dimension = DIMENSION_LENGTH,
     .maximum = 0.2,
     .meaning = "Standard deviation of what the fit leaves."},
    {0},
};
static const record_t fit_record = {
    .name = "fit", .meaning = "A size predicted from stature and mass.", .fields = fit_fields};

static const field_t fits_fields[] = {
#define X(dimension_name)                                                                          \
    {.key = #dimension_name,                                                                       \
     .kind = FIELD_RECORD,                                                                         \
     .required = true,                                                                             \
     .offset = sizeof(body_fit_t) * BODY_##dimension_name,                                         \
     .record = &fit_record,                                                                        \
     .meaning = "A body dimension as ANSUR II defines it."},
    BODY_DIMENSION_LIST(X)
#undef X
        {0},
};
static const record_t fits_record = {
    .name = "fits", .meaning = "Every dimension of one sex.", .fields = fits_fields};

static const field_t sexes_fields[] = {
    {.key = "female",
     .kind = FIELD_RECORD,
     .required = true,
     .offset = sizeof(body_fit_t[BODY_DIMENSION_COUNT]) * SEX_FEMALE,
     .record = &fits_record,
     .meaning = "Fits for women."},
    {.key = "male",
     .kind = FIELD_RECORD,
     .required = true,
     .offset = sizeof(body_fit_t[BODY_DIMENSION_COUNT]) * SEX_MALE,
     .record = &fits_record,
     .meaning = "Fits for men."},
    {0},
};
static const record_t sexes_record = {
    .name = "sexes", .meaning = "Fits by sex.", .fields = sexes_fields};

// ---------------------------------------------------------------------------- regions and zones

#define TISSUE(member) offsetof(region_settings_t, tissue.member)
static const field_t tissue_fields[] = {
    {.key = "stiffness",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = TISSUE(stiffness_N_per_m1_5),
     .dimension = DIMENSION_CONTACT_STIFFNESS,
     .minimum = 1e3,
     .maximum = 1e6,
     .meaning = "k of F = k d^1.5 under a pad of 40 mm."},
    {.key = "damping",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = TISSUE(damping_s_per_m),
     .dimension = DIMENSION_CONTACT_DAMPING,
     .maximum = 20.0,
     .meaning = "lambda of the factor 1 + lambda d'."},
    {.key = "bone_depth",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = TISSUE(bone_depth_m),
     .dimension = DIMENSION_LENGTH,
     .minimum = 0.001,
     .maximum = 0.15,
     .meaning = "Where the floor begins."},
    {.key = "bone_stiffness",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = TISSUE(bone_stiffness_N_per_m),
     .dimension = DIMENSION_STIFFNESS,
     .minimum = 1e3,
     .maximum = 1e6,
     .meaning = "Of the floor."},
    {.key = "relaxation_fraction",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = TISSUE(relaxation_fraction),
     .maximum = 0.9,
     .meaning = "Part of the force that is lost while held."},
    {.key = "relaxation_time",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = TISSUE(relaxation_time_s),
     .dimension = DIMENSION_TIME,
     .minimum = 0.1,
     .maximum = 600.0,
     .meaning = "Time constant of that loss."},
    {.key = "grade",
     .kind = FIELD_CHOICE,
     .required = true,
     .offset = offsetof(region_settings_t, tissue_grade),
     .words = fields_grade_words,
     .meaning = "How sure the figures are."},
    {.key = "source",
     .kind = FIELD_TEXT,
     .required = true,
     .offset = offsetof(region_settings_t, tissue_source),
     .capacity = TEXT_CAPACITY,
     .meaning = "Where the figures come from."},
    {0},
};
static const record_t tissue_record = {
    .name = "tissue", .meaning = "What the simulator presses on.", .fields = tissue_fields};

#define ENTRY(member) offsetof(region_entry_t, member)
static const field_t region_fields[] = {
    {.key = "name",
     .kind = FIELD_NAME,
     .required = true,
     .offset = ENTRY(region.name),
     .capacity = SIDED_NAME_CAPACITY,
     .meaning = "What routines call it; with .left or .right where it lies on both sides."},
    {.key = "sides",
     .kind = FIELD_CHOICE,
     .required = true,
     .offset = ENTRY(sides),
     .words = sides_words,
     .meaning = "Whether it lies on the midline or once on each side."},
    {.key = "frame",
     .kind = FIELD_CHOICE,
     .required = true,
     .offset = ENTRY(region.across_frame),
     .words = across_words,
     .meaning = "What across is measured from: the spine or the leg."},
    {.key = "level",
     .kind = FIELD_VECTOR,
     .required = true,
     .offset = ENTRY(level),
     .minimum = LEVEL_MIN,
     .maximum = LEVEL_MAX,
     .capacity = 2,
     .meaning =
         "Headward and footward end: 0 C7, 1 iliac crests, 2 gluteal fold, 3 knee, 4 ankle."},
    {.key = "across",
     .kind = FIELD_VECTOR,
     .required = true,
     .offset = ENTRY(across_m),
     .dimension = DIMENSION_LENGTH,
     .minimum = -ACROSS_MAX_M,
     .maximum = ACROSS_MAX_M,
     .capacity = 2,
     .meaning = "Medial and lateral edge."},
    {.key = "fibre_angle",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = ENTRY(region.fibre_angle_rad),
     .dimension = DIMENSION_ANGLE,
     .minimum = -PI,
     .maximum = PI,
     .meaning = "Of the muscle, from the headward direction, positive outwards."},
    {.key = "heart_angle",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = ENTRY(region.heart_angle_rad),
     .dimension = DIMENSION_ANGLE,
     .minimum = -PI,
     .maximum = PI,
     .meaning = "The way of blood and lymph, from the headward direction, positive outwards."},
    {.key = "force_factor",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = ENTRY(region.force_factor),
     .minimum = 0.01,
     .maximum = 1.5,
     .meaning = "On a technique's ceiling."},
    {.key = "force_max",
     .kind = FIELD_FIGURE,
     .required = true,
     .offset = ENTRY(region.force_max_N),
     .dimension = DIMENSION_FORCE,
     .minimum = 1.0,
     .maximum = 110.0,
     .meaning = "Hard cap on the force."},
    {.key = "pressure_max",
     .kind = FIELD_FIGURE,
     .required = true,
     .offset = ENTRY(region.pressure_max_Pa),
     .dimension = DIMENSION_PRESSURE,
     .minimum = 1e3,
     .maximum = 250e3,
     .meaning = "Hard cap on the mean pressure under the pad."},
    {.key = "tissue",
     .kind = FIELD_RECORD,
     .required = true,
     .offset = ENTRY(region),
     .record = &tissue_record,
     .meaning = "What the simulator presses on."},
    {.key = "techniques",
     .kind = FIELD_WORD_SET,
     .required = true,
     .offset = ENTRY(region.techniques),
     .words = technique_words,
     .least = 1,
     .meaning = "What may be done here."},
    {0},
};
static const record_t region_record = {
    .name = "region", .meaning = "A patch of skin.", .fields = region_fields};

#define ZONE(member) offsetof(zone_entry_t, member)
static const field_t zone_fields[] = {
    {.key = "name",
     .kind = FIELD_NAME,
     .required = true,
     .offset = ZONE(zone.name),
     .capacity = SIDED_NAME_CAPACITY,
     .meaning = "What findings call it."},
    {.key = "sides",
     .kind = FIELD_CHOICE,
     .required = true,
     .offset = ZONE(sides),
     .words = sides_words,
     .meaning = "Whether it lies on the midline or once on each side."},
    {.key = "frame",
     .kind = FIELD_CHOICE,
     .required = true,
     .offset = ZONE(zone.across_frame),
     .words = across_words,
     .meaning = "What across is measured from: the spine or the leg."},
    {.key = "level",
     .kind = FIELD_VECTOR,
     .required = true,
     .offset = ZONE(level),
     .minimum = LEVEL_MIN,
     .maximum = LEVEL_MAX,
     .capacity = 2,
     .meaning =
         "Headward and footward end: 0 C7, 1 iliac crests, 2 gluteal fold, 3 knee, 4 ankle."},
    {.key = "across",
     .kind = FIELD_VECTOR,
     .required = true,
     .offset = ZONE(across_m),
     .dimension = DIMENSION_LENGTH,
     .minimum = -ACROSS_MAX_M,
     .maximum = ACROSS_MAX_M,
     .capacity = 2,
     .meaning = "Medial and lateral edge."},
    {.key = "margin",
     .kind = FIELD_FIGURE,
     .required = true,
     .offset = ZONE(zone.margin_m),
     .dimension = DIMENSION_LENGTH,
     .maximum = 0.1,
     .meaning = "How far the middle of a pad has to stay away."},
    {0},
};
static const record_t zone_record = {
    .name = "zone", .meaning = "Skin that is never touched.", .fields = zone_fields};

// ---------------------------------------------------------------------------------- the whole

// Ranges and what is known of the lie are flat in body_settings_t.
#define BODY(member) offsetof(body_settings_t, member)
static const field_t stature_fields[] = {
    {.key = "minimum",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = BODY(stature_min_m),
     .dimension = DIMENSION_LENGTH,
     .minimum = 1.0,
     .maximum = 2.5,
     .meaning = "Shortest."},
    {.key = "maximum",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = BODY(stature_max_m),
     .dimension = DIMENSION_LENGTH,
     .minimum = 1.0,
     .maximum = 2.5,
     .meaning = "Tallest."},
    {0},
};
static const record_t stature_record = {
    .name = "stature", .meaning = "Statures the fits hold for.", .fields = stature_fields};

static const field_t mass_fields[] = {
    {.key = "minimum",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = BODY(mass_min_kg),
     .dimension = DIMENSION_MASS,
     .minimum = 20.0,
     .maximum = 300.0,
     .meaning = "Lightest."},
    {.key = "maximum",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = BODY(mass_max_kg),
     .dimension = DIMENSION_MASS,
     .minimum = 20.0,
     .maximum = 300.0,
     .meaning = "Heaviest."},
    {0},
};
static const record_t mass_record = {
    .name = "mass", .meaning = "Body masses the fits hold for.", .fields = mass_fields};

static const field_t registration_fields[] = {
    {.key = "place",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = BODY(registration_error_m),
     .dimension = DIMENSION_LENGTH,
     .maximum = 0.1,
     .meaning = "Along and across."},
    {.key = "turn",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = BODY(registration_error_rad),
     .dimension = DIMENSION_ANGLE,
     .maximum = 0.5,
     .meaning = "About the vertical."},
    {0},
};
static const record_t registration_record = {
    .name = "registration_error",
    .meaning =
        "How far a client may lie off the model whom the operator has seen lie right: at most.",
    .fields = registration_fields};

static const field_t positioned_fields[] = {
    {.key = "place",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = BODY(positioned_error_m),
     .dimension = DIMENSION_LENGTH,
     .minimum = 0.001,
     .maximum = 0.1,
     .meaning = "Along and across."},
    {.key = "turn",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = BODY(positioned_error_rad),
     .dimension = DIMENSION_ANGLE,
     .minimum = 0.001,
     .maximum = 0.5,
     .meaning = "About the vertical."},
    {0},
};
static const record_t positioned_record = {
    .name = "positioned_error",
    .meaning = "How people lie who were laid down by sight: two standard deviations.",
    .fields = positioned_fields};

static const field_t floor_fields[] = {
    {.key = "place",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = BODY(registration_floor_m),
     .dimension = DIMENSION_LENGTH,
     .minimum = 0.001,
     .maximum = 0.1,
     .meaning = "Along and across."},
    {.key = "turn",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = BODY(registration_floor_rad),
     .dimension = DIMENSION_ANGLE,
     .minimum = 0.001,
     .maximum = 0.5,
     .meaning = "About the vertical."},
    {0},
};
static const record_t floor_record = {
    .name = "registration_floor",
    .meaning = "What touched landmarks leave open however many there are.",
    .fields = floor_fields};

#define FILE_BODY(member) (offsetof(body_file_t, body) + BODY(member))
static const field_t body_fields[] = {
    {.key = "name",
     .kind = FIELD_NAME,
     .required = true,
     .offset = FILE_BODY(name),
     .capacity = NAME_CAPACITY,
     .meaning = "The model's name."},
    {.key = "source",
     .kind = FIELD_TEXT,
     .required = true,
     .offset = FILE_BODY(source),
     .capacity = TEXT_CAPACITY,
     .meaning = "Where the fits come from."},
    {.key = "stature",
     .kind = FIELD_RECORD,
     .required = true,
     .offset = offsetof(body_file_t, body),
     .record = &stature_record,
     .meaning = "Statures the fits hold for."},
    {.key = "mass",
     .kind = FIELD_RECORD,
     .required = true,
     .offset = offsetof(body_file_t, body),
     .record = &mass_record,
     .meaning = "Body masses the fits hold for."},
    {.key = "fits",
     .kind = FIELD_RECORD,
     .required = true,
     .offset = FILE_BODY(fits),
     .record = &sexes_record,
     .meaning = "Body dimensions by sex."},
    {.key = "prone_depth_factor",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = FILE_BODY(prone_depth_factor),
     .minimum = 0.5,
     .maximum = 1.1,
     .meaning = "Chest depth lying over standing."},
    {.key = "lumbar_hollow",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = FILE_BODY(lumbar_hollow_m),
     .dimension = DIMENSION_LENGTH,
     .maximum = 0.06,
     .meaning = "Depth of the hollow of the back."},
    {.key = "paraspinal_offset",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = FILE_BODY(paraspinal_offset_m),
     .dimension = DIMENSION_LENGTH,
     .minimum = 0.01,
     .maximum = 0.08,
     .meaning = "Of the two ridges beside the spine."},
    {.key = "paraspinal_height",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = FILE_BODY(paraspinal_height_m),
     .dimension = DIMENSION_LENGTH,
     .maximum = 0.03,
     .meaning = "Height of those ridges."},
    {.key = "registration_error",
     .kind = FIELD_RECORD,
     .required = true,
     .offset = offsetof(body_file_t, body),
     .record = &registration_record,
     .meaning =
         "How far a client may lie off the model whom the operator has seen lie right: at most."},
    {.key = "positioned_error",
     .kind = FIELD_RECORD,
     .required = true,
     .offset = offsetof(body_file_t, body),
     .record = &positioned_record,
     .meaning = "How people lie who were laid down by sight: two standard deviations."},
    {.key = "registration_floor",
     .kind = FIELD_RECORD,
     .required = true,
     .offset = offsetof(body_file_t, body),
     .record = &floor_record,
     .meaning = "What touched landmarks leave open however many there are."},
    {.key = "scan_error",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = FILE_BODY(scan_error_m),
     .dimension = DIMENSION_LENGTH,
     .minimum = 0.001,
     .maximum = 0.05,
     .meaning = "How far a scanned height may be off: at most."},
    {.key = "regions",
     .kind = FIELD_LIST,
     .required = true,
     .offset = offsetof(body_file_t, regions),
     .count_offset = offsetof(body_file_t, region_count),
     .element_size = sizeof(region_entry_t),
     .least = 1,
     .capacity = REGION_CAPACITY,
     .record = &region_record,
     .meaning = "Where they overlap, the first counts."},
    {.key = "zones",
     .kind = FIELD_LIST,
     .required = true,
     .offset = offsetof(body_file_t, zones),
     .count_offset = offsetof(body_file_t, zone_count),
     .element_size = sizeof(zone_entry_t),
     .least = 1,
     .capacity = ZONE_CAPACITY,
     .record = &zone_record,
     .meaning = "What is never touched."},
    {0},
};
const record_t load_body_record = {
    .name = "body", .meaning = "A prone body and what may be done to it.", .fields = body_fields};

// ----------------------------------------------------------------------------- rules across fields

static void check_rectangle(const yaml_document_t* document, const char* list, int index,
                            const double level[2], const double across_m[2], sides_t sides,
                            across_frame_t frame, findings_t* findings)
{
    char path[FINDING_FIELD_CAPACITY];
    snprintf(path, sizeof path, "%s[%d].level", list, index);
    if (!(level[0] < level[1]))
        fields_refuse_path(document, path, findings,
                           "the headward end comes first and is the smaller one");
    snprintf(path, sizeof path, "%s[%d].across", list, index);
    if (!(across_m[0] < across_m[1]))
        fields_refuse_path(document, path, findings,
                           "the medial edge comes first and is the smaller one");
    else if (sides == SIDES_BOTH && frame == ACROSS_TRUNK && !(across_m[0] >= 0.0))
        fields_refuse_path(document, path, findings,
                           "what lies on both sides of the trunk can't cross the midline");
    snprintf(path, sizeof path, "%s[%d].sides", list, index);
    if (sides == SIDES_MIDDLE && frame == ACROSS_LEG)
        fields_refuse_path(document, path, findings, "there is a leg on both sides; write both");
}

/// No two entries of a list share a name. Names start `stride` bytes apart.
static void check_names(const yaml_document_t* document, const char* list, const char* names,
                        size_t stride, int count, findings_t* findings)
{
    for (int i = 1; i < count; i++)
        for (int j = 0; j < i; j++) {
            const char* name = names + (size_t)i * stride;
            char path[FINDING_FIELD_CAPACITY];
            snprintf(path, sizeof path, "%s[%d].name", list, i);
            if (strcmp(name, names + (size_t)j * stride) == 0)
                fields_refuse_path(document, path, findings, "the name '%s' is taken by %s[%d]",
                                   name, list, j);
        }
}

static void check_range(const yaml_document_t* document, const char* field, double minimum,
                        double maximum, findings_t* findings)
{
    if (!(minimum < maximum))
        fields_refuse_path(document, field, findings, "minimum has to be below maximum");
}

/// A fit is linear, so a size that is positive for the extreme clients is so for all.
static void check_fits(const yaml_document_t* document, const body_settings_t* body,
                       findings_t* findings)
{
    static const char* const sex_words[SEX_COUNT] = {[SEX_FEMALE] = "female", [SEX_MALE] = "male"};
    static const char* const dimension_words[BODY_DIMENSION_COUNT] = {
#define X(name) [BODY_##name] = #name,
        BODY_DIMENSION_LIST(X)
#undef X
    };
    for (int sex = 0; sex < SEX_COUNT; sex++)
        for (int dimension = 0; dimension < BODY_DIMENSION_COUNT; dimension++) {
            const body_fit_t* fit = &body->fits[sex][dimension];
            const double stature_m =
                fit->per_stature < 0.0 ? body->stature_max_m : body->stature_min_m;
            const double mass_kg =
                fit->per_mass_m_per_kg < 0.0 ? body->mass_max_kg : body->mass_min_kg;
            const double smallest_m =
                fit->base_m + fit->per_stature * stature_m + fit->per_mass_m_per_kg * mass_kg;
            char path[FINDING_FIELD_CAPACITY];
            snprintf(path, sizeof path, "fits.%s.%s", sex_words[sex], dimension_words[dimension]);
            if (!(smallest_m > 0.0))
                fields_refuse_path(document, path, findings,
                                   "gives %.3g m for somebody of %.3g m and %.3g kg", smallest_m,
                                   stature_m, mass_kg);
        }
}

static void check_across(const yaml_document_t* document, const body_file_t* file,
                         findings_t* findings)
{
    check_range(document, "stature", file->body.stature_min_m, file->body.stature_max_m, findings);
    check_range(document, "mass", file->body.mass_min_kg, file->body.mass_max_kg, findings);
    check_fits(document, &file->body, findings);
    int region_count = 0, zone_count = 0;
    for (int i = 0; i < file->region_count; i++) {
        const region_entry_t* entry = &file->regions[i];
        check_rectangle(document, "regions", i, entry->level, entry->across_m, entry->sides,
                        entry->region.across_frame, findings);
        region_count += entry->sides == SIDES_BOTH ? 2 : 1;
    }
    for (int i = 0; i < file->zone_count; i++) {
        const zone_entry_t* entry = &file->zones[i];
        check_rectangle(document, "zones", i, entry->level, entry->across_m, entry->sides,
                        entry->zone.across_frame, findings);
        zone_count += entry->sides == SIDES_BOTH ? 2 : 1;
    }
    check_names(document, "regions", file->regions[0].region.name, sizeof file->regions[0],
                file->region_count, findings);
    check_names(document, "zones", file->zones[0].zone.name, sizeof file->zones[0],
                file->zone_count, findings);
    if (region_count > REGION_CAPACITY)
        fields_refuse_path(document, "regions", findings,
                           "%d regions, both sides counted; allowed: at most %d", region_count,
                           REGION_CAPACITY);
    if (zone_count > ZONE_CAPACITY)
        fields_refuse_path(document, "zones", findings,
                           "%d zones, both sides counted; allowed: at most %d", zone_count,
                           ZONE_CAPACITY);
}

// ---------------------------------------------------------------------------- both sides of each

static const char* const side_suffixes[] = {
    [SIDE_MIDDLE] = "", [SIDE_LEFT] = ".left", [SIDE_RIGHT] = ".right"};

static void add_region(body_settings_t* body, const region_entry_t* entry, side_t side)
{
    region_settings_t* region = &body->regions[body->region_count++];
    *region = entry->region;
    region->side = side;
    region->level_min = entry->level[0];
    region->level_max = entry->level[1];
    region->across_min_m = entry->across_m[0];
    region->across_max_m = entry->across_m[1];
    strncat(region->name, side_suffixes[side], sizeof region->name - strlen(region->name) - 1);
}

static void add_zone(body_settings_t* body, const zone_entry_t* entry, side_t side)
{
    zone_settings_t* zone = &body->zones[body->zone_count++];
    *zone = entry->zone;
    zone->side = side;
    zone->level_min = entry->level[0];
    zone->level_max = entry->level[1];
    zone->across_min_m = entry->across_m[0];
    zone->across_max_m = entry->across_m[1];
    strncat(zone->name, side_suffixes[side], sizeof zone->name - strlen(zone->name) - 1);
}

static void spread_sides(body_file_t* file)
{
    for (int i = 0; i < file->region_count; i++) {
        if (file->regions[i].sides == SIDES_MIDDLE) {
            add_region(&file->body, &file->regions[i], SIDE_MIDDLE);
        } else {
            add_region(&file->body, &file->regions[i], SIDE_LEFT);
            add_region(&file->body, &file->regions[i], SIDE_RIGHT);
        }
    }
    for (int i = 0; i < file->zone_count; i++) {
        if (file->zones[i].sides == SIDES_MIDDLE) {
            add_zone(&file->body, &file->zones[i], SIDE_MIDDLE);
        } else {
            add_zone(&file->body, &file->zones[i], SIDE_LEFT);
            add_zone(&file->body, &file->zones[i], SIDE_RIGHT);
        }
    }
}

bool load_body(const char* path, body_settings_t* body, findings_t* findings)
{
    const int errors_before = findings->error_count;
    yaml_document_t document;
    if (!yaml_document_read(path, &document, findings))
        return false;
    body_file_t* file = calloc(1, sizeof *file);
    bool ok = file != NULL;
    if (!ok) {
        finding_add(findings, FINDING_ERROR, path, 0, 0, "", NULL, "out of memory");
    } else {
        ok = fields_expect_kind(&document, load_body_record.name, findings);
        if (fields_read(&document, 0, &load_body_record, file, "", findings))
            check_across(&document, file, findings);
        ok = ok && findings->error_count == errors_before;
    }
    if (ok) {
        spread_sides(file);
        *body = file->body;
    }
    free(file);
    yaml_document_free(&document);
    return ok;
}
