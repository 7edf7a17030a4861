import { expect, test } from 'vitest';
import { type Field, NinepError, T, u16, u32, u64 } from '../../support/ninep-client.ts';
import { Random } from '../../support/random.ts';
import { kinds, type TestFolder } from './folders.ts';

/** A request, and what of its reply is the same for all folders. */
interface Step {
  readonly type: number;
  readonly fields: readonly Field[];
  told(reply: Buffer): unknown;
}

const FIDS = 10;
const names = ['a', 'b', 'c', 'd'];
const nothing = () => 0;

/** Kind, permissions, owner, and what else doesn't depend on the file system: of directories neither links nor size. */
function attributes(reply: Buffer): unknown {
  const mode = reply.readUInt32LE(21);
  const isDirectory = (mode & 0o170000) === 0o040000;
  const rest = isDirectory ? [] : [reply.readBigUInt64LE(33), reply.readBigUInt64LE(49)];
  return [mode, reply.readUInt32LE(25), reply.readUInt32LE(29), reply.readBigInt64LE(89) < 100n && 'set', ...rest];
}

function namesOf(reply: Buffer): string[] {
  const found: string[] = [];
  for (let at = 4; at < reply.length; at += 24 + reply.readUInt16LE(at + 22))
    found.push(`${reply.toString('latin1', at + 24, at + 24 + reply.readUInt16LE(at + 22))} ${reply[at + 21]}`);
  return found.sort();
}

function step(type: number, fields: readonly Field[], told: Step['told'] = nothing): Step {
  return { type, fields, told };
}

/** A change of permissions, of the size, or of both, and of times. */
function change(random: Random, fid: Field): Step {
  const valid = random.pick([0x1, 0x8, 0x20 | 0x100, 0x1 | 0x8 | 0x20 | 0x100]);
  const [mode, size] = [u32(random.below(0o1000)), u64(random.below(300_000))];
  return step(T.setattr, [fid, u32(valid), mode, u32(0), u32(0), size, u64(0), u64(0), u64(50), u64(0)]);
}

/** A fid goes to another place, from the folder or from another fid. */
function go(random: Random, from: Field, to: Field): Step[] {
  const path = Array.from({ length: random.below(4) }, () => random.pick([...names, '..']));
  const walk = step(T.walk, [from, to, u16(path.length), ...path], (reply) => reply.readUInt16LE(0));
  return [step(T.clunk, [to]), walk];
}

function write(random: Random, fid: Field): Step {
  const bytes = Uint8Array.from({ length: random.below(40_000) }, () => random.word());
  const position = u64(random.below(200_000));
  return step(T.write, [fid, position, u32(bytes.length), bytes], (reply) => reply.readUInt32LE(0));
}

function read(random: Random, fid: Field): Step {
  const [position, count] = [u64(random.below(200_000)), u32(random.below(60_000))];
  return step(T.read, [fid, position, count], (reply) => reply.toString('hex'));
}

/** Some requests that belong together. Fid 0 stays the folder. */
function anySteps(random: Random): readonly Step[] {
  const own = u32(1 + random.below(FIDS - 1));
  const fid = () => u32(random.below(FIDS));
  const name = () => random.pick(names);
  // What is open is never a directory for long: the host's way to one that was removed is by its name, so it is not found.
  const looks = () => [
    step(T.lopen, [own, u32(0)]),
    step(T.readdir, [own, u64(0), u32(60_000)], namesOf),
    read(random, own),
  ];
  const forms: readonly (() => readonly Step[])[] = [
    () => go(random, u32(0), own),
    () => go(random, fid(), own),
    () => [...go(random, u32(0), own), ...looks(), step(T.clunk, [own])],
    // The host's way to what is open and was removed lets no attributes be changed, so this is at places alone.
    () => [...go(random, u32(0), own), change(random, own)],
    () => [step(T.lcreate, [own, name(), u32(random.pick([0o102, 0o302, 0o1102, 0o2102])), u32(0o640), u32(0)])],
    () => [step(T.mkdir, [fid(), name(), u32(0o750), u32(0)])],
    () => [step(T.symlink, [fid(), name(), random.pick(['../x', 'a', '/']), u32(0)])],
    () => [step(T.mknod, [fid(), name(), u32(0o100600), u32(0), u32(0), u32(0)])],
    () => [step(T.link, [fid(), fid(), name()])],
    () => [step(T.renameat, [fid(), name(), fid(), name()])],
    () => [step(T.rename, [fid(), fid(), name()])],
    () => [step(T.unlinkat, [fid(), name(), u32(random.pick([0, 0x200]))])],
    () => [step(T.remove, [own])],
    () => [step(T.lopen, [own, u32(random.pick([1, 2, 0o1002, 0o2001]))]), write(random, own)],
    () => [write(random, own), read(random, own)],
    () => [read(random, own)],
    () => [step(T.getattr, [fid(), u64(0x7ff)], attributes)],
    () => [step(T.readlink, [fid()], (reply) => reply.toString('latin1'))],
  ];
  return random.pick(forms)();
}

function shown({ type, fields }: Step): string {
  const [name] = Object.entries(T).find(([, number]) => number === type)!;
  return `${name} ${fields.map((one) => (typeof one === 'string' ? one : one instanceof Uint8Array ? `${one.length} bytes` : one[1])).join(' ')}`;
}

async function outcome({ client }: TestFolder, { type, fields, told }: Step): Promise<['done' | 'errno', unknown]> {
  try {
    return ['done', told(await client.ask(type, ...fields))];
  } catch (error) {
    if (error instanceof NinepError) return ['errno', error.errno];
    throw error;
  }
}

// A folder of the host is Linux's own file system, which knows best.
test.each([1, 2, 3, 4, 5, 6])('a folder in memory answers as one of the host: run %i', async (seed) => {
  await using host = await kinds.none();
  await using memory = await kinds.memory();
  const random = new Random(seed);
  const seen = { done: 0, errno: 0 };
  for (let n = 0; n < 1500; n++) {
    for (const one of anySteps(random)) {
      const [there, here] = [await outcome(host, one), await outcome(memory, one)];
      expect(here, `step ${n}: ${shown(one)}`).toEqual(there);
      seen[there[0]]++;
    }
  }
  expect(seen.done).toBeGreaterThan(300);
  expect(seen.errno).toBeGreaterThan(300);
});
