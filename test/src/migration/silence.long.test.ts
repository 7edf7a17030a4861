import { EventEmitter, once } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Machine, type MigrationChannel } from '../../../src/index.ts';
import { inTime } from '../../../src/migration/patience.ts';
import { RecordStream } from '../../../src/migration/records.ts';
import { nodeCompressor, portableCompressor } from '../../../src/node/files/compressor.ts';
import { nodeStorage } from '../../../src/node/storage.ts';
import { beginning } from './beginning.ts';
import { kindOf, record } from './pipe.ts';

const host = { compressor: nodeCompressor, portableCompressor, decompressor: nodeStorage.decompressor };
const forever = new Promise<never>(() => {});
let machine: Machine;
beforeEach(async () => {
  machine = await Machine.create({ memory: 2, vga: 'none', boot: { demo: true } });
  await machine.start();
  await machine.serial.expect('demo> ');
});
afterEach(async () => {
  vi.useRealTimers();
  await machine.stop();
});

/** The kinds of records that have come so far. */
async function kindsIn(bytes: readonly Uint8Array[]): Promise<string[]> {
  const rest = [...bytes];
  const stream = new RecordStream({ read: async () => rest.shift() ?? null } as MigrationChannel, host);
  await stream.readStart();
  const kinds: string[] = [];
  for (let record = await stream.read(); record !== null; record = await stream.read()) kinds.push(record.kind);
  return kinds;
}

/** A destination that is stopped as soon as the guest stands still: it says nothing, and takes nothing more when `isFull`. */
function stopped(isFull: (taken: readonly Uint8Array[]) => boolean): MigrationChannel & { taken: Uint8Array[] } {
  const taken: Uint8Array[] = [];
  const pings = new EventEmitter();
  return {
    answers: true,
    taken,
    async write(bytes) {
      if (isFull(taken)) await forever;
      taken.push(bytes.slice());
      if (kindOf(bytes) === 'ping') pings.emit('ping');
    },
    read: async () => {
      await once(pings, 'ping');
      return await record('pong');
    },
    close: async () => {},
    destroy: () => {},
  };
}

/** How a move ends, a minute later. */
async function endOf(channel: MigrationChannel): Promise<string> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let end = '';
  const moving = machine.migration.send(channel).then(
    () => 'gone',
    (error: Error) => error.message,
  );
  void moving.then((how) => {
    end = how;
  });
  for (const begun = performance.now(); end === '' && performance.now() < begun + 60_000; ) {
    await new Promise((resolve) => setImmediate(resolve));
    if (machine.migration.isLeaving) await vi.advanceTimersByTimeAsync(10);
  }
  vi.useRealTimers();
  return end;
}

async function expectItRuns(): Promise<void> {
  machine.serial.write('bench 1\r');
  await machine.serial.expect('with 23000 primes');
}

test('the guest runs on until the destination has taken what was sent', async () => {
  const channel: ReturnType<typeof stopped> = { ...stopped(() => false), read: () => forever };
  const moving = machine.migration.send(channel).catch((error: Error) => error.message);
  await vi.waitUntil(() => channel.taken.some((bytes) => kindOf(bytes) === 'ping'), 10_000);
  await expectItRuns();
  expect([machine.migration.isLeaving, (await kindsIn(channel.taken)).at(-1)]).toEqual([false, 'ping']);
  machine.migration.cancel();
  expect(await moving).toBe('the migration was cancelled');
});

test('a destination that takes no more while the guest stands still does not hold it', async () => {
  const channel = stopped(() => machine.migration.isLeaving);
  expect(await endOf(channel)).toBe('the other end takes nothing for 10 seconds');
  expect([machine.state, machine.migration.status]).toEqual(['running', 'failed']);
  expect(await kindsIn(channel.taken)).not.toContain('whole');
  await expectItRuns();
});

test('one that takes all and does not answer is told that the machine goes on here', async () => {
  const channel = stopped(() => false);
  expect(await endOf(channel)).toBe('the other end has not answered for 30 seconds');
  expect(machine.state).toBe('running');
  expect((await kindsIn(channel.taken)).slice(-3)).toEqual(['state', 'whole', 'cancelled']);
  await expectItRuns();
});

test('one that cannot be told may go on: the machine stands still until somebody decides', async () => {
  const channel = stopped((taken) => kindOf(taken.at(-1) ?? new Uint8Array(1)) === 'whole');
  expect(await endOf(channel)).toMatch(
    /^the other end has not answered for 30 seconds; the machine stands still: nobody knows whether it goes on there/,
  );
  expect([machine.state, machine.migration.isGone]).toEqual(['paused', true]);
  expect((await kindsIn(channel.taken)).at(-1)).toBe('whole');
  await machine.start();
  expect(machine.migration.isGone).toBe(false);
  await expectItRuns();
});

/** A channel that sends to a waiting machine, each part so many seconds after the one before, and then nothing. */
function saying(...parts: readonly (readonly [seconds: number, bytes: Uint8Array])[]): MigrationChannel {
  const rest = [...parts];
  const read = async (): Promise<Uint8Array> => {
    const [seconds, bytes] = rest.shift() ?? [];
    if (seconds === undefined) return await forever;
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    return bytes!;
  };
  return { answers: true, read, write: async () => {}, close: async () => {}, destroy: () => {} };
}

/** How reading of the first record is after so many seconds. */
async function readingAfter(seconds: number, channel: MigrationChannel): Promise<string> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let how = 'waits';
  const stream = new RecordStream(channel, host);
  void stream
    .readStart()
    .then(() => stream.read())
    .catch((error: Error) => {
      how = error.message;
    });
  await vi.advanceTimersByTimeAsync(seconds * 1000);
  vi.useRealTimers();
  return how;
}

test.each<[string, number, (readonly [number, Uint8Array])[]]>([
  ['the head of a record', 32, [[0, beginning]]],
  [
    'a part of a record',
    62,
    [
      [0, beginning],
      [29, beginning],
    ],
  ],
  ['half of the beginning', 62, [[29, beginning.subarray(0, 8)]]],
])('a source that says %s, and then nothing, is given up', async (_, seconds, parts) => {
  expect(await readingAfter(seconds, saying(...parts))).toBe('the other end sends nothing for 30 seconds');
});

test('one that is slow is waited for, and one that has not begun', async () => {
  const slow = [...beginning].map((byte) => [29, Uint8Array.of(byte)] as const);
  expect(await readingAfter(600, saying(...slow))).toBe('waits');
  expect(await readingAfter(3600, saying())).toBe('waits');
});

test('who was stopped himself looks what has come meanwhile before he gives up', async () => {
  const come = new Promise<string>((resolve) => setTimeout(() => setImmediate(() => resolve('come')), 5));
  const stopped = inTime(come, 10, 'sends nothing');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  expect(await stopped).toBe('come');
});
