import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type IcountOptions, Machine, type MachineOptions, openChannel } from '../../../src/index.ts';
import { diskRom } from '../../support/disk-rom.ts';

const demo = { memory: 8, boot: { demo: true } } as const satisfies MachineOptions;
const SHIFT = 3;

let folder: string;
let file: string;
/** The output of a recorded session at the demo's shell. */
let printed = '';
let recording: Uint8Array;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'recording-'));
  file = join(folder, 'demo');
  await using machine = await Machine.create({ ...demo, icount: { shift: SHIFT, record: file, markEvery: 100_000 } });
  machine.serial.on('data', (bytes) => {
    printed += Buffer.from(bytes).toString('latin1');
  });
  const unstarted = statSync(file).size;
  await machine.start();
  for (const command of ['help', 'echo one', 'bench 2', 'echo two']) {
    await machine.serial.expect(/demo> $/);
    machine.serial.write(`${command}\r`);
  }
  await machine.serial.expect(/demo> $/);
  // What follows is in a batch of its own.
  await vi.waitFor(() => expect(statSync(file).size).toBeGreaterThan(unstarted), { timeout: 30_000 });
  await machine.reset();
  await machine.serial.expect(/demo> $/);
  machine.serial.write('poweroff\r');
  await machine.exited;
  recording = readFileSync(file);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Replays it: what it prints, and how it ends. */
async function replayed(options: Partial<MachineOptions> & Pick<MachineOptions, 'icount'>) {
  await using machine = await Machine.create({ ...demo, ...options });
  let output = '';
  machine.serial.on('data', (bytes) => {
    output += Buffer.from(bytes).toString('latin1');
  });
  const end = Promise.withResolvers<string>();
  machine.on('debug', (stop) => end.resolve(stop.reason));
  machine.exited.then(({ reason }) => end.resolve(reason), end.reject);
  await machine.start();
  // It hears nothing of what happens now.
  machine.serial.write('echo three\r').catch(() => {});
  return { reason: await end.promise, output };
}

const replay = (bytes: Uint8Array | string) => ({ icount: { shift: SHIFT, replay: bytes } });

test('a recording holds what was typed, and the reset', () => {
  expect(printed).toContain('one\r\n');
  expect(printed.match(/The rawiron demo system/g)).toHaveLength(2);
});

test.each(['interpreter', 'translator'] as const)('is replayed by the %s', async (engine) => {
  expect(await replayed({ engine, ...replay(file) })).toEqual({ reason: 'poweroff', output: printed });
});

test('one whose process was killed is replayed up to its end', async () => {
  const { reason, output } = await replayed(replay(recording.subarray(0, recording.length - 5)));
  expect(reason).toBe('recording');
  expect(printed.startsWith(output)).toBe(true);
});

test.each(['stop', 'pause'] as const)('one whose machine was told to %s is replayed up to there', async (end) => {
  const path = join(folder, end);
  let output = '';
  const machine = await Machine.create({ ...demo, icount: { shift: SHIFT, record: path } });
  machine.serial.on('data', (bytes) => {
    output += Buffer.from(bytes).toString('latin1');
  });
  await machine.start();
  await machine.serial.expect(/demo> $/);
  machine.serial.write('echo one\r');
  await machine.serial.expect(/one\r\ndemo> $/);
  await machine[end]();
  await machine.stop();
  expect(await replayed(replay(path))).toEqual({ reason: 'recording', output });
});

describe('is refused', () => {
  const refused = (bytes: Uint8Array, options: Partial<MachineOptions> = {}) =>
    Machine.create({ ...demo, ...replay(bytes), ...options }).then(
      () => 'made',
      (error: Error) => `${error.name}: ${error.message}`,
    );

  test('for a machine with other options, which the error names', async () => {
    expect(await refused(recording, { memory: 16 })).toMatch(
      /other options.*memory in bytes 8388608 \(here 16777216\)$/,
    );
    expect(await refused(recording, { cpu: '486' })).toMatch(/cpu not given \(here "486"\)$/);
    expect(await refused(recording, { icount: { shift: 4, replay: recording } })).toMatch(
      /: icount\.shift 3 \(here 4\)$/,
    );
  });

  test.each([
    ['that is no recording', () => Uint8Array.of(1, 2, 3), /the file is no recording/],
    ['that has only begun', () => recording.subarray(0, 20), /its beginning is missing/],
    ['without anything in it', () => recording.subarray(0, 3000).slice(0, 400), /header is wrong|ended before/],
    ['that was changed', () => recording.with(recording.length - 50, recording.at(-50)! ^ 1), /checksum is wrong/],
  ])('%s', async (_, bytes, message) => {
    expect(await refused(bytes())).toMatch(message);
  });
});

test('a file that is no recording is named', async () => {
  const path = join(folder, 'no-recording');
  writeFileSync(path, 'text');
  await expect(Machine.create({ ...demo, ...replay(path) })).rejects.toThrow(
    `${path}: the recording cannot be read: the file is no recording`,
  );
});

test('a snapshot cannot be loaded, and nothing can be changed', async () => {
  await using machine = await Machine.create({ ...demo, ...replay(recording) });
  const snapshot = await machine.snapshot();
  await expect(machine.load(snapshot)).rejects.toThrow(/cannot go on from a snapshot/);
  await expect(machine.reset()).rejects.toThrow(/nobody can change it/);
  await expect(machine.pressPowerButton()).rejects.toThrow(/nobody can change it/);
});

test('what was read from a disk is in the recording: the disk may be another one later', async () => {
  const path = join(folder, 'disk');
  const image = new Uint8Array(1 << 20).fill(0x5a, 0, 512);
  const machineWith = (contents: Uint8Array, icount: IcountOptions) =>
    Machine.create({ memory: 8, boot: { bios: diskRom }, vga: 'none', drives: [{ image: contents }], icount });
  await using first = await machineWith(image, { shift: SHIFT, record: path, markEvery: 1000 });
  const halted = new Promise((resolve) => first.once('halt', resolve));
  await first.start();
  await halted;
  await first.stop();
  await using again = await machineWith(new Uint8Array(512), { shift: SHIFT, replay: path });
  const end = new Promise((resolve) => again.once('debug', resolve));
  await again.start();
  expect(await end).toEqual({ reason: 'recording', at: 'end' });
  expect((await again.memoryRead(0x1000, 512)).every((byte) => byte === 0x5a)).toBe(true);
  const acts = [
    () => again.fork(),
    () => again.snapshot(),
    () => again.snapshots.save('a'),
    () => again.migration.send(openChannel('exec:cat > /dev/null')),
  ];
  for (const act of acts) await expect(act()).rejects.toThrow(/^ide0-hd0: a replay has no images .* cannot be saved/);
});
