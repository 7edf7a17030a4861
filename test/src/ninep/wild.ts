import type { NinepSession } from '../../../src/ninep/session.ts';
import { type Field, message, nextNumber, T, u8, u16, u32, u64 } from '../../support/ninep-client.ts';
import type { Random } from '../../support/random.ts';

const names = [
  'a',
  'b',
  'c',
  'deep',
  '.',
  '..',
  '',
  '/',
  '../x',
  'a/b',
  'a\0b',
  '.virtfs_metadata',
  '.virtfs_metadata_root',
];
const types = Object.values(T);

function field(random: Random): Field {
  switch (random.below(8)) {
    case 0:
      return random.chance(90) ? random.pick(names) : 'x'.repeat(random.below(1000));
    case 1:
      return u8(random.below(256));
    case 2:
      return u16(random.below(20));
    case 3:
      return u64(random.below(2) === 0 ? random.below(10000) : BigInt(random.word() >>> 0) << 32n);
    default:
      return u32(random.chance(80) ? random.below(12) : random.word() >>> 0);
  }
}

/** Requests with the fields that they should have, mostly. */
function likely(random: Random): Uint8Array {
  const fid = () => u32(random.below(12));
  const name = () => random.pick(names);
  const small = () => u32(random.below(0x400));
  const forms: readonly (() => [number, ...Field[]])[] = [
    () => [T.attach, fid(), u32(0xffffffff), 'root', '', u32(random.below(3))],
    () => [T.attach, u32(0), u32(0xffffffff), 'root', '', u32(0)],
    () => [T.walk, u32(0), fid(), u16(1), name()],
    () => {
      const count = random.below(4);
      return [T.walk, fid(), fid(), u16(count), ...Array.from({ length: count }, name)];
    },
    () => [T.lcreate, fid(), name(), u32(random.below(0x800)), u32(random.below(0o10000)), u32(0)],
    () => [T.mkdir, fid(), name(), u32(random.below(0o10000)), u32(0)],
    () => [T.symlink, fid(), name(), random.pick(['../x', '/', '..', name()]), u32(0)],
    () => [T.mknod, fid(), name(), u32(random.word() & 0xffff), small(), small(), u32(0)],
    () => [T.link, fid(), fid(), name()],
    () => [T.renameat, fid(), name(), fid(), name()],
    () => [T.rename, fid(), fid(), name()],
    () => [T.unlinkat, fid(), name(), u32(random.pick([0, 0x200]))],
    () => [T.remove, fid()],
    () => [T.lopen, fid(), u32(random.pick([0, 1, 2, 0o1002, 0o200000, random.word() >>> 0]))],
    () => [T.read, fid(), u64(random.below(5000)), u32(random.pick([0, 100, 60000, 0xffffffff]))],
    () => [T.write, fid(), u64(random.below(5000)), u32(5), Uint8Array.of(1, 2, 3, 4, 5)],
    () => [T.readdir, fid(), u64(random.below(20)), u32(random.pick([0, 30, 4000, 0xffffffff]))],
    () => [T.getattr, fid(), u64(0x7ff)],
    () => [
      T.setattr,
      fid(),
      small(),
      small(),
      small(),
      small(),
      u64(random.below(5000)),
      u64(1),
      u64(2),
      u64(3),
      u64(4),
    ],
    () => [T.clunk, fid()],
    () => [T.readlink, fid()],
    () => [T.statfs, fid()],
    () => [T.fsync, fid(), u32(0)],
  ];
  const [type, ...fields] = random.pick(forms)();
  return message(type, random.word() & 0xffff, ...fields);
}

function bytesOf(random: Random): Uint8Array {
  const bytes = Uint8Array.from({ length: 7 + random.below(80) }, () => random.word());
  new DataView(bytes.buffer).setUint32(0, bytes.length, true);
  return bytes;
}

function anyMessage(random: Random): Uint8Array {
  const kind = random.below(20);
  if (kind > 3) return likely(random);
  if (kind === 0) return bytesOf(random);
  const fields = Array.from({ length: random.below(8) }, () => field(random));
  const whole = message(random.pick(types), random.word() & 0xffff, ...fields);
  if (kind === 1) whole[random.below(whole.length)] = random.word();
  return kind === 2 && whole.length > 8 ? whole.subarray(0, 7 + random.below(whole.length - 7)) : whole;
}

/** The result of messages that a hostile guest sends. */
export interface Outcome {
  /** Replies by what they were. */
  done: number;
  refused: number;
  /** Replies that were none. */
  broken: number;
}

/** Sends so many messages, some of them at the same time. */
export async function sendWild(session: NinepSession, random: Random, count: number): Promise<Outcome> {
  const outcome = { done: 0, refused: 0, broken: 0 };
  const send = async () => {
    const request = anyMessage(random);
    const room = random.chance(90) ? 65536 : 11 + random.below(60);
    const reply = await session.exchange(request, room, nextNumber());
    const view = new DataView(reply.buffer, reply.byteOffset, reply.length);
    const isWhole = reply.length >= 7 && reply.length <= room && view.getUint32(0, true) === reply.length;
    const isTagged =
      isWhole && view.getUint16(5, true) === new DataView(request.buffer, request.byteOffset).getUint16(5, true);
    if (!isTagged) outcome.broken++;
    else if (reply[4] === T.lerror + 1) outcome.refused++;
    else if (reply[4] === request[4]! + 1) outcome.done++;
    else outcome.broken++;
  };
  for (let n = 0; n < count; ) {
    const together = Math.min(1 + random.below(8), count - n);
    await Promise.all(Array.from({ length: together }, send));
    n += together;
  }
  return outcome;
}
