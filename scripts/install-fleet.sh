#!/bin/bash
# What the fleet's tests need besides npm's packages: a redis-server. As root, on a host with apt; tests of what is not there are skipped.
set -euo pipefail

command -v redis-server >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -q
  apt-get install -y -q --no-install-recommends redis-server
else
  echo 'there is no redis-server: tests of the fleet are skipped' >&2
fi
