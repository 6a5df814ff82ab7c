/// Which program this is.
#ifndef KNEAD_CONTROLLER_CLI_VERSION_H
#define KNEAD_CONTROLLER_CLI_VERSION_H

/// "0.1.0", and what `git describe` said when it was built; "unknown" outside a repository.
const char* program_version(void);
const char* program_commit(void);

#endif
