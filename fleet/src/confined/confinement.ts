import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chown, mkdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { FleetError } from '../error.ts';
import type { Wrapper } from './bubblewrap.ts';
import { makeOwnFolder } from './folders.ts';
import { FILTER, WORDS } from './pipes.ts';
import { programFiles } from './program-files.ts';

/** How processes with machines of tenants, and with their jobs, are confined, besides Node's permissions. */
export interface Confinement {
  /** User and group that they run as; whoever says so must be root. */
  readonly uid?: number;
  /** A folder of cgroup v2 in which each gets a group of its own. */
  readonly cgroup?: string;
  /** Starts them. */
  readonly wrapper?: Wrapper;
  /** Whether they may be tenants': they reach no process of this user, or the operator has said that they may. */
  readonly isForTenants?: boolean;
}

/** Variables that they get; the others may have keys. */
const VARIABLES = ['PATH', 'LANG', 'TZ'];
/** Threads and processes of one, at most, and its memory besides its guest's. */
const [MOST_TASKS, OWN_MEMORY] = [256, 640 << 20];
/** Looks whether a group is empty, and milliseconds between two. */
const [LOOKS, LOOK] = [50, 100];
/** The first process that the kernel ends when memory is short (proc(5), oom_score_adj). */
const FIRST_TO_GO = '1000';
/** Waits for a line, so that it is in its group before anything else of it runs. */
const GATE = ['-c', 'read -r go && exec "$@"', 'sh'];

/** A process that has been started, with a folder that is its own until it has ended. */
export interface ConfinedChild {
  readonly child: ChildProcess;
  /** Leads to its standard input. */
  readonly orders: Writable;
  /** Comes from its descriptor `WORDS`. */
  readonly words: Readable;
  /** Removes what it had. */
  clean(): Promise<void>;
}

/**
 * Starts a program of this folder that may read the program itself, and write in a folder of its own, and nothing else: no network, no other programs.
 * @param memory bytes of its guests' memory
 * @throws FleetError if it cannot be confined as it should be
 */
export async function startConfined(program: string, memory: number, given: Confinement): Promise<ConfinedChild> {
  const reads = programFiles.flatMap((path) => [`--allow-fs-read=${path}`, `--allow-fs-read=${path}/*`]);
  return await launch(memory, given, (folder) => [
    ...process.execArgv.filter((word) => word.startsWith('--conditions')),
    ...['--permission', '--allow-worker', '--disable-warning=PERM0006', ...CLOSED],
    ...[...reads, `--allow-fs-read=${folder}/*`, `--allow-fs-write=${folder}/*`],
    ...['--import', new URL('close-modules.ts', import.meta.url).href],
    fileURLToPath(new URL(program, import.meta.url)),
  ]);
}

/** Modules that Node's permissions know nothing of. */
const CLOSED = ['--no-experimental-sqlite', '--no-experimental-webstorage'].filter((flag) =>
  process.allowedNodeEnvironmentFlags.has(flag),
);

/**
 * Starts Node as it is confined.
 * @param words its command line, for the folder where it may write
 * @throws FleetError
 */
export async function launch(
  memory: number,
  { uid, cgroup, wrapper }: Confinement,
  words: (folder: string) => readonly string[],
): Promise<ConfinedChild> {
  const folder = await makeOwnFolder();
  const { words: before = [], filter } = wrapper?.(folder) ?? {};
  const variables = VARIABLES.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  if (uid !== undefined) await chown(folder, uid, uid);
  const child = spawn('/bin/sh', [...GATE, ...before, process.execPath, ...words(folder)], {
    ...{ cwd: folder, env: { ...Object.fromEntries(variables), TMPDIR: folder, HOME: folder } },
    stdio: ['pipe', 'ignore', 'pipe', 'pipe', ...(filter === undefined ? [] : ['pipe' as const])],
    ...(uid !== undefined && { uid, gid: uid }),
  });
  const spawned = once(child, 'spawn').catch((error: Error) => {
    throw new FleetError(`its process cannot be started: ${error.message}`);
  });
  // What goes wrong later is told by its end.
  child.on('error', () => {});
  let group: string | undefined;
  const clean = async () => {
    await rm(folder, { recursive: true, force: true });
    if (group) await removeGroup(group);
  };
  try {
    await spawned;
    group = cgroup && (await groupOf(cgroup, child.pid, memory));
    await writeFile(`/proc/${child.pid}/oom_score_adj`, FIRST_TO_GO).catch(() => {});
  } catch (error) {
    child.kill('SIGKILL');
    await clean();
    throw error;
  }
  if (filter !== undefined) ending(child.stdio[FILTER] as Writable).end(filter);
  const orders = ending(child.stdin!);
  orders.write('go\n');
  return { child, orders, words: child.stdio[WORDS] as Readable, clean };
}

/** The process may end before it has read what is written to it: its end says so. */
const ending = (pipe: Writable): Writable => pipe.on('error', () => {});

/** Removes a group. What a wrapper has started ends a moment after the wrapper itself, and the kernel keeps the group until then. */
export async function removeGroup(group: string): Promise<void> {
  await writeFile(join(group, 'cgroup.kill'), '1').catch(() => {});
  for (let left = LOOKS; left > 0; left--) {
    const error = await rmdir(group).catch((error: NodeJS.ErrnoException) => error);
    if (error?.code !== 'EBUSY') return;
    await wait(LOOK);
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
    await removeGroup(group);
    throw new FleetError(
      `--cgroup ${parent}: ${(error as Error).message}; give a folder that is delegated to this user`,
    );
  }
  return group;
}
