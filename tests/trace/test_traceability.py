"""traceability.py refuses every gap, and takes results as ctest writes them."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.dont_write_bytecode = True
import traceability  # noqa: E402

HAZARDS = """\
hazards:
  H01:
    hazard: Too much force.
    cause: Everything.
    answers:
      - refused: Wrong files.
  H02:
    hazard: Lightning.
    cause: Weather.
    answers:
      - nothing: Nothing here knows of it.
invariants:
  I1:
    claim: It stops.
  I2:
    claim: It is quick.
    not_shown: nobody measured
"""
RULES = "force_max\tH01\tthe force is too high\n"
TEST = """\
/// What it is for.
/// Shows H01, force_max, I1.
static void it_stops(void** state)
{
}

int main(void)
{
    return run(cmocka_unit_test(it_stops));
}
"""
JUNIT = """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="all" tests="1">
  <testcase name="room/test_it" classname="room/test_it" time="0.1" status="{status}">
    {inside}<system-out>[       OK ] it_goes
[  FAILED  ] it_stops
</system-out>
  </testcase>
</testsuite>
"""


class Tree(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.tree = pathlib.Path(self.folder.name)
        (self.tree / "tests/trace").mkdir(parents=True)
        (self.tree / "tests/room").mkdir()

    def tearDown(self):
        self.folder.cleanup()

    def gather(self, hazards=HAZARDS, rules=RULES, test=TEST, script=None):
        (self.tree / traceability.DATA).write_text(hazards)
        (self.tree / "tests/room/test_it.c").write_text(test)
        if script is not None:
            (self.tree / "tests/room/test_that.sh").write_text(script)
        return traceability.gather(self.tree, rules)

    def refused(self, words, **parts):
        gaps = self.gather(**parts).gaps
        self.assertEqual(len(gaps), 1, gaps)
        self.assertIn(words, gaps[0])

    def test_a_tree_in_order_has_no_gap(self):
        self.assertEqual(self.gather().gaps, [])

    def test_a_hazard_without_an_answer(self):
        hazards = HAZARDS.replace("      - nothing: Nothing here knows of it.\n", "      []\n")
        self.refused("H02: nothing answers it", hazards=hazards)

    def test_an_answer_without_its_reason(self):
        self.assertIn("tests/trace/hazards.yaml: H02: nothing without a text", self.gather(
            hazards=HAZARDS.replace("nothing: Nothing here knows of it.", "nothing: ''")).gaps)

    def test_an_answer_that_is_no_kind(self):
        self.assertIn("tests/trace/hazards.yaml: H02: no kind of answer: luck", self.gather(
            hazards=HAZARDS.replace("- nothing: N", "- luck: N")).gaps)

    def test_an_unknown_key_and_a_key_twice(self):
        self.refused("H02: unknown key owner",
                     hazards=HAZARDS.replace("    cause: Weather.", "    cause: W.\n    owner: me"))
        self.assertIn("'cause' stands twice", self.gather(hazards=HAZARDS.replace(
            "    cause: Weather.", "    cause: W.\n    cause: V.")).gaps[0])

    def test_a_hazard_answered_by_a_rule_that_is_not_there(self):
        self.refused("H01: answered by the rule 'force_mox', which is not there",
                     hazards=HAZARDS.replace("- refused: Wrong", "- rules: [force_mox]\n"
                                             "      - refused: Wrong"))

    def test_a_hazard_answered_by_nothing_and_a_rule(self):
        self.refused("H02: answered by nothing, and by something", rules=RULES +
                     "earthing\tH02\tno earth\n", test=TEST.replace("I1", "I1, earthing"))

    def test_a_hazard_whose_answer_no_test_shows(self):
        hazards = HAZARDS.replace("- nothing: Nothing", "- refused: Nothing")
        self.refused("H02: no test shows the answer", hazards=hazards)

    def test_a_rule_without_a_hazard(self):
        self.refused("rule tidy: names no hazard", rules=RULES + "tidy\t\tuntidy\n",
                     test=TEST.replace("I1", "I1, tidy"))

    def test_a_rule_of_a_hazard_that_is_not_there(self):
        self.refused("rule tidy: names H77", rules=RULES + "tidy\tH77\tuntidy\n",
                     test=TEST.replace("I1", "I1, tidy"))

    def test_a_rule_of_several_hazards(self):
        trace = self.gather(hazards=HAZARDS.replace("nothing: Nothing", "process: Nothing"),
                            rules="force_max\tH01 H02\tthe force is too high\n")
        self.assertEqual(trace.gaps, [])
        self.assertEqual(trace.hazards["H02"]["rules"], ["force_max"])

    def test_a_rule_without_a_test(self):
        self.refused("rule tidy: no test shows it", rules=RULES + "tidy\tH01\tuntidy\n")

    def test_an_invariant_that_nothing_shows(self):
        self.refused("I2: no test shows it, and no reason",
                     hazards=HAZARDS.replace("    not_shown: nobody measured\n", ""))
        self.refused("I2: says why no test shows it, and one does",
                     test=TEST.replace("I1", "I1, I2"))

    def test_a_tag_with_a_name_that_is_not_there(self):
        self.refused("test_it.c:2: shows the hazard or invariant 'H99'",
                     test=TEST.replace("I1", "I1, H99"))
        self.refused("test_it.c:2: shows the rule 'force_mox'",
                     test=TEST.replace("I1", "I1, force_mox"))
        self.refused("test_it.c:2: shows H01 twice", test=TEST.replace("I1", "I1, H01"))
        self.assertIn("tests/room/test_it.c:2: a tag ends with a full stop",
                      self.gather(test=TEST.replace("I1.", "I1")).gaps)

    def test_a_tag_above_nothing(self):
        for below in ("\n\n", "\nstatic int count;\n\n", "\n#include <math.h>\n\n"):
            trace = self.gather(test="/// Shows H01." + below + TEST)
            self.assertEqual(trace.gaps, ["tests/room/test_it.c:1: a tag above no test"])
        self.refused("a tag above no test", test=TEST + "/// Shows H01.")

    def test_a_tag_above_a_test_that_is_never_run(self):
        self.refused("a tag above it_sleeps, which is never run",
                     test="/// Shows H01.\nstatic void it_sleeps(void** state)\n{\n}\n" + TEST)

    def test_tags_in_scripts(self):
        whole = self.gather(script="#!/bin/sh\n# All of it.\n# Shows H01.\nset -eu\n")
        self.assertEqual(whole.gaps, [])
        self.assertEqual(whole.tests[-1]["program"], "room/test_that")
        part = self.gather(script="#!/bin/sh\nset -eu\n# Shows H01.\npart() {\n    :\n}\npart\n")
        self.assertEqual([part.gaps, part.tests[-1]["name"]], [[], "part"])
        self.refused("a tag above part, which is never run",
                     script="#!/bin/sh\nset -eu\n# Shows H01.\npart() {\n    :\n}\n")

    def test_results(self):
        junit = self.tree / "junit.xml"
        failure = '<failure message=""/>'
        for status, inside, first, second in (
                ("run", "", "passed", "passed"), ("fail", failure, "failed", "passed"),
                ("notrun", "<skipped/>", "not run", "not run")):
            trace = self.gather(test=TEST + TEST.replace("it_stops", "it_goes")
                                .replace("H01, force_max, I1", "H01"))
            junit.write_text(JUNIT.format(status=status, inside=inside))
            traceability.read_results(trace, [junit])
            self.assertEqual([traceability.result_of(trace, test) for test in trace.tests],
                             [first, second])
            self.assertIn(first, traceability.write_page(trace, traceability.Html("")))

    def test_no_results_is_not_run(self):
        trace = self.gather()
        traceability.read_results(trace, [])
        self.assertEqual(traceability.result_of(trace, trace.tests[0]), "not run")
        self.assertIn("not run", traceability.write_page(trace, traceability.Html("")))

    def test_names_are_escaped(self):
        trace = self.gather(hazards=HAZARDS.replace("Lightning.", "<b>&|"))
        self.assertIn("&lt;b&gt;&amp;|", traceability.write_page(trace, traceability.Html("")))
        self.assertIn("&lt;b>&\\|", traceability.write_page(trace, traceability.Markdown("")))


if __name__ == "__main__":
    unittest.main()
