import { open, readFile, stat } from 'node:fs/promises';
import type { ImageHost } from '../boot-images.ts';
import { ipxe } from './assets/ipxe.ts';
import { seabios } from './assets/seabios.ts';
import { keep } from './kept-images.ts';
import { systemMessage } from './system-message.ts';

/** The bytes of a file; of a character device, which may have no end, only the first. */
async function readImage(path: string): Promise<Uint8Array> {
  const info = await stat(path).catch(throwInWords);
  if (info.isDirectory()) throw new Error('it is a directory');
  const bytes = info.isCharacterDevice() ? readBeginning(path) : readFile(path);
  return new Uint8Array(await bytes.catch(throwInWords));
}

async function readBeginning(path: string): Promise<Uint8Array> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(new Uint8Array(BEGINNING), 0, BEGINNING);
  return buffer.subarray(0, bytesRead);
}

/** Enough to see what it is. */
const BEGINNING = 1 << 16;

/** Who asked knows the path. */
function throwInWords(error: unknown): never {
  throw new Error(systemMessage(error));
}

/** Images that a machine starts with, in Node. */
export const imageHost: ImageHost = { readFile: readImage, seabios: () => seabios(), ipxe: (card) => ipxe(card), keep };
