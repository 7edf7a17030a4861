#!/bin/bash
# Chromium for the page's tests: the host's, or Debian's, which is got through apt and unpacked below the project's cache. Nothing is installed, and
# no right is needed, except for the lists of packages where there are none.
set -euo pipefail
cd "$(dirname "$0")/.."

node scripts/browser.ts 2>/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -q >&2 || true; fi
node scripts/browser.ts || {
  echo 'there is no Chromium here, and none could be had through apt: tests of the page are skipped. Set CHROMIUM to the path of one' >&2
  exit 1
}
