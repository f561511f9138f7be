#!/usr/bin/env bash
# Builds the pages' styles, scripts and fonts into service/web/static: installs what is locked, checks the types, builds.
set -euo pipefail
npm="$(dirname "$0")/npm.sh"
bash "$npm" service/web/assets ci --no-audit --no-fund --loglevel=error
bash "$npm" service/web/assets run --silent build
