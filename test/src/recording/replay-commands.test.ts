import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Machine, type MachineOptions, openMonitor, openQmp } from '../../../src/index.ts';

const demo = { memory: 8, boot: { demo: true } } as const satisfies MachineOptions;

let folder: string;
let file: string;
/** What the monitor tells of a machine that is recorded. */
let told: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'replay-'));
  file = join(folder, 'demo');
  await using machine = await Machine.create({ ...demo, icount: { shift: 3, record: file } });
  told = await openMonitor(machine).execute('info replay');
  await machine.start();
  await machine.serial.expect(/demo> $/);
  machine.serial.write('poweroff\r');
  await machine.exited;
});
afterAll(() => rmSync(folder, { recursive: true }));

test('a machine that is recorded says so', () => {
  expect(told).toBe(`Recording execution '${file}': instruction count = 0\n`);
});

test('a replay is gone through backwards and forwards', async () => {
  await using machine = await Machine.create({ ...demo, icount: { shift: 3, replay: file } });
  const monitor = openMonitor(machine);
  const qmp = openQmp(machine);
  const count = async () => [await monitor.execute('info replay'), await qmp.execute('query-replay')];
  const at = (icount: number) => [
    `Replaying execution '${file}': instruction count = ${icount}\n`,
    { mode: 'play', filename: file, icount },
  ];
  expect(await count()).toEqual(at(0));
  expect(await monitor.execute('replay_seek 5000')).toBe('');
  expect(await count()).toEqual(at(5000));
  expect(machine.state).toBe('paused');
  expect(await monitor.execute('replay_seek 0x400')).toBe('');
  expect(await count()).toEqual(at(0x400));
  expect(await qmp.execute('replay-seek', { icount: 3000 })).toEqual({});
  expect(await count()).toEqual(at(3000));
  // It replays on from there.
  await machine.start();
  expect(await machine.exited).toMatchObject({ reason: 'poweroff' });
});

test('without a recording there is nothing to go through', async () => {
  await using machine = await Machine.create(demo);
  const [monitor, qmp] = [openMonitor(machine), openQmp(machine)];
  expect(await monitor.execute('info replay')).toBe('Record/replay is not active\n');
  expect(await monitor.execute('replay_seek 5')).toBe('replay must be enabled to seek\n');
  expect(await qmp.execute('query-replay')).toEqual({ mode: 'none', icount: 0 });
  await expect(qmp.execute('replay-seek', { icount: 5 })).rejects.toThrow('replay must be enabled to seek');
});
