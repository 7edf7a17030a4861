#!/bin/bash
# What the fleet's tests need besides npm's packages: a redis-server, bubblewrap, and programs that make and check a file system (e2fsprogs). As root,
# on a host with apt; tests of what is not there are skipped.
set -euo pipefail

PATH="$PATH:/usr/sbin:/sbin"
command -v redis-server >/dev/null && command -v mke2fs >/dev/null && command -v bwrap >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -q
  apt-get install -y -q --no-install-recommends redis-server e2fsprogs bubblewrap
else
  echo 'there is no redis-server, no mke2fs, or no bwrap: tests of the fleet are skipped' >&2
fi
