import { Errno, FolderError } from './errno.ts';
import type { Changes, GivenTime } from './folder.ts';
import { BASIC_ATTRIBUTES, Change, Message } from './protocol.ts';
import type { MessageReader } from './reader.ts';
import { checkWritable, type Handler, type Handlers, MOST_NAME, type SessionSide, writeQid } from './request.ts';
import type { MessageWriter } from './writer.ts';

/** Requests about what files are like. */
export const attributeRequests: Handlers = {
  [Message.getAttributes]: getAttributes,
  [Message.setAttributes]: setAttributes,
  [Message.statFileSystem]: statFileSystem,
  [Message.xattrWalk]: unsupported('there are no extended attributes'),
  [Message.xattrCreate]: unsupported('there are no extended attributes'),
  [Message.authenticate]: unsupported('no authentication is needed'),
};

/** Clients take it as a file system without such a thing. */
function unsupported(why: string): Handler {
  return async () => {
    throw new FolderError(Errno.notSupported, why);
  };
}

const NANOSECONDS = 1_000_000_000n;

function writeTime(reply: MessageWriter, time: bigint): void {
  const nanoseconds = ((time % NANOSECONDS) + NANOSECONDS) % NANOSECONDS;
  reply.u64((time - nanoseconds) / NANOSECONDS).u64(nanoseconds);
}

async function getAttributes(
  { folder, fids }: SessionSide,
  request: MessageReader,
  reply: MessageWriter,
): Promise<void> {
  const { place, open } = fids.get(request.u32());
  const found = await folder.attributes(place, open ?? undefined);
  reply.u64(request.u64() & BASIC_ATTRIBUTES);
  writeQid(reply, found);
  reply.u32(found.mode).u32(found.user).u32(found.group);
  reply.u64(found.links).u64(found.device).u64(found.size).u64(found.blockSize).u64(found.blocks);
  for (const time of [found.accessTime, found.modificationTime, found.changeTime, 0n]) writeTime(reply, time);
  // Generation and version of the data are not known.
  reply.u64(0n).u64(0n);
}

function readTime(request: MessageReader): bigint {
  return BigInt.asIntN(64, request.u64()) * NANOSECONDS + request.u64();
}

async function setAttributes(side: SessionSide, request: MessageReader): Promise<void> {
  const { place, open } = side.fids.get(request.u32());
  const changes = readChanges(request);
  checkWritable(side);
  await side.folder.change(place, changes, open ?? undefined);
}

function readChanges(request: MessageReader): Changes {
  const valid = request.u32();
  const wants = (bit: number) => (valid & bit) !== 0;
  const [mode, user, group, size] = [request.u32(), request.u32(), request.u32(), request.u64()];
  const [access, modification] = [readTime(request), readTime(request)];
  const given = (time: bigint, bit: number): GivenTime => (wants(bit) ? time : 'now');
  return {
    ...(wants(Change.mode) && { mode }),
    ...(wants(Change.user) && { user }),
    ...(wants(Change.group) && { group }),
    ...(wants(Change.size) && { size: position(size) }),
    ...(wants(Change.accessTime) && { accessTime: given(access, Change.accessTimeGiven) }),
    ...(wants(Change.modificationTime) && { modificationTime: given(modification, Change.modificationTimeGiven) }),
  };
}

/** A place in a file, which the host counts in doubles. */
export function position(offset: bigint): number {
  if (offset > BigInt(Number.MAX_SAFE_INTEGER)) throw new FolderError(Errno.tooLarge, 'no file is so long');
  return Number(offset);
}

async function statFileSystem(
  { folder, fids }: SessionSide,
  request: MessageReader,
  reply: MessageWriter,
): Promise<void> {
  const found = await folder.statistics(fids.get(request.u32()).place);
  reply.u32(Number(BigInt.asUintN(32, found.type))).u32(Number(BigInt.asUintN(32, found.blockSize)));
  for (const count of [found.blocks, found.free, found.available, found.files, found.freeFiles, 0n]) reply.u64(count);
  reply.u32(MOST_NAME);
}
