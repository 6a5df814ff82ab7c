#include "tests/support/cmocka_prelude.h"

#include "tests/support/overshoot.h"

static void show(const char* what, const overshoot_t* o, double bound)
{
    print_message("%s k %.0f: closing %.1f mm/s peak %.2f over %.2f bound %.2f ratio %.3f decided %.0f slowed %.0f sank %.2f mm yield %.2f released %.0f same %d rule %s\n",
        what, o->stiffness_N_per_m, o->closing_mps*1e3, o->peak_N, o->peak_N-o->limit_N, bound, (o->peak_N-o->limit_N)/bound, o->decided_ms, o->slowed_ms, o->sank_m*1e3, o->yield_mps2, o->released_ms, o->same_cycle, o->rule>=0?interlock_rule_info((interlock_rule_t)o->rule)->name:"-");
}

__attribute__((unused)) static void explore(void** context)
{
    (void)context;
    const envelope_reaction_t reaction = overshoot_reaction();
    print_message("t %.1f ms a %.2f\n", reaction.reaction_s*1e3, reaction.deceleration_mps2);
    const struct {double k, spring, tissue;} rows[]={{1000,0,1250},{2000,0,10000/3.0},{5000,10000,10000},{10000,20000,20000}};
    const double speeds[]={0.005,0.02,0.05};
    for (int lost=0; lost<3; ++lost) for (int no=1; no>=0; --no) for (int i=0;i<4;++i) for (int j=0;j<3;++j) {
        overshoot_trial_t trial={.altered={.spring_N_per_m=rows[i].spring,.tissue_N_per_m=rows[i].tissue,.quiet=true},.seed=5,.begin_N=9,.speed_mps=speeds[j],.blind=true,.no_envelope=no,.lost=(lost_t)lost};
        const overshoot_t o=overshoot_play(&trial);
        char w[60]; snprintf(w,sizeof w,"lost %d %s v %.0f",lost,no?"hard":"env",speeds[j]*1e3);
        show(w,&o,overshoot_bound_N(&o,&reaction,lost?0.008:0));
    }
}

static void heeding(void** context)
{
    (void)context;
    const struct {double k, spring, tissue;} rows[]={{1000,0,1250},{2000,0,10000/3.0},{5000,10000,10000},{10000,20000,20000}};
    for (int i=0;i<4;++i) {
        overshoot_trial_t trial={.altered={.spring_N_per_m=rows[i].spring,.tissue_N_per_m=rows[i].tissue},.seed=5,.begin_N=9,.speed_mps=0.05,.blind=true,.heeds=true};
        const overshoot_t o=overshoot_play(&trial);
        show("heeds",&o,1);
    }
}
static void clients(void** context)
{
    (void)context;
    const double rise[][2]={{.06,.3},{.06,.5},{.15,.8}};
    const double begins[]={9,20,24};
    for (int i=0;i<3;++i) for (int j=0;j<3;++j) for (int k=0;k<2;++k){
        overshoot_trial_t trial={.altered={.spring_N_per_m=k?10000:0,.tissue_N_per_m=k?10000:0,.moves=true},.seed=5,.begin_N=begins[j],.rise_m=rise[i][0],.rise_s=rise[i][1]};
        const overshoot_t o=overshoot_play(&trial);
        char w[60]; snprintf(w,sizeof w,"rise %.0f mm %.1f s from %.0f",rise[i][0]*1e3,rise[i][1],begins[j]);
        show(w,&o,1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heeding), cmocka_unit_test(clients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
