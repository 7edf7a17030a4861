import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Saved } from '../../../runtime/snapshot/describe.ts';
import { ConfigurationError, Machine, type MachineOptions } from '../../../src/index.ts';
import { nodeCompressor } from '../../../src/node/files/compressor.ts';
import { nodeStorage } from '../../../src/node/storage.ts';
import { readSnapshot } from '../../../src/snapshot/read.ts';
import { writeSnapshot } from '../../../src/snapshot/write.ts';

const machines: Machine[] = [];
afterEach(async () => {
  await Promise.all(machines.splice(0).map((machine) => machine.stop()));
});

async function demo(options: Partial<MachineOptions> = {}): Promise<Machine> {
  const machine = await Machine.create({ memory: 16, boot: { demo: true }, ...options });
  machines.push(machine);
  await machine.start();
  await machine.serial.expect('demo> ');
  return machine;
}

async function restore(...parts: Parameters<typeof Machine.restore>): Promise<Machine> {
  const machine = await Machine.restore(...parts);
  machines.push(machine);
  return machine;
}

const primes = /with (\d+) primes/;

describe.each(['worker', 'caller'] as const)('snapshots, in isolate: %s', (isolate) => {
  test('a machine goes on from one in another', async () => {
    const machine = await demo({ isolate });
    machine.serial.write('bench 1');
    await machine.serial.expect('bench 1');
    const snapshot = await machine.snapshot();
    const second = await restore(snapshot, { isolate });
    expect(second.state).toBe('created');
    await second.start();
    second.serial.write('\r');
    expect((await second.serial.expect(primes))[1]).toBe('23000');
    machine.serial.write('\r');
    expect((await machine.serial.expect(primes))[1]).toBe('23000');
  });

  test('its guest is started anew by a reset', async () => {
    const machine = await demo({ isolate });
    const second = await restore(await machine.snapshot(), { isolate });
    await second.start();
    await second.reset();
    await second.serial.expect('demo> ');
    second.serial.write('bench 1\r');
    expect((await second.serial.expect(primes))[1]).toBe('23000');
  });

  test('an uncompressed snapshot in shared memory is restored more than once', async () => {
    const machine = await demo({ isolate });
    const snapshot = await machine.snapshot({ compression: 'none' });
    const bytes = new Uint8Array(new SharedArrayBuffer(snapshot.length));
    bytes.set(snapshot);
    for (const copy of [await restore(bytes, { isolate }), await restore(bytes, { isolate })]) {
      await copy.start();
      copy.serial.write('bench 1\r');
      expect((await copy.serial.expect(primes))[1]).toBe('23000');
    }
    expect(bytes).toEqual(snapshot);
  });

  test('a machine is put back, and takes input as before', async () => {
    const machine = await demo({ isolate });
    const snapshot = await machine.snapshot();
    for (let n = 0; n < 3; n++) {
      // More than the credit of the stream in all: none of it may get lost.
      for (let part = 0; part < 4; part++) await machine.serial.write('x'.repeat(4000));
      await machine.load(snapshot);
      machine.serial.write('help\r');
      await machine.serial.expect(/^bench/m);
      await machine.serial.expect('demo> ');
    }
  });

  test('a machine that stands still is saved and loaded as one that runs', async () => {
    const machine = await demo({ isolate });
    await machine.pause();
    await machine.load(await machine.snapshot());
    expect(machine.state).toBe('paused');
    await machine.resume();
    machine.serial.write('bench 1\r');
    await machine.serial.expect(primes);
  });
});

test('with time from instructions two machines from one snapshot write the same', async () => {
  const machine = await demo({ icount: { shift: 3 } });
  const snapshot = await machine.snapshot();
  const outputs = await Promise.all(
    [0, 1].map(async () => {
      const copy = await restore(snapshot);
      await copy.start();
      copy.serial.write('bench 1\r');
      return (await copy.serial.expect(/MIPS|demo> $/)).input;
    }),
  );
  expect(outputs[0]).toBe(outputs[1]);
});

test('a snapshot is compressed as it is asked for', async () => {
  const machine = await demo();
  const snapshot = await machine.snapshot({ compression: 'deflate' });
  const { deflate } = nodeStorage.decompressor;
  expect(await readSnapshot('a.snapshot', snapshot, { deflate })).toHaveProperty('components');
  await expect(machine.snapshot({ compression: 'lzma' as 'zstd' })).rejects.toThrow(
    new ConfigurationError("compression is 'lzma'; here it is one of: zstd, deflate, none"),
  );
});

test('what was changed since the snapshot is gone, memory too', async () => {
  const machine = await demo();
  await machine.pause();
  const snapshot = await machine.snapshot();
  const before = await machine.memoryRead(1 << 20, 15 << 20);
  await machine.resume();
  machine.serial.write('bench 1\r');
  await machine.serial.expect(primes);
  await machine.pause();
  expect(Buffer.compare(await machine.memoryRead(1 << 20, 15 << 20), before)).not.toBe(0);
  await machine.load(snapshot);
  expect(Buffer.compare(await machine.memoryRead(1 << 20, 15 << 20), before)).toBe(0);
});

test.each<[string, Partial<MachineOptions>, RegExp]>([
  [
    'more memory',
    { memory: 32 },
    /^the snapshot: is of a machine with other options; give those that it was made with: memory 16 \(here 32\)$/,
  ],
  [
    'another device',
    { hpet: false },
    /^the snapshot: is of a machine with other options; give those that it was made with: hpet not given \(here false\)$/,
  ],
  ['an unknown option', { memroy: 16 } as never, /memroy/],
])('a snapshot is refused with %s', async (_, changes, message) => {
  const snapshot = await (await demo()).snapshot();
  await expect(Machine.restore(snapshot, changes)).rejects.toThrow(message);
});

test('what is no snapshot changes nothing', async () => {
  const machine = await demo();
  const other = await writeSnapshot({ options: {}, components: { cpu: 5 } }, nodeCompressor);
  for (const bytes of [new Uint8Array(100), other, await writeSnapshot([1], nodeCompressor)]) {
    await expect(machine.load(bytes)).rejects.toThrow(ConfigurationError);
  }
  machine.serial.write('bench 1\r');
  await machine.serial.expect(primes);
});

/** A snapshot of the demo with options that its maker chose. */
async function forged(options: Record<string, Saved>): Promise<Uint8Array> {
  const machine = await demo();
  const saved = (await readSnapshot('it', await machine.snapshot(), nodeStorage.decompressor)) as {
    readonly options: Record<string, Saved>;
    readonly components: Saved;
  };
  return writeSnapshot({ ...saved, options: { ...saved.options, ...options } }, nodeCompressor);
}

test.each<[string, Record<string, Saved>]>([
  ['a kernel', { boot: { kernel: '/etc/passwd' } }],
  ['an initial RAM disk', { boot: { kernel: new Uint8Array(8), initrd: '/etc/passwd' } }],
  ['a BIOS', { boot: { bios: 'seabios' } }],
  ['a video BIOS', { videoBios: '/etc/passwd' }],
  ['a firmware file', { firmwareFiles: { 'opt/x': '/etc/passwd' } }],
  ['an option ROM', { network: [{ card: 'rtl8139', rom: '/etc/passwd' }] }],
])('a snapshot cannot have a file read: %s', async (_, options) => {
  await expect(Machine.restore(await forged(options))).rejects.toThrow(
    /^the snapshot: '.*' of its machine is not what/,
  );
});

test('a snapshot cannot have a disk opened, nor a card connected', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'snapshot-'));
  const file = join(folder, 'out.pcap');
  const target = { command: `touch ${file}` };
  const backend = { type: 'user', dump: file, guestForward: [{ guestPort: 1, target }] };
  const snapshot = await forged({
    drives: [{ media: 'cdrom', image: '/etc/passwd' }],
    network: [{ card: 'rtl8139', backend }],
  });
  await expect(Machine.restore(snapshot)).rejects.toThrow(/was taken with rtl8139 on the PCI bus/);
  expect(await readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});

test('drives without a medium are there again, and so are cards', async () => {
  const machine = await demo({ drives: [{ media: 'cdrom', serial: 'abc' }], network: [{ mac: '52:54:00:00:00:07' }] });
  const second = await restore(await machine.snapshot());
  expect(second.drives.map(({ name, image }) => [name, image])).toEqual([['ide1-cd0', null]]);
  expect(second.network.map(({ name, mac }) => [name, mac])).toEqual([['rtl8139.0', '52:54:00:00:00:07']]);
});

test('files for the firmware are there again', async () => {
  const machine = await demo({ firmwareFiles: { 'opt/x': Uint8Array.of(1, 2) } });
  const second = await restore(await machine.snapshot());
  const saved = await readSnapshot('it', await second.snapshot(), nodeStorage.decompressor);
  const { options } = saved as { readonly options: Record<string, Record<string, Uint8Array>> };
  expect(options.firmwareFiles).toEqual({ 'opt/x': Uint8Array.of(1, 2) });
});

test('the cable of a card is as it is here, not as it was', async () => {
  const machine = await demo({ network: [{}] });
  const states = async () => JSON.stringify(await machine.examine('stateOf', 'rtl8139.0'));
  machine.network[0]!.setLink(false);
  await expect.poll(states).toContain('"isLinkUp":false');
  const snapshot = await machine.snapshot();
  machine.network[0]!.setLink(true);
  await expect.poll(states).toContain('"isLinkUp":true');
  await machine.load(snapshot);
  await expect.poll(states).toContain('"isLinkUp":true');
  expect(machine.network[0]!.isLinkUp).toBe(true);
});
