import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { Machine, type MachineOptions, type MigrationChannel, openMonitor, openQmp } from '../../../src/index.ts';
import { nodeStorage, openFile } from '../../../src/node/storage.ts';
import { createQcow2 } from '../../../src/storage/qcow2/create.ts';
import { askRandom, randomKernel } from '../../support/random-guest.ts';
import { pipe } from '../migration/pipe.ts';

/** Starts from one state. */
const STARTS = 100;
// A hundred machines, one after the other, each with a thread that looks at its port.
vi.setConfig({ testTimeout: 600_000 });

const options: MachineOptions = { memory: 8, vga: 'none', boot: { kernel: randomKernel } };

async function running(more: Partial<MachineOptions> = {}): Promise<Machine> {
  const machine = await Machine.create({ ...options, ...more });
  await machine.start();
  return machine;
}

/** Starts a machine many times; no two have an ID or a random number in common, and all differ from what the first had. */
async function expectAllOthers(first: Machine, start: () => Promise<Machine>, isKept = false): Promise<void> {
  const seen = [await askRandom(first)];
  if (!isKept) await first.pause();
  for (let n = 0; n < STARTS; n++) {
    const machine = await start();
    await machine.start();
    seen.push(await askRandom(machine));
    if (!isKept) await machine.stop();
  }
  expect(new Set(seen.map(({ id }) => id)).size).toBe(STARTS + 1);
  expect(new Set(seen.map(({ random }) => random)).size).toBe(STARTS + 1);
}

test('forks', async () => {
  await using machine = await running();
  await expectAllOthers(machine, () => machine.fork());
});

test('machines restored from one snapshot', async () => {
  await using machine = await running();
  const snapshot = await machine.snapshot();
  await expectAllOthers(machine, () => Machine.restore(snapshot, { isolate: 'caller' }));
});

test('a machine that goes back to a snapshot', async () => {
  await using machine = await running();
  const snapshot = await machine.snapshot();
  const back = async () => {
    await machine.load(snapshot);
    return machine;
  };
  await expectAllOthers(machine, back, true);
});

test('machines that go on from a snapshot within an image, as -loadvm', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'generation-'));
  const image = join(folder, 'disk.qcow2');
  const disk = await createQcow2(await openFile(image, 'write', 'new'), { size: 1 << 20 }, nodeStorage.decompressor);
  await disk.close();
  const first = await running({ drives: [image] });
  const seen = await askRandom(first);
  await first.snapshots.save('ready');
  await first.stop();
  const others: string[] = [];
  for (let n = 0; n < STARTS; n++) {
    await using machine = await Machine.create({ ...options, isolate: 'caller', drives: [image] });
    await machine.snapshots.load('ready');
    await machine.start();
    const { id, random } = await askRandom(machine);
    others.push(id, random);
  }
  await rm(folder, { recursive: true });
  expect(new Set([seen.id, seen.random, ...others]).size).toBe(2 * STARTS + 2);
});

test('machines of a stream that was kept, which several read', async () => {
  await using machine = await running();
  const seen = [await askRandom(machine)];
  const written: Uint8Array[] = [];
  await machine.migration.send(channelTo(written));
  for (let n = 0; n < 3; n++) {
    await using arrived = await Machine.receive(channelFrom([...written]), { isolate: 'caller' });
    await arrived.start();
    seen.push(await askRandom(arrived));
  }
  expect(new Set(seen.flatMap(({ id, random }) => [id, random])).size).toBe(2 * seen.length);
});

test('a machine that moves is the same, and keeps its ID and its numbers', async () => {
  await using machine = await running();
  const before = await askRandom(machine);
  const [near, far] = pipe();
  const [, arrived] = await Promise.all([machine.migration.send(near), Machine.receive(far, {})]);
  await arrived.start();
  const after = await askRandom(arrived);
  await arrived.stop();
  expect(after.id).toBe(before.id);
  expect(after.random).not.toBe(before.random);
});

test('a snapshot of a copy that has not run is one of its generation, and what goes on from it another again', async () => {
  await using machine = await running();
  await using fork = await machine.fork();
  const snapshot = await fork.snapshot();
  await fork.start();
  await using restored = await Machine.restore(snapshot);
  await restored.start();
  const seen = [await askRandom(machine), await askRandom(fork), await askRandom(restored)];
  expect(new Set(seen.flatMap(({ id, random }) => [id, random])).size).toBe(6);
});

test('with a GUID the first generation has it, and the second another', async () => {
  await using machine = await running({ generationId: '00112233-4455-6677-8899-aabbccddeeff' });
  expect((await askRandom(machine)).id).toBe('33221100554477668899aabbccddeeff');
  await using fork = await machine.fork();
  await fork.start();
  expect((await askRandom(fork)).id).not.toBe('33221100554477668899aabbccddeeff');
});

test('with -icount all are alike', async () => {
  await using machine = await running({ icount: { shift: 3 } });
  const forks = await Promise.all([machine.fork(), machine.fork()]);
  const seen: object[] = [];
  for (const fork of forks) {
    await fork.start();
    seen.push(await askRandom(fork));
    await fork.stop();
  }
  expect(seen[0]).toEqual(seen[1]);
  expect(seen[0]).toMatchObject({ id: '0'.repeat(32) });
});

/** A stream into memory, as `exec:cat > FILE` keeps one. */
function channelTo(written: Uint8Array[]): MigrationChannel {
  return {
    answers: false,
    write: async (bytes) => void written.push(bytes.slice()),
    read: async () => null,
    close: async () => {},
    destroy: () => {},
  };
}

function channelFrom(left: Uint8Array[]): MigrationChannel {
  return {
    answers: false,
    write: async () => {},
    read: async () => left.shift() ?? null,
    close: async () => {},
    destroy: () => {},
  };
}

test('monitors tell the ID: the one that was given, and that of a fork', async () => {
  const generationId = '324e6eaf-d1d1-4bf6-bf41-b9bb6c91fb87';
  await using machine = await running({ generationId });
  const guidOf = (one: Machine) => openQmp(one).execute('query-vm-generation-id') as Promise<{ guid: string }>;
  expect(await guidOf(machine)).toEqual({ guid: generationId });
  expect(await openMonitor(machine).execute('info vm-generation-id')).toBe(`${generationId}\n`);
  await machine.pause();
  await using fork = await machine.fork();
  await fork.start();
  await expect.poll(async () => (await guidOf(fork)).guid).not.toBe(generationId);
  await using without = await running({ generationId: false });
  await expect(guidOf(without)).rejects.toThrow('VM Generation ID device not found');
  expect(await openMonitor(without).execute('info vm-generation-id')).toBe('VM Generation ID device not found\n');
});
