// What speaks against this routine for this client: a condition the routine is not for, a reason
// against any session, and his own bans, caps and zones.
#include "routines/check/check.h"

#include <string.h>

#define FIELD "contraindications"

static void tell(check_t* check, finding_severity_t severity, client_rule_t rule,
                 const char* condition, const char* message)
{
    finding_add(check->findings, severity, check->routine->path, 0, 0, FIELD, NULL, "%s: %s%s",
                client_rule_text(rule), condition, message);
    check->errors += severity == FINDING_ERROR;
}

/// False, with a finding, where the list does not ask for such a condition: then nobody could ever
/// be kept from the routine for it.
static bool is_asked(check_t* check, const char* condition)
{
    const screening_settings_t* screening = check->inputs->screening;
    const char* words[CONDITION_CAPACITY + 1] = {NULL};
    if (screening == NULL) {
        return true;
    }
    for (int i = 0; i < screening->condition_count; i++) {
        words[i] = screening->conditions[i].name;
        if (strcmp(words[i], condition) == 0) {
            return true;
        }
    }
    const char* nearest = finding_nearest(condition, words);
    char message[2 * NAME_CAPACITY];
    snprintf(message, sizeof message, " is not on the screening list%s%s%s",
             nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
             nearest != NULL ? "'?" : "");
    tell(check, FINDING_ERROR, CLIENT_RULE_UNKNOWN, condition, message);
    return false;
}

static void check_contraindications(check_t* check)
{
    const routine_t* routine = check->routine;
    const client_settings_t* client = check->inputs->client;
    for (int i = 0; i < routine->contraindication_count; i++) {
        const char* condition = routine->contraindications[i];
        if (is_asked(check, condition) && client != NULL && client_may_have(client, condition)) {
            tell(check, FINDING_ERROR, CLIENT_RULE_ROUTINE, condition,
                 ": the routine is not for such clients, cleared or not");
        }
    }
    if (client != NULL && !client->screened && routine->contraindication_count > 0) {
        tell(check, FINDING_WARNING, CLIENT_RULE_ROUTINE, "",
             "the routine is not for everybody, and this client was not asked");
    }
}

void check_client(check_t* check)
{
    const routine_check_inputs_t* inputs = check->inputs;
    const client_effects_t* effects = inputs->effects;
    check_contraindications(check);
    if (effects == NULL) {
        return;
    }
    const bool told =
        inputs->client != NULL && inputs->screening != NULL &&
        !client_refuse(inputs->client, inputs->screening, effects, FINDING_ERROR, check->findings);
    if (effects->blocked && !told) {
        finding_add(check->findings, FINDING_ERROR, check->routine->path, 0, 0, "", NULL,
                    "%s: the client's answers were refused, so that there is no session",
                    client_rule_text(CLIENT_RULE_ANSWER));
    }
    check->errors += effects->blocked;
    check->errors +=
        !client_check_routine(check->routine, check->body, effects, inputs->pad, check->findings);
}
