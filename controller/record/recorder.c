#include "controller/record/recorder.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RING_MASK ((size_t)RECORDER_RING_CAPACITY - 1)
#define DRAIN_PAUSE_NS 2000000L // between looks into an empty ring

_Static_assert((RECORDER_RING_CAPACITY & (RECORDER_RING_CAPACITY - 1)) == 0, "a power of two");

typedef struct {
    event_kind_t kind;
    int64_t time_us, cycle; // of a note
    uint32_t requests;      // whose reason the text is; 0 for a note
    char text[EVENT_TEXT_CAPACITY];
} note_t;

typedef struct {
    bool is_note;
    cycle_record_t record;
    note_t note;
} entry_t;

struct recorder {
    recorder_sinks_t sinks;
    bool threaded;
    limits_damage_t damage; // the producer's
    pthread_t thread;
    atomic_bool ending;
    // Of whoever keeps: the drain, or the producer where there is none.
    int64_t kept_us;
    int64_t next_cycle; // that follows the last one kept
    int64_t gaps_told;
    bool refusal_told;
    // Written by the producer alone and the drain alone; each reads the other's. A line of its own
    // for each, so that the two threads do not pull one line to and fro.
    _Alignas(64) atomic_size_t head; // entries put in
    _Alignas(64) atomic_size_t tail; // entries taken out
    _Alignas(64) atomic_llong dropped;
    entry_t ring[];
};

static void note_now(const recorder_t* recorder, const char* text)
{
    if (recorder->sinks.events) {
        events_note(recorder->sinks.events, recorder->kept_us, recorder->next_cycle - 1, EVENT_NOTE,
                    text);
    }
}

/// Tells once that the disk has refused: the events may well still find room.
static void tell_refusal(recorder_t* recorder)
{
    int error = 0;
    if (!recorder->refusal_told && cycle_file_failed(recorder->sinks.cycles, &error)) {
        char text[EVENT_TEXT_CAPACITY];
        (void)snprintf(text, sizeof text, "cycles are not recorded any more: %s", strerror(error));
        note_now(recorder, text);
        recorder->refusal_told = true;
    }
}

static void keep_record(recorder_t* recorder, const cycle_record_t* record)
{
    const recorder_sinks_t* sinks = &recorder->sinks;
    recorder->kept_us = record->input.now_us;
    recorder->next_cycle = record->input.cycle + 1;
    if (sinks->cycles) {
        cycle_file_append_record(sinks->cycles, record);
        tell_refusal(recorder);
    }
    if (sinks->summary) {
        summary_observe(sinks->summary, record);
    }
    if (sinks->events) {
        events_observe(sinks->events, record);
    }
}

static void keep_note(const recorder_t* recorder, const note_t* note)
{
    if (recorder->sinks.events && note->requests != 0) {
        events_reason(recorder->sinks.events, note->requests, note->text);
    } else if (recorder->sinks.events) {
        events_note(recorder->sinks.events, note->time_us, note->cycle, note->kind, note->text);
    }
}

/// Where cycles are missing before this one.
static void tell_gap(recorder_t* recorder, const cycle_record_t* record)
{
    const int64_t missing = record->input.cycle - recorder->next_cycle;
    if (missing > 0) {
        char text[EVENT_TEXT_CAPACITY];
        (void)snprintf(text, sizeof text, "%lld cycles were not recorded: the disk is too slow",
                       (long long)missing);
        note_now(recorder, text);
        recorder->gaps_told += missing;
    }
}

/// What was dropped behind the last cycle that was kept, notes among it.
static void tell_the_rest(recorder_t* recorder)
{
    const int64_t rest = recorder_dropped(recorder) - recorder->gaps_told;
    if (rest > 0) {
        char text[EVENT_TEXT_CAPACITY];
        (void)snprintf(text, sizeof text,
                       "%lld cycles and notes more were not recorded: the disk is too slow",
                       (long long)rest);
        note_now(recorder, text);
    }
}

/// Keeps what is in the ring; false if there was nothing.
static bool drain(recorder_t* recorder)
{
    const size_t head = atomic_load_explicit(&recorder->head, memory_order_acquire);
    size_t tail = atomic_load_explicit(&recorder->tail, memory_order_relaxed);
    if (tail == head) {
        return false;
    }
    for (; tail != head; tail++) {
        const entry_t* entry = &recorder->ring[tail & RING_MASK];
        if (entry->is_note) {
            keep_note(recorder, &entry->note);
        } else {
            tell_gap(recorder, &entry->record);
            keep_record(recorder, &entry->record);
        }
        atomic_store_explicit(&recorder->tail, tail + 1, memory_order_release);
    }
    return true;
}

static void* drain_until_the_end(void* context)
{
    recorder_t* recorder = context;
    bool ending = false;
    for (;;) {
        if (drain(recorder)) {
            continue;
        }
        if (ending) {
            tell_the_rest(recorder);
            return NULL;
        }
        // Looked at before the ring is looked at once more: what was put in before the end is kept.
        ending = atomic_load_explicit(&recorder->ending, memory_order_acquire);
        const struct timespec pause = {0, ending ? 0 : DRAIN_PAUSE_NS};
        (void)nanosleep(&pause, NULL);
    }
}

recorder_t* recorder_create(const recorder_sinks_t* sinks, bool threaded)
{
    const size_t ring_bytes = threaded ? RECORDER_RING_CAPACITY * sizeof(entry_t) : 0;
    // Rounded up, as aligned_alloc asks for.
    const size_t bytes = (sizeof(recorder_t) + ring_bytes + 63) / 64 * 64;
    recorder_t* recorder = aligned_alloc(64, bytes);
    if (!recorder) {
        return NULL;
    }
    memset(recorder, 0, bytes); // every page is touched now, not while the loop runs
    recorder->sinks = *sinks;
    recorder->threaded = threaded;
    atomic_init(&recorder->ending, false);
    atomic_init(&recorder->head, 0);
    atomic_init(&recorder->tail, 0);
    atomic_init(&recorder->dropped, 0);
    if (threaded && pthread_create(&recorder->thread, NULL, drain_until_the_end, recorder) != 0) {
        free(recorder);
        return NULL;
    }
    return recorder;
}

/// Room for the next entry, or null if the ring is full; the drop is then counted.
static entry_t* next_entry(recorder_t* recorder, size_t* head)
{
    *head = atomic_load_explicit(&recorder->head, memory_order_relaxed);
    const size_t tail = atomic_load_explicit(&recorder->tail, memory_order_acquire);
    if (*head - tail >= RECORDER_RING_CAPACITY) {
        (void)atomic_fetch_add_explicit(&recorder->dropped, 1, memory_order_relaxed);
        return NULL;
    }
    return &recorder->ring[*head & RING_MASK];
}

void recorder_append(recorder_t* recorder, const cycle_input_t* input, const cycle_output_t* output)
{
    if (!recorder->threaded) {
        cycle_record_t record;
        cycle_record_make(input, output, &record);
        record.limits = recorder->damage;
        keep_record(recorder, &record);
        return;
    }
    size_t head = 0;
    entry_t* entry = next_entry(recorder, &head);
    if (entry) {
        entry->is_note = false;
        cycle_record_make(input, output, &entry->record);
        entry->record.limits = recorder->damage;
        atomic_store_explicit(&recorder->head, head + 1, memory_order_release);
    }
}

void recorder_damage(recorder_t* recorder, const limits_damage_t* damage)
{
    recorder->damage = *damage;
}

void recorder_note(recorder_t* recorder, int64_t time_us, int64_t cycle, event_kind_t kind,
                   const char* text)
{
    if (!recorder->threaded) {
        if (recorder->sinks.events) {
            events_note(recorder->sinks.events, time_us, cycle, kind, text);
        }
        return;
    }
    size_t head = 0;
    entry_t* entry = next_entry(recorder, &head);
    if (entry) {
        entry->is_note = true;
        entry->note.kind = kind;
        entry->note.time_us = time_us;
        entry->note.cycle = cycle;
        entry->note.requests = 0;
        (void)snprintf(entry->note.text, sizeof entry->note.text, "%s", text);
        atomic_store_explicit(&recorder->head, head + 1, memory_order_release);
    }
}

void recorder_reason(recorder_t* recorder, uint32_t requests, const char* reason)
{
    if (requests == 0) {
        return;
    }
    if (!recorder->threaded) {
        if (recorder->sinks.events) {
            events_reason(recorder->sinks.events, requests, reason);
        }
        return;
    }
    size_t head = 0;
    entry_t* entry = next_entry(recorder, &head);
    if (entry) {
        entry->is_note = true;
        entry->note.requests = requests;
        (void)snprintf(entry->note.text, sizeof entry->note.text, "%s", reason);
        atomic_store_explicit(&recorder->head, head + 1, memory_order_release);
    }
}

int64_t recorder_dropped(const recorder_t* recorder)
{
    return atomic_load_explicit(&recorder->dropped, memory_order_relaxed);
}

int64_t recorder_close(recorder_t* recorder)
{
    if (!recorder) {
        return 0;
    }
    if (recorder->threaded) {
        atomic_store_explicit(&recorder->ending, true, memory_order_release);
        (void)pthread_join(recorder->thread, NULL);
    }
    const int64_t dropped = recorder_dropped(recorder);
    free(recorder);
    return dropped;
}
