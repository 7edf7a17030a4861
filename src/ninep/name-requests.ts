import { Errno, FolderError } from './errno.ts';
import { Kind, type NewFile, PERMISSIONS, type Place } from './folder.ts';
import { Message, MOST_NAMES, REMOVE_DIRECTORY } from './protocol.ts';
import type { MessageReader } from './reader.ts';
import { checkedName, checkedOwnName, checkWritable, type Handlers, type SessionSide, writeQid } from './request.ts';
import type { MessageWriter } from './writer.ts';

/** Requests about names: the way to files, and what changes directories. */
export const nameRequests: Handlers = {
  [Message.attach]: attach,
  [Message.walk]: walk,
  [Message.create]: create,
  [Message.makeDirectory]: makeDirectory,
  [Message.symlink]: symlink,
  [Message.makeNode]: makeNode,
  [Message.link]: link,
  [Message.rename]: rename,
  [Message.renameAt]: renameAt,
  [Message.unlinkAt]: unlinkAt,
  [Message.remove]: remove,
  [Message.readLink]: readLink,
};

/** The name of what is attached to doesn't count, as in QEMU: there is one folder. */
async function attach({ folder, fids }: SessionSide, request: MessageReader, reply: MessageWriter): Promise<void> {
  const number = request.u32();
  request.u32();
  request.text();
  request.text();
  const user = request.u32();
  fids.checkFree(number);
  const root = folder.root();
  writeQid(reply, await folder.attributes(root));
  folder.retain(root);
  fids.add(number, root, user);
}

/** Where a walk comes to with one more name. It has the place. */
async function step({ folder }: SessionSide, from: Place, name: string): Promise<Place> {
  if (name !== '.' && name !== '..') return await folder.walk(from, checkedName(name));
  const place = name === '.' ? from : (from.parent ?? from);
  folder.retain(place);
  return place;
}

/** It goes as far as there are names; the new fid is there only if it goes all the way. */
async function walk(side: SessionSide, request: MessageReader, reply: MessageWriter): Promise<void> {
  const { folder, fids } = side;
  const [from, to] = [request.u32(), request.u32()];
  const fid = fids.get(from);
  const names = readNames(request);
  if (from !== to) fids.checkFree(to);
  else if (fid.open !== null) throw new FolderError(Errno.invalid, 'the fid is open');
  let place = fid.place;
  folder.retain(place);
  try {
    if (await walkNames()) {
      folder.retain(place);
      if (from === to) fids.move(fid, place);
      else fids.add(to, place, fid.user);
    }
  } finally {
    folder.release(place);
  }

  /** Whether it got to the end; throws where there is not even the first one. */
  async function walkNames(): Promise<boolean> {
    const qids: Parameters<typeof writeQid>[1][] = [];
    const failed = await steps(qids);
    if (failed !== undefined && qids.length === 0) throw failed;
    reply.u16(qids.length);
    for (const attributes of qids) writeQid(reply, attributes);
    return failed === undefined;
  }

  async function steps(qids: Parameters<typeof writeQid>[1][]): Promise<unknown> {
    for (const name of names) {
      try {
        const next = await step(side, place, name);
        folder.release(place);
        place = next;
        qids.push(await folder.attributes(place));
      } catch (error) {
        return error;
      }
    }
    return undefined;
  }
}

function readNames(request: MessageReader): string[] {
  const count = request.u16();
  if (count > MOST_NAMES) throw new FolderError(Errno.invalid, 'the walk has too many names');
  return Array.from({ length: count }, () => request.text());
}

/** The directory, the name and what follows of a request that makes a file. */
function directoryAndName({ fids }: SessionSide, request: MessageReader) {
  const fid = fids.get(request.u32());
  return { fid, name: checkedOwnName(request.text(), Errno.exists) };
}

function newFile(user: number, mode: number, group: number): NewFile {
  return { mode: mode & PERMISSIONS, user, group };
}

async function create(side: SessionSide, request: MessageReader, reply: MessageWriter): Promise<void> {
  const { folder, fids } = side;
  const { fid, name } = directoryAndName(side, request);
  const [flags, mode, group] = [request.u32(), request.u32(), request.u32()];
  checkWritable(side);
  fids.checkOpenable(fid);
  const made = await folder.create(fid.place, name, flags, newFile(fid.user, mode, group));
  fids.move(fid, made.place);
  fids.setOpen(fid, made.open);
  writeQid(reply, await folder.attributes(made.place, made.open));
  reply.u32(0);
}

/** Writes the qid of what was made. */
async function tell({ folder }: SessionSide, directory: Place, name: string, reply: MessageWriter): Promise<void> {
  const place = await folder.walk(directory, name);
  try {
    writeQid(reply, await folder.attributes(place));
  } finally {
    folder.release(place);
  }
}

async function makeDirectory(side: SessionSide, request: MessageReader, reply: MessageWriter): Promise<void> {
  const { fid, name } = directoryAndName(side, request);
  const [mode, group] = [request.u32(), request.u32()];
  checkWritable(side);
  await side.folder.makeDirectory(fid.place, name, newFile(fid.user, mode, group));
  await tell(side, fid.place, name, reply);
}

async function symlink(side: SessionSide, request: MessageReader, reply: MessageWriter): Promise<void> {
  const { fid, name } = directoryAndName(side, request);
  const target = request.text();
  const group = request.u32();
  checkWritable(side);
  if (target === '' || target.includes('\0')) throw new FolderError(Errno.noEntry, 'this is no target of a link');
  await side.folder.makeSymbolicLink(fid.place, name, target, newFile(fid.user, 0o777, group));
  await tell(side, fid.place, name, reply);
}

async function makeNode(side: SessionSide, request: MessageReader, reply: MessageWriter): Promise<void> {
  const { fid, name } = directoryAndName(side, request);
  const [mode, major, minor, group] = [request.u32(), request.u32(), request.u32(), request.u32()];
  checkWritable(side);
  const kind = mode & Kind.mask || Kind.file;
  const file = newFile(fid.user, mode, group);
  await side.folder.makeNode(fid.place, name, kind, deviceNumber(major, minor), file);
  await tell(side, fid.place, name, reply);
}

/** As stat(2) has it (makedev(3)). */
function deviceNumber(major: number, minor: number): bigint {
  const [high, low] = [BigInt(major & 0xfff), BigInt(minor & 0xfffff)];
  return (low & 0xffn) | (high << 8n) | ((low & ~0xffn) << 12n);
}

async function link(side: SessionSide, request: MessageReader): Promise<void> {
  const directory = side.fids.get(request.u32());
  const fid = side.fids.get(request.u32());
  const name = checkedOwnName(request.text(), Errno.exists);
  checkWritable(side);
  await side.folder.link(fid.place, directory.place, name);
}

/** The directory of a fid's file. */
function directoryOf(place: Place): Place {
  if (place.parent === null)
    throw new FolderError(Errno.notPermitted, 'this has no name any more, or is the folder itself');
  return place.parent;
}

async function rename(side: SessionSide, request: MessageReader): Promise<void> {
  const { place } = side.fids.get(request.u32());
  const target = side.fids.get(request.u32());
  const name = checkedOwnName(request.text(), Errno.isDirectory);
  checkWritable(side);
  await side.folder.rename(directoryOf(place), place.name, target.place, name);
}

async function renameAt(side: SessionSide, request: MessageReader): Promise<void> {
  const from = side.fids.get(request.u32());
  const oldName = checkedOwnName(request.text(), Errno.isDirectory);
  const to = side.fids.get(request.u32());
  const newName = checkedOwnName(request.text(), Errno.isDirectory);
  checkWritable(side);
  await side.folder.rename(from.place, oldName, to.place, newName);
}

async function unlinkAt(side: SessionSide, request: MessageReader): Promise<void> {
  const { place } = side.fids.get(request.u32());
  const text = request.text();
  const name = checkedOwnName(text, text === '.' ? Errno.invalid : Errno.notEmpty);
  const flags = request.u32();
  if ((flags & ~REMOVE_DIRECTORY) !== 0) throw new FolderError(Errno.invalid, 'an unknown flag is set');
  checkWritable(side);
  await side.folder.remove(place, name, flags !== 0);
}

/** The fid is gone whether the file could be removed or not. */
async function remove(side: SessionSide, request: MessageReader): Promise<void> {
  const number = request.u32();
  const { place } = side.fids.get(number);
  try {
    checkWritable(side);
    const { mode } = await side.folder.attributes(place);
    await side.folder.remove(directoryOf(place), place.name, (mode & Kind.mask) === Kind.directory);
  } finally {
    await side.fids.clunk(number);
  }
}

async function readLink({ folder, fids }: SessionSide, request: MessageReader, reply: MessageWriter): Promise<void> {
  reply.text(await folder.readLink(fids.get(request.u32()).place));
}
