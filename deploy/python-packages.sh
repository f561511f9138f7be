#!/usr/bin/env bash
# Makes .venv and fills it with exactly what the lock file of one set (dev or runtime) names, hashes checked.
set -euo pipefail
set_name="${1:-runtime}"
cd "$(dirname "$0")/.."

[ -x .venv/bin/python ] || python3 -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt
# uv is many times faster; where it cannot reach the packages (a mirror that only pip knows of), pip does the same.
.venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes -r "requirements/$set_name.txt" ||
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "requirements/$set_name.txt"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
# Compiled here, because whoever starts it may not be allowed to write beside it, and would compile at every start: half
# a second of it. What a package ships in another Python's grammar does not compile, and is not imported either.
.venv/bin/python -m compileall -qq -j 0 .venv/lib || true
.venv/bin/python -m compileall -q -x node_modules events notifications certificates service
