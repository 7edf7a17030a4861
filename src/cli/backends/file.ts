import { appendFileSync, openSync } from 'node:fs';
import { writeError } from '../output-error.ts';
import type { OutputFile } from './backend.ts';
import type { Connection } from './connection.ts';

/** Nobody: what is written is forgotten. */
export const nullConnection: Connection = {
  filename: 'null',
  write: async () => {},
  open: async () => {},
  close: async () => {},
};

/**
 * A file that gets what is written. `failed` hears why it cannot be written any more.
 * @throws ConfigurationError if it cannot be opened
 */
export function fileConnection({ path, isAppended }: OutputFile, failed: (error: Error) => void): Connection {
  const file = openForWriting(path, isAppended ? 'a' : 'w');
  return {
    ...nullConnection,
    filename: 'file',
    write: async (bytes) => {
      try {
        appendFileSync(file, bytes);
      } catch (error) {
        failed(writeError(path, error));
      }
    },
  };
}

function openForWriting(path: string, flags: 'w' | 'a'): number {
  try {
    return openSync(path, flags);
  } catch (error) {
    throw writeError(path, error);
  }
}
