#include "config/urdf.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "config/placement.h"
#include "config/quantity.h"
#include "config/xml_document.h"

#define TWO_PI 6.28318530717958647693

// What findings say of a tag `robot.joint[elbow].limit`.
#define FIELD_FORMAT "%s[%.60s]%s%s"

typedef enum { TYPE_REVOLUTE, TYPE_CONTINUOUS, TYPE_PRISMATIC, TYPE_FIXED, TYPE_OTHER } type_t;
static const char* const type_words[] = {"revolute", "continuous", "prismatic", "fixed", NULL};

typedef struct {
    const char* name;
    int element;
    int parent_joint; // -1 for a root
    // On the way: which moving joint carries it (-1: none, it stands) and where its frame lies in
    // that joint's link.
    bool on_way;
    int carrier;
    placement_t placement;
} link_t;

typedef struct {
    const char* name;
    int element;
    type_t type;
    int parent, child; // links
    bool on_way;
} joint_t;

/// A URDF file while an arm is read out of it.
typedef struct {
    const xml_document_t* document;
    findings_t* findings;
    int errors_before;
    int link_count, joint_count;
    link_t links[URDF_LINK_CAPACITY];
    joint_t joints[URDF_LINK_CAPACITY];
    int way_count;
    int way[URDF_LINK_CAPACITY]; // joints from base to tip
    int base, tip;               // links
    urdf_arm_t arm;
    rigid_body_t bodies[JOINT_CAPACITY]; // what each moving joint carries, merged
    int body_elements[JOINT_CAPACITY];   // the first inertial of each, -1 for none
    int moved_links[JOINT_CAPACITY];
} robot_t;

static bool good(const robot_t* robot)
{
    return robot->findings->error_count == robot->errors_before;
}

static const xml_element_t* element_of(const robot_t* robot, int element)
{
    return &robot->document->elements[element];
}

/// "joint[elbow].limit"
static const char* field_of(char field[FINDING_FIELD_CAPACITY], const char* kind, const char* name,
                            const char* tail, const char* attribute)
{
    snprintf(field, FINDING_FIELD_CAPACITY, FIELD_FORMAT, kind, name, tail, attribute);
    return field;
}

static void refuse_near(const robot_t* robot, int offset, const char* field, const char* what,
                        const char* given, const char* const* words)
{
    const char* nearest = finding_nearest(given, words);
    xml_refuse(robot->document, offset, field, robot->findings,
               "%s '%.60s' is not known here%s%s%s", what, given,
               nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
               nearest != NULL ? "'?" : "");
}

/// Refuses attributes that are not among `words`.
static void check_attributes(const robot_t* robot, int element, const char* field,
                             const char* const* words)
{
    const xml_element_t* owner = element_of(robot, element);
    for (int i = 0; i < owner->attribute_count; i++) {
        const xml_attribute_t* attribute = &robot->document->attributes[owner->first_attribute + i];
        int word = 0;
        while (words[word] != NULL && strcmp(words[word], attribute->name) != 0)
            word++;
        if (words[word] == NULL && strncmp(attribute->name, "xmlns", 5) != 0)
            refuse_near(robot, attribute->offset, field, "the attribute", attribute->name, words);
    }
}

/// Refuses children that are not among `words`, and such as stand twice where `once` says so.
static void check_children(const robot_t* robot, int element, const char* field,
                           const char* const* words, const char* const* once)
{
    for (int child = element_of(robot, element)->first_child; child >= 0;
         child = element_of(robot, child)->next) {
        const char* name = element_of(robot, child)->name;
        int word = 0;
        while (words[word] != NULL && strcmp(words[word], name) != 0)
            word++;
        if (words[word] == NULL)
            refuse_near(robot, element_of(robot, child)->offset, field, "the element", name, words);
        for (int i = 0; once[i] != NULL; i++)
            if (strcmp(once[i], name) == 0 &&
                xml_child(robot->document, element, name, -1) != child)
                xml_refuse(robot->document, element_of(robot, child)->offset, field,
                           robot->findings, "<%s> stands there twice", name);
    }
}

static const char* attribute_text(const robot_t* robot, int element, const char* name,
                                  const char* field)
{
    const xml_attribute_t* attribute = xml_attribute(robot->document, element, name);
    if (attribute != NULL && attribute->value[0] != '\0')
        return attribute->value;
    xml_refuse(robot->document,
               attribute != NULL ? attribute->offset : element_of(robot, element)->offset, field,
               robot->findings, "<%s> has no %s", element_of(robot, element)->name, name);
    return NULL;
}

// ------------------------------------------------------------------------------------- numbers

#define XML_BLANKS " \t\r\n"

/// Reads exactly `count` numbers with blanks between them; a finding if the attribute does not hold
/// them.
static bool read_numbers(const robot_t* robot, const xml_attribute_t* attribute, const char* field,
                         int count, double* numbers)
{
    const char* at = attribute->value;
    int found = 0;
    for (;;) {
        at += strspn(at, XML_BLANKS);
        const size_t length = strcspn(at, XML_BLANKS);
        if (length == 0)
            break;
        double number;
        if (!quantity_parse_decimal(at, length, &number)) {
            xml_refuse(robot->document, attribute->offset, field, robot->findings,
                       "'%.*s' is not a finite decimal number%s", length < 60 ? (int)length : 60,
                       at, strpbrk(at, "$") != NULL ? "; expand xacro first" : "");
            return false;
        }
        if (found < count)
            numbers[found] = number;
        found++;
        at += length;
    }
    if (found != count)
        xml_refuse(robot->document, attribute->offset, field, robot->findings,
                   "%d number%s; expected: %d", found, found == 1 ? "" : "s", count);
    return found == count;
}

/// The number of an attribute that has to be there.
static bool read_number(const robot_t* robot, int element, const char* name, const char* field,
                        double* number)
{
    const xml_attribute_t* attribute = xml_attribute(robot->document, element, name);
    if (attribute == NULL) {
        xml_refuse(robot->document, element_of(robot, element)->offset, field, robot->findings,
                   "<%s> has no %s", element_of(robot, element)->name, name);
        return false;
    }
    return read_numbers(robot, attribute, field, 1, number);
}

/// <origin xyz rpy> below `element`, zeros where it says nothing.
static void read_origin(const robot_t* robot, int element, const char* field, double xyz_m[3],
                        double rpy_rad[3])
{
    static const char* const words[] = {"xyz", "rpy", NULL};
    memset(xyz_m, 0, 3 * sizeof xyz_m[0]);
    memset(rpy_rad, 0, 3 * sizeof rpy_rad[0]);
    const int origin = xml_child(robot->document, element, "origin", -1);
    if (origin < 0)
        return;
    check_attributes(robot, origin, field, words);
    const xml_attribute_t* xyz = xml_attribute(robot->document, origin, "xyz");
    const xml_attribute_t* rpy = xml_attribute(robot->document, origin, "rpy");
    if (xyz != NULL)
        (void)read_numbers(robot, xyz, field, 3, xyz_m);
    if (rpy != NULL)
        (void)read_numbers(robot, rpy, field, 3, rpy_rad);
}

// ------------------------------------------------------------------------- links and joints

static int link_named(const robot_t* robot, const char* name)
{
    for (int i = 0; i < robot->link_count; i++)
        if (strcmp(robot->links[i].name, name) == 0)
            return i;
    return -1;
}

static void add_link(robot_t* robot, int element)
{
    const char* name = attribute_text(robot, element, "name", "link");
    const int offset = element_of(robot, element)->offset;
    if (name == NULL)
        return;
    if (link_named(robot, name) >= 0)
        xml_refuse(robot->document, offset, "link", robot->findings, "a second link '%.60s'", name);
    else if (robot->link_count >= URDF_LINK_CAPACITY)
        xml_refuse(robot->document, offset, "link", robot->findings, "more than %d links",
                   URDF_LINK_CAPACITY);
    else
        robot->links[robot->link_count++] =
            (link_t){.name = name, .element = element, .parent_joint = -1, .carrier = -1};
}

/// The link that <parent> or <child> of a joint names, or -1 with a finding.
static int end_of_joint(const robot_t* robot, const joint_t* joint, const char* end)
{
    static const char* const words[] = {"link", NULL};
    char field[FINDING_FIELD_CAPACITY];
    field_of(field, "joint", joint->name, ".", end);
    const int element = xml_child(robot->document, joint->element, end, -1);
    if (element < 0) {
        xml_refuse(robot->document, element_of(robot, joint->element)->offset, field,
                   robot->findings, "<joint> has no <%s>", end);
        return -1;
    }
    check_attributes(robot, element, field, words);
    const char* name = attribute_text(robot, element, "link", field);
    const int link = name != NULL ? link_named(robot, name) : -1;
    if (name != NULL && link < 0)
        xml_refuse(robot->document, element_of(robot, element)->offset, field, robot->findings,
                   "there is no link '%.60s'", name);
    return link;
}

static type_t type_of(const char* word)
{
    for (int i = 0; type_words[i] != NULL; i++)
        if (strcmp(type_words[i], word) == 0)
            return (type_t)i;
    return TYPE_OTHER;
}

static void add_joint(robot_t* robot, int element)
{
    const int offset = element_of(robot, element)->offset;
    joint_t joint = {.element = element};
    joint.name = attribute_text(robot, element, "name", "joint");
    const char* type = attribute_text(robot, element, "type", "joint");
    if (joint.name == NULL || type == NULL)
        return;
    joint.type = type_of(type);
    joint.parent = end_of_joint(robot, &joint, "parent");
    joint.child = end_of_joint(robot, &joint, "child");
    if (joint.parent < 0 || joint.child < 0)
        return;
    for (int i = 0; i < robot->joint_count; i++)
        if (strcmp(robot->joints[i].name, joint.name) == 0)
            xml_refuse(robot->document, offset, "joint", robot->findings, "a second joint '%.60s'",
                       joint.name);
    link_t* child = &robot->links[joint.child];
    if (child->parent_joint >= 0) {
        xml_refuse(robot->document, offset, "joint", robot->findings,
                   "several paths: link '%.60s' hangs from joint '%.60s' and from '%.60s'",
                   child->name, robot->joints[child->parent_joint].name, joint.name);
    } else if (robot->joint_count >= URDF_LINK_CAPACITY) {
        xml_refuse(robot->document, offset, "joint", robot->findings, "more than %d joints",
                   URDF_LINK_CAPACITY);
    } else {
        child->parent_joint = robot->joint_count;
        robot->joints[robot->joint_count++] = joint;
    }
}

/// What looks like a link or joint but for its spelling would change the arm if it were left out.
static void check_robot_child(const robot_t* robot, int element)
{
    static const char* const words[] = {"link", "joint", NULL};
    const char* name = element_of(robot, element)->name;
    if (finding_nearest(name, words) != NULL)
        refuse_near(robot, element_of(robot, element)->offset, "robot", "the element", name, words);
}

/// Fills links and joints; false with findings where the file is no tree of links.
static bool read_tree(robot_t* robot)
{
    const xml_document_t* document = robot->document;
    for (int i = 0; i < document->element_count; i++)
        if (strncmp(document->elements[i].name, "xacro:", 6) == 0) {
            xml_refuse(document, document->elements[i].offset, "", robot->findings,
                       "<%.60s> is a macro, and macros are not expanded here; run 'xacro FILE' "
                       "first",
                       document->elements[i].name);
            return false;
        }
    if (strcmp(document->elements[0].name, "robot") != 0) {
        xml_refuse(document, document->elements[0].offset, "", robot->findings,
                   "the root element is <%.60s>; a URDF file has <robot>",
                   document->elements[0].name);
        return false;
    }
    for (int child = document->elements[0].first_child; child >= 0;
         child = document->elements[child].next)
        if (strcmp(document->elements[child].name, "link") == 0)
            add_link(robot, child);
    for (int child = document->elements[0].first_child; child >= 0;
         child = document->elements[child].next) {
        if (strcmp(document->elements[child].name, "joint") == 0)
            add_joint(robot, child);
        else if (strcmp(document->elements[child].name, "link") != 0)
            check_robot_child(robot, child);
    }
    // Every walk towards the root ends, or there is a loop in it.
    for (int i = 0; i < robot->link_count; i++) {
        int link = i, steps = 0;
        for (; robot->links[link].parent_joint >= 0 && steps <= robot->link_count; steps++)
            link = robot->joints[robot->links[link].parent_joint].parent;
        if (steps > robot->link_count) {
            xml_refuse(document, element_of(robot, robot->links[i].element)->offset, "link",
                       robot->findings, "link '%.60s' hangs from itself, by way of other joints",
                       robot->links[i].name);
            return false;
        }
    }
    return good(robot);
}

// --------------------------------------------------------------------------------- the way

/// The link that an option names, or -1 with a finding.
static int wanted_link(const robot_t* robot, const char* option, const char* name)
{
    const int link = link_named(robot, name);
    if (link >= 0)
        return link;
    const char* words[URDF_LINK_CAPACITY + 1] = {0};
    for (int i = 0; i < robot->link_count; i++)
        words[i] = robot->links[i].name;
    const char* nearest = finding_nearest(name, words);
    xml_refuse(robot->document, element_of(robot, 0)->offset, option, robot->findings,
               "there is no link '%.60s'%s%.60s%s", name, nearest != NULL ? "; did you mean '" : "",
               nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
    return -1;
}

/// Finds the joints from base to tip.
static bool find_way(robot_t* robot, const char* tip, const char* base)
{
    robot->tip = wanted_link(robot, "--tip", tip);
    robot->base = base != NULL ? wanted_link(robot, "--base", base) : -1;
    if (!good(robot))
        return false;
    int link = robot->tip, count = 0;
    while (link != robot->base && robot->links[link].parent_joint >= 0) {
        const int joint = robot->links[link].parent_joint;
        robot->way[count++] = joint;
        robot->joints[joint].on_way = true;
        link = robot->joints[joint].parent;
    }
    if (robot->base >= 0 && link != robot->base) {
        xml_refuse(robot->document, element_of(robot, robot->links[robot->base].element)->offset,
                   "--base", robot->findings, "link '%.60s' does not carry the tip '%.60s'", base,
                   tip);
        return false;
    }
    robot->base = link;
    robot->way_count = count;
    for (int i = 0; i < count / 2; i++) {
        const int swapped = robot->way[i];
        robot->way[i] = robot->way[count - 1 - i];
        robot->way[count - 1 - i] = swapped;
    }
    return true;
}

static const char* const joint_words[] = {"origin",   "parent", "child",
                                          "axis",     "limit",  "calibration",
                                          "dynamics", "mimic",  "safety_controller",
                                          NULL};
static const char* const joint_once[] = {"origin", "parent", "child", "axis", "limit", NULL};

/// Refuses what a joint on the way may not have.
static void check_joint(const robot_t* robot, const joint_t* joint)
{
    static const char* const words[] = {"name", "type", NULL};
    char field[FINDING_FIELD_CAPACITY];
    field_of(field, "joint", joint->name, "", "");
    check_attributes(robot, joint->element, field, words);
    check_children(robot, joint->element, field, joint_words, joint_once);
    const int mimic = xml_child(robot->document, joint->element, "mimic", -1);
    if (mimic >= 0)
        xml_refuse(robot->document, element_of(robot, mimic)->offset,
                   field_of(field, "joint", joint->name, ".mimic", ""), robot->findings,
                   "a joint that follows another one (mimic) is not supported");
    if (joint->type == TYPE_OTHER) {
        const xml_attribute_t* type = xml_attribute(robot->document, joint->element, "type");
        const char* nearest = finding_nearest(type->value, type_words);
        xml_refuse(robot->document, type->offset,
                   field_of(field, "joint", joint->name, ".type", ""), robot->findings,
                   "'%.60s' is not supported; allowed: revolute, continuous, prismatic or fixed"
                   "%s%s%s",
                   type->value, nearest != NULL ? "; did you mean '" : "",
                   nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
    }
}

static void read_axis(const robot_t* robot, const joint_t* joint, double axis[3])
{
    static const char* const words[] = {"xyz", NULL};
    char field[FINDING_FIELD_CAPACITY];
    field_of(field, "joint", joint->name, ".axis", "");
    axis[0] = 1.0; // where none is given (wiki.ros.org/urdf/XML/joint)
    axis[1] = axis[2] = 0.0;
    const int element = xml_child(robot->document, joint->element, "axis", -1);
    if (element < 0)
        return;
    check_attributes(robot, element, field, words);
    const xml_attribute_t* xyz = xml_attribute(robot->document, element, "xyz");
    if (xyz == NULL) {
        xml_refuse(robot->document, element_of(robot, element)->offset, field, robot->findings,
                   "<axis> has no xyz");
        return;
    }
    if (!read_numbers(robot, xyz, field, 3, axis))
        return;
    const double largest = fmax(fabs(axis[0]), fmax(fabs(axis[1]), fabs(axis[2])));
    if (!(largest > 1e-9 && largest < 1e9)) {
        xml_refuse(robot->document, xyz->offset, field, robot->findings,
                   "this vector has no direction");
        return;
    }
    const double length = sqrt(axis[0] * axis[0] + axis[1] * axis[1] + axis[2] * axis[2]);
    for (int i = 0; i < 3; i++)
        axis[i] /= length;
}

/// A limit of speed or effort: it has to be there and above zero.
static void read_positive(const robot_t* robot, int limit, const char* name, const char* field,
                          double* number)
{
    *number = 0.0;
    if (read_number(robot, limit, name, field, number) && !(*number > 0.0))
        xml_refuse(robot->document, xml_attribute(robot->document, limit, name)->offset, field,
                   robot->findings, "%s is %.6g; it has to be above 0", name, *number);
}

static void read_limit(const robot_t* robot, const joint_t* joint, joint_settings_t* settings)
{
    static const char* const words[] = {"lower", "upper", "effort", "velocity", NULL};
    char field[FINDING_FIELD_CAPACITY];
    field_of(field, "joint", joint->name, ".limit", "");
    const int limit = xml_child(robot->document, joint->element, "limit", -1);
    if (joint->type == TYPE_CONTINUOUS) {
        settings->position_min = -TWO_PI;
        settings->position_max = TWO_PI;
    }
    if (limit < 0 && joint->type == TYPE_CONTINUOUS)
        return; // only the others need one (wiki.ros.org/urdf/XML/joint)
    if (limit < 0) {
        xml_refuse(robot->document, element_of(robot, joint->element)->offset, field,
                   robot->findings, "<joint> has no <limit>");
        return;
    }
    check_attributes(robot, limit, field, words);
    read_positive(robot, limit, "effort", field, &settings->effort_max);
    read_positive(robot, limit, "velocity", field, &settings->velocity_max);
    if (joint->type == TYPE_CONTINUOUS)
        return;
    // Either may be left out and is then 0 (wiki.ros.org/urdf/XML/joint).
    const xml_attribute_t* lower = xml_attribute(robot->document, limit, "lower");
    const xml_attribute_t* upper = xml_attribute(robot->document, limit, "upper");
    if ((lower == NULL || read_numbers(robot, lower, field, 1, &settings->position_min)) &&
        (upper == NULL || read_numbers(robot, upper, field, 1, &settings->position_max)) &&
        !(settings->position_min < settings->position_max))
        xml_refuse(robot->document, element_of(robot, limit)->offset, field, robot->findings,
                   "lower %.6g is not below upper %.6g", settings->position_min,
                   settings->position_max);
}

/// Names of joints go into the machine file as they are.
static void check_name(const robot_t* robot, const joint_t* joint)
{
    const size_t length = strlen(joint->name);
    const size_t plain = strspn(joint->name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                             "0123456789_-.");
    if (plain != length || length >= NAME_CAPACITY)
        xml_refuse(robot->document, xml_attribute(robot->document, joint->element, "name")->offset,
                   "joint", robot->findings,
                   "'%.60s' can't be a joint's name; allowed: at most %d letters, digits, '_', '-' "
                   "and '.'",
                   joint->name, NAME_CAPACITY - 1);
}

/// Where a joint's frame lies in its parent link's.
static placement_t joint_placement(const robot_t* robot, const joint_t* joint, double xyz_m[3],
                                   double rpy_rad[3])
{
    char field[FINDING_FIELD_CAPACITY];
    read_origin(robot, joint->element, field_of(field, "joint", joint->name, ".origin", ""), xyz_m,
                rpy_rad);
    return placement_from_rpy(xyz_m, rpy_rad);
}

/// The rpy as written where that is what a machine file may hold, so that nothing is rounded
/// without need; else worked out from the matrix.
static void keep_placement(const placement_t* placement, const double* written_rpy_rad,
                           double xyz_m[3], double rpy_rad[3])
{
    memcpy(xyz_m, placement->translation_m, 3 * sizeof xyz_m[0]);
    bool fits = written_rpy_rad != NULL;
    for (int i = 0; fits && i < 3; i++)
        fits = fabs(written_rpy_rad[i]) <= TWO_PI;
    if (fits)
        memcpy(rpy_rad, written_rpy_rad, 3 * sizeof rpy_rad[0]);
    else
        placement_rpy(placement, rpy_rad);
}

static void add_moving_joint(robot_t* robot, const joint_t* joint, const placement_t* placement,
                             const double* written_rpy_rad)
{
    urdf_arm_t* arm = &robot->arm;
    if (arm->joint_count >= JOINT_CAPACITY) {
        xml_refuse(robot->document, element_of(robot, joint->element)->offset, "joint",
                   robot->findings, "joint '%.60s' is one more than the %d that may move",
                   joint->name, JOINT_CAPACITY);
        return;
    }
    check_name(robot, joint);
    urdf_joint_t* kept = &arm->joints[arm->joint_count];
    snprintf(kept->settings.name, sizeof kept->settings.name, "%s", joint->name);
    snprintf(kept->link, sizeof kept->link, "%s", robot->links[joint->child].name);
    kept->settings.kind = joint->type == TYPE_PRISMATIC ? JOINT_PRISMATIC : JOINT_REVOLUTE;
    kept->continuous = joint->type == TYPE_CONTINUOUS;
    keep_placement(placement, written_rpy_rad, kept->settings.origin_xyz_m,
                   kept->settings.origin_rpy_rad);
    read_axis(robot, joint, kept->settings.axis);
    read_limit(robot, joint, &kept->settings);
    kept->drive_known = xml_child(robot->document, joint->element, "limit", -1) >= 0;
    robot->body_elements[arm->joint_count] = -1;
    robot->moved_links[arm->joint_count] = joint->child;
    arm->joint_count++;
}

/// Walks from base to tip, folding fixed joints; leaves where each link lies.
static bool follow_way(robot_t* robot)
{
    placement_t pending = placement_identity(); // of the present link in the last moving one's
    bool folded = false;
    robot->links[robot->base].on_way = true;
    double xyz_m[3], rpy_rad[3];
    for (int i = 0; i < robot->way_count; i++) {
        const joint_t* joint = &robot->joints[robot->way[i]];
        check_joint(robot, joint);
        const placement_t own = joint_placement(robot, joint, xyz_m, rpy_rad);
        pending = placement_multiply(&pending, &own);
        if (joint->type == TYPE_FIXED || joint->type == TYPE_OTHER) {
            folded = true;
        } else {
            add_moving_joint(robot, joint, &pending, folded ? NULL : rpy_rad);
            pending = placement_identity();
            folded = false;
        }
        link_t* child = &robot->links[joint->child];
        child->on_way = true;
        child->carrier = robot->arm.joint_count - 1;
        child->placement = pending;
    }
    // A single fixed joint to the tip keeps its own figures too.
    const bool single = robot->way_count >= 2 && folded &&
                        robot->joints[robot->way[robot->way_count - 2]].type != TYPE_FIXED;
    keep_placement(&pending, single ? rpy_rad : NULL, robot->arm.flange_xyz_m,
                   robot->arm.flange_rpy_rad);
    if (good(robot) && robot->arm.joint_count == 0)
        xml_refuse(robot->document, element_of(robot, robot->links[robot->tip].element)->offset,
                   "--tip", robot->findings, "no joint between '%.60s' and '%.60s' moves",
                   robot->links[robot->base].name, robot->links[robot->tip].name);
    return good(robot);
}

// ---------------------------------------------------------------------------------- masses

/// The inertial of a link in the link's own frame; a body without mass where it has none.
static rigid_body_t read_body(const robot_t* robot, const link_t* link, int* inertial)
{
    static const char* const link_words[] = {"inertial", "visual", "collision", NULL};
    static const char* const inertial_words[] = {"origin", "mass", "inertia", NULL};
    static const char* const mass_words[] = {"value", NULL};
    static const char* const moments[] = {"ixx", "iyy", "izz", "ixy", "ixz", "iyz", NULL};
    char field[FINDING_FIELD_CAPACITY];
    field_of(field, "link", link->name, "", "");
    check_children(robot, link->element, field, link_words,
                   (const char* const[]){"inertial", NULL});
    *inertial = xml_child(robot->document, link->element, "inertial", -1);
    rigid_body_t body = {0};
    if (*inertial < 0)
        return body;
    field_of(field, "link", link->name, ".inertial", "");
    check_children(robot, *inertial, field, inertial_words, inertial_words);
    double xyz_m[3], rpy_rad[3];
    read_origin(robot, *inertial, field, xyz_m, rpy_rad);
    const int mass = xml_child(robot->document, *inertial, "mass", -1);
    const int inertia = xml_child(robot->document, *inertial, "inertia", -1);
    if (mass < 0 || inertia < 0) {
        xml_refuse(robot->document, element_of(robot, *inertial)->offset, field, robot->findings,
                   "<inertial> has no <%s>", mass < 0 ? "mass" : "inertia");
        return body;
    }
    check_attributes(robot, mass, field, mass_words);
    check_attributes(robot, inertia, field, moments);
    if (read_number(robot, mass, "value", field, &body.mass_kg) && body.mass_kg < 0.0)
        xml_refuse(robot->document, element_of(robot, mass)->offset, field, robot->findings,
                   "the mass is %.6g kg", body.mass_kg);
    for (int i = 0; moments[i] != NULL; i++)
        (void)read_number(robot, inertia, moments[i], field, &body.inertia_kgm2[i]);
    const placement_t placement = placement_from_rpy(xyz_m, rpy_rad);
    return rigid_body_place(&placement, &body);
}

/// Where a link hangs: fills the joint that carries it and its placement there. False if it does
/// not belong to what moves: it hangs from the base, beyond the tip, or from another tree.
static bool find_carrier(robot_t* robot, int link, int* carrier, placement_t* placement)
{
    *placement = placement_identity();
    while (!robot->links[link].on_way) {
        if (robot->links[link].parent_joint < 0)
            return false;
        const joint_t* joint = &robot->joints[robot->links[link].parent_joint];
        double xyz_m[3], rpy_rad[3];
        const placement_t own = joint_placement(robot, joint, xyz_m, rpy_rad);
        *placement = placement_multiply(&own, placement);
        link = joint->parent;
        if (link == robot->tip)
            return false;
    }
    *carrier = robot->links[link].carrier;
    const placement_t whole = placement_multiply(&robot->links[link].placement, placement);
    *placement = whole;
    return *carrier >= 0;
}

/// Refuses joints that move beside the way: what hangs there has a weight that wanders.
static bool hangs_fixed(const robot_t* robot, int link)
{
    while (!robot->links[link].on_way) {
        const joint_t* joint = &robot->joints[robot->links[link].parent_joint];
        if (joint->type != TYPE_FIXED) {
            char field[FINDING_FIELD_CAPACITY];
            xml_refuse(robot->document, element_of(robot, joint->element)->offset,
                       field_of(field, "joint", joint->name, "", ""), robot->findings,
                       "several paths: this joint moves beside the way from '%.60s' to '%.60s'; "
                       "choose a tip before it, or make it fixed",
                       robot->links[robot->base].name, robot->links[robot->tip].name);
            return false;
        }
        link = joint->parent;
    }
    return true;
}

static void merge_link(robot_t* robot, int index)
{
    const link_t* link = &robot->links[index];
    int carrier = -1, inertial = -1;
    placement_t placement;
    if (!find_carrier(robot, index, &carrier, &placement) || !hangs_fixed(robot, index))
        return;
    const rigid_body_t body = read_body(robot, link, &inertial);
    const rigid_body_t placed = rigid_body_place(&placement, &body);
    robot->bodies[carrier] = rigid_body_merge(&robot->bodies[carrier], &placed);
    if (robot->body_elements[carrier] < 0)
        robot->body_elements[carrier] = inertial;
    robot->arm.joints[carrier].merged_count += robot->moved_links[carrier] != index ? 1 : 0;
}

/// Masses and moments that some body can have: those of a machine file.
static bool body_possible(const rigid_body_t* body)
{
    const double* m = body->inertia_kgm2;
    const double half_trace = 0.5 * (m[0] + m[1] + m[2]) * (1.0 + 1e-6);
    const double second[6] = {
        half_trace - m[0], half_trace - m[1], half_trace - m[2], -m[3], -m[4], -m[5]};
    const double* tensors[] = {m, second};
    for (int i = 0; i < 2; i++) {
        const double* t = tensors[i];
        const double minor = t[0] * t[1] - t[3] * t[3];
        const double determinant = t[0] * (t[1] * t[2] - t[5] * t[5]) -
                                   t[3] * (t[3] * t[2] - t[5] * t[4]) +
                                   t[4] * (t[3] * t[5] - t[1] * t[4]);
        if (!(t[0] > 0.0 && minor > 0.0 && determinant > 0.0))
            return false;
    }
    return true;
}

static bool read_masses(robot_t* robot)
{
    for (int i = 0; i < robot->link_count; i++)
        merge_link(robot, i);
    for (int i = 0; good(robot) && i < robot->arm.joint_count; i++) {
        urdf_joint_t* joint = &robot->arm.joints[i];
        const rigid_body_t* body = &robot->bodies[i];
        const link_t* link = &robot->links[robot->moved_links[i]];
        char field[FINDING_FIELD_CAPACITY];
        field_of(field, "link", link->name, ".inertial", "");
        joint->body_known = body->mass_kg > 0.0;
        if (joint->body_known && !body_possible(body))
            xml_refuse(robot->document, element_of(robot, robot->body_elements[i])->offset, field,
                       robot->findings,
                       "no body has such moments: all are above 0, each at most the sum of the "
                       "other two");
        if (!joint->body_known)
            continue;
        joint->settings.mass_kg = body->mass_kg;
        memcpy(joint->settings.centre_of_mass_m, body->centre_m, sizeof body->centre_m);
        memcpy(joint->settings.inertia_kgm2, body->inertia_kgm2, sizeof body->inertia_kgm2);
    }
    return good(robot);
}

bool urdf_read_arm(const char* path, const char* tip, const char* base, urdf_arm_t* arm,
                   findings_t* findings)
{
    const int errors_before = findings->error_count;
    xml_document_t document;
    if (!xml_document_read(path, &document, findings))
        return false;
    robot_t* robot = calloc(1, sizeof *robot);
    if (robot == NULL) {
        finding_add(findings, FINDING_ERROR, path, 0, 0, "", NULL, "out of memory");
        xml_document_free(&document);
        return false;
    }
    robot->document = &document;
    robot->findings = findings;
    robot->errors_before = errors_before;
    const bool ok =
        read_tree(robot) && find_way(robot, tip, base) && follow_way(robot) && read_masses(robot);
    if (ok) {
        const xml_attribute_t* name = xml_attribute(&document, 0, "name");
        snprintf(robot->arm.robot, sizeof robot->arm.robot, "%s", name != NULL ? name->value : "");
        snprintf(robot->arm.base, sizeof robot->arm.base, "%s", robot->links[robot->base].name);
        snprintf(robot->arm.tip, sizeof robot->arm.tip, "%s", robot->links[robot->tip].name);
        *arm = robot->arm;
    }
    free(robot);
    xml_document_free(&document);
    return ok;
}
