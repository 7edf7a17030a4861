import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Machine } from '../../../src/index.ts';
import { askSectors, sectorRom } from '../../support/sector-roms.ts';
import { type PipeEnd, pipe } from './pipe.ts';

const letters = Uint8Array.from({ length: 16 * 512 }, (_, n) => 0x61 + (n >> 9));
const machines: Machine[] = [];
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hand-over-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(async () => {
  await Promise.all(machines.splice(0).map((machine) => machine.stop()));
});

let images = 0;

async function created(): Promise<{ machine: Machine; image: string }> {
  const image = join(folder, `disk${images++}.img`);
  await writeFile(image, letters);
  const boot = { bios: sectorRom };
  const machine = await Machine.create({ memory: 2, vga: 'none', boot, drives: [{ image }] });
  machines.push(machine);
  await machine.start();
  expect(await askSectors(machine, 'w3')).toBe('.');
  return { machine, image };
}

/** Moves a machine; at the write of that number at one end something happens before it. */
async function interrupted(at: { end: 'near' | 'far'; fromLast: number }, act: (end: PipeEnd, here: Machine) => void) {
  const total = await writesOfWholeMove(at.end);
  const { machine, image } = await created();
  const [near, far] = pipe();
  const end = at.end === 'near' ? near : far;
  end.onWrite = () => {
    if (end.writes === total - at.fromLast) act(end, machine);
  };
  const sent = machine.migration.send(near).then(
    () => 'gone',
    () => 'here',
  );
  const other = await Machine.receive(far, { drives: [{ image }] });
  machines.push(other);
  const arrived = other.migration.arrived.then(
    () => 'arrived',
    () => 'not arrived',
  );
  return { machine, other, here: await sent, there: await arrived };
}

const counted: Partial<Record<'near' | 'far', number>> = {};

/** The guest waits for a command, so each move has as many. */
async function writesOfWholeMove(end: 'near' | 'far'): Promise<number> {
  if (counted[end] !== undefined) return counted[end];
  const { machine, image } = await created();
  const [near, far] = pipe();
  const sent = machine.migration.send(near);
  const other = await Machine.receive(far, { drives: [{ image }] });
  machines.push(other);
  await Promise.all([sent, other.migration.arrived]);
  counted.near = near.writes;
  counted.far = far.writes;
  return counted[end]!;
}

// Its last writes are: the state, that this is all, that the images are free, the end.
test.each([
  ['the last part of memory', 4, 'not arrived'],
  ['the state', 3, 'not arrived'],
  ['that this is all', 2, 'not arrived'],
  ['that the images are free', 1, 'arrived'],
  ['the end', 0, 'arrived'],
])('a source that is killed before it has sent %s', async (_, fromLast, expected) => {
  const { other, there } = await interrupted({ end: 'near', fromLast: fromLast + 1 }, (end, machine) => {
    end.destroy();
    void machine.stop();
  });
  expect(there).toBe(expected);
  if (there !== 'arrived') return;
  await other.start();
  expect(await askSectors(other, 'r3', 'r4')).toBe('3e');
});

// Its only writes are: that the machine is loaded, and that it is taken.
test.each([
  ['loaded', 1],
  ['taken', 0],
])('a destination that is killed before it has told that it has %s the machine', async (_, fromLast) => {
  const { machine, here } = await interrupted({ end: 'far', fromLast: fromLast + 1 }, (end) => {
    end.destroy();
    void machines.at(-1)!.stop();
  });
  expect([here, machine.state, machine.migration.status]).toEqual(['here', 'running', 'failed']);
  expect(await askSectors(machine, 'r3', 'w5', 'r5')).toBe('3.5');
});

test('the source stands still once the destination has it, though that is killed then', async () => {
  const { machine, here } = await interrupted({ end: 'near', fromLast: 1 }, (end) => {
    end.other.destroy();
    void machines.at(-1)!.stop();
  });
  expect([here, machine.state]).toEqual(['gone', 'paused']);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await machine.start();
  expect(await askSectors(machine, 'r3')).toBe('3');
});

test('a destination that has the images already gives them back when the move is cancelled', async () => {
  const { machine, here, there } = await interrupted({ end: 'far', fromLast: 1 }, (_, source) =>
    source.migration.cancel(),
  );
  expect([here, there, machine.state, machine.migration.status]).toEqual([
    'here',
    'not arrived',
    'running',
    'cancelled',
  ]);
  expect(await askSectors(machine, 'r3', 'w5', 'r5')).toBe('3.5');
});
