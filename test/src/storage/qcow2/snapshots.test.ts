import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryStore } from '../../../../src/storage/memory-store.ts';
import { checkQcow2 } from '../../../../src/storage/qcow2/check.ts';
import { createQcow2, type NewQcow2 } from '../../../../src/storage/qcow2/create.ts';
import { Qcow2Disk } from '../../../../src/storage/qcow2/disk.ts';
import {
  applySnapshot,
  createSnapshot,
  deleteSnapshot,
  findSnapshot,
  listSnapshots,
} from '../../../../src/storage/qcow2/image-snapshots.ts';
import { readMachineState } from '../../../../src/storage/qcow2/machine-state.ts';
import { FaultyStore } from '../faulty-store.ts';
import { contents, MemoryHost } from '../memory-host.ts';
import { everything, firstDifference, type Operation, operations, perform } from './operations.ts';

const { decompressor } = new MemoryHost();
const SIZE = 20_000;

const make = (store: MemoryStore, options: Partial<NewQcow2> = {}): Promise<Qcow2Disk> =>
  createQcow2(store, { size: SIZE, clusterSize: 512, ...options }, decompressor);

async function expectSound(store: MemoryStore): Promise<void> {
  expect(await checkQcow2(store)).toMatchObject({ errors: [], leaks: 0 });
}

/** Bytes that differ from place to place. */
const stateOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, n) => n ^ (n >> 8));

/** An action on the snapshots of a disk; the number chooses one of them. */
type Act = { readonly act: 'create' | 'apply' | 'delete'; readonly number: number };
const acts = fc.record({
  act: fc.constantFrom('create' as const, 'apply' as const, 'delete' as const),
  number: fc.nat(5),
});
const steps = fc.array(fc.oneof(acts, operations(SIZE, 4)), { maxLength: 12 });

/** A disk with its snapshots, and what each is to hold. */
class Model {
  disk = new Uint8Array(SIZE);
  readonly snapshots: { name: string; disk: Uint8Array; state: Uint8Array }[] = [];
  #count = 0;

  async act(disk: Qcow2Disk, { act, number }: Act): Promise<void> {
    if (act === 'create') {
      const [name, state] = [`s${++this.#count}`, stateOf(number * 700)];
      await createSnapshot(disk, { name, date: 0n, ...(number > 0 && { state }) });
      this.snapshots.push({ name, disk: this.disk.slice(), state });
      return;
    }
    const index = number % Math.max(1, this.snapshots.length);
    const snapshot = this.snapshots[index];
    if (snapshot === undefined) return;
    if (act === 'apply') {
      await applySnapshot(disk, snapshot.name);
      this.disk = snapshot.disk.slice();
    } else {
      await deleteSnapshot(disk, snapshot.name);
      this.snapshots.splice(index, 1);
    }
  }

  async do(disk: Qcow2Disk, step: Act | readonly Operation[]): Promise<void> {
    if ('act' in step) return await this.act(disk, step);
    for (const operation of step) await perform(disk, this.disk, operation);
  }

  async check(disk: Qcow2Disk): Promise<void> {
    expect(firstDifference(await everything(disk), this.disk)).toBe(-1);
    expect((await listSnapshots(disk)).map(({ name }) => name)).toEqual(this.snapshots.map(({ name }) => name));
    for (const { name, state } of this.snapshots) {
      const found = await findSnapshot(disk.metadata.file, name);
      expect(await readMachineState(disk, found)).toEqual(state);
    }
  }
}

describe.each<[string, Partial<NewQcow2>]>([
  ['version 3', {}],
  ['version 2', { version: 2 }],
  ['clusters of 4 KB', { clusterSize: 4096 }],
  ['counts of 64 bits', { refcountBits: 64 }],
])('%s', (_, options) => {
  test('snapshots are taken, returned to and forgotten in any order, and the image is sound', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const store = new MemoryStore('image');
        const disk = await make(store, options);
        const model = new Model();
        for (const step of list) await model.do(disk, step);
        await model.check(disk);
        await disk.flush();
        await expectSound(store);
        for (const { name, disk: bytes } of [...model.snapshots]) {
          await applySnapshot(disk, name);
          expect(firstDifference(await everything(disk), bytes)).toBe(-1);
        }
        await expectSound(store);
        for (const { name } of model.snapshots) await deleteSnapshot(disk, name);
        await expectSound(store);
      }),
      { numRuns: 25, seed: 4 },
    );
  });
});

test('clusters are free again after the last snapshot', async () => {
  const store = new MemoryStore('image');
  const disk = await make(store);
  await disk.write(0, new Uint8Array(SIZE).fill(1));
  await disk.flush();
  const before = await checkQcow2(store);
  for (let n = 0; n < 5; n++) {
    await createSnapshot(disk, { name: 'a', date: 0n, state: stateOf(30_000) });
    await disk.write(0, new Uint8Array(SIZE).fill(n));
    await deleteSnapshot(disk, 'a');
  }
  const after = await checkQcow2(store);
  expect(after).toMatchObject({ errors: [], leaks: 0, allocatedClusters: before.allocatedClusters });
  // A larger L1 table, and clusters of before that are free, may be left.
  expect(after.endOffset).toBeLessThan(before.endOffset + 100_000);
});

test('counts without room for a snapshot are an error, and nothing has changed', async () => {
  const store = new MemoryStore('image');
  const disk = await make(store, { refcountBits: 1 });
  await disk.write(0, new Uint8Array(SIZE).fill(1));
  await expect(createSnapshot(disk, { name: 'a', date: 0n })).rejects.toThrow(/counts have only 1 bits/);
  await disk.write(0, new Uint8Array(SIZE).fill(2));
  await disk.flush();
  expect(firstDifference(await everything(disk), new Uint8Array(SIZE).fill(2))).toBe(-1);
  await expectSound(store);
});

test.each([applySnapshot, deleteSnapshot])('what is not there is an error: %o', async (act) => {
  const store = new MemoryStore('image');
  const disk = await make(store);
  await createSnapshot(disk, { name: 'a', date: 0n });
  await expect(act(disk, 'b')).rejects.toThrow("image: has no snapshot 'b'");
  await expectSound(store);
});

test('a snapshot is told by its name, else by its number', async () => {
  const disk = await make(new MemoryStore('image'));
  for (const name of ['b', '1', 'c']) await createSnapshot(disk, { name, date: 5_000_000_007n, clock: 9n });
  const { file } = disk.metadata;
  expect((await findSnapshot(file, '1')).id).toBe('2');
  expect((await findSnapshot(file, '3')).name).toBe('c');
  expect(await listSnapshots(disk)).toMatchObject([
    { id: '1', name: 'b', date: 5_000_000_007n, clock: 9n, stateBytes: 0, size: SIZE },
    { id: '2' },
    { id: '3' },
  ]);
});

test.each([
  ['the program is killed', (): boolean => true],
  ['the host loses its power', (index: number, salt: number): boolean => ((index * 2654435761 + salt) >>> 7) % 2 === 0],
])('the disk is as it was, or as it is to be, after %s, whenever that is', async (_, survives) => {
  const start = new MemoryStore('image');
  await make(start);
  const image = await contents(start);
  await fc.assert(
    fc.asyncProperty(steps, fc.nat(), async (list, salt) => {
      const store = new FaultyStore(image);
      const disk = await Qcow2Disk.open(store, undefined, decompressor);
      const model = new Model();
      const history = [{ changes: 0, states: [model.disk.slice()] }];
      for (const step of list) {
        if (!('act' in step)) continue;
        const before = model.disk.slice();
        // What the guest writes is flushed: it is clear then what there is to be.
        await perform(disk, model.disk, { kind: 'write', offset: step.number * 2000, length: 3000, value: salt & 255 });
        await disk.flush();
        history.push({ changes: store.changes.length, states: [before, model.disk.slice()] });
        const written = model.disk.slice();
        await model.act(disk, step);
        history.push({ changes: store.changes.length, states: [written, model.disk.slice()] });
      }
      const pace = Math.max(1, Math.floor(store.changes.length / 25));
      for (let count = salt % pace; count <= store.changes.length; count += pace) {
        const after = new MemoryStore('after the crash', await store.after(count, (index) => survives(index, salt)));
        const reopened = await Qcow2Disk.open(after, undefined, decompressor);
        await expectSound(after);
        const next = history.findIndex(({ changes }) => changes >= count);
        const bytes = await everything(reopened);
        const possible = history[next]?.states ?? [model.disk];
        if (next % 2 === 1) continue;
        expect(possible.some((state) => firstDifference(bytes, state) === -1)).toBe(true);
      }
    }),
    { numRuns: 25, seed: 1 },
  );
});

test('a snapshot that names one L2 table twice is refused, and the disk is as it was', async () => {
  const store = new MemoryStore('image');
  const disk = await make(store, { size: 1 << 17 });
  await disk.write(0, new Uint8Array(512).fill(1));
  await createSnapshot(disk, { name: 'one', date: 0n });
  await disk.flush();
  const image = new DataView((await contents(store)).slice().buffer);
  // It is as if it had been closed.
  image.setBigUint64(72, 0n);
  const snapshots = Number(image.getBigUint64(64));
  const l1 = Number(image.getBigUint64(snapshots));
  image.setBigUint64(l1 + 8, image.getBigUint64(l1));
  const damaged = new MemoryStore('damaged', new Uint8Array(image.buffer));
  const opened = await Qcow2Disk.open(damaged, undefined, decompressor);
  await expect(applySnapshot(opened, 'one')).rejects.toThrow('twice');
  expect((await everything(opened)).indexOf(0)).toBe(512);
});
