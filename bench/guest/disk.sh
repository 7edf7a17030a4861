#!/bin/sh
# disk NAME: the path of a disk, such as sda. Drivers are loaded first if they are not there. A file that has its name in $SCRATCH
# already is taken for it.
path=$SCRATCH/$1
if [ ! -e "$path" ]; then
    [ -e "/sys/block/$1" ] || sh /etc/start
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        [ -e "/sys/block/$1/dev" ] && break
        sleep 1
    done
    IFS=: read -r major minor <"/sys/block/$1/dev" && mknod "$path" b "$major" "$minor"
fi
echo "$path"
