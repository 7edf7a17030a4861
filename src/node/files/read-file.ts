import { open, readFile, stat } from 'node:fs/promises';
import { allocateShared } from '../../../runtime/memory/ram.ts';
import { systemMessage } from '../process/system-message.ts';

/** Enough to see what it is. */
const BEGINNING = 1 << 16;

/** Whether this is a path that the process has open already, as a shell gives them with <(COMMAND): somebody writes to such a pipe. */
export function isOpened(path: string): boolean {
  return /^\/(dev\/(stdin|fd\/\d+)|proc\/(self|\d+)\/fd\/\d+)$/.test(path);
}

/**
 * The bytes of a file; of a character device, which may have no end, only the first. A named pipe is refused: reading one would wait for
 * whoever may open it one day, and hold up the program's end.
 * @throws Error in words that go behind the path
 */
export async function readWhole(path: string): Promise<Uint8Array> {
  const info = await stat(path).catch(throwInWords);
  if (info.isDirectory()) throw new Error('it is a directory');
  if (info.isFIFO() && !isOpened(path)) throw new Error('it is a named pipe; give a file');
  const bytes = info.isCharacterDevice() ? readBeginning(path) : readFile(path);
  return new Uint8Array(await bytes.catch(throwInWords));
}

/** The bytes of a file in memory that other threads see, which get them without a copy. */
export async function readShared(path: string): Promise<Uint8Array> {
  await using file = await open(path);
  const bytes = new Uint8Array(allocateShared((await file.stat()).size));
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, at, bytes.length - at, at);
    if (bytesRead === 0) throw new Error(`${path} has become shorter while it is read`);
    at += bytesRead;
  }
  return bytes;
}

async function readBeginning(path: string): Promise<Uint8Array> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(new Uint8Array(BEGINNING), 0, BEGINNING);
  return buffer.subarray(0, bytesRead);
}

function throwInWords(error: unknown): never {
  throw new Error(systemMessage(error));
}
