#!/usr/bin/env python3
"""mutate.py [--sample N | --minutes N] [--seed TEXT] [--file NAME] [--only FILE]
          [--since COMMIT] [--jobs N] [--list]

Changes the safety room one small step at a time and runs its tests against each change. A change
that no test notices is a survivor; each survivor has to stand in tests/proof/survivors.md with the
reason why it changes nothing that can be observed. Exits 1 if one does not.

Only the mutated file is compiled again, with gcc -O1, and the room linked as a library that the
tests load. A mutant whose object code equals the original's is told apart as the same program, and
so is a changed table of the supervisor that was walked beside the original one and gave the same for
every mode and every set of conditions. What takes too long counts as killed, what the compiler
refuses does not count.
"""

import argparse
import concurrent.futures
import hashlib
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROOM = "controller/safety"
SURVIVORS = ROOT / "tests/proof/survivors.md"
FLAGS = ["-std=c11", "-O1", "-w", "-ffp-contract=off", "-fno-math-errno",
         "-D_POSIX_C_SOURCE=200809L"]

# Tests by the file that is mutated; the quickest to notice first. Every other file gets its own
# test, if it has one, and those of the judge. What the enumeration of the supervisor does not notice
# makes no transition another one: asking its other test as well would only take time.
TESTS = {
    "supervisor.c": ["proof/test_supervisor_enumerated quick", "proof/test_supervisor_enumerated"],
    "interlock.c": ["proof/test_judge_enumerated single", "proof/test_permits",
                    *sorted("controller/" + path.stem
                            for path in (ROOT / "tests/controller").glob("test_interlock*.c")),
                    "proof/test_judge_enumerated quick"],
}
# The enumeration takes ten seconds a mutant; a table that was changed is walked in its stead.
WALKED_BEFORE = "proof/test_supervisor_enumerated"
# All pairs of figures take a minute, and notice what sets drawn at random do not in no more than a
# few mutants: they are left to whoever looks at the survivors.
REACTIONS = "proof/test_reaction_enumerated"
for source in ("permit.c", "rules_device.c", "rules_force.c", "rules_joint.c", "rules_motion.c",
               "rules_sensor.c"):
    TESTS[source] = TESTS["interlock.c"]
TESTS["interlock.c"] = [*TESTS["interlock.c"], REACTIONS]
# Its first claim is the table itself.
TESTS["interlock.h"] = [REACTIONS, *TESTS["interlock.c"]]
# Headers whose tables are read by one source only; nothing else is compiled again for them.
HEADERS = {"interlock.h": "interlock.c"}

TOKEN = re.compile(r"""
    (?P<number>\b(?:0x[0-9a-fA-F]+|\d+\.\d*(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+|\d+)[uUlLfF]*)
  | (?P<word>[A-Za-z_]\w*)
  | (?P<operator><<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/&|^]=|[-+*/%<>=!&|^~?:;,(){}\[\].])
""", re.X)

SWAPS = {
    "<": ["<=", ">="], "<=": ["<", ">"], ">": [">=", "<="], ">=": [">", "<"],
    "==": ["!="], "!=": ["=="], "&&": ["||"], "||": ["&&"], "+=": ["-="], "-=": ["+="],
    "|=": ["&=", "="], "&=": ["|="], "<<": [">>"], ">>": ["<<"], "++": ["--"], "--": ["++"],
}
BINARY = {"+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "|": ["&"], "&": ["|"], "^": ["|"]}
WORDS = {"true": ["false"], "false": ["true"], "fmin": ["fmax"], "fmax": ["fmin"], "fabs": ["-"],
         "isfinite": ["!isnan", "true ||"], "isnan": ["!isfinite", "!"], "HUGE_VAL": ["0.0"]}
TYPES = re.compile(r"^(?:\w+_t|const|void|char|int|double|float|bool|unsigned|struct|static)$")
# Members of one family stand for each other: one is swapped for its neighbours in the source.
FAMILIES = ("MODE_", "INTERLOCK_", "TRUST_", "REACTION_", "CONDITION_", "DRIVE_", "PART_")


# Walks two tables of the supervisor at once: 0 if every mode with every set leads to the same mode.
# What the rows of a mode do not ask for changes nothing, so that only sets of what they do ask for
# are walked; the function that asks them is the same text in both.
WALK = """
#include <stdio.h>
#include "controller/safety/supervisor.h"
#define WALKED(which) \\
    static unsigned bit_##which(int mode) { return FROM(mode); } \\
    static conditions_t asked_##which(int mode) { \\
        conditions_t asked = 0; \\
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) \\
            asked |= (rows[i].from & bit_##which(mode)) != 0 ? rows[i].all | rows[i].none : 0; \\
        return asked; \\
    }
%s
int main(void)
{
    unsigned long walked = 0;
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        const conditions_t asked = asked_before(mode) | asked_after(mode);
        conditions_t set = asked;
        do {
            if (next_before(mode, set) != next_after(mode, set)) return 1;
            ++walked;
            set = (set - 1) & asked;
        } while (set != asked);
        if (touches_before(mode) != touches_after(mode) ||
            powered_before(mode) != powered_after(mode)) return 1;
    }
    return walked > MODE_COUNT ? 0 : 2;
}
"""
WALK_NAMES = {"supervisor_next": "next", "supervisor_mode_touches": "touches", "rows": "rows",
              "supervisor_mode_powered": "powered", "supervisor_mode_text": "text",
              "supervisor_row_t": "row"}

# What stands in the columns of the table of rules.
COLUMNS = (("FULL", "PARTIAL", "NONE"), ("LIFT", "YIELD", "STOP"),
           ("RESUME", "ACKNOWLEDGE", "INSPECTION"))


def blank(text):
    """The text with comments, strings and includes blanked out, and what only says which text
    belongs to which member; every position kept."""
    def spaces(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    pattern = r'\[\w+\]\s*=\s*"[^"\n]*"|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\])*"|^\s*#\s*(?:include|undef|if\w*|endif)[^\n]*'
    return re.sub(pattern, spaces, text, flags=re.S | re.M)


def header_lists():
    """Enumerators by family, in order, from the headers of the room."""
    lists = {}
    for header in [*sorted((ROOT / ROOM).glob("*.h")), ROOT / "controller/bus/bus.h"]:
        text = header.read_text()
        for family in FAMILIES:
            found = re.findall(r"(?:X\(|^\s+|[{,]\s*)(%s[A-Z0-9_]+)\b(?=\s*[,}])" % family, text,
                               re.M)
            names = [name for name in found if not name.endswith(("_COUNT", "_LIST", "_NONE"))]
            lists.setdefault(family, []).extend(n for n in dict.fromkeys(names)
                                                if n not in lists.get(family, []))
    return lists


def neighbours(name, names):
    if name not in names or len(names) < 2:
        return []
    at = names.index(name)
    return list(dict.fromkeys([names[(at + 1) % len(names)], names[at - 1]]))


def numbers(text):
    digits = text.rstrip("uUlLfF")
    suffix = text[len(digits):]
    if "." in digits or re.match(r"\d+[eE]", digits):
        return [repr(float(digits) * 1.01), repr(float(digits) * 0.99)] \
            if float(digits) != 0.0 else ["0.01", "-0.01"]
    if digits.lower().startswith("0x"):
        return [hex(int(digits, 16) ^ 1) + suffix]
    return [str(int(digits) + 1) + suffix, "(%d)" % (int(digits) - 1)]


class Mutant:
    def __init__(self, file, source, start, end, new, told=None):
        self.file, self.start, self.end, self.new = file, start, end, new
        self.old = source[start:end]
        self.line = source.count("\n", 0, start) + 1
        self.text = source[source.rfind("\n", 0, start) + 1:].split("\n", 1)[0].strip().rstrip(" \\")
        self.column = start - source.rfind("\n", 0, start)
        shorten = lambda part: re.sub(r"\s+", " ", part).strip()
        self.change = told or "%s -> %s" % (shorten(self.old), shorten(new) or "(nothing)")
        before = source[source.rfind("\n", 0, start) + 1:start]
        same = len(re.findall(re.escape(self.old), before))
        self.key = "%s: %s :: %s%s" % (file, self.text, self.change,
                                       " (#%d)" % (same + 1) if same else "")

    def apply(self, source):
        return source[:self.start] + self.new + source[self.end:]


def token_mutants(file, source, code, families):
    tokens = list(TOKEN.finditer(code))
    for i, token in enumerate(tokens):
        text, kind = token.group(0), token.lastgroup
        previous = tokens[i - 1].group(0) if i else ";"
        value_before = i and (tokens[i - 1].lastgroup in ("number", "word") or previous in ")]") \
            and not TYPES.match(previous) and previous not in ("return", "case")
        def make(new):
            return Mutant(file, source, token.start(), token.end(), new)
        if kind == "number":
            yield from map(make, numbers(text))
        elif kind == "operator":
            if text in SWAPS:
                yield from map(make, SWAPS[text])
            elif text in BINARY and value_before:
                yield from map(make, BINARY[text])
            elif text == "!":
                yield make("")
            elif text == "~":
                yield make("")
            elif text == "-" and not value_before:
                yield make("")
        elif kind == "word":
            yield from map(make, WORDS.get(text, []))
            if text in ("M", "MODE_BIT", "C") and i + 2 < len(tokens) and previous != "define":
                name = tokens[i + 2].group(0)
                family = "CONDITION_" if text == "C" else "MODE_"
                for new in neighbours(family + name, families[family]):
                    yield Mutant(file, source, tokens[i + 2].start(), tokens[i + 2].end(),
                                 new[len(family):])
            for family in FAMILIES:
                if text.startswith(family):
                    yield from map(make, neighbours(text, families[family]))


def matching(code, at):
    """Position of the parenthesis that closes the one at `at`."""
    depth = 0
    for place in range(at, len(code)):
        depth += {"(": 1, ")": -1}.get(code[place], 0)
        if depth == 0:
            return place
    return len(code)


def shape_mutants(file, source, code):
    for match in re.finditer(r"\b(?:if|while)\s*(\()", code):
        end = matching(code, match.start(1))
        inner = source[match.start(1) + 1:end]
        yield Mutant(file, source, match.start(1), end + 1, "(!(%s))" % inner)
    for match in re.finditer(r"\breturn\s+([^;{}]+);", code):
        head = code[:match.start()]
        functions = re.findall(r"^(?:static )?(\w+)\*? \w+\([^;{]*\)\s*\n\{", head, re.M)
        if functions and functions[-1] == "bool":
            yield Mutant(file, source, match.start(1), match.end(1),
                         "!(%s)" % source[match.start(1):match.end(1)])
    # Statements without a block of their own, and what a mask or a sum has one term less of.
    for match in re.finditer(r"(?<=[;{}])\s*\n\s+([^;{}#]+;)", code):
        text = match.group(1)
        if re.match(r"(?:const|static|typedef|for|if|else|while|case|default|switch|return\s+\S)\b",
                    text) or re.match(r"\w+\*? \w+", text) and not text.startswith("return;"):
            if not re.match(r"return;|continue;|break;", text):
                continue
        yield Mutant(file, source, match.start(1), match.end(1), ";")
    for match in re.finditer(r"(?:\|\|?|&&)\s*(!?(?:M|MODE_BIT|C|FROM|INTERLOCK_RULE)\(\w+\))", code):
        yield Mutant(file, source, match.start(), match.end(), "")
    # A row of a table less.
    for match in re.finditer(r"\n    (\{[^{};]*\},)(?=\n)", code):
        yield Mutant(file, source, match.start(1), match.end(1), "", "row left out")
    # Two neighbouring rows of a table the other way round.
    rows = list(re.finditer(r"\n    (\{[^{};]*\},)(?=\n)", code))
    for first, second in zip(rows, rows[1:]):
        between = source[first.end(1):second.start(1)]
        yield Mutant(file, source, first.start(1), second.end(1),
                     source[second.start(1):second.end(1)] + between +
                     source[first.start(1):first.end(1)], "row after the next one")


def mutants_of(name):
    file = "%s/%s" % (ROOM, name)
    source = (ROOT / file).read_text()
    code = blank(source)
    if name in HEADERS: # the table of rules only
        start = code.index("#define INTERLOCK_RULE_LIST")
        end = code.index("typedef enum", start)
        code = re.sub(r"[^\n]", " ", code[:start]) + code[start:end] + \
            re.sub(r"[^\n]", " ", code[end:])
        # Budgets are not changed: no code of the room reads them.
        every = [Mutant(file, source, word.start(), word.end(), other)
                 for words in COLUMNS for word in re.finditer(r"\b(?:%s)\b" % "|".join(words), code)
                 for other in words if other != word.group(0)]
    else:
        every = [*token_mutants(file, source, code, header_lists()),
                 *shape_mutants(file, source, code)]
    seen = {}
    for mutant in every:
        seen.setdefault((mutant.start, mutant.end, mutant.new), mutant)
    ordered = sorted(seen.values(), key=lambda m: (m.start, m.end, m.new))
    counts = {}
    for mutant in ordered: # the same change of the same text elsewhere in the file gets a number
        counts[mutant.key] = counts.get(mutant.key, 0) + 1
        if counts[mutant.key] > 1:
            mutant.key += " [%d]" % counts[mutant.key]
    return ordered


class Bench:
    """The room as objects and as a library, and its tests, linked with that library once."""

    def __init__(self, folder, files):
        self.folder = pathlib.Path(folder)
        self.original = self.folder / "original"
        self.original.mkdir()
        sources = sorted(path.name for path in (ROOT / ROOM).glob("*.c"))
        self.objects = {name: self.compile(ROOT / ROOM / name, "room_" + name, ["-fPIC"])
                        for name in sources}
        self.code = {name: self.fingerprint(made) for name, made in self.objects.items()}
        self.library(self.original, {})
        models = [self.compile(path, "model_" + path.name, ["-O2"])
                  for path in sorted((ROOT / "tests/proof").glob("*_model.c"))]
        self.limit_s = {} # of processor time: what else the machine does is not the mutant's fault
        steps = {step for file in files for step in self.steps_of(file)}
        for test in sorted({step.split()[0] for step in steps}):
            made = self.compile(ROOT / "tests" / (test + ".c"), "test.c", ["-O2"])
            self.run(["gcc", "-o", str(self.program(test)), str(made), *map(str, models),
                      "-L", str(self.original), "-lroom", "-lcmocka", "-lm"])
        for step in sorted(steps):
            before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
            if self.failed(step, self.original, 600) != 0:
                sys.exit("mutate: %s fails without any change" % step)
            used_s = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
            self.limit_s[step] = 2 + int(3.0 * used_s)

    def steps_of(self, name):
        own = ["controller/test_" + name[:-2], *TESTS["interlock.c"]]
        return [step for step in TESTS.get(name, own)
                if (ROOT / "tests" / (step.split()[0] + ".c")).exists()]

    def program(self, test):
        return self.folder / test.replace("/", "_")

    def run(self, command):
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            sys.exit(result.stderr)

    def compile(self, path, name, flags, before=()):
        """The object, or nothing for a mutant that is no C."""
        made = self.folder / (name + ".o")
        command = ["gcc", *FLAGS, *flags, *before, "-I", str(ROOT), "-c", str(path), "-o", str(made)]
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            if name.startswith("mutant"):
                return None
            sys.exit(result.stderr)
        return made

    def fingerprint(self, made):
        return hashlib.sha256(made.read_bytes()).hexdigest()

    def library(self, folder, changed):
        objects = [changed.get(source, made) for source, made in self.objects.items()]
        self.run(["gcc", "-shared", "-o", str(folder / "libroom.so"), *map(str, objects), "-lm"])

    def failed(self, step, folder, limit_s):
        test, *arguments = step.split()
        # The first claim that fails is enough.
        told = {"LD_LIBRARY_PATH": str(folder), "CMOCKA_TEST_ABORT": "1"}
        return subprocess.run(["prlimit", "--cpu=%d" % limit_s, "--core=0",
                               str(self.program(test)), *arguments], cwd=ROOT, check=False,
                              capture_output=True, env={**os.environ, **told}).returncode

    def walks_alike(self, mutant, tree):
        """True for a changed table of the supervisor that gives the same everywhere."""
        source = (ROOT / mutant.file).read_text()
        if not mutant.file.endswith("/supervisor.c") or \
                mutant.end > source.index("supervisor_mode_t supervisor_next("):
            return False
        parts = []
        for which, text in (("before", source), ("after", mutant.apply(source))):
            parts += ["#define %s %s_%s" % (name, short, which)
                      for name, short in WALK_NAMES.items()]
            parts += [text, "WALKED(%s)" % which]
            parts += ["#undef " + name for name in [*WALK_NAMES, *re.findall(
                r"^#define (\w+)", source, re.M)]]
        (tree / "walk.c").write_text(WALK % "\n".join(parts))
        made = subprocess.run(["gcc", *FLAGS, "-I", str(ROOT), "-o", str(tree / "walk"),
                               str(tree / "walk.c")], capture_output=True, check=False)
        return made.returncode == 0 and \
            subprocess.run([str(tree / "walk")], check=False).returncode == 0

    def judge(self, number, mutant, until):
        """killed, same, refused (by the compiler), survived or left out; and what noticed it."""
        if time.monotonic() > until:
            return "left out", ""
        name = pathlib.Path(mutant.file).name
        source = HEADERS.get(name, name)
        tree = self.folder / ("tree_%d" % number)
        (tree / ROOM).mkdir(parents=True)
        (tree / ROOM / name).write_text(mutant.apply((ROOT / mutant.file).read_text()))
        path = tree / ROOM / name if name == source else ROOT / ROOM / source
        made = self.compile(path, "mutant_%d" % number, ["-fPIC"], ["-I", str(tree)])
        verdict = ("survived", "")
        if made is None:
            verdict = ("refused", "compiler")
        elif self.fingerprint(made) == self.code[source]:
            verdict = ("same", "compiler")
        else:
            self.library(tree, {source: made})
            for step in self.steps_of(name):
                if step == WALKED_BEFORE and self.walks_alike(mutant, tree):
                    verdict = ("same", "walk")
                    break
                code = self.failed(step, tree, self.limit_s[step])
                if code != 0:
                    late = code in (-signal.SIGXCPU, -signal.SIGKILL)
                    verdict = ("killed", step + (", too long" if late else ""))
                    break
        if made is not None:
            made.unlink()
        shutil.rmtree(tree)
        return verdict


def justified():
    """Keys of the survivors that stand in the list, each as a code span at a line's start."""
    if not SURVIVORS.exists():
        return set()
    return set(re.findall(r"^- `` ?(.*?) ?``", SURVIVORS.read_text(), re.M))


def lines_since(commit, name):
    """Numbers of the lines of a file of the room that are other than they were at the commit."""
    told = subprocess.run(["git", "diff", "-U0", commit, "--", "%s/%s" % (ROOM, name)], cwd=ROOT,
                          capture_output=True, text=True, check=False)
    if told.returncode != 0:
        sys.exit(told.stderr)
    hunks = re.findall(r"^@@ \S+ \+(\d+)(?:,(\d+))? @@", told.stdout, re.M)
    return {int(first) + i for first, count in hunks for i in range(int(count or 1))}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[1])
    parser.add_argument("--sample", type=int, default=0, help="so many only, drawn")
    parser.add_argument("--minutes", type=float, default=0.0, help="as many as it can, drawn")
    parser.add_argument("--seed", default="", help="of the draw; default: the commit")
    parser.add_argument("--file", action="append", help="of the room; default: all")
    parser.add_argument("--only", help="the changes that the lines of this file end with")
    parser.add_argument("--since", help="changes of lines that are new since this commit only")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--list", action="store_true", help="print every change, run none")
    given = parser.parse_args()

    files = given.file or [*sorted(path.name for path in (ROOT / ROOM).glob("*.c")), *HEADERS]
    mutants = [mutant for name in files for mutant in mutants_of(name)]
    if given.only:
        asked = pathlib.Path(given.only).read_text().splitlines()
        ends = {line[line.index(ROOM):] for line in asked if ROOM in line}
        mutants = [mutant for mutant in mutants if mutant.key in ends]
    if given.since:
        new = {name: lines_since(given.since, name) for name in files}
        mutants = [mutant for mutant in mutants
                   if mutant.line in new[pathlib.Path(mutant.file).name]]
    if given.sample or given.minutes:
        seed = given.seed or subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, check=False,
                                            capture_output=True, text=True).stdout.strip()
        print("seed %s" % seed)
        count = min(given.sample or len(mutants), len(mutants))
        mutants = random.Random(seed).sample(mutants, count)
    if given.list:
        for mutant in mutants:
            print(mutant.key)
        return 0

    os.nice(5)
    tally, survivors = {}, []
    with tempfile.TemporaryDirectory(prefix="knead_mutants_") as folder:
        bench = Bench(folder, files)
        with concurrent.futures.ThreadPoolExecutor(given.jobs) as pool:
            until = time.monotonic() + 60.0 * given.minutes if given.minutes else float("inf")
            running = {pool.submit(bench.judge, i, mutant, until): mutant
                       for i, mutant in enumerate(mutants)}
            for done in concurrent.futures.as_completed(running):
                mutant = running[done]
                verdict, by = done.result()
                count = tally.setdefault(mutant.file, {})
                count[verdict] = count.get(verdict, 0) + 1
                if "too long" in by:
                    count["too long"] = count.get("too long", 0) + 1
                if os.environ.get("MUTATE_TRACE"):
                    print(verdict, by, mutant.key, file=sys.stderr, flush=True)
                if verdict == "survived":
                    survivors.append(mutant)
                    print("survived: %s" % mutant.key, file=sys.stderr, flush=True)

    listed = justified()
    print("%-36s %7s %7s %7s %7s %9s %9s" % ("file", "mutants", "killed", "same", "refused",
                                             "survived", "left out"))
    for file, count in sorted(tally.items()):
        print("%-36s %7d %7d %7d %7d %9d %9d" % (
            file, sum(n for what, n in count.items() if what != "too long"),
            count.get("killed", 0), count.get("same", 0), count.get("refused", 0),
            count.get("survived", 0), count.get("left out", 0)))
    unknown = [mutant for mutant in survivors if mutant.key not in listed]
    for mutant in sorted(survivors, key=lambda m: (m.file, m.line, m.column)):
        print("%s:%d:%d: survived%s\n    %s" % (
            mutant.file, mutant.line, mutant.column,
            ", as tests/proof/survivors.md explains" if mutant.key in listed else "", mutant.key))
    if not given.sample and not given.minutes and not given.file and not given.only and \
            not given.since:
        gone = listed - {mutant.key for mutant in survivors}
        for key in sorted(gone):
            print("tests/proof/survivors.md: does not survive any more: %s" % key)
        unknown += list(gone)
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
