/// scratch
#include "tests/support/cmocka_prelude.h"
#include <stdlib.h>
#include <string.h>
#include "tests/support/closed_loop.h"

typedef struct { double peak; vec3_t last; bool have; double speed; int64_t crossed_us; double limit; bool print;
    int64_t begin_us; int64_t decel_us; double speed_at_cross; double min_speed; } watch_t;

static void watch(closed_loop_t* loop, void* context)
{
    watch_t* w = context;
    world_truth_t t;
    world_truth(loop->world, &t);
    joints_t q;
    for (int j=0;j<JOINT_CAPACITY;++j) q.at[j]=t.joint_position[j];
    pose_t tool = fk_tool_pose(&loop->assembly->session.chain,&q);
    vec3_t out = vec3_scale(quat_rotate(tool.orientation, vec3(0,0,1)),-1);
    if (w->have) w->speed = vec3_dot(vec3_sub(tool.position_m,w->last),out)*1000;
    w->last=tool.position_m; w->have=true;
    w->peak=fmax(w->peak,t.normal_force_N);
    if (w->crossed_us==0 && t.normal_force_N>w->limit) { w->crossed_us=world_now_us(loop->world); w->speed_at_cross=w->speed; }
    if (w->print) printf("%6.1f ms F %.2f tool %.1f mm/s skin %.1f  est %.2f mode %d\n", (double)(world_now_us(loop->world)-w->begin_us)*1e-3, t.normal_force_N, w->speed*1e3, t.surface_speed_mps*1e3, loop->out.estimate.normal_force_N, loop->out.mode);
}

static closed_loop_t* open_at(const closed_loop_altered_t* a, double target_N, int64_t seed)
{
    closed_loop_t* loop = closed_loop_open_altered("routines/library/relaxing-back.yaml", NULL, seed, a);
    while (!(loop->out.mode == MODE_CONTACT && loop->out.target.force_target_N >= target_N)) {
        if (!closed_loop_step(loop)) { printf("ended %s\n", interlock_rule_info((interlock_rule_t)loop->state.interlock.first_rule)->name); exit(1);} 
    }
    return loop;
}

static void shift(double k_tissue, double spring, double target, double rise, bool print)
{
    closed_loop_altered_t a = {.spring_N_per_m=spring,.tissue_N_per_m=k_tissue};
    closed_loop_t* loop = open_at(&a, target, 5);
    watch_t w = {.limit=60,.print=print,.begin_us=loop->in.now_us};
    loop->watch=watch; loop->watch_context=&w;
    world_event_t e={.kind=WORLD_EVENT_BODY_SHIFT,.magnitude=rise};
    world_inject(loop->world,&e);
    double f0=loop->truth.normal_force_N;
    int64_t trip=0;
    static vec3_t lastc; 
    { normal_motion_t m = bandwidth_of_posture(&loop->assembly->session.chain,&loop->state.limit.position); printf("posture speed %.3f acc %.2f\n",m.speed_mps,m.acceleration_mps2);}
    for(int i=0;i<200;++i){ closed_loop_step(loop);
    if (print) { joints_t q; for (int j=0;j<JOINT_CAPACITY;++j) q.at[j]=loop->out.command.position[j]; pose_t c=fk_tool_pose(&loop->assembly->session.chain,&q); vec3_t o=vec3_scale(quat_rotate(c.orientation, vec3(0,0,1)),-1);
      printf("cmd at %.0f: tool %.1f mm/s wanted %.1f path err %.2f mm res %d\n",(double)(loop->in.now_us-w.begin_us)*1e-3, vec3_dot(vec3_sub(c.position_m,lastc),o)/.004e-3, loop->state.force.speed_mps*1e3, loop->out.joints.path_error_m*1e3, loop->out.joints.result); lastc=c.position_m; } if(!trip && loop->out.verdict.refused) trip=loop->in.now_us; }
    printf("k_t %.0f spring %.0f target %.1f F0 %.1f peak %.1f trip after %.0f ms by %s, est k %.0f\n",k_tissue,spring,target,f0,w.peak,(double)(trip-w.begin_us)*1e-3,loop->state.interlock.first_rule>=0?interlock_rule_info((interlock_rule_t)loop->state.interlock.first_rule)->name:"-",loop->out.estimate.stiffness_N_per_m);
    closed_loop_close(loop);
}

int main(int argc,char**argv)
{
    (void)argc;(void)argv;
    shift(0,0,9,0.06,true);
    shift(0,0,20,0.06,false);
    shift(0,0,24,0.06,false);
    shift(10000,0,9,0.06,false);
    shift(10000,10000,9,0.06,false);
    shift(10000,10000,20,0.06,false);
    shift(10000,10000,24,0.06,false);
    return 0;
}
