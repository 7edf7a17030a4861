import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from '../../machine/machine.ts';
import { movingState } from '../../migration/moving-state.ts';
import { checkObject } from '../../util/checks.ts';
import { ConfigurationError } from '../../util/errors.ts';
import { runtimeFolder } from '../process/runtime-folder.ts';
import { systemMessage } from '../process/system-message.ts';
import { type Entry, entryName, processStart, type RunningMachine } from './entry.ts';

/** The part of a machine's entry that stays the same. */
export type MachineTitle = Pick<RunningMachine, 'name' | 'sockets'>;

/** The state of a machine that is watched for changes. */
interface Announced {
  readonly state: string;
  readonly memoryBytes: number;
  /** Calls when the state may have changed, and when the machine has ended, until the function that is given back is called. */
  follow(changed: () => void, ended: () => void): () => void;
}

/** One that is still to come; nobody knows yet how large it is. */
const awaited: Announced = { state: 'inmigrate', memoryBytes: 0, follow: () => () => {} };

function present(machine: Machine): Announced {
  const { migration, memoryBytes } = machine;
  return {
    memoryBytes,
    get state() {
      return movingState(machine) ?? machine.state;
    },
    follow(changed, ended) {
      machine.on('running', changed).on('paused', changed).on('reset', changed).on('exit', ended);
      migration.on('status', changed);
      return () => {
        machine.off('running', changed).off('paused', changed).off('reset', changed).off('exit', ended);
        migration.off('status', changed);
      };
    },
  };
}

const announced = new Set<Announcement>();
const withdrawAll = (): void => {
  for (const one of announced) one[Symbol.dispose]();
};
let last = 0;

/** A machine's file in this user's runtime folder. */
class Announcement implements Disposable {
  readonly #machine: Announced;
  readonly #file: string;
  readonly #fixed: Omit<Entry, 'state'>;
  /** The state that is in the file. */
  #written: string | undefined;
  /** The folder may be gone, or full, by now: then the machine is no longer shown, and goes on. */
  readonly #write = () => {
    try {
      this.#writeEntry();
    } catch {
      this[Symbol.dispose]();
    }
  };
  readonly #unfollow: () => void;

  constructor(machine: Announced, title: MachineTitle) {
    const { pid } = process;
    this.#machine = machine;
    this.#file = join(runtimeFolder(), entryName(pid, ++last));
    const memory = machine.memoryBytes;
    this.#fixed = { ...title, memory, pid, started: Date.now(), processStart: processStart(pid) };
    try {
      this.#writeEntry();
    } catch (error) {
      throw new ConfigurationError(`a machine cannot be announced: ${systemMessage(error)}`);
    }
    this.#unfollow = machine.follow(this.#write, () => this[Symbol.dispose]());
    if (announced.size === 0) process.on('exit', withdrawAll);
    announced.add(this);
  }

  /** Nobody sees half of a file. */
  #writeEntry(): void {
    const { state } = this.#machine;
    // A guest may reset its machine over and over.
    if (state === this.#written) return;
    const unfinished = `${this.#file}.new`;
    writeFileSync(unfinished, JSON.stringify({ ...this.#fixed, state }), { mode: 0o600 });
    renameSync(unfinished, this.#file);
    this.#written = state;
  }

  [Symbol.dispose](): void {
    if (!announced.delete(this)) return;
    this.#unfollow();
    if (announced.size === 0) process.off('exit', withdrawAll);
    rmSync(this.#file, { force: true });
  }
}

/**
 * Lets `rawiron ps` and `runningMachines()` show a machine, until it ends or what is given back is disposed.
 * @throws ConfigurationError if this user has no runtime folder, or nothing can be written there
 */
export function announceMachine(machine: Machine, title: MachineTitle): Disposable {
  checkObject('the machine', machine, ['state']);
  checkObject('the title', title, []);
  return new Announcement(present(machine), title);
}

/**
 * Announces a process that waits for a machine, until the result is disposed.
 * @throws ConfigurationError as `announceMachine`
 */
export function announceAwaited(title: MachineTitle): Disposable {
  return new Announcement(awaited, title);
}
