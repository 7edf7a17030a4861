import { ConfigurationError } from '../../index.ts';
import { readWhole } from '../../node/files/read-file.ts';
import { messageOf } from '../../util/errors.ts';

/** The bytes of a file that was named. Throws ConfigurationError if it can't be read. */
export async function readInput(path: string): Promise<Uint8Array> {
  return await readWhole(path).catch((error: unknown) => {
    throw new ConfigurationError(`cannot read ${path}: ${messageOf(error)}`);
  });
}
