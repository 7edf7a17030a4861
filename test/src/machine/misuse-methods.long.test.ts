import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  announceMachine,
  type ListenAddress,
  layoutTitle,
  listenForGdb,
  listenForQmp,
  listenForVnc,
  Machine,
  memorySize,
  openAppliance,
  openChannel,
  openMonitor,
  openQmp,
  packFolder,
  RingBuffer,
} from '../../../src/index.ts';

// Callers without types may give anything to any method: they are told what is wrong, in words, at once.

let machine: Machine;
const made = () =>
  Machine.create({
    ...{ memory: 16, boot: { demo: true }, isolate: 'caller', vga: 'std', usb: [], balloon: true },
    ...{ virtioPorts: [{}], network: [{ card: 'pcnet' }], shares: [{ tag: 't', files: {} }] },
    drives: [{ interface: 'floppy' }],
  });
/** Some rubbish is the name of a file that can be written. */
const folder = mkdtempSync(join(tmpdir(), 'misuse-'));
const before = process.cwd();
beforeAll(async () => {
  process.chdir(folder);
  machine = await made();
});
afterAll(async () => {
  await machine.stop();
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

type Call = (...args: never[]) => unknown;
/** A method, and what may be given to it. Each of these is replaced with rubbish. */
type Row = readonly [name: string, call: (of: Machine) => Call, args: readonly unknown[]];

/** The methods of one thing, each with arguments that may be. */
function methodsOf<Thing extends object>(
  name: string,
  thing: (of: Machine) => Thing,
  methods: Readonly<Partial<Record<keyof Thing, readonly unknown[]>>>,
): Row[] {
  return Object.entries(methods).map(([method, args]) => [
    `${name}.${method}`,
    (of: Machine) => {
      const object = thing(of) as Record<string, Call>;
      return (...given) => object[method]!(...given);
    },
    args as unknown[],
  ]);
}

const nothing = () => {};
const events = { on: ['exit', nothing], once: ['exit', nothing], off: ['exit', nothing] };
const image = new Uint8Array(512);
/** Stands for the machine. */
const itself = Symbol('machine');

const rows: readonly Row[] = [
  ...methodsOf('machine', (of) => of, {
    ...events,
    snapshot: [{}],
    load: [image],
    fork: [{}],
    prepareForks: [0],
    setLimits: [{}],
  }),
  ...methodsOf('drive', (of) => of.drives[0]!, { change: [image, {}], resize: [512], setLimits: [{}] }),
  ...methodsOf('usb', (of) => of.usb, { plug: ['tablet'], unplug: ['usb-tablet'] }),
  ...methodsOf('pci', (of) => of.pci, { plug: [{ device: 'nvme', image, format: 'raw' }], unplug: ['pcnet.0'] }),
  ...methodsOf('keyboard', (of) => of.keyboard, { ...events, press: ['a'], down: ['a'], up: ['a'], type: ['a', {}] }),
  ...methodsOf('mouse', (of) => of.mouse, {
    ...{ move: [1, 1, 1], moveTo: [0, 0], wheel: [1], press: ['left'], down: ['left'], up: ['left'] },
    ...{ setButtons: [{}], choose: ['ps2'] },
  }),
  ...methodsOf('serial', (of) => of.serial, { ...events, write: ['x'], expect: ['x', { timeout: 1 }] }),
  ...methodsOf('debugConsole', (of) => of.debugConsole, { ...events, expect: ['x', { timeout: 1 }] }),
  ...methodsOf('balloon', (of) => of.balloon!, { setMemory: [1 << 23] }),
  ...methodsOf('screen', (of) => of.screen, { text: [{}], expect: ['x', { timeout: 1 }] }),
  ...methodsOf('sound', (of) => of.sound, { ...events, capture: [{}] }),
  ...methodsOf('card', (of) => of.network[0]!, {
    setLink: [true],
    setBandwidth: [1000],
    addHostForward: [{}],
    removeHostForward: [{}],
  }),
  ...methodsOf('files', (of) => of.shares.get('t')!, {
    writeFile: ['a', image, {}],
    readFile: ['a'],
    list: ['/'],
    remove: ['a'],
  }),
  ...methodsOf('translations', (of) => of.translations, { ...events, at: [0, {}], snapshot: [{}] }),
  ...methodsOf('history', (of) => of.history, {
    ...{
      keep: [{}],
      seek: [0],
      seekInReplay: [0],
      breakInReplay: [0],
      stepBack: [1],
      continueBack: [{}],
      continue: [0],
    },
  }),
  ...methodsOf('snapshots', (of) => of.snapshots, { ...events, save: ['a'], load: ['a'], delete: ['a'] }),
  ...methodsOf('migration', (of) => of.migration, { ...events, set: [{}], send: [{}], keep: [{}], receive: [{}] }),
  ...methodsOf('memoryDumps', (of) => of.memoryDumps, { ...events, write: [nothing, {}] }),
  ...methodsOf('monitor', (of) => openMonitor(of), { execute: ['info version'], complete: ['inf'] }),
  ...methodsOf('qmp', (of) => openQmp(of), { listen: [nothing], execute: ['query-version', {}] }),
  ['Machine.create', () => Machine.create as Call, [{}]],
  ['Machine.restore', () => Machine.restore as Call, [image, {}]],
  ['Machine.receive', () => Machine.receive as Call, [{}, {}]],
  [
    'openMonitor',
    (of) => ((given: unknown, ...more: []) => openMonitor(given === itself ? of : (given as Machine), ...more)) as Call,
    [itself, {}],
  ],
  [
    'openQmp',
    (of) => ((given: unknown, ...more: []) => openQmp(given === itself ? of : (given as Machine), ...more)) as Call,
    [itself, {}],
  ],
  ...[listenForQmp, listenForGdb, listenForVnc].map(
    (listen): Row => [
      listen.name,
      (of) =>
        ((given: unknown, ...more: [ListenAddress]) =>
          listen(given === itself ? of : (given as Machine), ...more)) as Call,
      [itself, { host: '127.0.0.1', port: 0 }, {}],
    ],
  ),
  ['announceMachine', () => announceMachine as Call, [null, { name: 'n' }]],
  ['memorySize', () => memorySize as Call, ['1G']],
  ['layoutTitle', () => layoutTitle as Call, ['de']],
  ['openChannel', () => openChannel as Call, ['exec:true']],
  ['openAppliance', () => openAppliance as Call, ['/nowhere.ova']],
  ['packFolder', () => packFolder as Call, ['/nowhere', '/nowhere/new', {}]],
  ['RingBuffer', () => ((size: number) => new RingBuffer(size)) as Call, [5]],
];

/** Values that callers without types may give. */
const rubbish: readonly (readonly [string, unknown])[] = [
  ['null', null],
  ['undefined', undefined],
  ['true', true],
  ['-1', -1],
  ['1.5', 1.5],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['5n', 5n],
  ["''", ''],
  ["'x'", 'x'],
  ["'__proto__'", '__proto__'],
  ['a symbol', Symbol('s')],
  ['a function', nothing],
  ['{}', {}],
  ['Object.create(null)', Object.create(null)],
  ['{ x: 1 }', { x: 1 }],
  ['[]', []],
  ['[null]', [null]],
  ['a Map', new Map()],
];

/** Messages of V8 and Node about code that has gone wrong with its arguments. */
const fromWithin =
  /^(Cannot |Invalid |Reduce of|Class |Maximum |Unexpected |Assignment )|is not (a function|a constructor|iterable|defined)|not iterable|could not be cloned|argument must be|property must be/;

/** The complaint about a value that a call has thrown or rejected with; undefined: nothing is wrong with it. */
function complaintAbout(error: unknown): string | undefined {
  if (!(error instanceof Error)) return `not an error: ${String(error)}`;
  const isFromWithin = fromWithin.test(error.message) || error instanceof DOMException || error.message === '';
  return isFromWithin ? `${error.name}: ${error.message}` : undefined;
}

/** Milliseconds after which nobody believes that an answer comes, however busy the host is. */
const HANG = 30_000;

async function outcome(call: Call, args: readonly unknown[]): Promise<string | undefined> {
  try {
    const result = await Promise.race([call(...(args as never[])), new Promise((r) => setTimeout(r, HANG, 'HANGS'))]);
    if (result === 'HANGS') return 'HANGS';
    const { [Symbol.asyncDispose]: end } = (result ?? {}) as Partial<AsyncDisposable>;
    if (end) await end.call(result);
    return undefined;
  } catch (error) {
    return complaintAbout(error);
  }
}

describe('rubbish', () => {
  test.each(rows)(
    '%s',
    async (_, call, args) => {
      const complaints: string[] = [];
      for (const at of args.keys())
        for (const [text, value] of rubbish) {
          const complaint = await outcome(call(machine), args.with(at, value));
          if (complaint) complaints.push(`argument ${at + 1}, ${text}: ${complaint}`);
        }
      expect(complaints).toEqual([]);
    },
    60000,
  );
});

describe('after stop()', () => {
  let ended: Machine;
  beforeAll(async () => {
    ended = await made();
    await ended.stop();
  });
  test.each(rows)(
    '%s',
    async (_, call, args) => {
      expect(await outcome(call(ended), args)).toBeUndefined();
    },
    60000,
  );
});
