"""traceability.py TREE PRINT_RULES [--write | --check | --results JUNIT... --out FILE]

Joins hazards (tests/trace/hazards.yaml), rules (printed by the program PRINT_RULES), tests (tags in
their sources) and, where there are any, results (JUnit files of ctest), and refuses every gap:
a hazard or an invariant that nothing answers or shows, a rule without a hazard or without a test, a
name that is not there.

A tag stands in the comment directly above a test function, in a line of its own:

    /// Shows H19, encoder_jump.          in C; hazards, invariants and rules, by their names
    # Shows H42.                          in sh; above a function, or in the comment a file begins with

--write   renews tests/trace/traceability.md, which holds no results
--check   says whether that page is what --write would write
--results takes results from JUnit files; the page goes to FILE, HTML where it ends in .html

Exit code 0: no gap; 1: gaps or a page that is not the one; 2: usage."""

import argparse
import html
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import yaml

ANSWER_KINDS = {
    "rules": "a rule of the judge",
    "refused": "refused before anything moves",
    "built": "built in",
    "drive": "a setting of drives or devices",
    "hardware": "hardware",
    "process": "people and their work",
    "nothing": "nothing in knead",
}
# What software does can be shown by a test of it.
SHOWN_KINDS = ("rules", "refused", "built")
HAZARD_KEYS = {"hazard", "cause", "answers"}
INVARIANT_KEYS = {"claim", "not_shown"}
ID = re.compile(r"^(?:H\d\d|I\d{1,2})$")
PAGE = "tests/trace/traceability.md"
DATA = "tests/trace/hazards.yaml"


class Loader(yaml.SafeLoader):
    """YAML in which a key that stands twice is an error."""


def _mapping(loader, node):
    keys = [loader.construct_object(key) for key, _ in node.value]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise yaml.constructor.ConstructorError(
            None, None, f"'{twice[0]}' stands twice", node.start_mark)
    return loader.construct_mapping(node, deep=True)


Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


class Trace:
    """Everything that is joined, and what was found wrong with it."""

    def __init__(self):
        self.hazards = {}     # id -> {hazard, cause, answers: [(kind, text)], rules: [names]}
        self.invariants = {}  # id -> {claim, not_shown}
        self.rules = {}       # name -> {hazards, text}
        self.tests = []       # {program, path, name, shows: [names]}
        self.results = None   # test program -> (result, {function -> result})
        self.gaps = []

    def gap(self, text):
        if text not in self.gaps:
            self.gaps.append(text)

    def shown_by(self, name):
        return [test for test in self.tests if name in test["shows"]]


def is_text(value):
    return isinstance(value, str) and value.strip() != ""


def read_answers(trace, name, answers):
    """The answers of one hazard as (kind, text), and the rules that they name."""
    taken, rules = [], []
    if not isinstance(answers, list):
        answers = []
    for answer in answers:
        if not isinstance(answer, dict) or len(answer) != 1:
            trace.gap(f"{DATA}: {name}: an answer is one kind and its text")
            continue
        kind, text = next(iter(answer.items()))
        if kind not in ANSWER_KINDS:
            trace.gap(f"{DATA}: {name}: no kind of answer: {kind}")
        elif kind == "rules":
            if not isinstance(text, list) or not text or not all(is_text(rule) for rule in text):
                trace.gap(f"{DATA}: {name}: rules is a list of names")
                continue
            rules.extend(text)
        elif not is_text(text):
            trace.gap(f"{DATA}: {name}: {kind} without a text")
        else:
            taken.append((kind, text.strip()))
    return taken, rules


def read_hazards(trace, path):
    """hazards.yaml, strictly."""
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader)
    except (OSError, yaml.YAMLError) as error:
        trace.gap(f"{DATA}: {error}")
        return
    if not isinstance(data, dict) or set(data) != {"hazards", "invariants"}:
        trace.gap(f"{DATA}: holds hazards and invariants, nothing else")
        return
    for name, entry in data["hazards"].items():
        if not re.match(r"^H\d\d$", str(name)) or not isinstance(entry, dict):
            trace.gap(f"{DATA}: {name}: a hazard is H and two digits, and a mapping")
            continue
        for key in sorted(set(entry) - HAZARD_KEYS):
            trace.gap(f"{DATA}: {name}: unknown key {key}")
        for key in ("hazard", "cause"):
            if not is_text(entry.get(key)):
                trace.gap(f"{DATA}: {name}: no {key}")
        answers, rules = read_answers(trace, name, entry.get("answers"))
        trace.hazards[name] = {"hazard": str(entry.get("hazard", "")),
                               "cause": str(entry.get("cause", "")),
                               "answers": answers, "rules": rules}
    for name, entry in data["invariants"].items():
        if not re.match(r"^I\d{1,2}$", str(name)) or not isinstance(entry, dict):
            trace.gap(f"{DATA}: {name}: an invariant is I and a number, and a mapping")
            continue
        for key in sorted(set(entry) - INVARIANT_KEYS):
            trace.gap(f"{DATA}: {name}: unknown key {key}")
        if not is_text(entry.get("claim")):
            trace.gap(f"{DATA}: {name}: no claim")
        trace.invariants[name] = {"claim": str(entry.get("claim", "")),
                                  "not_shown": entry.get("not_shown")}


def read_rules(trace, printed):
    """The lines of print_rules."""
    for line in printed.splitlines():
        fields = line.split("\t")
        if len(fields) != 3:
            trace.gap(f"print_rules: a line that is no rule: {line}")
            continue
        name, hazards, text = fields
        named = re.findall(r"[A-Z]\d+", hazards)
        trace.rules[name] = {"hazards": named, "text": text}
        if not named:
            trace.gap(f"rule {name}: names no hazard")
        for hazard in named:
            if hazard not in trace.hazards:
                trace.gap(f"rule {name}: names {hazard}, which is not in {DATA}")
            elif name not in trace.hazards[hazard]["rules"]:
                trace.hazards[hazard]["rules"].insert(0, name)
    if not trace.rules:
        trace.gap("print_rules: not one rule")


def names_of_tag(trace, place, text):
    """'H19, encoder_jump.' as a list; names that are not there are gaps."""
    if not text.endswith("."):
        trace.gap(f"{place}: a tag ends with a full stop")
        return []
    names = []
    for name in (part.strip() for part in text[:-1].split(",")):
        known = name in trace.hazards or name in trace.invariants or name in trace.rules
        if not known:
            kind = "hazard or invariant" if ID.match(name) else "rule"
            trace.gap(f"{place}: shows the {kind} '{name}', which is not there")
        elif name in names:
            trace.gap(f"{place}: shows {name} twice")
        else:
            names.append(name)
    return names


C_TAG = re.compile(r"^\s*//[/!]?\s*Shows\b\s*(.*)$")
SH_TAG = re.compile(r"^\s*#\s*Shows\b\s*(.*)$")
C_FUNCTION = re.compile(r"^static void ([a-z_0-9A-Z]+)\(void\*\* [a-z_]+\)")
SH_FUNCTION = re.compile(r"^([a-z_0-9]+)\(\)")


def read_tags(trace, tree, path):
    """The tags of one source of tests. A tag is above a test that is run, or it is an error."""
    in_c = path.suffix == ".c"
    relative = path.relative_to(tree).as_posix()
    program = path.relative_to(tree / "tests").with_suffix("").as_posix()
    lines = path.read_text(encoding="utf-8").splitlines()
    text = "\n".join(lines)
    tag, comment = (C_TAG, "//") if in_c else (SH_TAG, "#")
    shows, first, head = [], 0, not in_c
    for number, line in enumerate(lines, 1):
        place = f"{relative}:{number}"
        match = tag.match(line)
        if match:
            shows += names_of_tag(trace, place, match.group(1).strip())
            first = first or number
            continue
        if line.lstrip().startswith(comment):
            continue
        if first:
            function = (C_FUNCTION if in_c else SH_FUNCTION).match(line)
            if function is None and not head:
                trace.gap(f"{relative}:{first}: a tag above no test")
            elif function is None:
                trace.tests.append({"program": program, "path": relative, "name": None,
                                    "shows": shows})
            else:
                name = function.group(1)
                run = (rf"\w\(\s*{name}\b" if in_c else
                       rf"(?m)^(?!{name}\(\))[^#\n]*\b{name}\b")
                if not re.search(run, text):
                    trace.gap(f"{relative}:{first}: a tag above {name}, which is never run")
                trace.tests.append({"program": program, "path": relative, "name": name,
                                    "shows": shows})
        shows, first, head = [], 0, False
    if first:
        trace.gap(f"{relative}:{first}: a tag above no test")


def read_tests(trace, tree):
    sources = list((tree / "tests").glob("*/*.c")) + list((tree / "tests").glob("*/*.sh"))
    for path in sorted(sources):
        if path.parent.name != "trace":
            read_tags(trace, tree, path)


def check(trace):
    """Gaps between what was read."""
    for name, hazard in trace.hazards.items():
        kinds = [kind for kind, _ in hazard["answers"]] + ["rules"] * bool(hazard["rules"])
        for rule in hazard["rules"]:
            if rule not in trace.rules:
                trace.gap(f"{name}: answered by the rule '{rule}', which is not there")
        if not kinds:
            trace.gap(f"{name}: nothing answers it, and no reason says why")
        elif "nothing" in kinds and set(kinds) & set(SHOWN_KINDS):
            trace.gap(f"{name}: answered by nothing, and by something all the same")
        shown = trace.shown_by(name) or any(trace.shown_by(rule) for rule in hazard["rules"])
        if set(kinds) & set(SHOWN_KINDS) and not shown:
            trace.gap(f"{name}: no test shows the answer")
        if kinds == ["nothing"] and trace.shown_by(name):
            trace.gap(f"{name}: answered by nothing, and a test shows it")
    for name in trace.rules:
        if not trace.shown_by(name):
            trace.gap(f"rule {name}: no test shows it")
    for name, invariant in trace.invariants.items():
        shown = trace.shown_by(name)
        if not shown and not is_text(invariant["not_shown"]):
            trace.gap(f"{name}: no test shows it, and no reason says why")
        if shown and invariant["not_shown"] is not None:
            trace.gap(f"{name}: says why no test shows it, and one does")


def read_results(trace, paths):
    """Results of ctest; a program that failed in one file has failed."""
    trace.results = {}
    for path in paths:
        for case in ElementTree.parse(path).getroot().iter("testcase"):
            name, status = case.get("name", ""), case.get("status", "")
            if case.find("failure") is not None or case.find("error") is not None:
                result = "failed"
            elif case.find("skipped") is not None or status in ("notrun", "disabled"):
                result = "not run"
            else:
                result = "passed"
            output = case.findtext("system-out") or ""
            single = {}
            for word, function in re.findall(r"\[\s+(OK|FAILED)\s+\] (\w+)", output):
                single[function] = "passed" if word == "OK" else "failed"
            before = trace.results.get(name, ("not run", {}))
            worst = max(before[0], result, key=("not run", "passed", "failed").index)
            trace.results[name] = (worst, {**before[1], **single})


def result_of(trace, test):
    """The program's result; of one that failed its functions' own, where the output tells them."""
    if not trace.results:
        return "not run"
    result, single = trace.results.get(test["program"], ("not run", {}))
    if result == "failed":
        return single.get(test["name"], "failed")
    return result


class Markdown:
    """One page as Markdown."""
    suffix = ".md"

    def __init__(self, links):
        self.parts = []
        self.links = links

    def head(self, text, level=2):
        self.parts.append(f"{'#' * level} {text}\n")

    def paragraph(self, text):
        self.parts.append(text + "\n")

    def text(self, text):
        return text.replace("|", "\\|").replace("<", "&lt;").replace("_", "\\_")

    def code(self, text):
        return f"`{text}`"

    def link(self, test):
        name = self.code(test["name"] or pathlib.Path(test["path"]).name)
        return f"[{name}]({self.links}{test['path']})"

    def joined(self, parts):
        return "<br>".join(parts)

    def table(self, columns, rows):
        lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
        lines += ["| " + " | ".join(row) + " |" for row in rows]
        self.parts.append("\n".join(lines) + "\n")

    def page(self):
        return "\n".join(self.parts)


class Html(Markdown):
    """The same as HTML, for reading results."""

    def head(self, text, level=2):
        self.parts.append(f"<h{level}>{html.escape(text)}</h{level}>")

    def paragraph(self, text):
        text = html.escape(text)
        self.parts.append("<p>" + re.sub(r"`([^`]*)`", r"<code>\1</code>", text) + "</p>")

    def text(self, text):
        return html.escape(text)

    def code(self, text):
        return f"<code>{html.escape(text)}</code>"

    def link(self, test):
        name = test["name"] or pathlib.Path(test["path"]).name
        return f"<code title=\"{html.escape(test['path'])}\">{html.escape(name)}</code>"

    def table(self, columns, rows):
        cells = "".join(f"<th>{html.escape(column)}</th>" for column in columns)
        body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>\n"
                       for row in rows)
        self.parts.append(f"<div><table><thead><tr>{cells}</tr></thead>\n<tbody>{body}</tbody>"
                          "</table></div>")

    def page(self):
        style = (":root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;"
                 "max-width:1180px;margin:0 auto;padding:24px}table{border-collapse:collapse;"
                 "font-size:14px;width:100%}div{overflow-x:auto}th,td{text-align:left;"
                 "vertical-align:top;padding:5px 10px 5px 0;border-bottom:1px solid #8884}"
                 "b.failed{color:#c33}b.passed{color:#087a55}code{font-size:12.5px;"
                 "overflow-wrap:anywhere}@media print{body{font-size:10px}}")
        return ("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>"
                "<title>Traceability</title><style>" + style + "</style></head><body>\n" +
                "\n".join(self.parts) + "</body></html>\n")


def shown_cell(trace, page, tests):
    """Tests and, where results are known, how each went."""
    parts = []
    for test in tests:
        part = page.link(test)
        if trace.results is not None:
            result = result_of(trace, test)
            part += (f" <b class=\"{result.replace(' ', '_')}\">{result}</b>"
                     if isinstance(page, Html) else f" {result}")
        parts.append(part)
    return page.joined(parts) if parts else "none"


def hazard_shown_cell(trace, page, name, hazard):
    """Tests of the hazard itself; of its rules' tests, which the next table lists, the number."""
    direct = trace.shown_by(name)
    parts = [shown_cell(trace, page, direct)] if direct else []
    through = []
    for rule in hazard["rules"]:
        through += [test for test in trace.shown_by(rule)
                    if test not in direct and test not in through]
    if through:
        text = f"and {len(through)} of its rules" if direct else f"{len(through)} of its rules only"
        if trace.results is not None:
            results = [result_of(trace, test) for test in through]
            text += ": " + ", ".join(f"{results.count(word)} {word}"
                                     for word in ("failed", "not run", "passed")
                                     if word in results)
        parts.append(text)
    return page.joined(parts) if parts else "none"


def answers_cell(page, hazard):
    parts = []
    if hazard["rules"]:
        parts.append("rules: " + ", ".join(page.code(rule) for rule in hazard["rules"]))
    parts += [f"{kind}: {page.text(text)}" for kind, text in hazard["answers"]]
    return page.joined(parts)


def counts(trace):
    """The figures at the head of the page."""
    by_kind = {kind: 0 for kind in ANSWER_KINDS}
    for hazard in trace.hazards.values():
        kinds = {kind for kind, _ in hazard["answers"]} | ({"rules"} if hazard["rules"] else set())
        for kind in kinds:
            by_kind[kind] += 1
    direct = sum(1 for name in trace.hazards if trace.shown_by(name))
    through = sum(1 for name, hazard in trace.hazards.items() if not trace.shown_by(name) and
                  any(trace.shown_by(rule) for rule in hazard["rules"]))
    return by_kind, direct, through


def write_page(trace, page):
    page.head("Hazard, rule, test, result", 1)
    page.paragraph("Written by `tests/trace/traceability.py` from `tests/trace/hazards.yaml`, the "
                   "judge's own table of rules and the tags in the tests. A test compares this "
                   "page with what they say today and fails on every gap.")
    by_kind, direct, through = counts(trace)
    page.paragraph(f"{len(trace.hazards)} hazards, {len(trace.rules)} rules, "
                   f"{len(trace.invariants)} invariants, {len(trace.tests)} tests with a tag. "
                   f"Tests show the answer to {direct} hazards themselves, and of {through} more "
                   "only that the rules refuse which are said to answer them; "
                   f"{len(trace.hazards) - direct - through} have no test. A test shows what the "
                   "software does on the virtual table; it does not show that the risk is small "
                   "enough.")
    page.table(["kind of answer", "means", "hazards"],
               [[page.code(kind), ANSWER_KINDS[kind], str(by_kind[kind])]
                for kind in ANSWER_KINDS])
    page.head("Hazards")
    rows = []
    for name, hazard in trace.hazards.items():
        what = page.joined([page.text(hazard["hazard"]), "cause: " + page.text(hazard["cause"])])
        rows.append([name, what, answers_cell(page, hazard),
                     hazard_shown_cell(trace, page, name, hazard)])
    page.table(["", "hazard", "answer", "shown by"], rows)
    page.head("Rules of the judge")
    page.table(["rule", "hazards", "says", "shown by"],
               [[page.code(name), ", ".join(rule["hazards"]), page.text(rule["text"]),
                 shown_cell(trace, page, trace.shown_by(name))]
                for name, rule in trace.rules.items()])
    page.head("Invariants")
    page.table(["", "always", "shown by"],
               [[name, page.text(invariant["claim"]),
                 shown_cell(trace, page, trace.shown_by(name)) if trace.shown_by(name) else
                 "no test: " + page.text(str(invariant["not_shown"]))]
                for name, invariant in trace.invariants.items()])
    return page.page()


def gather(tree, printed):
    """A Trace of the tree and of what print_rules printed, checked."""
    trace = Trace()
    read_hazards(trace, tree / DATA)
    read_rules(trace, printed)
    read_tests(trace, tree)
    check(trace)
    return trace


def main(arguments):
    parser = argparse.ArgumentParser(add_help=True, description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=pathlib.Path)
    parser.add_argument("print_rules")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--results", nargs="+", default=None)
    parser.add_argument("--out", type=pathlib.Path)
    options = parser.parse_args(arguments)
    tree = options.tree.resolve()
    printed = subprocess.run([options.print_rules], check=True, capture_output=True, text=True)
    trace = gather(tree, printed.stdout)
    plain = write_page(trace, Markdown("../../"))
    if options.write:
        (tree / PAGE).write_text(plain, encoding="utf-8")
    if options.out:
        # Without a file of results the page says of every test that it was not run.
        read_results(trace, [path for path in options.results or []
                             if pathlib.Path(path).is_file()])
        kind = Html("") if options.out.suffix == ".html" else Markdown("")
        options.out.write_text(write_page(trace, kind), encoding="utf-8")
    if options.check:
        path = tree / PAGE
        if not path.is_file() or path.read_text(encoding="utf-8") != plain:
            trace.gap(f"{PAGE}: not what the tree says today; renew it with --write")
    for gap in trace.gaps:
        print(gap)
    return 1 if trace.gaps else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
