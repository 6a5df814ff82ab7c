/// The verbs of the command line. A new one is a row here and a file `verb_NAME.c` with the
/// function `verb_NAME`; parsing, help and near matches follow from the row.
#ifndef KNEAD_CONTROLLER_CLI_VERB_H
#define KNEAD_CONTROLLER_CLI_VERB_H

#include "controller/cli/assembly.h"
#include "controller/cli/options.h"

/// How a run of the program ends; stable, for scripts.
#define EXIT_CODE_LIST(X)                                                                          \
    X(EXIT_DONE, 0, "done")                                                                        \
    X(EXIT_INTERNAL, 1, "internal error: our mistake, no memory, output could not be written")     \
    X(EXIT_USAGE, 2, "usage: unknown verb or option, missing operand")                             \
    X(EXIT_INVALID_FILE, 3, "invalid file: it was refused")                                        \
    X(EXIT_DEVICE, 4, "device or bus")                                                             \
    X(EXIT_SAFETY_STOP, 5, "a safety stop ended the run")                                          \
    X(EXIT_EXPECTATION_FAILED, 6, "an expectation failed: of a scenario, a campaign, a judgement") \
    X(EXIT_INTERRUPTED, 130, "interrupted by the user")
typedef enum {
#define X(id, number, text) id = (number),
    EXIT_CODE_LIST(X)
#undef X
} exit_code_t;

/// How fk and ik treat lines, for their help.
#define VERB_HELP_LINES                                                                            \
    "Blank lines and lines that begin with # pass through. A line that is wrong gives\n"           \
    "'# line N: what is wrong; what is expected' in its place, and exit code 6 in the end, as\n"   \
    "does a line without an answer. Every line is answered before the next one is waited for,\n"   \
    "so that another program may ask and read in turn. With --json every line of the output is "   \
    "an\n"                                                                                         \
    "object: 'line', and 'pose' of fk or 'joints' of ik, or 'error'.\n"
#define VERB_HELP_RESULT(id, text) "  " text "\n"

/// Name, operands as in the usage line, fewest and most operands (-1: any number), options taken,
/// one line for the list of verbs, more for the verb's own help.
#define VERB_LIST(X)                                                                               \
    X(check, "FILE...", 1, -1,                                                                     \
      OPTION_BITS_TABLE | OPTION_BIT(OPTION_LEDGER) | OPTION_BIT(OPTION_JSON),                     \
      "check any of knead's files; a routine also against machine, limits, body and client",       \
      "Prints findings on standard error and 'FILE: ok' on standard output, for a routine with\n"  \
      "its figures. Nothing moves. Exit code 3 if any file has an error.\n")                       \
    X(plan, "ROUTINE", 1, 1,                                                                       \
      OPTION_BITS_TABLE | OPTION_BIT(OPTION_LEDGER) | OPTION_BIT(OPTION_SVG) |                     \
          OPTION_BIT(OPTION_JSON),                                                                 \
      "what a routine does, step by step and region by region, before anything moves",             \
      "Times are those in contact and at rest; the ways between places come on top. A routine "    \
      "that\n'knead check' refuses is shown with its findings, and the exit code is 3.\n")         \
    X(sim, "ROUTINE", 1, 1,                                                                        \
      OPTION_BITS_TABLE | OPTION_BIT(OPTION_SCENARIO) | OPTION_BIT(OPTION_REQUESTS) |              \
          OPTION_BIT(OPTION_SEED) | OPTION_BIT(OPTION_OUT) | OPTION_BIT(OPTION_REPORT) |           \
          OPTION_BIT(OPTION_QUIET) | OPTION_BIT(OPTION_LEDGER) | OPTION_BIT(OPTION_JSON) |         \
          OPTION_BIT(OPTION_NO_RECORD),                                                            \
      "play a routine on the virtual table in this process, as fast as it goes",                   \
      "Prints the figures of the run on standard output and keeps its record in --out, or in\n"    \
      "runs/ with the date and the routine's name. The same seed gives the same bytes.\n"          \
      "--no-record keeps the figures only, and goes with none of --out, --report and --ledger.\n") \
    X(run, "ROUTINE", 1, 1,                                                                        \
      OPTION_BITS_TABLE | OPTION_BIT(OPTION_LEDGER) | OPTION_BIT(OPTION_SEED) |                    \
          OPTION_BIT(OPTION_OUT) | OPTION_BIT(OPTION_HOST) | OPTION_BIT(OPTION_PORT_BASE) |        \
          OPTION_BIT(OPTION_LOCK_STEP) | OPTION_BIT(OPTION_YES) | OPTION_BIT(OPTION_ACKNOWLEDGE) | \
          OPTION_BIT(OPTION_REPORT) | OPTION_BIT(OPTION_QUIET) | OPTION_BIT(OPTION_JSON),          \
      "play a routine in real time over Modbus, on the machine or on 'knead table'",               \
      "Acknowledge, arm and start by typing these words; pause, resume, end, stop, skip, "         \
      "repeat,\n"                                                                                  \
      "extend and 'intensity 7' work the same way, behind each of them why. On a terminal "        \
      "single\n"                                                                                   \
      "keys do it while the arm moves; ? lists them. Ctrl-C lifts, parks and ends; a second\n"     \
      "Ctrl-C yields and stops at once.\n")                                                        \
    X(table, "", 0, 0,                                                                             \
      OPTION_BITS_TABLE | OPTION_BIT(OPTION_SCENARIO) | OPTION_BIT(OPTION_SEED) |                  \
          OPTION_BIT(OPTION_PAD) | OPTION_BIT(OPTION_HOST) | OPTION_BIT(OPTION_PORT_BASE) |        \
          OPTION_BIT(OPTION_LOCK_STEP) | OPTION_BIT(OPTION_PROFILE) | OPTION_BIT(OPTION_SERIAL) |  \
          OPTION_BIT(OPTION_PTY_LINK) | OPTION_BIT(OPTION_BAUD) | OPTION_BIT(OPTION_PARITY) |      \
          OPTION_BIT(OPTION_STOP_BITS) | OPTION_BIT(OPTION_ALLOW),                                 \
      "serve the virtual table, or any device profile, over Modbus TCP and RTU to any client",     \
      "Prints where each device listens, then 'ready'. --host is the address to listen at, by\n"   \
      "default 127.0.0.1; at any other one --allow must say who may connect. Devices on a line\n"  \
      "of the machine's file answer on a pty that is made for the line, or on --serial.\n"         \
      "With --profile the devices are those of the files, without a table around them: over\n"     \
      "TCP from --port-base (15020) on, and with --serial on one line too. Modbus asks nobody\n"   \
      "for a password: sim/NETWORK.md tells how to keep others off the wire.\n"                    \
      "A line on standard input is an event that happens at once: button_pressed,\n"               \
      "'device_silent drive_3', 'body_shift 0.02', 'bus_delay drive_2 0.05' and the others of\n"   \
      "a scenario file; 'end bus_delay drive_2' ends one of the bus. A second master that\n"       \
      "writes to a device is told on standard output. Ends with Ctrl-C.\n")                        \
    X(device, "list | show NAME | probe [DEVICE...] | watch [DEVICE...]", 1, -1,                   \
      OPTION_BIT(OPTION_MACHINE) | OPTION_BIT(OPTION_PROFILE) | OPTION_BIT(OPTION_HOST) |          \
          OPTION_BIT(OPTION_PORT_BASE) | OPTION_BIT(OPTION_PORT) | OPTION_BIT(OPTION_UNIT) |       \
          OPTION_BIT(OPTION_SERIAL) | OPTION_BIT(OPTION_BAUD) | OPTION_BIT(OPTION_PARITY) |        \
          OPTION_BIT(OPTION_STOP_BITS) | OPTION_BIT(OPTION_READS) | OPTION_BIT(OPTION_PERIOD) |    \
          OPTION_BIT(OPTION_JSON),                                                                 \
      "what is on the bus: profiles, register maps, who answers and what it says",                 \
      "list: the shipped profiles, or with --machine the devices of a machine. show: the map of\n" \
      "a profile (a name, or a file) or of a device. probe: whether each device is the one its\n"  \
      "profile describes: identity, every register, functions, round trip of --count reads "       \
      "(20),\n"                                                                                    \
      "watchdog. watch: live values, in place on a terminal, a line a sample elsewhere. probe "    \
      "and\n"                                                                                      \
      "watch look at the machine's devices, at those named, or, without a machine, at the one "    \
      "of\n"                                                                                       \
      "--profile at --host or on --serial. They only ever read: nothing they send can change a\n"  \
      "device. What fails is told with the command of mbpoll that asks the same. Exit code 4 "     \
      "if\n"                                                                                       \
      "a device fails or cannot be reached; what is only doubtful is told.\n")                     \
    X(demo, "[ROUTINE]", 0, 1,                                                                     \
      OPTION_BITS_TABLE | OPTION_BIT(OPTION_SCENARIO) | OPTION_BIT(OPTION_REQUESTS) |              \
          OPTION_BIT(OPTION_SEED) | OPTION_BIT(OPTION_OUT) | OPTION_BIT(OPTION_PORT_BASE) |        \
          OPTION_BIT(OPTION_QUIET) | OPTION_BIT(OPTION_JSON),                                      \
      "start a virtual table, play a whole massage on it over Modbus TCP, write a report",         \
      "Plays routines/library/relaxing-back.yaml unless another is named. Every register "         \
      "crosses\n"                                                                                  \
      "a socket; time is virtual and passes as fast as the two processes go.\n")                   \
    X(report, "RUN", 1, 1, OPTION_BIT(OPTION_OUT) | OPTION_BIT(OPTION_JSON),                       \
      "write a run's page anew: charts, body, replay, figures; opens offline in a browser",        \
      "RUN is the folder of a run; its page becomes report.html in it, or --out. Everything on\n"  \
      "the page comes from the record: cycles.bin, events.jsonl, summary.json and the copies of\n" \
      "its input files. Where knead was built without Node.js the pictures stand still, and the\n" \
      "page says what to install.\n")                                                              \
    X(replay, "RUN", 1, 1,                                                                         \
      OPTION_BIT(OPTION_VERIFY) | OPTION_BIT(OPTION_WITH) | OPTION_BIT(OPTION_QUIET) |             \
          OPTION_BIT(OPTION_JSON),                                                                 \
      "recompute every cycle of a run from what it read, and compare bit for bit",                 \
      "RUN is the folder of a run. Exit code 0 if every cycle that is there comes out as it was\n" \
      "recorded, 6 if one does not, 3 if the record is damaged. A run that was cut off (a "        \
      "crash,\n"                                                                                   \
      "a kill, a full disk) is replayed up to its last whole block, and this is said; so is\n"     \
      "where cycles were dropped: behind a gap nothing can be recomputed.\n"                       \
      "--verify also holds check sums, fingerprints, the chain of events, counts, decisions and\n" \
      "events against each other. --with shows the first cycle that decides otherwise with\n"      \
      "another file: mode, rules, answers, requests to the drives, or a command that differs by\n" \
      "more than one count of the drive's register; the exit code is then 0.\n")                   \
    X(diff, "FIRST SECOND", 2, 2,                                                                  \
      OPTION_BIT(OPTION_TOLERANCE) | OPTION_BIT(OPTION_PAGE) | OPTION_BIT(OPTION_JSON),            \
      "two runs side by side: figures, what they may differ by, where they part",                  \
      "Exit code 0 if the second run is as good as the first or better, 6 if any of its figures\n" \
      "is worse by more than it may be. Inputs part at the first cycle that read something "       \
      "else,\n"                                                                                    \
      "decisions at the first that decided otherwise (see 'knead replay --help'). --page draws\n"  \
      "both forces over each other.\n")                                                            \
    X(dose, "", 0, 0,                                                                              \
      OPTION_BIT(OPTION_LEDGER) | OPTION_BIT(OPTION_CLIENT) | OPTION_BIT(OPTION_SAFETY) |          \
          OPTION_BIT(OPTION_JSON),                                                                 \
      "what a client got in the last seven days, by region, and what is allowed",                  \
      "Reads the ledger that --ledger names, or the own one of --client in runs/. Exit code 3 "    \
      "if\n"                                                                                       \
      "the ledger is damaged, another client's, or dated in the future.\n")                        \
    X(schema, "KIND", 1, 1, 0, "print the JSON Schema of a kind of file, for editors",             \
      "KIND is machine, safety, body, device, routine, client, scenario, approval,\n"              \
      "signing_key, screening or requests.\n")                                                     \
    X(fk, "", 0, 0, OPTION_BIT(OPTION_MACHINE) | OPTION_BIT(OPTION_PAD) | OPTION_BIT(OPTION_JSON), \
      "joints in, pose of the pad's face out, line by line",                                       \
      "A line of standard input holds one number a joint, from the base on, in rad or m, blanks "  \
      "or\ncommas between them. Its answer on standard output is 'x y z qx qy qz qw': the middle " \
      "of the\npad's face in the table's frame, in metres, and its unit quaternion, with 17 "      \
      "digits,\nqw not negative. Limits are not checked.\n\n" VERB_HELP_LINES)                     \
    X(ik, "", 0, 0,                                                                                \
      OPTION_BIT(OPTION_MACHINE) | OPTION_BIT(OPTION_PAD) |                                        \
          OPTION_BIT(OPTION_SEED_WITH_PREVIOUS) | OPTION_BIT(OPTION_JSON),                         \
      "pose of the pad's face in, joints out, line by line",                                       \
      "A line of standard input is 'x y z qx qy qz qw' as 'knead fk' prints it, blanks or "        \
      "commas\n"                                                                                   \
      "between the numbers; a quaternion may be off unit length by 0.001 and is normalised. Its\n" \
      "answer on standard output holds one number a joint, in rad or m, with 17 digits: inside\n"  \
      "the limits, the pose within 10 um and 10 urad. Where there is none the answer is\n"         \
      "'# REASON: E m and E rad left', the errors of the best that was found; REASON is one "      \
      "of\n" IK_RESULT_LIST(VERB_HELP_RESULT) "Every line is solved from the machine's preferred " \
                                              "posture, so that its answer depends on\n"           \
                                              "nothing but the line; with --seed-with-previous "   \
                                              "from the last solution, so that a path\n"           \
                                              "stays on one branch.\n\n" VERB_HELP_LINES)          \
    X(import, "urdf FILE", 2, 2,                                                                   \
      OPTION_BIT(OPTION_TIP) | OPTION_BIT(OPTION_BASE) | OPTION_BIT(OPTION_NAME),                  \
      "turn a URDF file into a machine file that a person completes",                              \
      "Writes the machine file on standard output: every joint that moves between --base and\n"    \
      "--tip with its limits, mass and inertia, fixed joints folded in, and the flange. What "     \
      "URDF\n"                                                                                     \
      "does not say stands there without a value, and 'knead check' names each until somebody "    \
      "has\n"                                                                                      \
      "filled it in: world, period, table.*, base.*, devices, of every joint drive,\n"             \
      "acceleration_max, parked, preferred and rotor_inertia, of the tool mass, centre_of_mass,\n" \
      "spring_stiffness, spring_travel and pads.\n\n"                                              \
      "Read are revolute, continuous (its limits become two pi either way), prismatic and fixed\n" \
      "joints. Not read: visual, collision, calibration, dynamics, safety_controller, and what\n"  \
      "hangs beyond the tip, which is the tool. Everything else on the way is refused by name:\n"  \
      "mimic, floating and planar joints, missing limits and masses, a movable joint beside the\n" \
      "way, unexpanded xacro. Exit code 3 if the file was refused.\n")                             \
    X(key, "FILE", 1, 1, OPTION_BIT(OPTION_BY), "make a key for approving routines",               \
      "Writes a new Ed25519 key of --by into FILE, which must not be there yet and which only "    \
      "its\nowner may read, and prints the lines that the machine's file needs under "             \
      "'approvers:'. The\nkey has no password: whoever has the file can approve.\n")               \
    X(sign, "ROUTINE", 1, 1, OPTION_BITS_TABLE | OPTION_BIT(OPTION_KEY),                           \
      "approve a routine for real machines",                                                       \
      "Checks the routine as 'knead check' does and, if nothing is wrong with it, writes the "     \
      "approval\nbeside it: NAME.approval.yaml. It is bound to every byte of the routine, the "    \
      "limits\n(--safety) and the body map (--body); a change to any of them needs a new one.\n")  \
    X(verify, "ROUTINE...", 1, -1, OPTION_BITS_TABLE | OPTION_BIT(OPTION_JSON),                    \
      "whether routines are approved, by whom, and whether that holds on a machine",               \
      "Exit code 3 if an approval is missing or does not hold.\n")                                 \
    X(campaign, "[matrix|swarm|healthy | merge FILE...]", 0, -1,                                   \
      OPTION_BIT(OPTION_MACHINE) | OPTION_BIT(OPTION_SAFETY) | OPTION_BIT(OPTION_BODY) |           \
          OPTION_BIT(OPTION_SCREENING) | OPTION_BIT(OPTION_SEEDS) | OPTION_BIT(OPTION_HOURS) |     \
          OPTION_BIT(OPTION_JOBS) | OPTION_BIT(OPTION_SHARD) | OPTION_BIT(OPTION_OUT) |            \
          OPTION_BIT(OPTION_RESUME) | OPTION_BIT(OPTION_REPLAY) | OPTION_BIT(OPTION_SHRINK) |      \
          OPTION_BIT(OPTION_RULES_OFF) | OPTION_BIT(OPTION_QUIET) | OPTION_BIT(OPTION_PAGE) |      \
          OPTION_BIT(OPTION_JUNIT) | OPTION_BIT(OPTION_JSON),                                      \
      "many judged runs of the whole controller on the virtual table, with faults",                \
      "matrix: every fault in every phase, in three magnitudes, on every drive, device and "       \
      "axis.\n"                                                                                    \
      "swarm: whole routines with faults, people and operators drawn from a seed. healthy: the\n"  \
      "same without faults. Each trial gives a line of JSON in --out, each failure a line that\n"  \
      "plays it again. 'merge' joins the files of several shards into --out. --page and --junit\n" \
      "are made from all that stands in --out. Exit code 6 if a trial failed, or some that were\n" \
      "asked for are missing.\n")                                                                  \
    X(export, "RUN", 1, 1,                                                                         \
      OPTION_BIT(OPTION_FORMAT) | OPTION_BIT(OPTION_OUT) | OPTION_BIT(OPTION_EVERY) |              \
          OPTION_BIT(OPTION_QUIET) | OPTION_BIT(OPTION_JSON),                                      \
      "the record of a run as CSV, or as MCAP for Foxglove",                                       \
      "RUN is the folder of a run. csv, by default RUN/cycles.csv: a line a cycle for "            \
      "spreadsheets,\n"                                                                            \
      "PlotJuggler and pandas. 'time' stands first, in seconds and strictly rising; names end in " \
      "their\n"                                                                                    \
      "unit; nothing stands between two commas where a value is unknown. mcap, by default "        \
      "RUN/run.mcap:\n"                                                                            \
      "the same figures by topic with JSON Schemas, joint states, transforms and scenes for the "  \
      "3D panel\n"                                                                                 \
      "at 50 Hz, the events as a log. Runs have no date: a run begins at 2000-01-01T00:00:00Z "    \
      "there. Ten\n"                                                                               \
      "minutes at 4 ms are 170 MB of csv or 100 MB of mcap, with --every 5 about 34 or 30 MB. A "  \
      "record\n"                                                                                   \
      "that breaks off is written as far as it goes; so is one that is damaged, with exit code "   \
      "3.\n")                                                                                      \
    X(tune, "[ROUTINE...]", 0, -1,                                                                 \
      OPTION_BITS_TABLE | OPTION_BIT(OPTION_SET) | OPTION_BIT(OPTION_READS) |                      \
          OPTION_BIT(OPTION_HOURS) | OPTION_BIT(OPTION_JOBS) | OPTION_BIT(OPTION_WRITE) |          \
          OPTION_BIT(OPTION_PAGE) | OPTION_BIT(OPTION_QUIET) | OPTION_BIT(OPTION_JSON),            \
      "find the gains of force control and tracking on a spread of virtual bodies",                \
      "Plays a short routine of every kind of touch (or those named) on six bodies from soft to\n" \
      "hard, or on --client with three stiffnesses, and looks for gains that make the largest\n"   \
      "error of the force small without overshoot, swinging or stops. --set KEY,KEY tunes only\n"  \
      "these. --count bounds the tries (150), --hours the simulated time. Prints before and\n"     \
      "after; --write puts what is better into the machine's file, only the numbers, and keeps\n"  \
      "the old file beside it. Ctrl-C ends with the best so far.\n")                               \
    X(sweep, "[ROUTINE... | merge FILE...]", 0, -1,                                                \
      OPTION_BITS_TABLE | OPTION_BIT(OPTION_SET) | OPTION_BIT(OPTION_SEEDS) |                      \
          OPTION_BIT(OPTION_JOBS) | OPTION_BIT(OPTION_SHARD) | OPTION_BIT(OPTION_OUT) |            \
          OPTION_BIT(OPTION_RESUME) | OPTION_BIT(OPTION_PAGE) | OPTION_BIT(OPTION_CSV) |           \
          OPTION_BIT(OPTION_QUIET) | OPTION_BIT(OPTION_JSON),                                      \
      "play routines with any number of any file over a range, and see what becomes of the force", \
      "--set machine.gains.tracking=10:40:7 varies a number of the machine's file from 10 to 40\n" \
      "in 7 values, in the file's own unit; --set client.weight=55,70,90 takes these three; ';'\n" \
      "between several makes every combination. Paths are those that findings name:\n"             \
      "safety.normal_speed_max, safety.techniques.kneading.force_max,\n"                           \
      "machine.joints[joint_2].velocity_max, body.regions[gluteus].force_max,\n"                   \
      "routine.steps[0].force; person.tissue_factor and others of who really lies there. Over\n"   \
      "all routines, --client FILE,FILE and --seeds A-B. A value that a file may not have is a\n"  \
      "finding at that point. Each trial is a line of JSON in --out; 'merge' joins shards.\n"      \
      "--page draws it. Exit code 3 if no value was accepted at all.\n")                           \
    X(why, "RUN", 1, 1, OPTION_BIT(OPTION_JSON),                                                   \
      "what stopped a run, what led there, and what to do next",                                   \
      "RUN is the folder of its record. A paragraph for the operator first: the cause, measured\n" \
      "against allowed, where, at which line of the routine, what the arm did and what to do.\n"   \
      "Then a table for the engineer: the two seconds before, what was refused and asked, and\n"   \
      "what is a consequence. A run that finished, was ended, never began or broke off is\n"       \
      "explained as well. With --json all of it under stable keys; what is not known is null.\n")  \
    X(bench, "", 0, 0, OPTION_BIT(OPTION_JSON) | OPTION_BIT(OPTION_QUICK),                         \
      "how long kinematics, dynamics, control cycle and virtual table take here",                  \
      "Prints the median and the 99th percentile of each over many batches. With --json: "         \
      "processor,\n"                                                                               \
      "compiler, and 'figures', an object with one member a figure: meaning, median_ns, p99_ns,\n" \
      "batch, samples and, where poses are solved, solved (their part, 0 to 1).\n")                \
    X(latency, "", 0, 0,                                                                           \
      OPTION_BITS_TABLE | OPTION_BIT(OPTION_HOST) | OPTION_BIT(OPTION_PORT_BASE) |                 \
          OPTION_BIT(OPTION_DEVICES) | OPTION_BIT(OPTION_READS) | OPTION_BIT(OPTION_QUIET) |       \
          OPTION_BIT(OPTION_JSON),                                                                 \
      "whether this computer keeps the period of a machine, and what is in the way",               \
      "Sleeps to the machine's deadlines as 'knead run' does, reads all devices and computes "     \
      "the\n"                                                                                      \
      "control cycle in each of --count periods (10000), and judges: fit; marginal, where now "    \
      "and\n"                                                                                      \
      "then a period would be late; unfit, where more than one in 10000 would. Names the causes\n" \
      "and what to do about them. The devices are those of a virtual table over loopback TCP, "    \
      "with\n"                                                                                     \
      "what real ones would take by calculation; with --devices, --host or --port-base those of\n" \
      "the machine, which are only read. Exit code 6 if unfit, 4 if a device cannot be "           \
      "reached.\n")                                                                                \
    X(man, "", 0, 0, 0, "print this program's manual page", "In roff, for 'man -l -'.\n")          \
    X(completion, "bash | zsh | fish | words WHAT", 1, 2, OPTION_BIT(OPTION_MACHINE),              \
      "print what makes a shell complete knead's words",                                           \
      "For one session: . <(knead completion bash). To stay: the installation puts each script\n"  \
      "where its shell looks for it. 'words' prints what can be named, one a line: profiles,\n"    \
      "devices and pads of --machine, kinds of file.\n")                                           \
    X(version, "", 0, 0, OPTION_BIT(OPTION_JSON),                                                  \
      "versions of knead, its libraries and its compiler", "")

/// Does what the verb says. Data goes to standard output, messages to standard error. `assembly` is
/// fresh. `--help` and wrong numbers of operands never get here.
typedef exit_code_t verb_run_t(const options_t* options, assembly_t* assembly);

#define X(name, operands, fewest, most, accepted, line, more) verb_run_t verb_##name;
VERB_LIST(X)
#undef X

#endif
