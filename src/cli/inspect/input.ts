import { readFile } from 'node:fs/promises';
import { ConfigurationError } from '../../index.ts';
import { systemMessage } from '../../node/system-message.ts';

/** The bytes of a file that was named. Throws ConfigurationError if it can't be read. */
export async function readInput(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new ConfigurationError(`cannot read ${path}: ${systemMessage(error)}`);
  }
}
