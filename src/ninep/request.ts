import type { NinepClientState } from './client.ts';
import { Errno, FolderError } from './errno.ts';
import type { Fids } from './fids.ts';
import { type Attributes, Kind, type SharedFolder } from './folder.ts';
import { QidType } from './protocol.ts';
import type { MessageReader } from './reader.ts';
import type { MessageWriter } from './writer.ts';

/** The parts of a session that requests work on. */
export interface SessionSide {
  readonly client: NinepClientState;
  readonly folder: SharedFolder;
  readonly fids: Fids;
  readonly isReadOnly: boolean;
  /** The folder is about to be closed: what takes long ends. */
  readonly closing: AbortSignal;
}

/** Reads the fields of a request, does it, and writes those of the reply. What it throws is the reply otherwise. */
export type Handler = (side: SessionSide, request: MessageReader, reply: MessageWriter) => Promise<void>;

/** By the types of messages. */
export type Handlers = Readonly<Record<number, Handler>>;

/** Throws where nothing may be changed. */
export function checkWritable({ isReadOnly }: SessionSide): void {
  if (isReadOnly) throw new FolderError(Errno.readOnly, 'the folder is read-only');
}

/** Bytes of a name at most, in all file systems of Linux. */
export const MOST_NAME = 255;

/** A single name, which a walk may go to. */
export function checkedName(name: string): string {
  if (name.length > MOST_NAME) throw new FolderError(Errno.nameTooLong, 'the name is too long');
  if (name === '' || /[/\0]/.test(name)) throw new FolderError(Errno.noEntry, 'this is no name');
  return name;
}

/** The name of a file to be made, renamed or removed. */
export function checkedOwnName(name: string, whereReserved: number): string {
  if (name === '.' || name === '..') throw new FolderError(whereReserved, 'this name is reserved');
  return checkedName(name);
}

/** Writes what tells one file from the others: kind, version and number. */
export function writeQid(reply: MessageWriter, { mode, id, modificationTime, size }: Attributes): void {
  const kind = mode & Kind.mask;
  const version = Number(BigInt.asUintN(32, (modificationTime / 1_000_000_000n) ^ (size << 8n)));
  reply.u8(qidType(kind)).u32(version).u64(id);
}

/** The type in a qid of this kind of file. */
export function qidType(kind: number): number {
  if (kind === Kind.directory) return QidType.directory;
  return kind === Kind.symbolicLink ? QidType.symbolicLink : QidType.file;
}
