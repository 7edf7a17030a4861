#!/bin/sh
# Takes orders from standard input, a line each: a number and a command. Tells when each begins and how it ends.
# BENCH: where the programs are. SCRATCH: where they may write.
export BENCH SCRATCH
export LC_ALL=C

# glibc chooses among variants of its string functions by what the CPU has; the work is to be the same everywhere.
export GLIBC_TUNABLES=glibc.cpu.hwcaps=-SSE2,-SSSE3,-SSE4_1,-SSE4_2,-AVX2,-ERMS

clock=$(cat /sys/devices/system/clocksource/clocksource0/current_clocksource)
echo "@ready clock=$clock $(grep -m 1 '^flags' /proc/cpuinfo)"
while read -r number command; do
    echo "@begin $number"
    eval "$command" </dev/null 2>&1
    echo "@end $number $?"
done
