#!/usr/bin/env bash
# Sets up what the tests need and runs every check:   bash tests/run.sh [--quick]
#
# --quick leaves out the browser, the tests marked slow, and the notebooks.
# Needs Python 3.11 to 3.13 with its venv module; everything else is installed into .venv beside this folder, and Chromium,
# PostgreSQL with PostGIS and QGIS from Debian's packages where they are missing and the user may install them. The tests start a
# server of their own on a free port, in a temporary folder, and stop it. A step that fails does not stop the later ones: the
# failed ones are named at the end, and the exit code is 1.

set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

quick=
case "${1:-}" in
    "") ;;
    --quick) quick=yes ;;
    *) echo "Usage: bash tests/run.sh [--quick]" >&2; exit 2 ;;
esac

stop() {
    echo "$1" >&2
    exit 1
}

heading() {
    printf '\n=== %s\n' "$1"
}

# ------------------------------------------------------------ setup: stops at the first failure
fits='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'

find_python() {
    local name
    for name in python3 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null && "$name" -c "$fits"; then
            echo "$name"
            return
        fi
    done
    return 1
}

make_venv() {
    .venv/bin/python -c "$fits; import pip" 2>/dev/null && return
    heading "virtual environment"
    local python
    python=$(find_python) || stop "No Python 3.11, 3.12 or 3.13 was found: install Debian's python3 and python3-venv."
    "$python" -m venv --clear .venv >/dev/null 2>&1 || {
        rm -rf .venv
        stop "$python cannot make a virtual environment: install its venv module (on Debian: apt-get install python3-venv)."
    }
}

# The main command in README.md installs a copy into the same .venv; the tests are about this folder.
is_this_folder='import os, sys, mapper; sys.exit(not os.path.samefile(os.path.dirname(mapper.__file__), sys.argv[1]))'

install() {
    local stamp=.venv/.tests-stamp wanted
    wanted=$(cat pyproject.toml constraints.txt mapper/web/hatch_build.py | sha256sum) || stop "The project is not whole."
    if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && .venv/bin/python -P -c "$is_this_folder" "$PWD/mapper" 2>/dev/null; then
        return
    fi
    heading "install (a few minutes the first time)"
    rm -f "$stamp"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]' ||
        stop "The project could not be installed; pip's reason is above."
    echo "$wanted" >"$stamp"
}

as_root=
[ "$(id -u)" = 0 ] || as_root="sudo -n"

may_install() {
    command -v apt-get >/dev/null && $as_root true 2>/dev/null
}

install_packages() {
    $as_root apt-get update -q &&
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}

has_chromium() {
    command -v chromium || command -v chromium-browser || command -v google-chrome
} >/dev/null

find_chromium() {
    has_chromium && return
    heading "Chromium"
    if ! may_install; then
        stop "The browser tests need Chromium, and this user may not install it: have the package chromium installed, or leave them out with --quick."
    fi
    install_packages chromium fonts-liberation ||
        stop "Chromium could not be installed; the reason is above. To leave the browser tests out: --quick."
    has_chromium || stop "Chromium was installed but no command of that name is there."
}

has_postgis() {
    compgen -G "/usr/lib/postgresql/*/bin/pg_ctl" && compgen -G "/usr/share/postgresql/*/extension/postgis.control"
} >/dev/null

# Unlike the browser, databases are something that not everybody has: where they cannot be had, their tests are skipped, loudly.
find_postgis() {
    has_postgis && return
    heading "PostgreSQL with PostGIS"
    may_install && install_packages postgresql-15 postgresql-15-postgis-3
    has_postgis && return
    without_postgis="DATABASES ARE NOT TESTED: PostgreSQL 15 with PostGIS could not be installed (postgresql-15, postgresql-15-postgis-3)."
    echo "$without_postgis" >&2
}

has_qgis() {
    /usr/bin/python3 -c 'import qgis.core'
} >/dev/null 2>&1

# As with databases: where it cannot be had, its tests are skipped, loudly.
find_qgis() {
    has_qgis && return
    heading "QGIS"
    may_install && install_packages python3-qgis
    has_qgis && return
    without_qgis="STYLES ARE NOT DRAWN BY QGIS: it could not be installed (python3-qgis), and the tests with it are skipped."
    echo "$without_qgis" >&2
}

make_venv
install
without_postgis=
find_postgis
[ -n "$quick" ] || find_chromium
without_qgis=
[ -n "$quick" ] || find_qgis

# ------------------------------------------------------------ steps: every one runs
passed=0
failed=()

step() {
    local name=$1 begun=$SECONDS
    shift
    heading "$name"
    if "$@"; then
        passed=$((passed + 1))
        echo "--- $name: passed in $((SECONDS - begun)) s"
    else
        failed+=("$name")
        echo "--- $name: FAILED after $((SECONDS - begun)) s"
    fi
}

page() {
    .venv/bin/python mapper/web/hatch_build.py "$@"
}

step "ruff check" .venv/bin/ruff check .
step "ruff format" .venv/bin/ruff format --check .
step "mypy" .venv/bin/mypy
step "import ranks" .venv/bin/lint-imports
step "page: build" page build
step "page: types" page npm run typecheck
step "page: unit tests" page npm test
if [ -n "$quick" ]; then
    step "pytest (quick)" .venv/bin/pytest -m "not browser and not slow"
else
    if compgen -G "notebooks/*.ipynb" >/dev/null; then
        step "notebooks" .venv/bin/pytest --nbmake notebooks
    fi
    if compgen -G "tests/browser/test_*.py" >/dev/null; then
        step "pytest: browser" .venv/bin/pytest tests/browser
    fi
    step "pytest" .venv/bin/pytest -m "not browser"
fi

printf '\n'
if [ -n "$without_postgis" ]; then
    echo "$without_postgis"
fi
if [ -n "$without_qgis" ]; then
    echo "$without_qgis"
fi
if [ ${#failed[@]} -gt 0 ]; then
    printf 'FAILED in %d s: %d of %d steps:\n' "$SECONDS" ${#failed[@]} $((passed + ${#failed[@]}))
    printf '  %s\n' "${failed[@]}"
    exit 1
fi
echo "All $passed steps passed in $SECONDS s."
