// knead as it is built without Node.js: stands before the bundle that was made.
#include "controller/report/web/bundle.h"

static const char missing[] = "Node.js was missing when knead was built. For the moving ones, "
                              "install Debian's packages nodejs and npm and build knead again.";

web_bundle_t web_bundle(void)
{
    return (web_bundle_t){
        .script = {"", 0}, .style = {"", 0}, .missing = {missing, sizeof missing - 1}};
}
