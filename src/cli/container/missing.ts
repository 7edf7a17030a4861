/** Flags of Docker's that there are not, and what there is instead. */
const rows: readonly (readonly [names: string, instead: string])[] = [
  ['-d --detach', 'a container ends with its command line; put & behind that for one in the background'],
  ['--detach-keys -a --attach', 'its streams are those of the command line; -i gives it standard input, too'],
  ['--cidfile --label -l --label-file --annotation', 'nothing is kept of a container; leave it out'],
  ['--restart', 'a container runs once; run the command line again, as in a loop of the shell'],
  ['--mount', 'give -v FOLDER:PATH[:ro] for a folder, or --tmpfs PATH for a directory in memory'],
  ['--volumes-from --volume-driver', 'there are no volumes with names; give -v FOLDER:PATH[:ro] for a folder'],
  [
    '--privileged --cap-add --cap-drop --security-opt --userns --runtime --isolation --cgroupns --cgroup-parent',
    'a container has a machine of its own, in which root may do anything, and which is its border; leave it out',
  ],
  ['--pid --ipc --uts', "a container has a kernel of its own, and shares nothing of the host's; leave it out"],
  ['--device --gpus --device-cgroup-rule', "the host's devices are not for containers; leave it out"],
  [
    '--dns --dns-search --dns-option --dns-opt',
    "names are resolved as on the host; leave it out, or write the container's /etc/resolv.conf",
  ],
  ['--add-host', "write a line into the container's /etc/hosts"],
  ['-P --publish-all --expose', 'give -p PORT:PORT for each port'],
  [
    '--link --link-local-ip --network-alias --ip --ip6 --mac-address',
    'each container has a network of its own; give -p PORT:PORT, and the host leads there',
  ],
  ['--domainname', 'give -h NAME.DOMAIN'],
  [
    '--memory-swap --memory-swappiness --memory-reservation --kernel-memory --oom-kill-disable --oom-score-adj',
    "-m is all of its machine's memory, and it has no swap; leave it out",
  ],
  ['--shm-size', 'give -m SIZE: /dev/shm has half of that at most'],
  [
    '--cpu-shares -c --cpu-period --cpu-quota --cpu-rt-period --cpu-rt-runtime --cpu-count --cpu-percent',
    'give --cpus NUMBER',
  ],
  [
    '--cpuset-cpus --cpuset-mems',
    'a container has one processor; on Linux, taskset in front of the command line says which',
  ],
  [
    '--blkio-weight --blkio-weight-device --device-read-bps --device-read-iops --device-write-bps --device-write-iops',
    'what a container writes is in memory; leave it out',
  ],
  ['--ulimit --pids-limit --sysctl', 'its command may set that itself, as root of its machine: ulimit, or sysctl -w'],
  ['--group-add', 'give -u USER:GROUP; further groups come from the image'],
  [
    '--health-cmd --health-interval --health-retries --health-start-period --health-timeout --no-healthcheck',
    'nothing looks after its health; leave it out',
  ],
  ['--log-driver --log-opt', 'its output is that of the command line; redirect that'],
  ['--stop-signal --stop-timeout', 'signals to the command line go to the container; --timeout SECONDS ends it'],
  ['--sig-proxy', 'signals always go to the container; leave it out'],
  ['--disable-content-trust', 'what comes is checked by its digest; leave it out'],
  ['-q --quiet', 'give 2>/dev/null'],
];

/** Substitutes for flags of Docker's, by their names. */
export const missingFlags: ReadonlyMap<string, string> = new Map(
  rows.flatMap(([names, instead]) => names.split(' ').map((name) => [name, instead] as const)),
);
