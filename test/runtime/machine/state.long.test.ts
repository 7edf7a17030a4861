import { expect, test } from 'vitest';
import {
  compareComponents,
  loadComponents,
  type SavedComponents,
  saveComponents,
} from '../../../runtime/snapshot/components.ts';
import type { Saved } from '../../../runtime/snapshot/describe.ts';
import { compareAll } from '../../../src/node/lockstep/compare.ts';
import { LockstepMachine } from '../../../src/node/lockstep/machine.ts';
import { filesIn } from '../../support/source-files.ts';

const engines = ['interpreter', 'translator'] as const;
const MEMORY = 8 << 20;

function demo(engine: (typeof engines)[number]): LockstepMachine {
  return new LockstepMachine({ engine, memoryBytes: MEMORY, boot: { demo: true } });
}

/** Types two commands and lets a part of the first run. */
function busyDemo(engine: (typeof engines)[number]): LockstepMachine {
  const machine = demo(engine);
  machine.step(3_000_000);
  machine.restart();
  machine.core.arrive({ type: 'input', port: 'com1', value: new TextEncoder().encode('help\rbench 1\r') });
  machine.step(3_456);
  return machine;
}

test.each(engines)('a machine goes on from its saved state as the saved one does: %s', (engine) => {
  const first = busyDemo(engine);
  const saved = structuredClone(saveComponents(first.core.components));
  const second = demo(engine);
  second.step(100_000);
  loadComponents(second.core.components, saved);
  second.restart();
  first.restart();
  first.output = second.output = '';
  expect(compareAll(first, second)).toEqual([]);
  for (let n = 1; n <= 20; n++) {
    first.step(n * 10_000);
    second.step(n * 10_000);
    expect(compareAll(first, second)).toEqual([]);
  }
  expect(first.output).not.toBe('');
  first.core.dispose();
  second.core.dispose();
});

interface SavedMemory {
  readonly length: number;
  readonly frames: Uint8Array;
  readonly contents: Uint8Array;
}

const memoryOf = (saved: SavedComponents) => saved.memory as unknown as SavedMemory;

test('memory is loaded from bytes at any place in their buffer, as in a file that was read', () => {
  const { core } = demo('interpreter');
  const saved = saveComponents(core.components);
  const { length, frames, contents } = memoryOf(saved);
  const place = new Uint32Array(frames.buffer).indexOf(0) * 4096;
  const moved = (bytes: Uint8Array) => {
    const target = new Uint8Array(bytes.length + 1).subarray(1);
    target.set(bytes);
    return target;
  };
  const changed = moved(contents);
  changed[place + 0x500] = 0xa5;
  loadComponents(core.components, { ...saved, memory: { length, frames: moved(frames), contents: changed } });
  expect(core.memoryRead(0x500, 1)).toEqual(Uint8Array.of(0xa5));
  core.dispose();
});

const withMemory = (part: Partial<SavedMemory>) => (saved: SavedComponents) => ({
  ...saved,
  memory: { ...memoryOf(saved), ...part } as unknown as Saved,
});

test.each<[string, (saved: SavedComponents) => SavedComponents, string]>([
  ['without a part', ({ com1: _, ...rest }) => rest, 'com1: missing'],
  ['with an unknown part', (saved) => ({ ...saved, tape: {} }), 'tape: unknown component'],
  ['of less memory', withMemory({ length: 4096 }), 'memory: expected 8388608 bytes, found 4096'],
  [
    'with a frame beyond memory',
    withMemory({ frames: Uint8Array.of(0, 8, 0, 0), contents: new Uint8Array(4096) }),
    'memory: 1 frames do not fit',
  ],
  [
    'with a frame without contents',
    withMemory({ frames: new Uint8Array(4), contents: new Uint8Array(0) }),
    'memory: 1 frames do not fit',
  ],
  [
    'with one frame twice',
    withMemory({ frames: new Uint8Array(8), contents: new Uint8Array(8192) }),
    'memory: 2 frames do not fit',
  ],
  [
    'with nonsense for memory',
    (saved) => ({ ...saved, memory: 'much' }),
    'memory: expected length, frames and contents',
  ],
])('a state %s is refused by name', (_, spoil, message) => {
  const { core } = demo('interpreter');
  const saved = spoil(saveComponents(core.components));
  expect(() => loadComponents(core.components, saved)).toThrow(message);
  core.dispose();
});

/** The saved state of a component with its last value, however deep, replaced by one that fits nowhere. */
function spoiled(saved: Saved): Saved {
  if (typeof saved !== 'object' || saved instanceof Uint8Array) return { nonsense: true };
  if (Array.isArray(saved)) return [...saved.slice(0, -1), spoiled(saved.at(-1))];
  const [name, value] = Object.entries(saved).at(-1)!;
  return { ...saved, [name]: spoiled(value) };
}

test('a state with one value that does not fit changes nothing, whichever component has it', () => {
  const busy = busyDemo('interpreter');
  const saved = saveComponents(busy.core.components);
  const { core } = demo('interpreter');
  const before = saveComponents(core.components);
  for (const { name } of core.components) {
    const bad = { ...saved, [name]: spoiled(saved[name]!) };
    expect(() => loadComponents(core.components, bad)).toThrow(new RegExp(`^${name}`));
    expect(compareComponents(core.components, before)).toEqual([]);
  }
  busy.core.dispose();
  core.dispose();
});

/** A field, or a variable that outlives the call of a function, that is not declared read-only. */
const FIELD = /^ {2}(?:private |public )?#?\w+(?:\??: [^=(]+)?(?: = .*)?;$/;
const VARIABLE = /^ {2}let \w+(: [^=]+)? = .*;$/;
const MAKES_A_DEVICE = /^(export )?function \w+\(.*\): (PciFunction|AddressRange|Component|Line) /;
const CLASS = /^(export )?(abstract )?class /;

test('what a device holds is described, or its comment says that it is derived or wiring', () => {
  const held = ['runtime/devices', 'runtime/bus']
    .flatMap((folder) => filesIn(folder, '.ts'))
    .flatMap(({ path, text }) => mutableIn(text).map(([line, comment]) => ({ path, line, comment })));
  expect(held.length).toBeGreaterThan(5);
  expect(held.filter(({ comment }) => !/Derived|Wiring/.test(comment))).toEqual([]);
});

/** Lines of a file that declare what can change, each with the line before it. */
function mutableIn(text: string): [line: string, before: string][] {
  let top = '';
  return text.split('\n').flatMap((line, n, lines): [string, string][] => {
    if (/^\w/.test(line)) top = line;
    const isField = CLASS.test(top) && FIELD.test(line) && !/readonly|return |static /.test(line);
    const isKept = MAKES_A_DEVICE.test(top) && VARIABLE.test(line);
    return isField || isKept ? [[line.trim(), lines[n - 1]!]] : [];
  });
}
