import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { callFilter } from './call-filter.ts';
import { FILTER } from './pipes.ts';
import { programFiles } from './program-files.ts';

/** Command and arguments before those of the process. */
export interface Wrapped {
  readonly words: readonly string[];
  /** Read from the descriptor `FILTER`. */
  readonly filter?: Uint8Array | undefined;
}
/** Wraps a process. @param folder where it may write */
export type Wrapper = (folder: string) => Wrapped;

/** Libraries of the system. */
const LIBRARIES = ['/usr', '/lib', '/lib32', '/lib64', '/nix/store', '/etc/ld.so.cache', '/etc/localtime'];
/** Bytes that it may write into its folder, which is in memory. */
const FOLDER = 128 << 20;
/** Its user and group, as it sees them: nobody's. */
const NOBODY = '65534';

/** Path of bubblewrap (`bwrap`); undefined: it is not installed. */
export function findBubblewrap(path: string = process.env.PATH ?? ''): string | undefined {
  return path
    .split(delimiter)
    .map((folder) => join(folder, 'bwrap'))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/**
 * A wrapper of bubblewrap: namespaces of its own for processes, network, mounts and users, and a filter of system calls. The process sees its program,
 * Node and the system's libraries, all of them read-only, and an empty folder in memory.
 */
export function bubblewrap(file: string): Wrapper {
  const shown = [...LIBRARIES, process.execPath, ...programFiles].flatMap((path) => ['--ro-bind-try', path, path]);
  const devices = ['/dev/null', '/dev/urandom'].flatMap((path) => ['--dev-bind', path, path]);
  const filter = callFilter();
  return (folder) => ({
    words: [
      ...[file, '--unshare-all', '--unshare-user', '--uid', NOBODY, '--gid', NOBODY, '--cap-drop', 'ALL'],
      ...['--die-with-parent', '--new-session', '--proc', '/proc', ...devices, ...shown],
      ...['--size', `${FOLDER}`, '--tmpfs', folder, '--chdir', folder, '--remount-ro', '/'],
      ...(filter === undefined ? [] : ['--seccomp', `${FILTER}`]),
      '--',
    ],
    filter,
  });
}
