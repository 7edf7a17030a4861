/** Groups of ports for the streams of what runs at the same time: the container's own, and those of `exec`. */
export const STREAMS = 4;

/** Tags of the folders that a container's machine has: its image, and those of the host that it is given. */
export const ROOT_TAG = 'root';
export const VOLUMES = 7;
export const volumeTag = (n: number): string => `volume${n}`;

/** Names of the virtio ports. `control`: commands for the agent, in the shell's language. `events`: its answers, a line each. */
export const Port = {
  control: 'control',
  events: 'events',
  input: (stream: number) => `in${stream}`,
  output: (stream: number) => `out${stream}`,
  error: (stream: number) => `err${stream}`,
} as const;

/** Where the container's files are, in the guest's own root. */
export const CONTAINER_ROOT = '/c/root';

/** Line that the agent writes to `events` when it waits for commands. */
export const READY = 'ready';

/**
 * The first process of the guest. It makes ready all that no container makes different, says so, and then does what
 * comes over the port `control`: that is a script of the functions below.
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

# What every container has in /dev.
mkdir -p /c/image /c/root /c/dev /run
mount -t tmpfs -o size=90% tmpfs /c
mkdir -p /c/image /c/root /c/dev /c/upper /c/work
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
mount -t tmpfs -o mode=1777 shm shm
cd /

. /etc/functions
exec 3>/dev/port-events
echo ${READY} >&3
. /dev/port-control
`;

/** What the host has the agent do. An argument is a word of its own, whatever is in it. */
export const functions = `
# The image, with room in memory for what is changed.
root() {
  mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=loose,ro ${ROOT_TAG} /c/image &&
    mount -t overlay -o lowerdir=/c/image,upperdir=/c/upper,workdir=/c/work overlay ${CONTAINER_ROOT} || fail 'its files cannot be mounted'
  cd ${CONTAINER_ROOT} && mkdir -p dev proc sys && mount --bind /c/dev dev && mount --bind /c/dev/pts dev/pts &&
    mount --bind /c/dev/shm dev/shm && mount -t sysfs -o ro sysfs sys || fail 'its system folders cannot be mounted'
  cd /
}

# clock SECONDS: the time since 1970; that of the kept machine stands still.
clock() {
  date -s "@$1" >/dev/null
}

fail() {
  echo "fail $1" >&3
}

# volume TAG PATH ro|rw
volume() {
  chroot_mkdir "$2"
  mount -t 9p -o "trans=virtio,version=9p2000.L,msize=512000,$3" "$1" "$place" || fail "$2: nothing can be mounted there"
}

# tmpfs PATH OPTIONS
tmpfs() {
  chroot_mkdir "$1"
  mount -t tmpfs -o "$2" tmpfs "$place" || fail "$1: nothing can be mounted there"
}

# Makes a directory of the container; $place is where it is here. Links are followed as the container would.
chroot_mkdir() {
  place=${CONTAINER_ROOT}
  rest=\${1#/}
  links=0
  while [ -n "$rest" ]; do
    name=\${rest%%/*}
    case $rest in */*) rest=\${rest#*/} ;; *) rest= ;; esac
    case $name in
    '' | .) ;;
    ..) [ "$place" = ${CONTAINER_ROOT} ] || place=\${place%/*} ;;
    *)
      if [ -L "$place/$name" ] && [ $links -lt 40 ]; then
        links=$((links + 1))
        target=$(readlink "$place/$name")
        case $target in /*) place=${CONTAINER_ROOT} ;; esac
        rest=$target/$rest
      else
        place=$place/$name
        [ -d "$place" ] || mkdir "$place" || fail "$1: it cannot be made"
      fi
      ;;
    esac
  done
}

# file PATH TEXT: a file that the container finds.
file() {
  rm -f "${CONTAINER_ROOT}$1"
  mkdir -p "${CONTAINER_ROOT}\${1%/*}"
  printf %s "$2" >"${CONTAINER_ROOT}$1"
}

read_only() {
  mount -o remount,ro ${CONTAINER_ROOT}
}

offline() {
  ip link set eth0 down
}

# Copies what comes in parts, each after a line with its length, until one of length 0.
feed() {
  while read -r count && [ "$count" != 0 ]; do dd bs="$count" count=1 iflag=fullblock 2>/dev/null || break; done
}

# streams N pipe|input|terminal COMMAND…: runs a command with the streams of that number, and tells how it ended.
streams() {
  n=$1
  kind=$2
  shift 2
  case $kind in
  terminal) "$@" </dev/hvc0 >/dev/hvc0 2>&1 3>&- ;;
  *)
    mkfifo /run/out$n /run/err$n
    cat </run/out$n >/dev/port-out$n 3>&- &
    output=$!
    cat </run/err$n >/dev/port-err$n 3>&- &
    error=$!
    if [ "$kind" = input ]; then
      mkfifo /run/in$n
      feed </dev/port-in$n >/run/in$n 3>&- &
      input=$!
      "$@" </run/in$n >/run/out$n 2>/run/err$n 3>&-
    else
      input=
      "$@" </dev/null >/run/out$n 2>/run/err$n 3>&-
    fi
    ;;
  esac
  code=$?
  [ "$kind" = terminal ] || wait $output $error
  [ -z "$input" ] || kill $input
  rm -f /run/in$n /run/out$n /run/err$n
  echo "exit $n $code" >&3
}

# run N KIND plain|init HOSTNAME ENVIRONMENT… COMMAND…: the container's first process, in name spaces of its own.
run() {
  n=$1
  kind=$2
  shift 2
  streams $n $kind unshare -p -u -i -f sh /etc/contain "$@" &
}

# exec_in N KIND ENVIRONMENT… COMMAND…: one more process of the container.
exec_in() {
  n=$1
  kind=$2
  shift 2
  read -r pid </run/pid
  streams $n $kind nsenter -t "$pid" -p -u -i env -i "$@" &
}

# signal NAME
signal() {
  read -r pid </run/pid
  kill -"$1" "$pid"
}

size() {
  stty -F /dev/hvc0 rows "$1" cols "$2"
}
`;

/** The first process of the container, until it becomes the command: process 1 of its own name space. */
export const contain = `#!/bin/sh
# contain plain|init HOSTNAME ENVIRONMENT… COMMAND…
read -r pid rest </proc/self/stat
echo $pid >/run/pid
mode=$1
hostname "$2"
shift 2
mount -t proc proc ${CONTAINER_ROOT}/proc
[ "$mode" = plain ] && exec env -i "$@"
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
`;

/** A word of the shell's language that stands for this text. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A command for the agent. */
export function command(name: string, ...words: readonly string[]): string {
  return `${[name, ...words.map(quoted)].join(' ')}\n`;
}
