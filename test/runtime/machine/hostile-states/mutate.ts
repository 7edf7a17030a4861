import type { Saved } from '../../../../runtime/snapshot/describe.ts';
import type { Random } from '../../../support/random.ts';

/** A value in a saved state that has no parts, by its way there. */
export interface Leaf {
  readonly path: readonly (string | number)[];
  readonly value: number | boolean | string | Uint8Array;
}

const isLeaf = (saved: Saved): saved is Leaf['value'] => typeof saved !== 'object' || saved instanceof Uint8Array;

/** All leaves of a state, but for those of components in `without`. */
export function leavesOf(saved: Saved, path: Leaf['path'] = [], without: readonly string[] = []): Leaf[] {
  if (isLeaf(saved)) return [{ path, value: saved }];
  const parts = Array.isArray(saved) ? saved.map((part, n) => [n, part] as const) : Object.entries(saved);
  return parts
    .filter(([name]) => !without.includes(`${name}`))
    .flatMap(([name, part]) => leavesOf(part, [...path, name]));
}

/** A copy of the state with another value at a place; what is not on the way there is shared. */
export function replaced(saved: Saved, [name, ...rest]: Leaf['path'], value: Saved): Saved {
  if (name === undefined) return value;
  if (Array.isArray(saved)) return saved.map((part, n) => (n === name ? replaced(part, rest, value) : part));
  const parts = saved as { readonly [name: string]: Saved };
  return { ...parts, [name]: replaced(parts[name]!, rest, value) };
}

const extremes = [0, 1, 2, 3, 7, 15, 16, 31, 63, 127, 128, 255, 256, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff];
const beyond = [0x80000000, 0xffffffff, 0x100000000, 2 ** 53 - 1, 2 ** 53, 1e300, 0.5, 1e-300];

function hostileNumber(random: Random, value: number): number | string {
  const kind = random.below(8);
  if (kind < 3) return random.pick(extremes);
  if (kind === 3) return random.pick(beyond);
  if (kind === 4) return -random.pick([...extremes, ...beyond]);
  if (kind === 5) return value + random.pick([-2, -1, 1, 2]);
  if (kind === 6) return random.pick(['Infinity', '-Infinity', NaN, -0]);
  return random.word() >>> random.below(32);
}

function hostileBytes(random: Random, value: Uint8Array): Uint8Array {
  if (random.chance(10)) return new Uint8Array(random.pick([0, 1, value.length + 1, 65_536]));
  const bytes = value.slice();
  const changes = random.chance(50) ? 1 : random.below(bytes.length + 1);
  for (let n = 0; n < changes && bytes.length > 0; n++) {
    bytes[random.below(bytes.length)] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(256)]);
  }
  return bytes;
}

/** Another value for a leaf: mostly of its type, and now and then of none that fits. */
export function hostileValue(random: Random, { value }: Leaf): Saved {
  if (random.chance(2)) return random.pick<Saved>(['', 'text', true, [], {}, 1, new Uint8Array(3)]);
  if (typeof value === 'number' || value === 'Infinity' || value === '-Infinity')
    return hostileNumber(random, Number(value));
  if (typeof value === 'boolean') return !value;
  if (value instanceof Uint8Array) return hostileBytes(random, value);
  return random.pick(['', 'text', 'x'.repeat(1000), value]);
}
