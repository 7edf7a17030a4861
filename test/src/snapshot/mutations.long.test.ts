import { expect, test } from 'vitest';
import { compareComponents, type SavedComponents, saveComponents } from '../../../runtime/snapshot/components.ts';
import type { Saved } from '../../../runtime/snapshot/describe.ts';
import { nodeCompressor } from '../../../src/node/files/compressor.ts';
import { LockstepMachine } from '../../../src/node/lockstep/machine.ts';
import { nodeStorage } from '../../../src/node/storage.ts';
import { SnapshotError } from '../../../src/snapshot/layout.ts';
import { readSnapshot } from '../../../src/snapshot/read.ts';
import { writeSnapshot } from '../../../src/snapshot/write.ts';
import { Random } from '../../support/random.ts';

const FILES = 100_000;
const STATES = 3_000;
const STEPS = 2_000;

/** Values at the bounds of what fields hold, and ones of other kinds. */
const strange: readonly Saved[] = [
  ...[0, 1, -1, 0.5, 0xff, 0x100, 0xffff, 0x7fffffff, 0xffffffff, 2 ** 32, 1e300, -1e300],
  ...['', 'Infinity', 'NaN', true, false, [], {}, new Uint8Array(0), new Uint8Array(5)],
];

/** The state with one value, somewhere in it, that is another. */
function mutated(saved: Saved, random: Random): Saved {
  if (saved instanceof Uint8Array && saved.length > 0 && random.below(2) === 0) {
    const changed = saved.slice();
    changed[random.below(changed.length)] = random.below(256);
    return changed;
  }
  const isInner = typeof saved === 'object' && !(saved instanceof Uint8Array);
  const entries = isInner ? Object.entries(saved) : [];
  if (entries.length === 0) return strange[random.below(strange.length)]!;
  const [name, value] = entries[random.below(entries.length)]!;
  if (Array.isArray(saved)) return saved.with(Number(name), mutated(value, random));
  return { ...(saved as object), [name]: mutated(value, random) };
}

/** A machine that has just begun to do something. */
function busy(): LockstepMachine {
  const machine = new LockstepMachine({ engine: 'interpreter', memoryBytes: 8 << 20, boot: { demo: true } });
  machine.step(3_000_000);
  machine.restart();
  machine.core.arrive({ type: 'input', port: 'com1', value: new TextEncoder().encode('help\rbench 1\r') });
  machine.step(3_456);
  return machine;
}

test('a state with a strange value is refused and changes nothing, or the machine goes on from it', {
  timeout: 600_000,
}, () => {
  const machine = busy();
  const { core } = machine;
  const saved = saveComponents(core.components);
  const random = new Random(7);
  let loaded = 0;
  for (let n = 0; n < STATES; n++) {
    const state = mutated(saved as Saved, random) as SavedComponents;
    try {
      core.load(state);
    } catch (error) {
      expect((error as Error).constructor.name, (error as Error).stack).toBe('Error');
      expect(compareComponents(core.components, saved)).toEqual([]);
      continue;
    }
    loaded++;
    machine.restart();
    machine.step(STEPS);
    core.load(saved);
    machine.restart();
  }
  expect(loaded).toBeGreaterThan(STATES / 10);
  core.dispose();
});

test('a file with changed bytes is refused', { timeout: 600_000 }, async () => {
  const file = await writeSnapshot({ cpu: { eip: 7 }, memory: Uint8Array.of(1, 2, 3) }, nodeCompressor);
  const random = new Random(8);
  for (let n = 0; n < FILES; n++) {
    const changed = file.slice(0, random.below(20) === 0 ? random.below(file.length) : file.length);
    for (let times = random.below(4) + 1; times > 0 && changed.length > 0; times--) {
      changed[random.below(changed.length)]! ^= 1 << random.below(8);
    }
    if (Buffer.compare(changed, file) === 0) continue;
    await expect(readSnapshot('it', changed, nodeStorage.decompressor)).rejects.toThrow(SnapshotError);
  }
});
