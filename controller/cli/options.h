/// Everything that can stand behind a verb on the command line, in one table: the parser, the help
/// text and the near matches come from it. A verb says by bits which of them it takes.
#ifndef KNEAD_CONTROLLER_CLI_OPTIONS_H
#define KNEAD_CONTROLLER_CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef enum {
    OPTION_KIND_FLAG,  // stands alone
    OPTION_KIND_TEXT,  // a file, a folder, a name
    OPTION_KIND_WHOLE, // a whole number in a range
} option_kind_t;

/// Enumerator, long name, what its argument is called (null for a flag), kind, range of a whole
/// number, meaning.
#define OPTION_LIST(X)                                                                             \
    X(OPTION_MACHINE, "machine", "FILE", OPTION_KIND_TEXT, 0, 0,                                   \
      "the machine (default: config/machines/rail6.yaml)")                                         \
    X(OPTION_SAFETY, "safety", "FILE", OPTION_KIND_TEXT, 0, 0,                                     \
      "the safety limits (default: config/safety/default.yaml)")                                   \
    X(OPTION_BODY, "body", "FILE", OPTION_KIND_TEXT, 0, 0,                                         \
      "the body map (default: config/bodies/prone.yaml)")                                          \
    X(OPTION_CLIENT, "client", "FILE", OPTION_KIND_TEXT, 0, 0,                                     \
      "who lies on the table (default: routines/clients/average-man.yaml)")                        \
    X(OPTION_SCREENING, "screening", "FILE", OPTION_KIND_TEXT, 0, 0,                               \
      "what clients are asked (default: config/screening/published.yaml)")                         \
    X(OPTION_LEDGER, "ledger", "FILE", OPTION_KIND_TEXT, 0, 0,                                     \
      "what the client got in earlier sessions (default: runs/dose-NAME.jsonl on real machines, "  \
      "none on virtual ones)")                                                                     \
    X(OPTION_SCENARIO, "scenario", "FILE", OPTION_KIND_TEXT, 0, 0,                                 \
      "what goes wrong on the virtual table (default: nothing)")                                   \
    X(OPTION_REQUESTS, "requests", "FILE", OPTION_KIND_TEXT, 0, 0,                                 \
      "what is asked for while it plays, at set times (default: nothing)")                         \
    X(OPTION_SEED, "seed", "N", OPTION_KIND_WHOLE, 0, INT64_MAX,                                   \
      "seed of everything random on the virtual table (default: 1)")                               \
    X(OPTION_OUT, "out", "DIR", OPTION_KIND_TEXT, 0, 0,                                            \
      "folder for the record of the run; of a campaign, an export or a report the file that is "   \
      "written (of an export - is standard output)")                                               \
    X(OPTION_HOST, "host", "ADDRESS", OPTION_KIND_TEXT, 0, 0,                                      \
      "numeric IPv4 address instead of those in the machine's file")                               \
    X(OPTION_PORT_BASE, "port-base", "N", OPTION_KIND_WHOLE, 1, 65000,                             \
      "TCP port of the first device, the others follow, instead of those in the machine's file")   \
    X(OPTION_PAD, "pad", "NAME", OPTION_KIND_TEXT, 0, 0,                                           \
      "pad that is mounted on the tool (default: the machine's first)")                            \
    X(OPTION_LOCK_STEP, "lock-step", NULL, OPTION_KIND_FLAG, 0, 0,                                 \
      "virtual time: the table moves only when the controller says so, as fast as it can")         \
    X(OPTION_YES, "yes", NULL, OPTION_KIND_FLAG, 0, 0,                                             \
      "arm and start without asking (virtual machines only)")                                      \
    X(OPTION_ACKNOWLEDGE, "acknowledge", NULL, OPTION_KIND_FLAG, 0, 0,                             \
      "what stopped the last run has been looked at: clear the drives' faults")                    \
    X(OPTION_REPORT, "report", NULL, OPTION_KIND_FLAG, 0, 0,                                       \
      "write report.html, one page to look at, into the record")                                   \
    X(OPTION_QUIET, "quiet", NULL, OPTION_KIND_FLAG, 0, 0, "no progress on standard error")        \
    X(OPTION_JSON, "json", NULL, OPTION_KIND_FLAG, 0, 0, "figures as JSON on standard output")     \
    X(OPTION_SEED_WITH_PREVIOUS, "seed-with-previous", NULL, OPTION_KIND_FLAG, 0, 0,               \
      "start each line from the last solution, not from the preferred posture")                    \
    X(OPTION_TIP, "tip", "LINK", OPTION_KIND_TEXT, 0, 0, "the link that the tool is mounted on")   \
    X(OPTION_BASE, "base", "LINK", OPTION_KIND_TEXT, 0, 0,                                         \
      "the link that stands still (default: the one without a parent)")                            \
    X(OPTION_NAME, "name", "NAME", OPTION_KIND_TEXT, 0, 0,                                         \
      "what the machine is called (default: the robot's name)")                                    \
    X(OPTION_SVG, "svg", "FILE", OPTION_KIND_TEXT, 0, 0,                                           \
      "draw the body with regions, zones and paths coloured by force into FILE")                   \
    X(OPTION_KEY, "key", "FILE", OPTION_KIND_TEXT, 0, 0,                                           \
      "the key to sign with, as 'knead key' made it")                                              \
    X(OPTION_BY, "by", "NAME", OPTION_KIND_TEXT, 0, 0, "name and profession of the key's owner")   \
    X(OPTION_QUICK, "quick", NULL, OPTION_KIND_FLAG, 0, 0, "fewer repeats: under three seconds")   \
    X(OPTION_SEEDS, "seeds", "A-B", OPTION_KIND_TEXT, 0, 0,                                        \
      "numbers of the trials, from A to B (default: 1-100; of the matrix all)")                    \
    X(OPTION_HOURS, "hours", "N", OPTION_KIND_WHOLE, 1, 1000000,                                   \
      "begin no more trials after so many simulated hours")                                        \
    X(OPTION_JOBS, "jobs", "N", OPTION_KIND_WHOLE, 1, 64, "processes at work (default: 1)")        \
    X(OPTION_SHARD, "shard", "I/N", OPTION_KIND_TEXT, 0, 0,                                        \
      "only every N-th trial, beginning with the I-th; 1/N to N/N are all")                        \
    X(OPTION_RESUME, "resume", NULL, OPTION_KIND_FLAG, 0, 0,                                       \
      "go on with the file that --out names: what is in it is not played again")                   \
    X(OPTION_REPLAY, "replay", "TRIAL", OPTION_KIND_TEXT, 0, 0,                                    \
      "play one trial again, as a failure names it")                                               \
    X(OPTION_SHRINK, "shrink", NULL, OPTION_KIND_FLAG, 0, 0,                                       \
      "find the fewest and smallest events that still make the trial fail")                        \
    X(OPTION_PAGE, "page", "FILE", OPTION_KIND_TEXT, 0, 0,                                         \
      "what came of it as an HTML page; of a campaign all that stands in --out")                   \
    X(OPTION_JUNIT, "junit", "FILE", OPTION_KIND_TEXT, 0, 0,                                       \
      "the campaign in --out as a JUnit file, for programs that gather test results")              \
    X(OPTION_RULES_OFF, "rules-off", "RULE", OPTION_KIND_TEXT, 0, 0,                               \
      "play without one of the judge's rules (only where built with KNEAD_RULES_OFF)")             \
    X(OPTION_PROFILE, "profile", "FILE[,FILE]", OPTION_KIND_TEXT, 0, 0,                            \
      "devices by their profiles (config/devices/*.yaml) instead of a machine")                    \
    X(OPTION_SERIAL, "serial", "PATH", OPTION_KIND_TEXT, 0, 0,                                     \
      "serial device; a table makes one from 'pty', and takes NAME=PATH[,NAME=PATH] for lines")    \
    X(OPTION_PTY_LINK, "pty-link", "PATH", OPTION_KIND_TEXT, 0, 0,                                 \
      "symbolic link to the pty that is made; of several lines NAME=PATH[,NAME=PATH] (default "    \
      "for a virtual machine with lines: the paths in its file)")                                  \
    X(OPTION_BAUD, "baud", "N", OPTION_KIND_WHOLE, 300, 4000000,                                   \
      "speed of the serial line (default: the profile's only one; of a table its fastest, else "   \
      "19200)")                                                                                    \
    X(OPTION_PARITY, "parity", "none|even|odd", OPTION_KIND_TEXT, 0, 0,                            \
      "parity of the serial line (default: the profile's)")                                        \
    X(OPTION_STOP_BITS, "stop-bits", "N", OPTION_KIND_WHOLE, 1, 2,                                 \
      "stop bits of the serial line (default: the profile's)")                                     \
    X(OPTION_ALLOW, "allow", "ADDRESS[,ADDRESS]", OPTION_KIND_TEXT, 0, 0,                          \
      "IPv4 addresses of the clients that may connect; needed where --host is not the loopback")   \
    X(OPTION_PORT, "port", "N", OPTION_KIND_WHOLE, 1, 65535,                                       \
      "TCP port of the device (default: the profile's)")                                           \
    X(OPTION_UNIT, "unit", "N", OPTION_KIND_WHOLE, 0, 255,                                         \
      "Modbus unit of the device (default: the profile's)")                                        \
    X(OPTION_READS, "count", "N", OPTION_KIND_WHOLE, 1, 1000000000,                                \
      "how many readings or periods are taken; of tune the most tries")                            \
    X(OPTION_PERIOD, "period", "MS", OPTION_KIND_WHOLE, 1, 3600000,                                \
      "milliseconds from one reading to the next (default: 500)")                                  \
    X(OPTION_DEVICES, "devices", NULL, OPTION_KIND_FLAG, 0, 0,                                     \
      "ask the machine's own devices, where its file says")                                        \
    X(OPTION_FORMAT, "format", "csv|mcap", OPTION_KIND_TEXT, 0, 0,                                 \
      "what is written (default: as --out ends, else csv)")                                        \
    X(OPTION_EVERY, "every", "N", OPTION_KIND_WHOLE, 1, 1000000,                                   \
      "figures of every N-th cycle only (default: 1)")                                             \
    X(OPTION_VERIFY, "verify", NULL, OPTION_KIND_FLAG, 0, 0,                                       \
      "hold all parts of the record against each other besides")                                   \
    X(OPTION_WITH, "with", "FILE", OPTION_KIND_TEXT, 0, 0,                                         \
      "a file instead of the kept one of its kind: machine, safety, body, client, screening or "   \
      "routine")                                                                                   \
    X(OPTION_SET, "set", "FIELD[=...]", OPTION_KIND_TEXT, 0, 0,                                    \
      "what is varied: of a sweep FIELD=LOW:HIGH:STEPS or FIELD=A,B,C, ';' between several; of "   \
      "tune the gains, KEY,KEY")                                                                   \
    X(OPTION_WRITE, "write", NULL, OPTION_KIND_FLAG, 0, 0,                                         \
      "write what is better into the machine's file, and keep the old one beside it")              \
    X(OPTION_CSV, "csv", "FILE", OPTION_KIND_TEXT, 0, 0,                                           \
      "every trial as a line of comma-separated values")                                           \
    X(OPTION_TOLERANCE, "tolerance", "FIGURE=N[,...]", OPTION_KIND_TEXT, 0, 0,                     \
      "what figures may differ by, in their units, instead of what is set for them")               \
    X(OPTION_NO_RECORD, "no-record", NULL, OPTION_KIND_FLAG, 0, 0,                                 \
      "keep no record: the figures of the run, and nothing to look at afterwards")
typedef enum {
#define X(id, name, argument, kind, lowest, highest, meaning) id,
    OPTION_LIST(X)
#undef X
        OPTION_COUNT
} option_id_t;

#define OPTION_BIT(id) (UINT64_C(1) << (id))
/// What describes a machine with a client on it.
#define OPTION_BITS_TABLE                                                                          \
    (OPTION_BIT(OPTION_MACHINE) | OPTION_BIT(OPTION_SAFETY) | OPTION_BIT(OPTION_BODY) |            \
     OPTION_BIT(OPTION_CLIENT) | OPTION_BIT(OPTION_SCREENING))

#define OPTION_SEED_DEFAULT 1

/// What the user wrote. Texts are borrowed from the arguments of `main`.
typedef struct {
    bool given[OPTION_COUNT];
    const char* text[OPTION_COUNT]; // null where not given
    int64_t whole[OPTION_COUNT];    // of whole numbers: as given, else 0; the seed's default is set
    bool help;                      // --help stood among them
    int operand_count;
    char** operands; // what is not an option, in order
} options_t;

/// A row of the table; `argument` is null for a flag.
typedef struct {
    const char* name;
    const char* argument;
    option_kind_t kind;
    int64_t lowest, highest; // of a whole number
    const char* meaning;
} option_info_t;
const option_info_t* option_info(option_id_t id);

/// Reads the arguments of a verb: `arguments[0]` is the verb itself, `accepted` has the bits of the
/// options it takes. On a mistake it prints one sentence with the nearest match to `messages` and
/// returns false. Reorders `arguments`.
bool options_read(int count, char** arguments, uint64_t accepted, options_t* options,
                  FILE* messages);

/// One line for each accepted option, for a help text.
void options_print_help(uint64_t accepted, FILE* out);

#endif
