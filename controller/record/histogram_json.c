#include "controller/record/histogram_json.h"

#include <math.h>

static void write_bucket(json_t* json, const histogram_t* histogram, int index)
{
    json_array_begin(json, NULL);
    json_integer(json, NULL, histogram_bucket_from(index));
    if (index == HISTOGRAM_BUCKET_COUNT - 1) {
        json_null(json, NULL);
    } else {
        json_integer(json, NULL, histogram_bucket_below(index));
    }
    json_integer(json, NULL, histogram->buckets[index]);
    json_array_end(json);
}

/// A figure that an empty histogram does not have.
static void write_figure(json_t* json, const char* key, const histogram_t* histogram, double number)
{
    json_number(json, key, histogram->count > 0 ? number : (double)NAN);
}

void histogram_write(json_t* json, const char* key, const histogram_t* histogram)
{
    if (histogram == NULL) {
        json_null(json, key);
        return;
    }
    json_object_begin(json, key);
    json_integer(json, "count", histogram->count);
    write_figure(json, "min", histogram, (double)histogram->min);
    write_figure(json, "max", histogram, (double)histogram->max);
    write_figure(json, "mean", histogram, histogram_mean(histogram));
    json_integer(json, "sum", histogram->sum);
#define X(name, percent)                                                                           \
    write_figure(json, name, histogram, (double)histogram_percentile(histogram, percent));
    HISTOGRAM_PERCENTILE_LIST(X)
#undef X
    // All buckets on one line: hundreds of rows of three numbers would hide the rest of the file.
    const bool indented = json->indented;
    json_array_begin(json, "buckets");
    json->indented = false;
    for (int i = 0; i < HISTOGRAM_BUCKET_COUNT; ++i) {
        if (histogram->buckets[i] > 0) {
            write_bucket(json, histogram, i);
        }
    }
    json_array_end(json);
    json->indented = indented;
    json_object_end(json);
}
