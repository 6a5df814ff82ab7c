#include "controller/record/web/bundle.h"

// Laid down by bundle.S, from files that web.cmake makes.
extern const char knead_web_script[], knead_web_script_end[];
extern const char knead_web_style[], knead_web_style_end[];
extern const char knead_web_missing[], knead_web_missing_end[];

web_bundle_t web_bundle(void)
{
    return (web_bundle_t){
        .script = {knead_web_script, (size_t)(knead_web_script_end - knead_web_script)},
        .style = {knead_web_style, (size_t)(knead_web_style_end - knead_web_style)},
        .missing = {knead_web_missing, (size_t)(knead_web_missing_end - knead_web_missing)},
    };
}
