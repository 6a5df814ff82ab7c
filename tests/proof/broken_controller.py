#!/usr/bin/env python3
"""broken_controller.py [--only EXPRESSION] [--list]

Breaks the controller on purpose, one way after another, and asks whether campaigns notice: what
controller and judge do wrong together is told by nothing but the invariants, and a campaign of any
length says nothing of what they leave out. The judge itself is changed by tests/proof/mutate.py.

Works on a copy of what is committed, of which 'knead' alone is built. A sample of the matrix is
played with each break, a larger one if no trial of that fails, then a swarm, then healthy runs; if
no trial at all fails, the unit test that the list names has to. Prints a row of a table each. Exits
1 if nothing notices a break, or no trial does and the list gives no reason.
"""

import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
STAGES = (["matrix", "--shard", "1/44"], ["matrix", "--shard", "2/11"],
          ["swarm", "--seeds", "1-40"], ["healthy", "--seeds", "1-12"])

CYCLE = "controller/cycle.c"
FORCE = "controller/force_control.c"
LIMIT = "controller/limit.c"
ESTIMATE = "controller/estimate.c"
PLAN = "controller/plan.c"
LIVE = "controller/live.c"

Break = collections.namedtuple("Break", "word source before after test unnoticed",
                               defaults=(None, None))

# The text that is replaced stands once in its file. `test`: the unit test that notices what no
# trial does. `unnoticed`: why no trial can.
BREAKS = [
    Break("yield ends at once", CYCLE, "WHEN(state->force.yielded || yield_late, YIELDED)",
          "WHEN(true, YIELDED)"),
    Break("yield never ends", CYCLE, "WHEN(state->force.yielded || yield_late, YIELDED)",
          "WHEN(false, YIELDED)"),
    Break("stopping waits for ever", CYCLE,
          "WHEN(stop_late || standing(session, state, in), STANDSTILL)", "WHEN(false, STANDSTILL)"),
    Break("a yield that is asked for is not begun", CYCLE,
          "WHEN(verdict->reaction == REACTION_YIELD, YIELD)",
          "WHEN(verdict->reaction == REACTION_YIELD, LIFT)"),
    Break("a lift that is asked for is not begun", CYCLE,
          "WHEN(verdict->reaction == REACTION_LIFT, LIFT)",
          "WHEN(false, LIFT)",
          "test_reactions", "`dwell` alone lifts; no trial stays so long"),
    Break("a stop that is asked for is not begun", CYCLE,
          "WHEN(verdict->reaction == REACTION_STOP, STOP)", "WHEN(false, STOP)"),
    Break("the power stays on that should go off", CYCLE,
          "WHEN(verdict->reaction == REACTION_POWER_OFF, POWER_OFF)",
          "WHEN(verdict->reaction == REACTION_POWER_OFF, STOP)"),
    Break("a person's stop at the body is not heard", CYCLE, "WHEN(stop && touches, YIELD)",
          "WHEN(false, YIELD)"),
    Break("a person's stop elsewhere is not heard", CYCLE,
          "WHEN(stop && !touches && mode != MODE_YIELD, STOP)", "WHEN(false, STOP)"),
    Break("a trip is forgotten at once", CYCLE, "WHEN(state->interlock.tripped, LATCHED)",
          "WHEN(false, LATCHED)",
          "test_cycle", "no mode goes on beside a latched cause"),
    Break("the first cause is forgotten every period", CYCLE,
          "    state->now_us = in->now_us;\n    state->mode = out->mode;",
          "    interlock_acknowledge(&state->interlock);\n"
          "    state->now_us = in->now_us;\n    state->mode = out->mode;"),
    Break("reactions come a period late", CYCLE,
          "out->mode = supervisor_next(state->mode, out->conditions);",
          "static conditions_t before;\n    out->mode = supervisor_next(state->mode, before);\n"
          "    before = out->conditions;"),
    Break("arming is granted though something refuses", CYCLE,
          ".healthy = out->verdict.refused == 0", ".healthy = true",
          "test_cycle", "only the answer is wrong"),
    Break("a lost joint is commanded again", CYCLE,
          "state->locked_joints = powered ? state->locked_joints | out->verdict.locked_joints : 0;",
          "state->locked_joints = 0;"),
    Break("contact is taken for made in the air", CYCLE, "WHEN(estimate->touching, TOUCHED)",
          "WHEN(true, TOUCHED)"),
    Break("starts without being asked to", CYCLE,
          "WHEN((live->granted & REQUEST_START) != 0, START)", "WHEN(true, START)"),
    Break("arms without being asked to", CYCLE,
          "WHEN((live->granted & REQUEST_ARM) != 0, ARM)", "WHEN(true, ARM)"),
    Break("acknowledges by itself", CYCLE,
          "WHEN((live->granted & REQUEST_ACKNOWLEDGE) != 0, ACKNOWLEDGE)",
          "WHEN(true, ACKNOWLEDGE)"),
    Break("yields into the body", FORCE,
          "vec3_scale(quat_rotate(state->commanded.orientation, vec3(0.0, 0.0, 1.0)), -1.0);",
          "vec3_scale(quat_rotate(state->commanded.orientation, vec3(0.0, 0.0, 1.0)), 1.0);"),
    Break("yields at a tenth of the speed", FORCE,
          "leave_speed_mps(session->safety->yield_speed_mps.value, remaining_m, acceleration_mps2)",
          "leave_speed_mps(0.1 * session->safety->yield_speed_mps.value, remaining_m, "
          "acceleration_mps2)"),
    Break("yields by a tenth of the way", FORCE,
          "session->safety->yield_distance_m.value - state->offset_m",
          "0.1 * session->safety->yield_distance_m.value - state->offset_m"),
    Break("approaches at three times the speed", FORCE,
          "return -fmin(braking, session->safety->approach_speed_max_mps.value);",
          "return -3.0 * fmin(braking, session->safety->approach_speed_max_mps.value);"),
    Break("no envelope on the speed into the body", FORCE,
          "return envelope_speed_max_mps(&commanded, estimate->hardest_N_per_m, room_N);",
          "return envelope_speed_max_mps(&commanded, 1.0, 1e6 + 0.0 * room_N);",
          "test_force_control", "no claim breaks without it there"),
    Break("presses twice as hard", FORCE,
          "eased ? EASED_TOUCH_N : target->force_target_N;",
          "eased ? EASED_TOUCH_N : 2.0 * target->force_target_N;"),
    Break("presses where the force is unknown", FORCE,
          "known ? fmin(fmax(speed, -limit), pace.out_mps) : limit, &pace);",
          "known ? fmin(fmax(speed, -limit), pace.out_mps) : -limit, &pace);",
          "test_force_control", "a rule ends it before a claim breaks"),
    Break("never lets go of a force that is too high", FORCE,
          "known ? fmin(fmax(speed, -limit), pace.out_mps) : limit, &pace);",
          "known ? fmin(fmax(speed, -limit), 0.0) : limit, &pace);"),
    Break("joints speed up at twice what they may", LIMIT,
          "const double acceleration = chain->acceleration_max.at[joint];",
          "const double acceleration = 2.0 * chain->acceleration_max.at[joint];"),
    Break("joints go at twice the speed they may", LIMIT,
          "const double speed_max = chain->velocity_max.at[joint];",
          "const double speed_max = 2.0 * chain->velocity_max.at[joint];",
          "test_limit", "no command comes to that speed there, or I8 told"),
    Break("joints run on past the end of their way", LIMIT,
          "clamp(position, chain->position_min.at[joint], chain->position_max.at[joint]);",
          "position;"),
    Break("a lost joint's drive is not told to stop", LIMIT,
          "powered ? DRIVE_REQUEST_QUICK_STOP : DRIVE_REQUEST_DISABLE;",
          "powered ? DRIVE_REQUEST_ENABLE : DRIVE_REQUEST_DISABLE;"),
    Break("drives keep their torque when they should not", LIMIT,
          "return clear_fault ? DRIVE_REQUEST_RESET_FAULT : DRIVE_REQUEST_DISABLE;",
          "return clear_fault ? DRIVE_REQUEST_RESET_FAULT : DRIVE_REQUEST_ENABLE;"),
    Break("the power relay never opens", LIMIT,
          ".power_relay_close = powered || braking || mode == MODE_READY,",
          ".power_relay_close = powered || braking || true,"),
    Break("without torque the command does not follow the arm", LIMIT,
          "position = drive->position; // without torque the command is where the arm is",
          "position = sent;"),
    Break("half of the force is felt", ESTIMATE,
          "estimate->normal_force_N = vec3_dot(on_tool_N, estimate->surface_normal);",
          "estimate->normal_force_N = 0.5 * vec3_dot(on_tool_N, estimate->surface_normal);"),
    Break("the force is looked for in the wrong direction", ESTIMATE,
          "vec3_sub(quat_rotate(sensor_in_table, vec3_sub(unexplained_N, state->tare_N)),",
          "vec3_sub(quat_rotate(quat_conjugate(sensor_in_table), "
          "vec3_sub(unexplained_N, state->tare_N)),"),
    Break("any offset of the force is tared away", ESTIMATE,
          "vec3_norm(state->tare_N) <= session->safety->tare_force_max_N.value;", "true;"),
    Break("strokes are played 40 mm beside their place", PLAN,
          "    target->region = body_region_at(session->body, view.target.place);",
          "    target->tool_desired.position_m.y += 0.04;\n"
          "    target->region = body_region_at(session->body, view.target.place);"),
    Break("a cap of the force is not kept", PLAN,
          "if (!(target->force_target_N <= allowed_N)) {", "if (target->force_target_N > 1e3) {",
          "test_plan", "no claim of a trial asks for it"),
    Break("a change of the force is not ramped", PLAN, "    if (!entered) {\n"
          "        const double last_N = state->last.force_target_N;",
          "    if (false) {\n        const double last_N = state->last.force_target_N;",
          "test_plan", "no claim of a trial asks for it"),
    Break("resumes wherever the arm is", LIVE,
          "view->tool_deviation_m <= LIVE_DISPLACED_MAX_M", "view->tool_deviation_m <= 1e9",
          "test_cycle", "no claim of a trial asks for it"),
    Break("a request that was held counts again", LIVE,
          "if ((request & MOVES & asked_before) != 0) {", "if (false) {",
          "test_live", "no claim of a trial asks for it"),
]


def counted(count, noun):
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def build(tree, target):
    # A break leaves things unused: no warnings.
    for command in (["cmake", "--preset", "release", "-DCMAKE_C_FLAGS=-w"],
                    ["cmake", "--build", "--preset", "release", "--target", target]):
        done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"broken_controller.py: {' '.join(command)}:\n{done.stdout}{done.stderr}")


def play(tree, stage, outcomes):
    """By what claims trials of a campaign failed, and how many of them did."""
    outcomes.unlink(missing_ok=True)
    command = ["build/release/knead", "campaign", *stage, "--jobs", "2", "--quiet", "--out",
               str(outcomes)]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 6):
        return {"the program ends": 1}, 1
    broken = collections.Counter()
    failed = 0
    for line in outcomes.read_text().splitlines():
        trial = json.loads(line)
        if trial.get("result") == "failed":
            failed += 1
            broken.update({failure["claim"] for failure in trial["failures"]})
    return broken, failed


def apply(tree, each):
    source = tree / each.source
    text = source.read_text()
    if text.count(each.before) != 1:
        sys.exit(f"broken_controller.py: {each.word}: stands {text.count(each.before)} times in "
                 f"{each.source}: {each.before}")
    source.write_text(text.replace(each.before, each.after))
    return source, text


def test_notices(tree, test):
    """The test, and how many of its claims fail; none, if it passes."""
    build(tree, test)
    done = subprocess.run([f"build/release/tests/{test}"], cwd=tree, capture_output=True, text=True,
                          check=False)
    claims = len(set(re.findall(r"^\[  FAILED  \] ([a-z]\w+)$", done.stdout + done.stderr,
                                re.MULTILINE)))
    return (f"`{test}`", counted(claims, "claim")) if done.returncode != 0 else (None, "")


def notice(tree, each, outcomes):
    """What noticed, by how much fails, and why trials failed."""
    source, text = apply(tree, each)
    try:
        build(tree, "knead")
        for stage in STAGES:
            broken, failed = play(tree, stage, outcomes)
            if failed != 0:
                return f"`{' '.join(stage)}`", counted(failed, "trial"), broken
        return (*test_notices(tree, each.test), {}) if each.test else (None, "", {})
    finally:
        source.write_text(text)


def main():
    arguments = argparse.ArgumentParser(description="breaks the controller, plays campaigns")
    arguments.add_argument("--only", default="", help="breaks whose name this expression fits")
    arguments.add_argument("--list", action="store_true", help="their names")
    options = arguments.parse_args()
    chosen = [each for each in BREAKS if re.search(options.only, each.word)]
    if options.list:
        print("\n".join(each.word for each in chosen))
        return 0
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        tree = pathlib.Path(folder) / "tree"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(tree)], check=True)
        outcomes = pathlib.Path(folder) / "outcomes.jsonl"
        print("| broken | in | noticed by | which fails in | of which |\n|---|---|---|---:|---|")
        for each in chosen:
            told, failed, broken = notice(tree, each, outcomes)
            reasons = "; ".join(f"{name} {count}" for name, count in
                                sorted(broken.items(), key=lambda pair: -pair[1])[:4])
            trials_tell = bool(broken)
            if not trials_tell:
                reasons = each.unnoticed or "**not known why no trial does**"
            print(f"| {each.word} | `{each.source}` | {told or '**nothing**'} | {failed} | "
                  f"{reasons} |", flush=True)
            wrong += 1 if told is None or (not trials_tell and each.unnoticed is None) else 0
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
