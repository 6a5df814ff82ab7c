#!/usr/bin/env python3
"""uncovered.py EXPORT LIST: every branch and condition that llvm-cov's export says was not taken
both ways, or did not decide alone. A row of LIST excuses a line: "FILE: TEXT OF THE LINE: reason".
Exits 1 if something is not excused, or a row excuses nothing."""

import json
import pathlib
import sys


def main():
    root = pathlib.Path.cwd()
    listed = {}
    for row in pathlib.Path(sys.argv[2]).read_text().splitlines():
        if row and not row.startswith("#"):
            file, rest = row.split(": ", 1)
            text, reason = rest.rsplit(": ", 1)
            listed[(file, text)] = reason
    data = json.loads(pathlib.Path(sys.argv[1]).read_text())["data"][0]
    left, used = [], set()
    for entry in data["files"]:
        file = str(pathlib.Path(entry["filename"]).resolve().relative_to(root))
        lines = (root / file).read_text().splitlines()
        missing = []
        for branch in entry["branches"]:
            line, column, true, false = branch[0], branch[1], branch[4], branch[5]
            if true == 0 or false == 0:
                way = "neither way" if true + false == 0 else "never true" if true == 0 \
                    else "never false"
                missing.append((line, column, way))
        for record in entry.get("mcdc_records", []):
            # The last list holds a flag a condition.
            conditions = next(part for part in reversed(record) if isinstance(part, list))
            for number, covered in enumerate(conditions, 1):
                if not covered:
                    missing.append((record[0], record[1], "condition %d never decides" % number))
        for line, column, what in missing:
            key = (file, lines[line - 1].strip())
            if key in listed:
                used.add(key)
            else:
                left.append("%s:%d:%d: %s: %s" % (file, line, column, what, key[1]))
    for text in left:
        print(text)
    for file, text in sorted(set(listed) - used):
        left.append(text)
        print("%s: excused for nothing: %s" % (file, text))
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
