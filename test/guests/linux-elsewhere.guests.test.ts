import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { awaitChannel, type DriveOptions, Machine, type MachineOptions, openChannel } from '../../src/index.ts';
import type { DebianLinux } from '../../src/node/linux/debian.ts';
import { diskContents as bytes, md5 } from '../support/linux-disk.ts';
import { linuxModules } from '../support/linux-modules.ts';
import { findLinux, LinuxShell } from '../support/linux-shell.ts';

const TIMEOUT = 900_000;
const APPEND = 'cryptomgr.notests';

const found = await findLinux();
const drivers = ['vmw_pvscsi', 'sym53c8xx', 'mptsas', 'sd_mod', 'vmxnet3', 'af_packet', 'vmwgfx'];
const modules = typeof found === 'string' ? found : await linuxModules(found.modules, ...drivers).catch(String);
const sum = `${md5(bytes)}  -`;

/** Machines with devices of another hypervisor: the drive and what belongs to it. */
const machines: Readonly<Record<string, (drive: Omit<DriveOptions, 'interface'>) => Partial<MachineOptions>>> = {
  'pvscsi, vmxnet3 and SVGA II': (drive) => ({
    scsiControllers: [{ model: 'pvscsi', id: 'scsi0' }],
    drives: [{ ...drive, interface: 'scsi' }],
    vga: 'vmware',
  }),
  'an mptsas1068 and vmxnet3': (drive) => ({
    scsiControllers: [{ model: 'mptsas1068', id: 'scsi0' }],
    drives: [{ ...drive, interface: 'scsi' }],
  }),
  'an LSI 53C895A and vmxnet3': (drive) => ({
    scsiControllers: [{ model: 'lsi53c895a', id: 'scsi0' }],
    drives: [{ ...drive, interface: 'scsi' }],
  }),
};

const network = [{ card: 'vmxnet3', backend: { type: 'user', ipv6: false } }] as const;

/** Reads the disk again and again, and asks the router all the time. */
const BUSY = [
  '( while :; do echo 3 > /proc/sys/vm/drop_caches; md5sum < /dev/sda >> /sums; done & )',
  '( ping -i 0.05 10.0.2.2 > /dev/null 2>&1 & )',
].join('; ');
/** The sums of two more rounds, at least, each once, and what the router has answered at last. */
const LOOK = [
  'n=$(cat /sums | wc -l); while [ $(cat /sums | wc -l) -lt $((n + 2)) ]; do sleep 0.1; done; sort -u /sums',
  'ping -c 2 -i 0.2 10.0.2.2 | grep received',
].join('; ');
const LOOKED = `${sum}\n2 packets transmitted, 2 packets received, 0% packet loss`;

if (typeof found === 'string' || typeof modules === 'string') {
  const reason = typeof found === 'string' ? found : modules;
  describe.skip(`Linux with devices of other hypervisors: ${reason}`, () => test('goes on elsewhere', () => {}));
} else {
  const linux: DebianLinux = { ...found, initrd: (more = []) => found.initrd([...modules, ...more]) };

  describe.each(Object.entries(machines))('Linux with %s', { timeout: TIMEOUT }, (_name, optionsFor) => {
    let folder: string;
    let options: Partial<MachineOptions>;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'elsewhere-'));
      const image = join(folder, 'disk.img');
      writeFileSync(image, bytes);
      options = { ...optionsFor({ image, format: 'raw', readOnly: true }), network };
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    const bootBusy = async (more: Partial<MachineOptions> = {}): Promise<LinuxShell> => {
      const shell = await LinuxShell.boot(linux, 'translator', APPEND, { ...options, ...more });
      await shell.run(
        'ip link set eth0 up; ip addr add 10.0.2.15/24 dev eth0; while ! [ -e /dev/sda ]; do sleep 0.1; done',
      );
      await shell.run(BUSY);
      return shell;
    };

    test('goes on in forks, and in a machine that it moves to, while disk and network are busy', async () => {
      await using shell = await bootBusy();
      for (let n = 0; n < 3; n++) {
        await using fork = LinuxShell.of(await shell.machine.fork({ network }));
        await fork.machine.start();
        expect(await fork.run(LOOK)).toBe(LOOKED);
      }
      expect(await shell.run(LOOK)).toBe(LOOKED);
      const place = `unix:${join(folder, 'move')}`;
      const { channel } = await awaitChannel(place);
      const arriving = channel.then((opened) => Machine.receive(opened, { network, drives: options.drives! }));
      await shell.machine.migration.send(openChannel(place));
      await using moved = LinuxShell.of(await arriving);
      await moved.machine.start();
      expect(await moved.run(LOOK)).toBe(LOOKED);
      const wrong =
        'dmesg | grep -iE "(scsi|sym0|vmxnet3|vmwgfx).*(fail|timeout|abort|reset)|nobody cared|oops|I/O error" || true';
      expect(await moved.run(wrong)).not.toMatch(/timeout|abort|nobody cared|oops|I\/O error/);
    });

    test('a recording of it is replayed by the interpreter', async () => {
      const record = join(folder, 'recording');
      const shell = await bootBusy({ icount: { shift: 3, record } });
      expect(await shell.run(LOOK)).toBe(LOOKED);
      await shell.machine.stop();
      const boot = { kernel: linux.kernel, initrd: linux.initrd(), append: `console=ttyS0 ${APPEND}` };
      const replay = {
        memory: '128M',
        ...options,
        engine: 'interpreter',
        boot,
        icount: { shift: 3, replay: record },
      } as const;
      await using machine = await Machine.create(replay);
      let output = '';
      machine.serial.on('data', (part) => {
        output += Buffer.from(part).toString('latin1');
      });
      const end = Promise.withResolvers<string>();
      machine.on('debug', (stop) => end.resolve(stop.reason));
      machine.exited.then(({ reason }) => end.resolve(reason), end.reject);
      await machine.start();
      expect(await end.promise).toBe('recording');
      expect(output).toContain(sum);
    });
  });
}
