import { afterAll, beforeAll, expect, test } from 'vitest';
import { listenForGdb, listenForQmp, Machine, openMonitor } from '../../../src/index.ts';

// What a caller without types may do is answered in words that name what is wrong with it.

let machine: Machine;
beforeAll(async () => {
  const drives = [{ interface: 'floppy' }] as const;
  machine = await Machine.create({ memory: 16, boot: { demo: true }, isolate: 'caller', drives });
});
afterAll(() => machine.stop());

/** As JavaScript sees it. */
const anything = (value: unknown) => value as never;
const create = (options: unknown) => Machine.create(anything(options));

const mistakes: readonly [string, () => Promise<unknown>, string][] = [
  ['create()', () => create(undefined), 'options is undefined; it must be an object with memory, '],
  ['create(null)', () => create(null), 'options is null; it must be an object with memory, '],
  [
    'a replay with rubbish as a card',
    () => create({ network: [null], icount: { shift: 0, replay: 'R' } }),
    'network[0] is null; it must be an object with card, ',
  ],
  [
    'a network of no known type',
    () => create({ boot: { demo: true }, network: [{ backend: { type: Symbol('wire') } }] }),
    'unknown type Symbol(wire) of a network; it is one of: user, ',
  ],
  [
    'restore()',
    () => Machine.restore(anything(undefined)),
    'the snapshot is undefined; it must be a Uint8Array, an ArrayBuffer or a Blob',
  ],
  [
    'restore(…, null)',
    () => Machine.restore(new Uint8Array(), anything(null)),
    'changes is null; it must be an object',
  ],
  [
    'load()',
    () => machine.load(anything(undefined)),
    'the snapshot is undefined; it must be a Uint8Array, an ArrayBuffer or a Blob',
  ],
  [
    "load('x')",
    () => machine.load(anything('x')),
    "the snapshot is 'x'; it must be a Uint8Array, an ArrayBuffer or a Blob",
  ],
  ['load(new ArrayBuffer(5))', () => machine.load(new ArrayBuffer(5)), 'is not a snapshot'],
  [
    'snapshot(null)',
    () => machine.snapshot(anything(null)),
    'the argument of snapshot() is null; it must be an object',
  ],
  [
    'snapshot({ compresion })',
    () => machine.snapshot(anything({ compresion: 'deflate' })),
    "unknown 'compresion' in the argument of snapshot(); similar: compression; it is one of: compression",
  ],
  [
    'snapshot() by a symbol',
    () => machine.snapshot({ compression: anything(Symbol('zip')) }),
    'compression is Symbol(zip); here it is one of: ',
  ],
  [
    'usb.plug(null)',
    () => machine.usb.plug(anything(null)),
    'what is plugged in is null; it must be an object with device, ',
  ],
  ["usb.unplug('nothing')", () => machine.usb.unplug('nothing'), "Device 'nothing' not found"],
  [
    "on('exit', null)",
    async () => machine.on('exit', anything(null)),
    "the listener of 'exit' is null; it must be a function",
  ],
  [
    'openMonitor(null)',
    async () => openMonitor(anything(null)),
    'the machine is null; it must be one of Machine.create()',
  ],
  [
    'migration.send({})',
    () => machine.migration.send(anything({})),
    "the channel's write is undefined; it must be a function",
  ],
  [
    'history.continue()',
    () => machine.history.continue(anything(undefined)),
    'the argument is undefined; it must be an object',
  ],
  ['drive.change(5)', () => machine.drives[0]!.change(anything(5)), 'the image is 5; it must be the path of a file, '],
  [
    'drive.change(…, { readonly })',
    () => machine.drives[0]!.change(new Uint8Array(512), anything({ readonly: true })),
    "unknown 'readonly' in the second argument of change(); similar: readOnly; it is one of: format, readOnly, snapshot",
  ],
  [
    "drive.change(…, { readOnly: 'no' })",
    () => machine.drives[0]!.change(new Uint8Array(512), anything({ readOnly: 'no' })),
    "readOnly is 'no'; it must be a boolean",
  ],
  ['drive.setLimits(null)', () => machine.drives[0]!.setLimits(anything(null)), 'limits is null; it must be an object'],
  ['machine.setLimits(null)', () => machine.setLimits(anything(null)), 'limits is null; it must be an object'],
  ['listenForQmp(…, 5)', () => listenForQmp(machine, anything(5)), 'an address is 5; it must be an object with path, '],
  ['listenForGdb(…, null)', () => listenForGdb(machine, anything(null)), 'an address is null; it must be an object'],
  ...[Number.POSITIVE_INFINITY, Number.NaN, -1, 1.5].map(
    (count) =>
      [
        `prepareForks(${count})`,
        () => machine.prepareForks(count),
        `the number of forks is ${count}; it must be a whole number from 0`,
      ] as [string, () => Promise<void>, string],
  ),
];

test.each(mistakes)('%s', async (_, act, message) => {
  await expect(act()).rejects.toThrow(
    expect.objectContaining({
      message: expect.stringContaining(message),
      name: 'ConfigurationError',
    }),
  );
});

test('a snapshot is taken as an ArrayBuffer, too', async () => {
  const { buffer, byteOffset, byteLength } = await machine.snapshot();
  const snapshot = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
  await machine.load(snapshot);
  await using copy = await Machine.restore(snapshot, { isolate: 'caller' });
  expect(copy.memoryBytes).toBe(16 << 20);
});
