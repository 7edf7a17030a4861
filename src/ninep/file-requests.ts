import { position } from './attribute-requests.ts';
import type { DirectoryEntry } from './folder.ts';
import { LOCKED, Message, OpenFlag, UNLOCKED_TYPE } from './protocol.ts';
import type { MessageReader } from './reader.ts';
import { checkWritable, type Handlers, qidType, type SessionSide, writeQid } from './request.ts';
import type { MessageWriter } from './writer.ts';

/** Requests about open files and directories. */
export const fileRequests: Handlers = {
  [Message.open]: open,
  [Message.read]: read,
  [Message.write]: write,
  [Message.readDirectory]: readDirectory,
  [Message.sync]: sync,
  [Message.lock]: lock,
  [Message.getLock]: getLock,
  [Message.clunk]: ({ fids }, request) => fids.clunk(request.u32()),
};

async function open(side: SessionSide, request: MessageReader, reply: MessageWriter): Promise<void> {
  const { folder, fids } = side;
  const fid = fids.get(request.u32());
  const flags = request.u32();
  if ((flags & (OpenFlag.access | OpenFlag.truncate)) !== 0) checkWritable(side);
  fids.checkOpenable(fid);
  fids.setOpen(fid, await folder.open(fid.place, flags));
  writeQid(reply, await folder.attributes(fid.place, fid.open!));
  // As many bytes at once as a message has room for.
  reply.u32(0);
}

async function read({ fids }: SessionSide, request: MessageReader, reply: MessageWriter): Promise<void> {
  const file = fids.file(request.u32());
  const at = position(request.u64());
  const count = Math.min(request.u32(), reply.room - 4);
  const target = reply.data(count);
  reply.keep(count, await file.read(target, at));
}

async function write({ fids }: SessionSide, request: MessageReader, reply: MessageWriter): Promise<void> {
  const file = fids.file(request.u32());
  const at = position(request.u64());
  reply.u32(await file.write(request.bytes(request.u32()), at));
}

/** An entry in a reply: qid, where to go on, kind and name. */
const ENTRY_BYTES = 13 + 8 + 1 + 2;
/** Entries of a reply at most: the host looks at each, and other requests wait meanwhile. */
const MOST_ENTRIES = 1024;

async function readDirectory(
  { fids, closing }: SessionSide,
  request: MessageReader,
  reply: MessageWriter,
): Promise<void> {
  const directory = fids.directory(request.u32());
  const from = position(request.u64());
  const limit = Math.min(request.u32(), reply.room - 4);
  const entries: DirectoryEntry[] = [];
  let length = 0;
  await directory.list(
    from,
    (entry) => {
      const next = length + ENTRY_BYTES + entry.name.length;
      if (next > limit || entries.length === MOST_ENTRIES) return false;
      length = next;
      entries.push(entry);
      return true;
    },
    closing,
  );
  reply.u32(length);
  for (const entry of entries) writeEntry(reply, entry);
}

function writeEntry(reply: MessageWriter, { name, next, id, kind }: DirectoryEntry): void {
  reply.u8(qidType(kind)).u32(0).u64(id);
  reply
    .u64(BigInt(next))
    .u8(kind >> 12)
    .text(name);
}

async function sync({ fids }: SessionSide, request: MessageReader): Promise<void> {
  const { open } = fids.get(request.u32());
  const dataOnly = request.u32() !== 0;
  if (open?.kind === 'file') await open.sync(dataOnly);
}

/** Its kernel has seen to it that no other program of the guest has the lock. */
async function lock({ fids }: SessionSide, request: MessageReader, reply: MessageWriter): Promise<void> {
  fids.get(request.u32());
  reply.u8(LOCKED);
}

async function getLock({ fids }: SessionSide, request: MessageReader, reply: MessageWriter): Promise<void> {
  fids.get(request.u32());
  request.u8();
  const [start, length, process, client] = [request.u64(), request.u64(), request.u32(), request.text()];
  reply.u8(UNLOCKED_TYPE).u64(start).u64(length).u32(process).text(client);
}
