#include "controller/report/web/bundle.h"

#include <stdint.h>

// Laid down by bundle.S, from files that bundle.cmake makes.
extern const char knead_web_script[], knead_web_style[], knead_web_missing[];
extern const uint64_t knead_web_script_size, knead_web_style_size, knead_web_missing_size;

web_bundle_t web_bundle(void)
{
    return (web_bundle_t){
        .script = {knead_web_script, (size_t)knead_web_script_size},
        .style = {knead_web_style, (size_t)knead_web_style_size},
        .missing = {knead_web_missing, (size_t)knead_web_missing_size},
    };
}
