import { shellWord } from '../util/shell-word.ts';

/** Groups of ports for the streams of what runs at the same time: the container's own, and those of `exec`. */
export const STREAMS = 4;

/**
 * The form of what a machine's agent takes and the host sends: higher whenever the agent's scripts, `enter` or the ports change, as a machine
 * that was kept in a file has those of its time.
 */
const FORM = 3;
/** Tags of the folders that a container's machine has: its image, and those of the host that it is given. */
export const ROOT_TAG = `image-${FORM}`;
export const VOLUMES = 7;
export const volumeTag = (n: number): string => `volume${n}`;

/**
 * Names of the virtio ports. `start`: the script of the container's first process. `control`: commands for the agent. Both are in the shell's
 * language. `events`: its answers, a line each: `ready`; `exit N CODE`, when a process with the streams N has ended; `free N`, when nothing
 * is left in them, and another one can have them.
 */
export const Port = {
  start: 'start',
  control: 'control',
  events: 'events',
  input: (stream: number) => `in${stream}`,
  output: (stream: number) => `out${stream}`,
  error: (stream: number) => `err${stream}`,
} as const;

const streams = Array.from({ length: STREAMS }, (_, n) => n);

/** The ports of every container's machine, in their order; in front of them is a console. */
export const portNames: readonly string[] = [
  Port.start,
  Port.control,
  Port.events,
  ...streams.flatMap((n) => [Port.input(n), Port.output(n), Port.error(n)]),
];

/** The file system in memory for what a container changes, in the guest's own root. Its size is set when the container starts. */
export const ROOM = '/c';
/** Where the container's files are, in the guest's own root. */
export const CONTAINER_ROOT = '/c/root';

/** Line that the agent writes to `events` when all waits for the container. */
export const READY = 'ready';

/**
 * The first process of the guest. It makes ready all that no container makes different, up to the container's first process, which waits for
 * its script; then it does what comes over the port `control`: a script of the functions below.
 */
export const init = `#!/bin/sh
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
while read -r module; do insmod "$module"; done </etc/modules.load

# Ports by their names.
for port in /sys/class/virtio-ports/*; do
  name=
  read -r name <"$port/name"
  [ -n "$name" ] && ln -s "\${port##*/}" "/dev/port-$name"
done

ip link set lo up
ip addr add 10.0.2.15/24 dev eth0
ip link set eth0 up
ip route add default via 10.0.2.2
stty -F /dev/hvc0 rows 24 cols 80

# What every container has in /dev, and room in memory for what it changes.
mkdir -p /c /run
mount -t tmpfs tmpfs /c
mkdir -p /c/image /c/root /c/dev /c/upper /c/work
mkdir -m 1777 /c/shm
mount -t tmpfs -o mode=755,size=64k tmpfs /c/dev
cd /c/dev
mknod -m 666 null c 1 3
mknod -m 666 zero c 1 5
mknod -m 666 full c 1 7
mknod -m 666 random c 1 8
mknod -m 666 urandom c 1 9
mknod -m 666 tty c 5 0
mkdir pts shm mqueue
ln -s pts/ptmx ptmx
ln -s /proc/self/fd fd
ln -s /proc/self/fd/0 stdin
ln -s /proc/self/fd/1 stdout
ln -s /proc/self/fd/2 stderr
mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts pts
mount -o bind /c/shm shm
cd /

. /etc/functions
exec 3>/dev/port-events
supervise &
. /dev/port-control
`;

/** The agent's shell functions, which the host calls. An argument is a word of its own, whatever it contains. */
export const functions = `
# Copies what comes in parts, each after a line with its length, until one of length 0: also where nobody reads it any more.
feed() {
  while read -r count && [ "$count" != 0 ]; do dd bs="$count" count=1 iflag=fullblock 2>/dev/null; done
}

# streams N COMMAND…: runs a command with the streams of that number, and tells how it ended.
streams() {
  n=$1
  shift
  mkfifo /run/in$n /run/out$n /run/err$n
  cat </run/out$n >/dev/port-out$n 3>&- &
  output=$!
  cat </run/err$n >/dev/port-err$n 3>&- &
  error=$!
  feed </dev/port-in$n >/run/in$n 3>&- &
  input=$!
  # A shell without children opens the pipes: the end of a child would break that off where it waits for the other side.
  ("$@") </run/in$n >/run/out$n 2>/run/err$n
  code=$?
  wait $output $error
  echo "exit $n $code" >&3
  wait $input
  rm -f /run/in$n /run/out$n /run/err$n
  echo "free $n" >&3
}

# The container's first process, in name spaces of its own.
supervise() {
  streams 0 unshare -p -u -i -f sh /etc/contain
}

# exec_in N ENVIRONMENT… COMMAND…: one more process of the container.
exec_in() {
  n=$1
  shift
  read -r pid </run/pid
  streams $n inside "$pid" "$@" &
}

# inside PID ENVIRONMENT… COMMAND…
inside() {
  pid=$1
  shift
  nsenter -t "$pid" -p -u -i env -i "$@" 3>&-
}

# signal NAME
signal() {
  read -r pid </run/pid
  kill -"$1" "$pid"
}

size() {
  stty -F /dev/hvc0 rows "$1" cols "$2"
}

offline() {
  ip link set eth0 down
}
`;

/** The container's first process, until it becomes the command: process 1 of its own name space. */
export const contain = `#!/bin/sh
read -r pid rest </proc/self/stat
echo $pid >/run/pid

terminal() {
  exec </dev/hvc0 >/dev/hvc0 2>&1
}

no_input() {
  exec </dev/null
}

# start ENVIRONMENT… COMMAND…
start() {
  exec env -i "$@"
}

# The same as a child, which gets the signals that come here; orphans are taken care of.
start_child() {
  exec 4<&0
  env -i "$@" <&4 4<&- &
  child=$!
  exec 4<&- </dev/null
  for name in HUP INT QUIT USR1 USR2 TERM CONT WINCH; do trap "kill -$name $child" $name; done
  code=129
  while kill -0 $child 2>/dev/null; do
    wait $child
    code=$?
  done
  exit $code
}

echo ${READY} >&3
exec 3>&-
. /dev/port-start
`;

/** A command for the agent. */
export function command(name: string, ...words: readonly string[]): string {
  return `${[name, ...words.map(shellWord)].join(' ')}\n`;
}
