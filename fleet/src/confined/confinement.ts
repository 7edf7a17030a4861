import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chown, mkdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FleetError } from '../error.ts';
import { makeOwnFolder } from './folders.ts';

/** How processes with machines of tenants, and with their jobs, are confined, besides Node's permissions. */
export interface Confinement {
  /** User and group that they run as; whoever says so must be root. */
  readonly uid?: number;
  /** A folder of cgroup v2 in which each gets a group of its own. */
  readonly cgroup?: string;
  /** A program that starts them, with its arguments. */
  readonly wrapper?: readonly string[];
}

/** All that these programs are, libraries too. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Variables that they get; the others may have keys. */
const VARIABLES = ['PATH', 'LANG', 'TZ'];
/** Threads and processes of one, at most, and its memory besides its guest's. */
const [MOST_TASKS, OWN_MEMORY] = [256, 640 << 20];

/** A process that has been started, with a folder that is its own until it has ended. */
export interface ConfinedChild {
  readonly child: ChildProcess;
  /** Removes what it had. */
  clean(): Promise<void>;
}

/**
 * Starts a program of this folder that may read the program itself, and write in a folder of its own, and nothing else: no network, no other programs.
 * @param memory bytes of its guests' memory
 * @throws FleetError if it cannot be confined as it should be
 */
export async function startConfined(program: string, memory: number, given: Confinement): Promise<ConfinedChild> {
  const folder = await makeOwnFolder();
  const words = [
    ...process.execArgv.filter((word) => word.startsWith('--conditions')),
    ...['--permission', '--allow-worker', '--disable-warning=PERM0006'],
    ...[`--allow-fs-read=${ROOT}*`, `--allow-fs-read=${folder}/*`, `--allow-fs-write=${folder}/*`],
    fileURLToPath(new URL(program, import.meta.url)),
  ];
  const { uid, wrapper = [] } = given;
  const [file, ...rest] = [...wrapper, process.execPath, ...words] as [string, ...string[]];
  const variables = VARIABLES.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  if (uid !== undefined) await chown(folder, uid, uid);
  const child = spawn(file, rest, {
    ...{ cwd: folder, env: { ...Object.fromEntries(variables), TMPDIR: folder, HOME: folder } },
    ...{ stdio: ['ignore', 'ignore', 'pipe', 'ipc'], serialization: 'advanced' },
    ...(uid !== undefined && { uid, gid: uid }),
  });
  const spawned = once(child, 'spawn').catch((error: Error) => {
    throw new FleetError(`its process cannot be started: ${error.message}`);
  });
  // What goes wrong later is told by its end.
  child.on('error', () => {});
  try {
    await spawned;
    const group = given.cgroup && (await groupOf(given.cgroup, child.pid, memory));
    const clean = async () => {
      await rm(folder, { recursive: true, force: true });
      if (group) await rmdir(group).catch(() => {});
    };
    return { child, clean };
  } catch (error) {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Puts a process into a group of its own, with limits. */
async function groupOf(parent: string, pid: number | undefined, memory: number): Promise<string> {
  const group = join(parent, `rawiron-${randomBytes(6).toString('hex')}`);
  try {
    await mkdir(group);
    await writeFile(join(group, 'memory.max'), `${memory + OWN_MEMORY}`);
    await writeFile(join(group, 'pids.max'), `${MOST_TASKS}`);
    await writeFile(join(group, 'cgroup.procs'), `${pid}`);
  } catch (error) {
    throw new FleetError(
      `--cgroup ${parent}: ${(error as Error).message}; give a folder that is delegated to this user`,
    );
  }
  return group;
}
