import type { SavedComponents } from '../../../../runtime/snapshot/components.ts';
import type { Saved } from '../../../../runtime/snapshot/describe.ts';
import type { Random } from '../../../support/random.ts';

/** Bounds of what fields hold, and values of other kinds. */
const extremes: readonly Saved[] = [
  ...[0, 1, 2, -1, 0.5, 0x7f, 0x80, 0xfe, 0xff, 0x100, 0x7fff, 0x8000, 0xfffe, 0xffff, 0x10000],
  ...[0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, -0x80000000, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 1e300, -1e300],
  ...[NaN, Infinity, -Infinity, 'Infinity', '-Infinity', 'NaN', '', true, false],
  ...[[], {}, new Uint8Array(0), new Uint8Array(1), new Uint8Array(5), new Uint8Array(1 << 16).fill(0xff)],
  Array.from({ length: 5000 }, () => 1),
];
/** A part of the chances to change a leaf's kind: most values are of the leaf's own, as others are refused at once. */
const STRANGE = 10;

/** A changed state, and in words what was changed. */
export interface Mutation {
  readonly state: SavedComponents;
  readonly text: string;
}

/** Changes some leaves of a saved state. */
export function mutate(state: SavedComponents, random: Random): Mutation {
  const names = Object.keys(state);
  const changes: string[] = [];
  let changed = state;
  // Several leaves of one device are more often of one mind than those of two.
  let name = random.pick(names);
  for (let left = random.chance(60) ? 1 : 2 + random.below(5); left > 0; left--) {
    if (random.chance(30)) name = random.pick(names);
    const [value, text] = mutatedWithin(changed[name]!, random, name);
    changed = { ...changed, [name]: value };
    changes.push(text);
  }
  return { state: changed, text: changes.join('; ') };
}

function mutatedWithin(saved: Saved, random: Random, path: string): [Saved, string] {
  const isBranch = typeof saved === 'object' && !(saved instanceof Uint8Array);
  const entries = isBranch ? Object.entries(saved) : [];
  if (entries.length === 0 || random.below(400) === 0) return replaced(saved, random, path);
  const [key, part] = random.pick(entries);
  const [value, text] = mutatedWithin(part, random, `${path}.${key}`);
  if (Array.isArray(saved)) return [saved.with(Number(key), value), text];
  const fields = saved as { readonly [name: string]: Saved };
  if (random.below(200) > 0) return [{ ...fields, [key]: value }, text];
  if (random.chance(50)) return [{ ...fields, extra: value }, `${path}: extra field`];
  const { [key]: _, ...others } = fields;
  return [others, `${path}.${key}: left out`];
}

function replaced(saved: Saved, random: Random, path: string): [Saved, string] {
  const value = valueFor(saved, random);
  return [
    value,
    `${path} = ${value instanceof Uint8Array ? `${value.length} bytes` : JSON.stringify(value).slice(0, 60)}`,
  ];
}

function valueFor(saved: Saved, random: Random): Saved {
  if (random.chance(STRANGE)) return random.pick(extremes);
  if (typeof saved === 'boolean') return !saved;
  if (typeof saved === 'number') return numberFor(saved, random);
  if (saved instanceof Uint8Array) return bytesFor(saved, random);
  return random.pick(extremes);
}

function numberFor(saved: number, random: Random): number {
  const near = () => saved + random.pick([-1, 1, 0x100, -0x100]);
  const small = () => random.below(0x100);
  const wide = () => random.word() >>> (random.below(32) + 0);
  const extreme = () => random.pick(extremes.filter((value) => typeof value === 'number'));
  const bit = () => (saved ^ (1 << random.below(32))) >>> 0;
  return random.pick([near, small, wide, extreme, extreme, bit])();
}

/** Most are of a fixed length; queues may have any. */
function bytesFor(saved: Uint8Array, random: Random): Uint8Array {
  if (random.chance(20)) return Uint8Array.from({ length: random.below(200) }, () => random.below(0x100));
  const changed = saved.slice();
  if (random.chance(10)) return changed.fill(random.pick([0, 0xff]));
  for (let left = 1 + random.below(8); left > 0 && changed.length > 0; left--) {
    changed[random.below(changed.length)] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(0x100)]);
  }
  return changed;
}
