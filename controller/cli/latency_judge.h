/// Judges from measured times whether this machine keeps a machine file's period, and names what is
/// in the way.
///
/// A period is split as `budget.h` splits it: the bus has until budget_exchange_limit_us, the rest
/// is for waking up and computing. Each part is held against its share twice: what it needs in
/// 99.99 of 100 periods, and the most it ever needed. Wake-up and compute are added as if their
/// worst came together, which is never too little.
///
///   fit       the most that was ever needed fits
///   marginal  it does not, but 99.99 of 100 periods do: now and then a period is late
///   unfit     not even those do
///
/// Fewer than LATENCY_PERIODS_ENOUGH periods have no such percentile apart from their greatest:
/// then nothing is marginal.
///
/// Pure: numbers in, verdict out.
#ifndef KNEAD_CONTROLLER_CLI_LATENCY_JUDGE_H
#define KNEAD_CONTROLLER_CLI_LATENCY_JUDGE_H

#include "controller/cli/latency_host.h"
#include "controller/timing/histogram.h"

#define LATENCY_PERCENT 99.99
#define LATENCY_PERIODS_ENOUGH 10000

// From where on a fact is named. [judgement: below them the noise of an idle machine lies]
#define LATENCY_OTHERS_BUSY 0.25 // processors
#define LATENCY_STOLEN_PART 0.001

/// Part of the share for waking up and computing beyond which the cycle itself is too slow, however
/// punctual the machine is; of the slowest cycles those few do not count that were held up
/// half-way. [judgement]
#define LATENCY_COMPUTE_PART 0.5
#define LATENCY_COMPUTE_PERCENT 99.0

#define LATENCY_VERDICT_LIST(X)                                                                    \
    X(LATENCY_FIT, "fit")                                                                          \
    X(LATENCY_MARGINAL, "marginal")                                                                \
    X(LATENCY_UNFIT, "unfit")
typedef enum {
#define X(id, text) id,
    LATENCY_VERDICT_LIST(X)
#undef X
} latency_verdict_t;
const char* latency_verdict_text(latency_verdict_t verdict);

/// Enumerator, key (stable, for scripts), what is the matter, what to do about it.
#define LATENCY_CAUSE_LIST(X)                                                                      \
    X(LATENCY_NO_PRIORITY, "no_priority", "no real-time scheduling was granted",                   \
      "run as root, or give the user the limit 'rtprio' (RLIMIT_RTPRIO) or the program "           \
      "CAP_SYS_NICE: a line 'USER - rtprio 90' in /etc/security/limits.d/knead.conf, then log in " \
      "anew")                                                                                      \
    X(LATENCY_NOT_LOCKED, "memory_not_locked", "memory could not be locked: pages may be missing", \
      "raise the limit 'memlock' (RLIMIT_MEMLOCK): a line 'USER - memlock unlimited' in "          \
      "/etc/security/limits.d/knead.conf, then log in anew")                                       \
    X(LATENCY_GOVERNOR, "governor", "the processors' clock slows down when little is to do",       \
      "set the governor 'performance': cpupower frequency-set -g performance")                     \
    X(LATENCY_KERNEL, "kernel", "the kernel is not PREEMPT_RT: its own work may hold knead up",    \
      "install one that is: on Debian the package linux-image-rt-amd64")                           \
    X(LATENCY_VIRTUAL_MACHINE, "virtual_machine",                                                  \
      "this is a virtual machine: its host may stop it at any time",                               \
      "run knead on the bare machine, or give the guest processors of its own")                    \
    X(LATENCY_STOLEN, "stolen_time", "the host gave processor time to other guests",               \
      "take load off the host, or give the guest processors of its own")                           \
    X(LATENCY_OTHERS, "other_load", "other programs were busy while this was measured",            \
      "end them, or keep a processor free for knead (isolcpus, cpusets)")                          \
    X(LATENCY_COMPUTE, "compute", "the control cycle itself takes too much of the period",         \
      "use a release build and a faster processor, or a longer period in the machine's file")      \
    X(LATENCY_SILENT, "device_silent", "devices did not answer in time",                           \
      "ask 'knead device probe' which one and why; look at cables and supply")                     \
    X(LATENCY_BUS, "bus", "the bus is too slow for the period",                                    \
      "take a longer period, faster serial lines, or fewer devices on a line; 'knead device "      \
      "show' tells what each one takes")                                                           \
    X(LATENCY_REPLIES, "late_replies", "replies come in time as a rule, but not always",           \
      "look at what else is on the wire, and at the causes above: a late thread reads late")       \
    X(LATENCY_UNKNOWN, "unknown", "nothing that knead knows of explains it",                       \
      "measure again for longer; look for firmware that stops the processors (hwlatdetect) and "   \
      "for interrupts on this processor (/proc/interrupts)")
typedef enum {
#define X(id, key, text, remedy) id,
    LATENCY_CAUSE_LIST(X)
#undef X
        LATENCY_CAUSE_COUNT
} latency_cause_t;

typedef struct {
    const char* key;
    const char* text;
    const char* remedy;
} latency_cause_info_t;
latency_cause_info_t latency_cause_info(latency_cause_t cause);

#define LATENCY_BIT(cause) (1u << (unsigned)(cause))

/// What was measured, microseconds.
typedef struct {
    int64_t period_us;
    histogram_t wake_up_us;  // after the deadline
    histogram_t compute_us;  // one control cycle
    histogram_t exchange_us; // all devices, as often as a period asks them
    int64_t devices_us; // that the devices take by calculation, on top of the exchange; 0 where the
                        // devices themselves were asked
    int64_t unanswered; // exchanges in which a device did not answer
    latency_host_t host;
} latency_measured_t;

/// One share of the period.
typedef struct {
    int64_t usual_us;    // needed in LATENCY_PERCENT of 100
    int64_t greatest_us; // ever needed
    int64_t limit_us;    // there is
    latency_verdict_t verdict;
} latency_share_t;

typedef struct {
    latency_verdict_t verdict; // the worse of both shares
    latency_share_t own;       // wake-up and compute
    latency_share_t bus;
    uint32_t causes;       // LATENCY_BIT of what is in the way; 0 if it is fit
    uint32_t cautions;     // of what was not in the way this time, but may be
    int64_t period_min_us; // the shortest that the greatest would fit; INT64_MAX for none
} latency_judgement_t;

latency_judgement_t latency_judge(const latency_measured_t* measured);

#endif
