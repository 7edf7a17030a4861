import { MOUNT_OPTIONS } from '../../../ninep/protocol.ts';
import type { MakingSettings } from './settings.ts';

/** The file system is found by it, whatever bus the disk is on. */
export const LABEL = 'debian';
/** Lines of the guest that tell how far it is begin with it. */
export const MARK = '@@';
/** How much the guest reads of an archive at once; each begins at a multiple of it. */
export const BLOCK = 1 << 16;
/** The RSA key of the system's ssh server. */
export const HOST_KEY = 'etc/ssh/ssh_host_rsa_key';
/** Archives of packages that are installed when the system's own are configured. */
export const PACKAGES = 'var/cache/apt/archives';

/** The first process: makes the file system, unpacks the archives, and has the system configure itself. */
export const firstStage = `#!/bin/sh
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
fail() { echo "${MARK}failed $1"; poweroff -f; }
while read -r module; do insmod $module; done < /etc/modules.load
echo "${MARK}step Making the file system"
dd if=/disk-start of=/dev/vda bs=512 2> /dev/null || fail "the disk can't be written"
blockdev --rereadpt /dev/vda
LD_LIBRARY_PATH=/e2fs /e2fs/ld-linux.so.2 /e2fs/mke2fs -q -F -t ext4 -O ^64bit -L ${LABEL} /dev/vda1 || fail "mke2fs failed"
mkdir /target
mount -t ext4 -o noatime,barrier=0,data=writeback,commit=300 /dev/vda1 /target || fail "the new file system can't be mounted"
while read -r start count; do
  dd if=/dev/vdb bs=${BLOCK} skip=$start count=$count 2> /dev/null | tar -x -f - -C /target || fail "an archive can't be unpacked"
  echo "${MARK}unpacked"
done < /archives
for folder in proc sys dev; do mount --bind /$folder /target/$folder; done
mount -t tmpfs tmpfs /target/run
if ! chroot /target /bin/sh /var/tmp/second-stage; then
  cat /target/var/log/making.log
  fail "the packages can't be configured"
fi
rm /target/var/tmp/second-stage /target/var/log/making.log
umount /target/run
for folder in dev sys proc target; do umount /target/$folder 2> /dev/null; done
umount /target || fail "the new file system can't be unmounted"
echo "${MARK}done"
poweroff -f
`;

/** Commands that create a user, who may log in by the same keys as root. */
function userCommands(user: string): string {
  return `useradd -m -s /bin/bash -G sudo ${user}
passwd -d ${user}
echo '${user} ALL=(ALL:ALL) NOPASSWD: ALL' > /etc/sudoers.d/user
chmod 440 /etc/sudoers.d/user
if [ -d /root/.ssh ]; then cp -r /root/.ssh /home/${user}/; chown -R ${user}: /home/${user}/.ssh; fi
`;
}

/** Configures the packages in the new system, and makes it boot. */
function secondStage({ user }: MakingSettings): string {
  return `set -e
export PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive DEBCONF_NONINTERACTIVE_SEEN=true LC_ALL=C INITRD=No
ln -sf mawk /usr/bin/awk
for script in /var/lib/dpkg/info/*.preinst; do
  name=\${script##*/}
  name=\${name%.preinst}
  DPKG_MAINTSCRIPT_PACKAGE=\${name%:*} DPKG_MAINTSCRIPT_NAME=preinst DPKG_MAINTSCRIPT_ARCH=i386 DPKG_ROOT= $script install
done > /var/log/making.log 2>&1
dpkg --force-depends --configure base-passwd base-files >> /var/log/making.log 2>&1
run_dpkg() {
  dpkg --status-fd 3 --force-unsafe-io --force-confold "$@" 3>&1 >> /var/log/making.log 2>&1 | while read -r line; do
    case "$line" in "status: "*": installed") echo "${MARK}configured" ;; esac
  done
  left=$(dpkg --audit)
  if [ -n "$left" ]; then echo "$left" >> /var/log/making.log; exit 1; fi
}
run_dpkg --configure -a
set -- /${PACKAGES}/*.deb
if [ -e "$1" ]; then run_dpkg --install "$@"; rm "$@"; fi
ssh-keygen -y -f /${HOST_KEY} > /${HOST_KEY}.pub
echo "${MARK}step Making it boot"
passwd -d root
${user === undefined ? '' : userCommands(user)}exec >> /var/log/making.log 2>&1
systemctl enable systemd-networkd systemd-resolved host.mount
update-initramfs -c -k all
unset INITRD
for image in /boot/vmlinuz-*; do linux-update-symlinks upgrade \${image#/boot/vmlinuz-} $image; done
extlinux --install /boot/extlinux
rm /usr/sbin/policy-rc.d
`;
}

/** Drivers that a kernel needs before it has its disk, whatever bus that is on. A kernel that has not all of them does without. */
const diskDrivers = [
  ...['ata_piix', 'ahci', 'sd_mod', 'virtio_pci', 'virtio_blk', 'nvme', 'uhci_hcd', 'ehci_pci'],
  ...['vmw_pvscsi', 'sym53c8xx', 'mptsas', 'xen_blkfront'],
];

/** Debian's unstable release has neither updates nor a suite of security. */
const UNSTABLE = /^(sid|unstable)$/;

function sourcesOf(release = ''): string {
  const main = `deb http://deb.debian.org/debian ${release}`;
  if (UNSTABLE.test(release)) return `${main} main\n`;
  return `${main} main\n${main}-updates main\ndeb http://deb.debian.org/debian-security ${release}-security main\n`;
}

/** Files of the new system besides those of its packages. */
export function systemFiles(settings: MakingSettings): Readonly<Record<string, string>> {
  const { hostname, release, keys } = settings;
  return {
    'var/tmp/second-stage': secondStage(settings),
    'usr/sbin/policy-rc.d': '#!/bin/sh\nexit 101\n',
    'etc/fstab': `LABEL=${LABEL} / ext4 errors=remount-ro 0 1\n`,
    'etc/hostname': `${hostname}\n`,
    'etc/hosts': `127.0.0.1 localhost\n127.0.1.1 ${hostname}\n::1 localhost ip6-localhost ip6-loopback\n`,
    'etc/kernel-img.conf': 'do_symlinks = yes\nimage_dest = /\n',
    'etc/apt/sources.list': sourcesOf(release),
    'etc/initramfs-tools/conf.d/drivers': 'MODULES=list\nCOMPRESS=gzip\n',
    'etc/initramfs-tools/modules': ['usb_storage', 'xhci_pci', ...diskDrivers, 'ext4', ''].join('\n'),
    // Of what takes longer than 90 s, as it may where the host is busy, systemd thinks that it failed.
    'etc/systemd/system.conf.d/emulated.conf':
      '[Manager]\nDefaultTimeoutStartSec=10min\nDefaultDeviceTimeoutSec=10min\n',
    'etc/systemd/network/80-dhcp.network': '[Match]\nName=en* eth*\n\n[Network]\nDHCP=yes\n',
    'etc/modules-load.d/folder.conf': '9pnet_virtio\n',
    'etc/systemd/system/host.mount': `[Unit]
Description=The folder of the host
After=systemd-modules-load.service
ConditionPathExistsGlob=/sys/bus/virtio/drivers/9pnet_virtio/virtio*

[Mount]
What=host
Where=/host
Type=9p
Options=${MOUNT_OPTIONS}

[Install]
WantedBy=multi-user.target
`,
    'boot/extlinux/extlinux.conf': `DEFAULT debian
LABEL debian
  LINUX /vmlinuz
  INITRD /initrd.img
  APPEND root=LABEL=${LABEL} ro console=tty0 console=ttyS0,115200 cryptomgr.notests
`,
    ...(keys !== undefined && { 'root/.ssh/authorized_keys': keys }),
  };
}
