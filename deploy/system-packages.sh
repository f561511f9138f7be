#!/usr/bin/env bash
# Installs what Acara needs from Debian: as root it does so and says so, otherwise it prints the one command.
#   system-packages.sh run          what serving, certificates and posters need
#   system-packages.sh run tests    the tests' needs as well (Chromium, libical, poppler)
#   system-packages.sh rabbitmq     the other broker, for `make cluster BROKER=rabbitmq` and `make soak`
#   system-packages.sh bench        what `make bench` makes its load with; its own tests need it too
set -euo pipefail

missing=()
# Not through `grep -q`: it stops reading at the first hit, and a loader still speaking then counts as a failure.
known="$(ldconfig -p)"
need_library() { [[ "$known" == *"$1"* ]] || missing+=("$2"); }
need_file() { [ -e "$1" ] || missing+=("$2"); }
need_command() { command -v "$1" >/dev/null 2>&1 || missing+=("$2"); }

for what in "$@"; do
  case "$what" in
    run)
      python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
      need_library libpango-1.0.so.0 libpango-1.0-0
      need_library libpangoft2-1.0.so.0 libpangoft2-1.0-0
      need_library libharfbuzz-subset.so.0 libharfbuzz-subset0
      # Names in other scripts (Javanese, Arabic, Tamil, Chinese …) on certificates and posters.
      need_file /usr/share/fonts/truetype/noto/NotoSansJavanese-Regular.ttf fonts-noto-core
      need_file /usr/share/fonts/truetype/noto/NotoColorEmoji.ttf fonts-noto-color-emoji
      need_file /usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf fonts-droid-fallback
      ;;
    tests)
      need_command chromium chromium
      need_command pdftoppm poppler-utils
      need_command qpdf qpdf
      need_library libical.so.3 libical3
      need_library libatomic.so.1 libatomic1 # Playwright's own Node
      ;;
    rabbitmq)
      need_file /usr/lib/rabbitmq/bin/rabbitmq-server rabbitmq-server
      ;;
    bench)
      need_command wrk wrk
      ;;
    *) echo "unknown part: $what" >&2; exit 2 ;;
  esac
done

[ "${#missing[@]}" -eq 0 ] && exit 0
if [ "$(id -u)" -eq 0 ]; then
  echo "Installing from Debian: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update
  apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null
else
  echo "These packages are missing. Please run once, then try again:" >&2
  echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
  exit 1
fi
