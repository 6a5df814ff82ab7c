#include "controller/cli/campaign_stages.h"

#include <stdio.h>
#include <string.h>

static const char* const routines[CAMPAIGN_ROUTINE_COUNT] = {
    "short-back",          "relaxing-back",         "ten-minute-break",
    "deep-tissue-back",    "shoulder-upper-back",   "rehabilitation-low-back",
    "myofascial-low-back", "chronic-low-back-pain", "trigger-points-shoulder-gluteal",
    "lymphatic-legs",      "sports-recovery-legs",  "full-back-of-body",
};
static const char* const clients[CAMPAIGN_CLIENT_COUNT] = {
    "average-man", "average-woman", "small-woman", "tall-man",
    "small-man",   "tall-woman",    "sore-runner", "cleared-by-physician",
};

void campaign_stages_begin(campaign_stages_t* self, const options_t* options)
{
    memset(self, 0, sizeof *self);
    self->options = options;
}

void campaign_stages_end(campaign_stages_t* self)
{
    for (int routine = 0; routine < CAMPAIGN_ROUTINE_COUNT; ++routine) {
        for (int client = 0; client < CAMPAIGN_CLIENT_COUNT; ++client) {
            assembly_destroy(self->assemblies[routine][client]);
        }
    }
}

/// Text at the end of a bounded one, which `*length` tells; false where there is no room.
static bool append(char given[CAMPAIGN_GIVEN_CAPACITY], size_t* length, const char* text,
                   size_t bytes)
{
    if (*length + bytes >= CAMPAIGN_GIVEN_CAPACITY) {
        return false;
    }
    memcpy(given + *length, text, bytes);
    *length += bytes;
    given[*length] = '\0';
    return true;
}

/// A word as a shell takes it back: as it is, or between quotes.
static bool append_word(char given[CAMPAIGN_GIVEN_CAPACITY], size_t* length, const char* word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-_./:=,@%+";
    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        return append(given, length, word, strlen(word));
    }
    bool fits = append(given, length, "'", 1);
    for (const char* at = word; fits && *at != '\0'; ++at) {
        fits = *at == '\'' ? append(given, length, "'\\''", 4) : append(given, length, at, 1);
    }
    return fits && append(given, length, "'", 1);
}

bool campaign_stages_given(const options_t* options, char given[CAMPAIGN_GIVEN_CAPACITY])
{
    static const struct {
        option_id_t id;
        const char* name;
    } files[] = {{OPTION_MACHINE, " --machine "},
                 {OPTION_SAFETY, " --safety "},
                 {OPTION_BODY, " --body "},
                 {OPTION_SCREENING, " --screening "}};
    size_t length = 0;
    bool fits = true;
    given[0] = '\0';
    for (size_t i = 0; i < sizeof files / sizeof files[0]; ++i) {
        const char* file = options->text[files[i].id];
        if (file != NULL) {
            fits = fits && append(given, &length, files[i].name, strlen(files[i].name)) &&
                   append_word(given, &length, file);
        }
    }
    return fits;
}

static bool path_of(const char* folder, const char* name, char path[ASSEMBLY_PATH_CAPACITY])
{
    char within[ASSEMBLY_PATH_CAPACITY];
    const int length = snprintf(within, sizeof within, "%s/%s.yaml", folder, name);
    return length > 0 && (size_t)length < sizeof within &&
           assembly_data_path(within, path, ASSEMBLY_PATH_CAPACITY);
}

static bool load(campaign_stages_t* self, assembly_t* assembly, int routine, int client)
{
    char routine_path[ASSEMBLY_PATH_CAPACITY], client_path[ASSEMBLY_PATH_CAPACITY];
    options_t options = *self->options;
    if (!path_of("routines/library", routines[routine], routine_path) ||
        !path_of("routines/clients", clients[client], client_path)) {
        return false;
    }
    options.text[OPTION_CLIENT] = client_path;
    options.text[OPTION_SCENARIO] = NULL;
    options.whole[OPTION_SEED] = OPTION_SEED_DEFAULT;
    return assembly_load_table(assembly, &options) &&
           assembly_load_routine(assembly, routine_path) && assembly_build_session(assembly) &&
           assembly_build_world(assembly, &options);
}

static void fill(campaign_stages_t* self, int routine, int client)
{
    assembly_t* assembly = self->assemblies[routine][client];
    stage_t* stage = &self->stages[routine][client];
    *stage = (stage_t){.session = &assembly->session,
                       .world = &assembly->world,
                       .routine = routines[routine],
                       .client = clients[client]};
    body_lie_bounds(&assembly->body, assembly->machine.neck_x_m, 0.0, &stage->body_offset_max_m,
                    &stage->body_turn_max_rad);
}

static const stage_t* stage_of(void* context, int routine, int client)
{
    campaign_stages_t* self = context;
    if (routine < 0 || routine >= CAMPAIGN_ROUTINE_COUNT || client < 0 ||
        client >= CAMPAIGN_CLIENT_COUNT) {
        return NULL;
    }
    if (!self->tried[routine][client]) {
        self->tried[routine][client] = true;
        assembly_t* assembly = assembly_create();
        if (assembly != NULL && !load(self, assembly, routine, client)) {
            if (routine == 0 && client == 0) {
                findings_print(&assembly->findings, stderr);
            }
            assembly_destroy(assembly);
            assembly = NULL;
        }
        self->assemblies[routine][client] = assembly;
        if (assembly != NULL) {
            fill(self, routine, client);
        }
    }
    return self->assemblies[routine][client] != NULL ? &self->stages[routine][client] : NULL;
}

stages_t campaign_stages(campaign_stages_t* self)
{
    return (stages_t){.context = self,
                      .routine_count = CAMPAIGN_ROUTINE_COUNT,
                      .client_count = CAMPAIGN_CLIENT_COUNT,
                      .stage_of = stage_of};
}

static void add_file(digest_stream_t* stream, const char* folder, const char* name)
{
    char path[ASSEMBLY_PATH_CAPACITY];
    digest_t digest = {{0}};
    if (path_of(folder, name, path) && digest_file(path, &digest)) {
        digest_add(stream, &digest, sizeof digest);
    }
}

const machine_settings_t* campaign_stages_machine(campaign_stages_t* self,
                                                  char inputs[DIGEST_TEXT_CAPACITY])
{
    if (stage_of(self, 0, 0) == NULL) {
        return NULL;
    }
    const assembly_t* first = self->assemblies[0][0];
    digest_stream_t stream;
    digest_begin(&stream);
    for (int i = 0; i < first->inputs.count; ++i) {
        digest_add(&stream, &first->inputs.at[i].digest, sizeof first->inputs.at[i].digest);
    }
    for (int i = 0; i < CAMPAIGN_ROUTINE_COUNT; ++i) {
        add_file(&stream, "routines/library", routines[i]);
    }
    for (int i = 0; i < CAMPAIGN_CLIENT_COUNT; ++i) {
        add_file(&stream, "routines/clients", clients[i]);
    }
    const digest_t digest = digest_end(&stream);
    digest_text(&digest, inputs);
    return &first->machine;
}
