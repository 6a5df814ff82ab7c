// Tells what the program holds of the report's script.
#include <stdio.h>

#include "controller/report/web/bundle.h"

int main(void)
{
    const web_bundle_t bundle = web_bundle();
    (void)printf("script %s, style %s\n%.*s\n", bundle.script.size > 0 ? "there" : "missing",
                 bundle.style.size > 0 ? "there" : "missing", (int)bundle.missing.size,
                 bundle.missing.bytes);
    return 0;
}
