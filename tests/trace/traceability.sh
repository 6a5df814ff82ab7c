#!/bin/sh
# traceability.sh TREE PRINT_RULES: is there a gap between hazards, rules and tests, or is
# traceability.md not what they say today? Needs python3 with yaml, which ./dev installs.
set -eu
if ! python3 -c 'import yaml' 2>/dev/null; then
    echo "note: no python3 with yaml, nothing joins hazards, rules and tests"
    exit 0
fi
exec python3 "$1/tests/trace/traceability.py" "$1" "$2" --check
