import { afterEach, describe, expect, test } from 'vitest';
import { ConfigurationError, Machine, type MachineOptions } from '../../../src/index.ts';
import { nodeCompressor } from '../../../src/node/compressor.ts';
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
  ['more memory', { memory: 32 }, /^the snapshot: is of a machine with other options: memory: expected/],
  ['another device', { hpet: false }, /^the snapshot: is of a machine with other options: hpet: unknown component/],
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
