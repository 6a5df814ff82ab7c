#include "controller/cli/latency_judge.h"

#include "controller/bus/budget.h"

const char* latency_verdict_text(latency_verdict_t verdict)
{
    switch (verdict) {
#define X(id, text)                                                                                \
    case id:                                                                                       \
        return text;
        LATENCY_VERDICT_LIST(X)
#undef X
    }
    return "unknown";
}

latency_cause_info_t latency_cause_info(latency_cause_t cause)
{
    static const latency_cause_info_t infos[LATENCY_CAUSE_COUNT] = {
#define X(id, key, text, remedy) [id] = {key, text, remedy},
        LATENCY_CAUSE_LIST(X)
#undef X
    };
    return infos[cause];
}

static latency_share_t share(int64_t usual_us, int64_t greatest_us, int64_t limit_us)
{
    return (latency_share_t){.usual_us = usual_us,
                             .greatest_us = greatest_us,
                             .limit_us = limit_us,
                             .verdict = greatest_us <= limit_us ? LATENCY_FIT
                                        : usual_us <= limit_us  ? LATENCY_MARGINAL
                                                                : LATENCY_UNFIT};
}

/// What can make a thread late, as far as it is so here.
static uint32_t facts_of_host(const latency_host_t* host)
{
    uint32_t facts = 0;
    facts |= host->granted.scheduling == REAL_TIME_NONE ? LATENCY_BIT(LATENCY_NO_PRIORITY) : 0;
    facts |= !host->granted.memory_locked ? LATENCY_BIT(LATENCY_NOT_LOCKED) : 0;
    facts |= host->governors_saving > 0 ? LATENCY_BIT(LATENCY_GOVERNOR) : 0;
    facts |= !host->preempt_rt ? LATENCY_BIT(LATENCY_KERNEL) : 0;
    facts |= host->virtual_machine ? LATENCY_BIT(LATENCY_VIRTUAL_MACHINE) : 0;
    facts |= host->stolen_part >= LATENCY_STOLEN_PART ? LATENCY_BIT(LATENCY_STOLEN) : 0;
    facts |= host->others_busy >= LATENCY_OTHERS_BUSY ? LATENCY_BIT(LATENCY_OTHERS) : 0;
    return facts;
}

static bool computes_too_long(const latency_measured_t* measured, const latency_share_t* own)
{
    const int64_t compute_us = histogram_percentile(&measured->compute_us, LATENCY_COMPUTE_PERCENT);
    return (double)compute_us > LATENCY_COMPUTE_PART * (double)own->limit_us;
}

/// What is in the way of the bus: it never has the time, or not always.
static uint32_t causes_of_bus(const latency_measured_t* measured, const latency_share_t* bus,
                              uint32_t facts)
{
    const int64_t middle_us =
        histogram_percentile(&measured->exchange_us, 50.0) + measured->devices_us;
    if (measured->unanswered > 0) {
        return LATENCY_BIT(LATENCY_SILENT);
    }
    if (bus->verdict == LATENCY_FIT) {
        return 0;
    }
    return middle_us > bus->limit_us ? LATENCY_BIT(LATENCY_BUS)
                                     : LATENCY_BIT(LATENCY_REPLIES) | facts;
}

/// The shortest period of a machine's file whose shares hold both.
static int64_t shortest_period_us(int64_t own_us, int64_t bus_us)
{
    for (int64_t period_us = BUDGET_PERIOD_MIN_US; period_us <= BUDGET_PERIOD_MAX_US; ++period_us) {
        const int64_t limit_us = budget_exchange_limit_us(period_us);
        if (bus_us <= limit_us && own_us <= period_us - limit_us) {
            return period_us;
        }
    }
    return INT64_MAX;
}

static latency_verdict_t worse(latency_verdict_t a, latency_verdict_t b)
{
    return a > b ? a : b;
}

/// A device that is silent in more periods than the percentile forgives makes the bus unfit.
static latency_verdict_t silence(const latency_measured_t* measured)
{
    const double forgiven = (100.0 - LATENCY_PERCENT) / 100.0 * (double)measured->exchange_us.count;
    return measured->unanswered == 0                         ? LATENCY_FIT
           : (double)measured->unanswered <= forgiven + 1e-9 ? LATENCY_MARGINAL
                                                             : LATENCY_UNFIT;
}

latency_judgement_t latency_judge(const latency_measured_t* measured)
{
    const int64_t bus_limit_us = budget_exchange_limit_us(measured->period_us);
    const histogram_t* wake_up = &measured->wake_up_us;
    const histogram_t* compute = &measured->compute_us;
    const histogram_t* exchange = &measured->exchange_us;
    latency_judgement_t judgement = {
        .own = share(histogram_percentile(wake_up, LATENCY_PERCENT) +
                         histogram_percentile(compute, LATENCY_PERCENT),
                     wake_up->max + compute->max, measured->period_us - bus_limit_us),
        .bus = share(histogram_percentile(exchange, LATENCY_PERCENT) + measured->devices_us,
                     exchange->max + measured->devices_us, bus_limit_us)};
    judgement.bus.verdict = worse(judgement.bus.verdict, silence(measured));
    judgement.verdict = worse(judgement.own.verdict, judgement.bus.verdict);
    judgement.period_min_us =
        shortest_period_us(judgement.own.greatest_us, judgement.bus.greatest_us);

    const uint32_t facts = facts_of_host(&measured->host);
    judgement.causes = causes_of_bus(measured, &judgement.bus, facts);
    if (judgement.own.verdict != LATENCY_FIT) {
        const bool slow = computes_too_long(measured, &judgement.own);
        judgement.causes |= facts | (slow ? LATENCY_BIT(LATENCY_COMPUTE) : 0);
        if ((judgement.causes & (facts | LATENCY_BIT(LATENCY_COMPUTE))) == 0) {
            judgement.causes |= LATENCY_BIT(LATENCY_UNKNOWN);
        }
    }
    judgement.cautions = facts & ~judgement.causes;
    return judgement;
}
