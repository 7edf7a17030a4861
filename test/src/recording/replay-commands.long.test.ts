import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listenForGdb, Machine, type MachineOptions, openMonitor, openQmp } from '../../../src/index.ts';

const demo = { memory: 8, boot: { demo: true } } as const satisfies MachineOptions;

let folder: string;
let file: string;
/** The monitor's output about a machine that is recorded. */
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

test('a replay stops once where it was told to', async () => {
  await using machine = await Machine.create({ ...demo, icount: { shift: 3, replay: file } });
  const [monitor, qmp] = [openMonitor(machine), openQmp(machine)];
  const stopped = async () => {
    await new Promise<void>((resolve) => machine.on('paused', resolve));
    return (await machine.metrics()).instructions;
  };
  const runTo = async () => {
    const stop = stopped();
    await monitor.execute('cont');
    return await stop;
  };
  expect(await monitor.execute('replay_break 1000')).toBe('');
  expect(await monitor.execute('replay_break 4321')).toBe('');
  expect(await runTo()).toBe(4321);
  expect(await monitor.execute('replay_break 4320')).toBe('cannot set breakpoint at the instruction in the past\n');
  expect(await qmp.execute('replay-break', { icount: 5001 })).toEqual({});
  expect(await runTo()).toBe(5001);
  expect(await monitor.execute('replay_break 5200')).toBe('');
  expect(await monitor.execute('replay_delete_break')).toBe('');
  expect(await qmp.execute('replay-break', { icount: 5300 })).toEqual({});
  expect(await qmp.execute('replay-delete-break')).toEqual({});
  await machine.start();
  expect(await machine.exited).toMatchObject({ reason: 'poweroff' });
});

test('a history that somebody keeps is still there after others have gone through the replay', async () => {
  await using machine = await Machine.create({ ...demo, icount: { shift: 3, replay: file } });
  const { history } = machine;
  await history.keep();
  expect(await openMonitor(machine).execute('replay_seek 3000')).toBe('');
  expect(await history.stepBack()).toEqual({ reason: 'step' });
  expect((await machine.metrics()).instructions).toBe(2999);
  const path = join(folder, 'gdb');
  const server = await listenForGdb(machine, { path });
  const gdb = connect(path);
  gdb.write('$?#3f');
  await once(gdb, 'data');
  gdb.end();
  await once(gdb.resume(), 'close');
  await server.close();
  expect(await history.stepBack()).toEqual({ reason: 'step' });
  await history.drop();
  await expect(history.stepBack()).rejects.toThrow(/not kept/);
});

test('a break stays where it is while a replay is gone through', async () => {
  await using machine = await Machine.create({ ...demo, icount: { shift: 3, replay: file } });
  await machine.history.breakInReplay(2000);
  await machine.history.seekInReplay(5000);
  await machine.history.seekInReplay(100);
  const stop = new Promise((resolve) => machine.on('debug', resolve));
  await machine.start();
  expect(await stop).toEqual({ reason: 'step' });
  expect((await machine.metrics()).instructions).toBe(2000);
});

test('without a recording there is nothing to go through', async () => {
  await using machine = await Machine.create(demo);
  const [monitor, qmp] = [openMonitor(machine), openQmp(machine)];
  expect(await monitor.execute('info replay')).toBe('Record/replay is not active\n');
  expect(await monitor.execute('replay_seek 5')).toBe('replay must be enabled to seek\n');
  const notSet = 'setting the breakpoint is allowed only in play mode';
  expect(await monitor.execute('replay_break 5')).toBe(`${notSet}\n`);
  await expect(qmp.execute('replay-break', { icount: 5 })).rejects.toThrow(notSet);
  expect(await monitor.execute('replay_delete_break')).toBe('replay breakpoints are allowed only in play mode\n');
  expect(await qmp.execute('query-replay')).toEqual({ mode: 'none', icount: 0 });
  await expect(qmp.execute('replay-seek', { icount: 5 })).rejects.toThrow('replay must be enabled to seek');
});
