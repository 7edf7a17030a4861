import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ScsiControllerModel } from '../../runtime/machine/catalogue/scsi.ts';
import type { DebianLinux } from '../../src/node/linux/debian.ts';
import { diskContents as bytes, diskChecks, type LinuxDisk, md5 } from '../support/linux-disk.ts';
import { linuxModules } from '../support/linux-modules.ts';
import { type Engine, findLinux, LinuxShell } from '../support/linux-shell.ts';

const TIMEOUT = 240_000;

const found = await findLinux();
const drivers = ['vmw_pvscsi', 'sym53c8xx', 'mptsas', 'sd_mod', 'sr_mod', 'ext4', 'crc32c_generic'];
const modules = typeof found === 'string' ? found : await linuxModules(found.modules, ...drivers).catch(String);

const disc = bytes.subarray(0, 1 << 20);

/** Numbers of the drives in Linux, and what resets their controller there. */
interface Driver {
  readonly targets: readonly [disk: number, other: number, cd: number];
  readonly reset: string;
}

const byNumber: Driver = {
  targets: [0, 5, 6],
  reset: 'echo adapter > /sys/class/scsi_host/host0/host_reset',
};
/** SAS devices are numbered as they are found; this driver resets the chip when it comes. */
const bySas: Driver = { targets: [0, 1, 2], reset: 'rmmod mptsas; insmod /modules/mptsas.ko' };
const driverOf = (model: ScsiControllerModel): Driver => (model === 'mptsas1068' ? bySas : byNumber);
/** That driver uses messages only where it is told so. */
const MPTSAS_WITH_MESSAGES =
  'rmmod mptsas mptscsih mptbase; insmod /modules/mptbase.ko mpt_msi_enable_sas=1; insmod /modules/mptscsih.ko; insmod /modules/mptsas.ko';
/** Waits for the drives. Which one is /dev/disk depends on which answers first. */
const FOUND = [
  'while ! [ -e /dev/sda -a -e /dev/sdb -a -e /dev/sr0 ]; do sleep 0.1; done',
  'cd /sys/bus/scsi/devices/0:0:0:0/block && ln -sfn /dev/$(ls) /dev/disk && ln -sfn $PWD/$(ls) /disk; cd',
].join('; ');

interface Guest extends LinuxDisk {
  readonly driver: Driver;
  mistakes: string;
}

interface BootOptions {
  readonly model: ScsiControllerModel;
  readonly engine: Engine;
  readonly folder: string;
  readonly append: string;
  /** A command that the guest runs first. */
  readonly first: string;
}

async function boot(linux: DebianLinux, { model, engine, folder, append, first }: BootOptions): Promise<Guest> {
  const [image, other, cd] = ['disk', 'other', 'cd'].map((name) => join(folder, `${name}.img`)) as [
    string,
    string,
    string,
  ];
  writeFileSync(image, bytes);
  writeFileSync(other, new Uint8Array(1 << 20));
  writeFileSync(cd, disc);
  const shell = await LinuxShell.boot(linux, engine, append, {
    scsiControllers: [{ model, id: 'scsi0' }],
    drives: [
      { image, format: 'raw', interface: 'scsi', serial: 'deadbeef' },
      { image: other, format: 'raw', interface: 'scsi', index: 5, readOnly: true },
      { image: cd, format: 'raw', interface: 'scsi', index: 6, media: 'cdrom' },
    ],
    log: ['guest_errors'],
  });
  const guest = { shell, image, device: '/dev/disk', driver: driverOf(model), mistakes: '' };
  shell.machine.guestLog.on('data', (lines) => {
    guest.mistakes += Buffer.from(lines).toString();
  });
  await shell.run(`${first || ':'}; ${FOUND}`);
  return guest;
}

const checks: readonly (readonly [string, (guest: Guest) => Promise<void>])[] = [
  [
    'the driver finds the disks and the drive',
    async ({ shell, driver: { targets } }) => {
      const other = `/sys/bus/scsi/devices/0:0:${targets[1]}:0/block`;
      expect(await shell.run(`cat /disk/size /disk/queue/write_cache /disk/ro ${other}/*/ro`)).toBe(
        `${bytes.length / 512}\nwrite back\n0\n1`,
      );
      expect(await shell.run('ls /sys/bus/scsi/devices | grep -v host | grep -v target | cut -d : -f 3')).toBe(
        targets.join('\n'),
      );
      expect(await shell.run('cat /disk/device/vendor /disk/device/model | tr -d " "')).toBe('rawiron\nSCSIdisk');
      expect(await shell.run('tr -d "\\000\\200\\010" < /disk/device/vpd_pg80')).toBe('deadbeef');
    },
  ],
  ...diskChecks,
  [
    'a CD is read',
    async ({ shell }) => {
      expect(await shell.run('md5sum < /dev/sr0')).toBe(`${md5(disc)}  -`);
    },
  ],
  [
    'the host adapter is reset, and works on',
    async ({ shell, driver: { reset } }) => {
      await shell.run(`${reset}; ${FOUND}; echo 3 > /proc/sys/vm/drop_caches`);
      expect(await shell.run('dd if=/dev/disk of=/dev/null bs=1M count=4 2>&1 | tail -n 1')).toBe('4+0 records out');
    },
  ],
  [
    'nothing went wrong',
    async ({ shell, mistakes }) => {
      const wrong =
        'dmesg | grep -v CMD_CONFIG | grep -iE "(pvscsi|sym0|mpt|ioc0).*(fail|error|timeout|abort|unexpected|mismatch)|nobody cared|oops|I/O error" || true';
      expect(await shell.run(wrong)).toBe('');
      expect(mistakes.match(/.*(pvscsi|lsi53c8xx|mptsas1068).*/g) ?? []).toEqual([]);
    },
  ],
];

/** The host has too little bandwidth for a while. */
async function timeOut({ shell, image }: Guest): Promise<void> {
  const [disk] = shell.machine.drives;
  await shell.run('dmesg -c > /dev/null; echo 1 > /disk/device/timeout; echo 3 > /proc/sys/vm/drop_caches');
  await disk!.setLimits({ bps: 4096 });
  await shell.run('( ( dd if=/dev/disk bs=64k skip=32 count=8 2>/dev/null | md5sum > /late; echo > /done ) & )');
  await shell.run('while ! dmesg | grep -q "task abort: SUCCESS"; do sleep 0.1; done');
  await disk!.setLimits({});
  await shell.run('echo 30 > /disk/device/timeout; while ! [ -e /done ]; do sleep 0.1; done');
  expect(await shell.run('cat /late')).toBe(`${md5(readFileSync(image).subarray(2 << 20, (2 << 20) + (8 << 16)))}  -`);
}

if (typeof found === 'string' || typeof modules === 'string') {
  const reason = typeof found === 'string' ? found : modules;
  describe.skip(`Linux with a SCSI controller: ${reason}`, () => test('boots', () => {}));
} else {
  const linux: DebianLinux = { ...found, initrd: (more = []) => found.initrd([...modules, ...more]) };

  describe.each([
    ['pvscsi', 'translator', 'messages', '', ''],
    ['pvscsi', 'translator', 'the pin', 'pci=nomsi', ''],
    ['pvscsi', 'interpreter', 'messages', '', ''],
    ['lsi53c895a', 'translator', 'the pin', '', ''],
    ['lsi53c895a', 'interpreter', 'the pin', '', ''],
    ['lsi53c810', 'translator', 'the pin', '', ''],
    ['mptsas1068', 'translator', 'the pin', '', ''],
    ['mptsas1068', 'translator', 'messages', '', MPTSAS_WITH_MESSAGES],
    ['mptsas1068', 'interpreter', 'the pin', '', ''],
  ] as const)('Linux with %s on the %s, interrupts by %s', { timeout: TIMEOUT }, (model, engine, by, append, first) => {
    const folder = mkdtempSync(join(tmpdir(), 'scsi-'));
    let guest: Guest;
    beforeAll(async () => {
      guest = await boot(linux, { model, engine, folder, first, append: `cryptomgr.notests ${append}` });
    }, TIMEOUT);
    afterAll(async () => {
      await guest?.shell.machine.stop();
      rmSync(folder, { recursive: true });
    });

    test('there are interrupts', async () => {
      const lines = await guest.shell.run("grep -cE 'PCI-MSI.*(vmw_pvscsi|ioc0)' /proc/interrupts || true");
      expect(lines).toBe(by === 'messages' ? '1' : '0');
    });
    test.each(checks)('%s', (_name, check) => check(guest));
    test.runIf(model === 'mptsas1068')('requests that take too long are aborted, and come again', () => timeOut(guest));
  });
}
