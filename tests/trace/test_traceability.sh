#!/bin/sh
# The page's program refuses what it is for: each gap is made in a small tree of its own.
# Needs python3 with yaml, which ./dev installs.
set -eu
if ! python3 -c 'import yaml' 2>/dev/null; then
    echo "note: no python3 with yaml, the page's program is not tried"
    exit 0
fi
exec python3 "$1/tests/trace/test_traceability.py"
