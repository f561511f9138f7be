#!/usr/bin/env bash
# Writes requirements/*.txt anew: every package with its hashes, no registry named.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() { .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url "$@"; }
compile pyproject.toml --group dev -o requirements/dev.txt
compile pyproject.toml -c requirements/dev.txt -o requirements/runtime.txt
compile --group build -c requirements/dev.txt -o requirements/build.txt
