#!/bin/bash
# What the long tests compare with, and make guests with: Debian's packages of a compiler for i386, SeaBIOS, QEMU, programs that
# make CDs, floppies and disks bootable, VNC viewers, a compiler of ACPI tables, tools for images of containers, QEMU for single
# programs, and a browser for pages. As root, on a host with apt; tests of what is not there are skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

apt-get update -q
apt-get install -y -q --no-install-recommends gcc gcc-multilib libc6-dev seabios qemu-system-x86 qemu-utils \
  xorriso mtools syslinux grub-common e2fsprogs openssl gdb gvncviewer vncsnapshot acpica-tools \
  umoci skopeo mmdebstrap docker-registry binutils qemu-user-static
node scripts/browser.ts
