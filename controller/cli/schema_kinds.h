/// The kinds of file that `knead schema` knows.
#ifndef KNEAD_CONTROLLER_CLI_SCHEMA_KINDS_H
#define KNEAD_CONTROLLER_CLI_SCHEMA_KINDS_H

#define SCHEMA_KIND_LIST(X)                                                                        \
    X("machine")                                                                                   \
    X("safety")                                                                                    \
    X("body")                                                                                      \
    X("device")                                                                                    \
    X("routine")                                                                                   \
    X("client")                                                                                    \
    X("scenario")                                                                                  \
    X("approval")                                                                                  \
    X("signing_key")                                                                               \
    X("screening")                                                                                 \
    X("requests")

#endif
