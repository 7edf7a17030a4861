import { rmSync, writeFileSync } from 'node:fs';
import { writeError } from './output-error.ts';

/**
 * Writes the number of this process to a file until it is let go of: scripts end the program by it.
 * @param path undefined: nowhere
 * @throws ConfigurationError if it cannot be written
 */
export function writePidFile(path: string | undefined): Disposable {
  if (path === undefined) return { [Symbol.dispose]: () => {} };
  try {
    writeFileSync(path, `${process.pid}\n`);
  } catch (error) {
    throw writeError(path, error);
  }
  return { [Symbol.dispose]: () => rmSync(path, { force: true }) };
}
