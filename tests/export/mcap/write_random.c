/// write_random FILE SEED COUNT: writes an MCAP file of COUNT messages drawn from a seed, and on
/// standard output, a line each, what a reader must find: topic, log time, data.
///
/// The draws reach for the edges: empty messages, messages larger than a chunk, times that go back,
/// texts in any script, channels without messages, chunks that are not compressed (odd seeds).
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "controller/export/mcap_file.h"

#define TOPIC_COUNT 7 // the last never has a message

static uint64_t state;

/// SplitMix64 (Steele, Lea and Flood 2014).
static uint64_t draw(void)
{
    uint64_t z = (state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static size_t draw_size(void)
{
    const uint64_t kind = draw() % 1000;
    return kind == 0 ? MCAP_CHUNK_BYTES + draw() % 100000 : kind < 50 ? draw() % 5000 : draw() % 60;
}

/// A JSON text of about `size` bytes, compressible or not.
static size_t draw_message(char* message, size_t size)
{
    static const char* const words[] = {
        "force", "Kraft", "\xE5\x8A\x9B", "\xD1\x81\xD0\xB8\xD0\xBB", "0.125", "\xF0\x9F\xA6\xBE"};
    size_t used = 0;
    message[used++] = '"';
    while (used < size) {
        const uint64_t kind = draw();
        if (kind % 4 == 0) {
            used += (size_t)sprintf(message + used, "%016" PRIx64, draw());
        } else {
            const char* word = words[kind / 4 % (sizeof words / sizeof words[0])];
            memcpy(message + used, word, strlen(word));
            used += strlen(word);
        }
    }
    message[used++] = '"';
    return used;
}

int main(int count, char** arguments)
{
    FILE* out = count == 4 ? fopen(arguments[1], "wb") : NULL;
    char* message = malloc(4u * MCAP_CHUNK_BYTES);
    if (out == NULL || message == NULL) {
        (void)fprintf(stderr, "write_random FILE SEED COUNT\n");
        return 2;
    }
    const uint64_t seed = strtoull(arguments[2], NULL, 10);
    const int messages = (int)strtol(arguments[3], NULL, 10);
    state = seed;
    mcap_file_t* file = mcap_file_begin(out, "knead tests", seed % 2 == 0);
    uint16_t channels[TOPIC_COUNT];
    char topics[TOPIC_COUNT][32];
    for (int i = 0; i < TOPIC_COUNT; ++i) {
        (void)snprintf(topics[i], sizeof topics[i], "/topic/%d", i);
        const uint16_t schema = mcap_file_schema(file, topics[i], "{\"type\": \"string\"}");
        channels[i] = mcap_file_channel(file, topics[i], schema);
    }
    uint64_t time_ns = draw() % UINT64_C(1000000000000000000);
    for (int i = 0; i < messages; ++i) {
        const int topic = (int)(draw() % (TOPIC_COUNT - 1));
        time_ns = draw() % 20 == 0 ? time_ns - draw() % 1000000000u % (time_ns + 1)
                                   : time_ns + draw() % 1000000000u;
        const size_t size = draw_message(message, draw_size());
        mcap_file_message(file, channels[topic], time_ns, message, size);
        (void)printf("%s %" PRIu64 " ", topics[topic], time_ns);
        (void)fwrite(message, 1, size, stdout);
        (void)putchar('\n');
        if (i == messages / 2) {
            const char* const notes[] = {"seed", arguments[2], "", "empty name"};
            mcap_file_metadata(file, "notes", notes, 2);
        }
    }
    const mcap_result_t result = mcap_file_end(file, NULL);
    free(message);
    return fclose(out) == 0 && result == MCAP_OK ? 0 : 1;
}
