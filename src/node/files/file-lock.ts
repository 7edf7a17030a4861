import { connect, createServer, type Server } from 'node:net';

/** How many processes may read one image at the same time. */
const MOST_READERS = 64;

export interface FileLock {
  release(): Promise<void>;
}

/**
 * Locks a file: up to MOST_READERS readers, or one writer. Node has no locks of files, so that each holder listens at a name of
 * the host's that disappears with its process, however that ends: an abstract socket of Linux, a named pipe of Windows. It
 * keeps out what asks this function on the same host (with containers: in the same network namespace), and nothing else.
 * Elsewhere nothing is locked.
 * @param identity of the file, whatever its name is
 * @returns undefined if others have it
 */
export async function lockFile(identity: string, access: 'read' | 'write'): Promise<FileLock | undefined> {
  if (process.platform !== 'linux' && process.platform !== 'win32') return { release: async () => {} };
  return access === 'write' ? lockForWriting(identity) : lockForReading(identity);
}

/**
 * Locks an image for writing. If a reader and a writer come at once, at least one sees the other, since each takes its own name
 * before it looks.
 */
async function lockForWriting(identity: string): Promise<FileLock | undefined> {
  const own = await listen(nameOf(identity, 'writer'));
  if (!own) return undefined;
  const readers = await Promise.all(
    Array.from({ length: MOST_READERS }, (_, slot) => isTaken(nameOf(identity, `reader-${slot}`))),
  );
  if (!readers.includes(true)) return own;
  await own.release();
  return undefined;
}

async function lockForReading(identity: string): Promise<FileLock | undefined> {
  for (let slot = 0; slot < MOST_READERS; slot++) {
    const own = await listen(nameOf(identity, `reader-${slot}`));
    if (!own) continue;
    if (!(await isTaken(nameOf(identity, 'writer')))) return own;
    await own.release();
    return undefined;
  }
  return undefined;
}

function nameOf(identity: string, holder: string): string {
  const name = `rawiron-${identity.replace(':', '-')}-${holder}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : `\0${name}`;
}

function listen(name: string): Promise<FileLock | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy()).unref();
    server.once('error', () => resolve(undefined));
    server.listen(name, () => resolve({ release: () => closeServer(server) }));
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

function isTaken(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(name, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
