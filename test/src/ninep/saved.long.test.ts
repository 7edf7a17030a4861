import { expect, test } from 'vitest';
import { SavedFolderError } from '../../../src/ninep/folder.ts';
import { NinepSession } from '../../../src/ninep/session.ts';
import { MemoryFolder } from '../../../src/shares/memory/folder.ts';
import { message, NinepClient, nextNumber, T, u32, u64 } from '../../support/ninep-client.ts';
import { Random } from '../../support/random.ts';
import { checkUsed, ORIGINS, used } from './used.ts';

const ROOM = 8192;

async function mounted() {
  const session = new NinepSession(new MemoryFolder(1 << 20), false);
  return { session, client: await NinepClient.mount(session) };
}

/** Another session, which goes on from the state of one. */
function goesOn({ client }: NinepSession): NinepSession {
  const other = new NinepSession(new MemoryFolder(1 << 20), false);
  other.client = other.client.restored(structuredClone(client.save()!));
  return other;
}

/** A request to make a directory, its number, and that of another one. */
async function request(client: NinepClient) {
  const bytes = message(T.mkdir, 7, u32(await client.walk('')), 'd', u32(0o755), u32(0));
  return { bytes, number: nextNumber(), next: nextNumber() };
}

test('what was done before a state was saved is not done again, and has the same reply', async () => {
  const { session, client } = await mounted();
  const { bytes, number, next } = await request(client);
  const reply = await session.exchange(bytes, ROOM, number);
  expect(reply[4]).toBe(T.mkdir + 1);
  const other = goesOn(session);
  expect(await other.exchange(bytes, ROOM, number)).toEqual(reply);
  // The next one is done, however alike it is.
  expect((await other.exchange(bytes, ROOM, next))[4]).toBe(T.lerror + 1);
});

test('what was not done when a state was saved is done', async () => {
  const { session, client } = await mounted();
  const { bytes, number } = await request(client);
  expect((await goesOn(session).exchange(bytes, ROOM, number))[4]).toBe(T.mkdir + 1);
});

test('what is read again is as it is then', async () => {
  const { session, client } = await mounted();
  const fid = await client.create('', 'file');
  await client.write(fid, 'text');
  const read = message(T.read, 7, u32(fid), u64(0), u32(100));
  const number = nextNumber();
  await session.exchange(read, ROOM, number);
  await client.write(fid, 'else');
  const reply = await goesOn(session).exchange(read, ROOM, number);
  expect(new TextDecoder().decode(reply.subarray(11))).toBe('else');
});

test('a client that has gone leaves no replies', async () => {
  const { session, client } = await mounted();
  const { bytes, number } = await request(client);
  await session.exchange(bytes, ROOM, number);
  await session.reset();
  expect((await goesOn(session).exchange(bytes, ROOM, number))[4]).toBe(T.lerror + 1);
});

test('of replies as many are kept as there may be requests under way', async () => {
  const { session, client } = await mounted();
  const { bytes, number } = await request(client);
  await session.exchange(bytes, ROOM, number);
  for (let n = 0; n < 127; n++) await client.stat(0);
  expect((await goesOn(session).exchange(bytes, ROOM, number))[4]).toBe(T.mkdir + 1);
  await client.stat(0);
  expect((await goesOn(session).exchange(bytes, ROOM, number))[4]).toBe(T.lerror + 1);
});

test('all kinds of files are there again, and what was open', async () => {
  const { client } = await used();
  const session = new NinepSession(new MemoryFolder(1 << 20, { origins: ORIGINS }), false);
  session.client = session.client.restored(structuredClone(client.save()!));
  await checkUsed(session);
});

const emptyFolder = { lastId: 1, nodes: [[1, 0o040755, 0, 0, ['0', '0', '0'], { entries: [], last: 2 }]] };

/** A state with this in the place of what an empty folder has. */
function stateWith(table: object, fids: unknown[] = []): never {
  const whole = { ...emptyFolder, places: [[-1, '']], uses: [], ...table };
  const folder = { table: new TextEncoder().encode(JSON.stringify(whole)), contents: new Uint8Array() };
  return { mostBytes: 8192, fids, replies: [], folder } as never;
}

test.each([
  ['__proto__', { uses: [['__proto__']] }, [[0, 0]]],
  ['map', { uses: [['map']] }, [[0, 0]]],
  ['length', { uses: [['length']] }, [[0, 0]]],
  ['a file that is a method', { uses: [[0, 'map', 0]] }, [[0, 0]]],
  [
    'a place in a method',
    {
      places: [
        [-1, ''],
        ['map', 'q'],
      ],
    },
    [],
  ],
  [
    'a place in one that comes later',
    {
      places: [
        [-1, ''],
        [2, 'q'],
        [0, 'r'],
      ],
    },
    [],
  ],
  [
    'a time that is an object',
    { nodes: [[1, 0o040755, 0, 0, [{ toString: 1 }, '0', '0'], { entries: [], last: 2 }]] },
    [],
  ],
])('a state is refused that has %s', (_, table, fids) => {
  const { client } = new NinepSession(new MemoryFolder(1 << 20), false);
  expect(client.restored(stateWith({})).folder).toBeDefined();
  expect(() => client.restored(stateWith(table, fids))).toThrow(SavedFolderError);
  expect(Object.keys(Array.prototype)).toEqual([]);
  expect(Object.keys(Array.prototype.map)).toEqual([]);
});

test('a table that is too large is refused before it is parsed', () => {
  const { client } = new NinepSession(new MemoryFolder(1 << 20), false);
  const folder = { table: new Uint8Array((32 << 20) + 1).fill(0x20), contents: new Uint8Array() };
  expect(() => client.restored({ mostBytes: 8192, fids: [], replies: [], folder })).toThrow('too many files');
});

/** Something else in the place of a number, a text or a list of JSON. */
function mutated(value: unknown, random: Random): unknown {
  const others = [0, -1, 1, 1.5, 2 ** 40, 2 ** 60, '', '..', 'a/b', 'x', '-', null, [], {}, [0, 'x'], true];
  if (typeof value === 'object' && value !== null && !random.chance(10)) {
    const names = Object.keys(value);
    if (names.length === 0) return random.pick(others);
    const name = random.pick(names);
    const copy = Array.isArray(value) ? [...value] : { ...value };
    if (Array.isArray(copy) && random.chance(5)) copy.splice(Number(name), 1);
    else (copy as Record<string, unknown>)[name] = mutated((value as Record<string, unknown>)[name], random);
    return copy;
  }
  return random.pick(others);
}

test('a state that somebody has tampered with is refused, or is a folder like any other', async () => {
  const session = await used();
  const saved = session.client.save() as { folder: { table: Uint8Array; contents: Uint8Array } };
  const table: unknown = JSON.parse(new TextDecoder().decode(saved.folder.table));
  const random = new Random(9);
  let refused = 0;
  for (let n = 0; n < 5000; n++) {
    const folder = { ...saved.folder, table: new TextEncoder().encode(JSON.stringify(mutated(table, random))) };
    const whole = random.chance(80) ? { ...saved, folder } : mutated({ ...saved, folder }, random);
    const other = new NinepSession(new MemoryFolder(1 << 20, { origins: ORIGINS }), false);
    try {
      other.client = other.client.restored(whole as never);
    } catch (error) {
      refused++;
      expect(error instanceof SavedFolderError || (error as { errno?: number }).errno !== undefined, `${error}`).toBe(
        true,
      );
      continue;
    }
    const { folder: made } = other.client;
    expect((await made.statistics(made.root())).free).toBeLessThanOrEqual(256n);
    await other.reset();
  }
  expect(refused).toBeGreaterThan(2500);
});
