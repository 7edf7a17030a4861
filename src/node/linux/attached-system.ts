import { MOUNT_OPTIONS } from '../../ninep/protocol.ts';
import { shellWord } from '../../util/shell-word.ts';
import { type Attached, fileSystems } from './attached.ts';
import type { ArchiveEntry } from './cpio.ts';
import type { DebianLinux } from './debian.ts';
import { joinInitrds } from './initramfs.ts';
import { moduleInitrd } from './module-initrd.ts';

/** udhcpc calls it with what has happened; names are those of udhcpc's own example. */
const dhcpScript = `#!/bin/sh
case "$1" in
  deconfig) ip link set "$interface" up ;;
  bound | renew)
    ip addr flush dev "$interface"
    ip addr add "$ip/\${mask:-24}" dev "$interface"
    for gateway in $router; do
      ip route add default via "$gateway" dev "$interface" metric "$(cat "/sys/class/net/$interface/ifindex")"
      break
    done
    # Other cards may get their addresses at the same time.
    for server in $dns; do echo "nameserver $server"; done > "/tmp/servers.$interface"
    [ -n "$domain" ] && echo "search $domain" > /tmp/domain
    cat /tmp/servers.* /tmp/domain 2> /dev/null | sort -u > "/tmp/names.$interface"
    mv "/tmp/names.$interface" /etc/resolv.conf
    echo "$ip" > "/tmp/address.$interface"
    ;;
esac
`;

/**
 * Waits up to ten seconds until all disks are there: drivers find them while the system goes on.
 * $1: the letters that their names begin with, $2: how many there are to be.
 */
const waitForDisks = `disks() {
  tries=0
  while :; do
    names=
    number=0
    for disk in /sys/block/"$1"*; do
      [ -e "$disk" ] && names="$names \${disk##*/}" && number=$((number + 1))
    done
    [ $number -ge "$2" ] || [ $tries -ge 100 ] && break
    tries=$((tries + 1))
    usleep 100000
  done
  for name in $names; do
    # A drive whose medium can be changed looks for one when it is opened.
    [ "$1" = fd ] && head -c 1 "/dev/$name" > /dev/null 2>&1
    read -r sectors < "/sys/block/$name/size"
    if [ "$sectors" = 0 ]; then found "$name (empty)"
    else found "$name ($((sectors / 2048)) MB)"; fi
  done
  [ $number -ge "$2" ] || missing "$(($2 - number)) of $2 disks $1… did not appear"
}
`;

const network = `cards() {
  for card in /sys/class/net/*; do
    name=\${card##*/}
    [ "$name" = lo ] && continue
    number=$((number + 1))
    # The client would wait for a card that is off without end.
    if ! ip link set "$name" up 2> /dev/null; then : > "/tmp/off.$name"
    elif [ $dhcp = true ]; then udhcpc -i "$name" -t 3 -T 1 -b -s /etc/dhcp > /dev/null 2>&1 & fi
  done
  wait
  for card in /sys/class/net/*; do
    name=\${card##*/}
    [ "$name" = lo ] && continue
    if read -r address 2> /dev/null < "/tmp/address.$name"; then found "$name $address"
    else
      found "$name"
      if [ -e "/tmp/off.$name" ]; then missing "$name cannot be turned on"
      elif [ $dhcp = true ]; then missing "$name has no address yet: nobody answers its DHCP"; fi
    fi
  done
}
`;

/**
 * The root file system of a machine, with drivers where something is attached; `entries` besides.
 * @param asked modules that the kernel may ask for
 */
export async function attachedRoot(
  linux: DebianLinux,
  attached: Attached,
  entries: readonly ArchiveEntry[] = [],
  asked = fileSystems,
): Promise<Uint8Array> {
  if (attached.drivers.length === 0) return linux.initrd(entries);
  const drivers = await moduleInitrd(linux.modules, attached.drivers, asked);
  return joinInitrds(linux.initrd([...entries, ...attachedSystem(attached)]), drivers);
}

/** Entries added to the busybox system, by which it prints in one line the hardware that it found, and warns of missing one. */
function attachedSystem(attached: Attached): ArchiveEntry[] {
  const { disks, cards, dhcp, sounds, tags } = attached;
  const script = [
    '#!/bin/sh',
    'all=',
    `found() { all="$all\${all:+, }$1"; }`,
    'missing() { echo "rawiron: warning: $1"; }',
    waitForDisks + network,
    ...Object.entries(disks).map(([letters, number]) => `disks ${letters} ${number}`),
    ...(cards > 0 ? [`number=0 dhcp=${dhcp}`, 'cards', expected('$number', cards, 'network cards')] : []),
    ...tags.flatMap(mountOf),
    ...(sounds > 0
      ? ["number=$(grep -c '^ *[0-9]' /proc/asound/cards)", 'found "sound"', expected('$number', sounds, 'sound cards')]
      : []),
    '[ -n "$all" ] && echo "Attached: $all."',
    '',
  ];
  return [
    { type: 'file', path: 'etc/start', mode: 0o755, data: script.join('\n') },
    { type: 'file', path: 'etc/dhcp', mode: 0o755, data: dhcpScript },
    { type: 'file', path: 'etc/filesystems', data: 'ext4\nvfat\niso9660\nudf\nexfat\nsquashfs\n' },
  ];
}

function expected(number: string, wanted: number, what: string): string {
  return `[ "${number}" -ge ${wanted} ] || missing "of ${wanted} ${what} Linux has found ${number}"`;
}

/** Folders are mounted under their names in /mnt. */
function mountOf(tag: string): string[] {
  const place = shellWord(`/mnt/${tag.replaceAll('/', '_')}`);
  return [
    `mkdir -p ${place}`,
    `if mount -t 9p -o ${MOUNT_OPTIONS} ${shellWord(tag)} ${place}; then found ${place}`,
    `else missing ${shellWord(`the folder ${tag} can't be mounted`)}; fi`,
  ];
}
