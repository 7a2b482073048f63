#!/usr/bin/env bash
# Changes the modules that decide, one small thing at a time, and tells which changes no test notices:
#
#     bash tests/mutation.sh [PATTERN...]
#
# A pattern names changes, for instance 'mapper.analysis.days.*'; without one all modules of [tool.mutmut] in pyproject.toml take
# their turn, which is hours on two cores. Needs .venv as tests/run.sh makes it; mutmut goes into a venv of its own under build/.
# Results stay in mutants/, so that a second run takes up where the first ended; remove the folder to begin anew.

set -eu
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ ! -x .venv/bin/python ]; then
    echo "There is no .venv yet: run  bash tests/run.sh --quick  first." >&2
    exit 1
fi

venv=build/mutation
if [ ! -x "$venv/bin/mutmut" ]; then
    .venv/bin/python -m venv "$venv"
    packages() { "$1/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))'; }
    packages .venv >"$(packages "$venv")/tests.pth"
    "$venv/bin/pip" install --quiet "mutmut==3.8.1"
fi

"$venv/bin/mutmut" run --max-children "$(nproc)" "$@"
# What survived, and what no test reached; the rest was noticed.
"$venv/bin/mutmut" results
