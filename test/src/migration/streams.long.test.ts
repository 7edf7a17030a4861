import { afterAll, beforeAll, expect, test } from 'vitest';
import { crc32 } from '../../../runtime/crc32.ts';
import { Machine, type MigrationChannel } from '../../../src/index.ts';
import { pipe, record } from './pipe.ts';

/** All that a machine has sent, write by write. */
let sent: Uint8Array[];
let machine: Machine;
beforeAll(async () => {
  machine = await Machine.create({ memory: 2, vga: 'none', boot: { bios: new Uint8Array(65536).fill(0xf4) } });
  await machine.start();
  sent = await recorded();
});
afterAll(() => machine.stop());

async function recorded(): Promise<Uint8Array[]> {
  const [near, far] = pipe();
  const writes: Uint8Array[] = [];
  const write = near.write.bind(near);
  near.write = async (bytes) => {
    writes.push(bytes.slice());
    await write(bytes);
  };
  const moving = machine.migration.send(near);
  const other = await Machine.receive(far);
  await Promise.all([moving, other.migration.arrived]);
  await other.stop();
  return writes;
}

/** The result of a stream that arrives with these bytes. */
async function arrivalOf(parts: readonly Uint8Array[]): Promise<string> {
  const rest = [...parts];
  const channel: MigrationChannel = {
    answers: true,
    read: async () => rest.shift() ?? null,
    write: async () => {},
    close: async () => {},
    destroy: () => {},
  };
  try {
    await using other = await Machine.receive(channel);
    await other.migration.arrived;
    return 'arrived';
  } catch (error) {
    expect((error as Error).name).toBe('ConfigurationError');
    return (error as Error).message;
  }
}

function head(kind: number, length: number): Uint8Array {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, kind, true);
  view.setUint32(4, length, true);
  view.setUint32(8, crc32(bytes.subarray(0, 8)), true);
  return bytes;
}

test('what was sent arrives', async () => {
  expect(await arrivalOf(sent)).toBe('arrived');
});

test('a stream that is cut arrives as nothing', async () => {
  for (const cut of [0, 1, 3, sent.length - 5])
    expect(await arrivalOf(sent.slice(0, cut))).toMatch(/ends too early|no machine/);
  const bytes = Buffer.concat(sent);
  for (const length of [7, 20, 1000, bytes.length >> 1])
    expect(await arrivalOf([bytes.subarray(0, length)])).toMatch(/ends too early|no machine/);
});

test('the end of the process that it comes from lets it go on once all of it has come', async () => {
  const [whole, released] = [sent.length - 3, sent.length - 2];
  expect(await arrivalOf(sent.slice(0, whole))).toMatch(/ends too early/);
  expect(await arrivalOf(sent.slice(0, released))).toBe('arrived');
});

test('a stream of version 1, which said no word for that, arrives as before', async () => {
  const first = Uint8Array.from(sent[0], (byte, n) => (n === 8 ? 1 : byte));
  expect(await arrivalOf([first, ...sent.slice(1, -3)])).toBe('arrived');
  expect(await arrivalOf([first, ...sent.slice(1, -3), ...sent.slice(-2)])).toBe('arrived');
});

const frames = (...numbers: number[]) => new Uint8Array(Uint32Array.from(numbers).buffer);
const none = new Uint8Array(0);

test.each<[string, () => Promise<Uint8Array[]>, RegExp]>([
  ['something else', async () => [new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n')], /no machine/],
  [
    'a newer stream',
    async () => [Uint8Array.from(sent[0], (byte, n) => (n === 8 ? 9 : byte))],
    /has version 9 of the stream/,
  ],
  ['no machine first', async () => [sent[0], await record('end')], /no machine/],
  ['a record of an unknown kind', async () => [...sent.slice(0, 2), head(77, 0)], /a checksum is wrong/],
  [
    'a record of 4 GB',
    async () => [...sent.slice(0, 2), head(2, 0xffffffff)],
    /claims to have 4294967295 bytes of 'memory'/,
  ],
  ['a long word', async () => [...sent.slice(0, 2), head(7, 70_000)], /claims to have 70000 bytes of 'end'/],
  [
    'frames that there are not',
    async () => [...sent.slice(0, 2), await record('memory', { frames: none, contents: none, zeros: frames(1e9) })],
    /no frame 1000000000/,
  ],
  [
    'frames without contents',
    async () => [...sent.slice(0, 2), await record('memory', { frames: frames(1), contents: none, zeros: none })],
    /do not fit 0 bytes/,
  ],
  [
    'memory that is none',
    async () => [...sent.slice(0, 2), await record('memory', { frames: 1 })],
    /a part of memory is none/,
  ],
  [
    'more memory than a record has',
    async () => [
      ...sent.slice(0, 2),
      await record('memory', { frames: none, contents: new Uint8Array(1 << 23), zeros: none }),
    ],
    /claims to h/,
  ],
  ['the end before the state', async () => [...sent.slice(0, 2), await record('end')], /'end' comes at a wrong time/],
  [
    'free images before the state',
    async () => [...sent.slice(0, 2), await record('released')],
    /'released' comes at a wrong time/,
  ],
  [
    'a state that is none',
    async () => [...sent.slice(0, 2), await record('state', { components: {}, running: true })],
    /other options: .*missing/,
  ],
  ['the end of a user', async () => [...sent.slice(0, 2), await record('cancelled')], /was cancelled/],
])('%s is an error', async (_, parts, message) => {
  expect(await arrivalOf(await parts())).toMatch(message);
});

/** Size of the start: version, and whether answers are waited for. Records follow. */
const START_BYTES = 16;
/** Size of a record's head: kind, length and checksum. Its contents begin as a snapshot does. */
const HEAD_BYTES = 12;

test('damage of any record is noticed', async () => {
  const bytes = Buffer.concat(sent);
  const spread = Array.from({ length: 8 }, (_, n) => Math.floor(((n + 0.5) * bytes.length) / 8));
  // Kind and checksum of the last words: all of the machine is there then.
  const words = [-36, -28, -12, -4].map((fromEnd) => bytes.length + fromEnd);
  for (const place of [START_BYTES, START_BYTES + HEAD_BYTES, ...spread, ...words]) {
    const damaged = Buffer.from(bytes);
    damaged[place] ^= 0x10;
    const end = await arrivalOf([damaged]);
    expect([place, end]).toEqual([place, expect.stringMatching(/damaged|ends too early|claims/)]);
  }
  expect(machine.state).toBe('paused');
});

test('a damaged start is noticed, or harms nobody', async () => {
  const bytes = Buffer.concat(sent);
  for (let place = 0; place < START_BYTES; place++) {
    const damaged = Buffer.from(bytes);
    damaged[place] ^= 0x10;
    expect(await arrivalOf([damaged])).toMatch(place < 12 ? /no machine|version/ : /^arrived$/);
  }
});
