#include "controller/cli/verb.h"
exit_code_t verb_completion(const options_t* options, assembly_t* assembly)
{
    (void)options;
    (void)assembly;
    return EXIT_DONE;
}
