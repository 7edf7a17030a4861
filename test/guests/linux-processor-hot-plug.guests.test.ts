import { describe, expect, test } from 'vitest';
import { Machine, openQmp } from '../../src/index.ts';
import { findLinux, LinuxShell } from '../support/linux-shell.ts';

const TIMEOUT = 900_000;
const ROUNDS = 20;
const linux = await findLinux();

/** A processor as Linux numbers it: in the order in which it has first seen them, which is here that of their places. */
const folderOf = (processor: number) => `/sys/devices/system/cpu/cpu${processor}`;
/** Programs that run until they are ended, more than there are processors. */
const load = 'for p in 1 2 3; do (while :; do busybox true; done) & done; echo started';
const take = (processor: number) => {
  const folder = folderOf(processor);
  return [
    `while [ ! -d ${folder} ]; do sleep 0.1; done`,
    `[ "$(cat ${folder}/online)" = 1 ] || echo 1 >${folder}/online`,
    // It takes interrupts of its own and runs programs.
    `taskset ${1 << processor} busybox sleep 0.2`,
    'nproc',
  ].join('; ');
};
const trouble = 'dmesg | grep -iE "oops|bug:|segfault|stall|lockup|call trace|panic|ACPI.*error" || true';

const boots = { 'without firmware': {}, 'by our BIOS': { bios: 'rawiron' }, 'by SeaBIOS': { bios: 'seabios' } };

describe.skipIf(typeof linux === 'string')('Linux and processors that come and go', { timeout: TIMEOUT }, () => {
  test.each([
    ...Object.keys(boots).map((boot) => ['translator', boot] as const),
    ['interpreter', 'without firmware'] as const,
  ])(`takes one and gives it up twenty times under load: %s, started %s`, async (engine, boot) => {
    if (typeof linux === 'string') return;
    await using shell = await LinuxShell.boot(linux, engine, 'quiet nokaslr', {
      processors: { cores: 4, present: 1 },
      boot: boots[boot as keyof typeof boots] as never,
    });
    const { machine } = shell;
    const qmp = openQmp(machine);
    const deleted: unknown[] = [];
    qmp.listen((event, data) => void (event === 'DEVICE_DELETED' && deleted.push(data)));
    expect(await shell.run('nproc; cat /sys/devices/system/cpu/possible')).toBe('1\n0-3');
    await shell.run(load);
    for (let round = 0; round < ROUNDS; round++) {
      const core = (round % 3) + 1;
      const place = { 'socket-id': 0, 'core-id': core, 'thread-id': 0 };
      await qmp.execute('device_add', { driver: 'max-i386-cpu', id: 'more', ...place });
      expect(await shell.run(take(core))).toBe('2');
      await qmp.execute('device_del', { id: 'more' });
      const gone = [{ device: 'more', path: '/machine/peripheral/more' }];
      await expect.poll(() => deleted.splice(0), { timeout: TIMEOUT }).toEqual(gone);
      expect(await shell.run(`while [ -d ${folderOf(core)} ]; do sleep 0.1; done; nproc`)).toBe('1');
    }
    expect(await shell.run(trouble)).toBe('');
  });

  test('a snapshot that was taken in between goes on, in the machine and in another one', async () => {
    if (typeof linux === 'string') return;
    const processors = { cores: 2, present: 1 };
    await using shell = await LinuxShell.boot(linux, 'translator', 'quiet nokaslr', { processors });
    const { machine } = shell;
    const left = () => new Promise((resolve) => machine.on('unplug', resolve));
    // A device check that has succeeded (ACPI 6.3, 6.3.5).
    const report = new Promise((resolve) => machine.on('processorreport', resolve));
    await machine.processorPlaces.plug({ number: 1, id: 'more' });
    expect(await shell.run(take(1))).toBe('2');
    expect(await report).toEqual({ processor: 1, event: 1, status: 0 });
    const snapshot = await machine.snapshot();
    const gone = left();
    await machine.processorPlaces.unplug('more');
    await gone;
    await expect(machine.load(snapshot)).rejects.toThrow(
      'was taken with processors 0, 1 in the places of processors, where there is processors 0 now',
    );
    await machine.processorPlaces.plug({ number: 1, id: 'more' });
    await machine.load(snapshot);
    expect(await shell.run(take(1))).toBe('2');
    const goneAgain = left();
    await machine.processorPlaces.unplug('more');
    await goneAgain;
    expect(await shell.run('nproc')).toBe('1');
    await using other = await Machine.restore(snapshot);
    expect(other.processorPlaces.present.map(({ id }) => id)).toEqual(['processor-0', 'more']);
    const pulledOut = new Promise((resolve) => other.on('unplug', resolve));
    await other.start();
    await other.processorPlaces.unplug('more');
    expect(await pulledOut).toEqual({ id: 'more', isNamed: true, device: 'max-i386-cpu', processor: 1 });
  });
});
