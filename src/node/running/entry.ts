import { readFileSync } from 'node:fs';

/** A machine that runs on this host, as the process that has it tells of it. */
export interface RunningMachine {
  /** Its name; undefined: it has none. */
  readonly name?: string | undefined;
  /** The ID of the machine's process. */
  readonly pid: number;
  /** When it was made, in milliseconds since 1970. */
  readonly started: number;
  /** Bytes of its guest's memory; 0: it is still to come. */
  readonly memory: number;
  /**
   * The machine's state: created, running, paused; inmigrate: it comes from another process; finish-migrate, postmigrate: it goes
   * to one, has gone.
   */
  readonly state: string;
  /** Where something listens that it can be reached by, such as `qmp` at `unix:/tmp/qmp`. */
  readonly sockets: readonly {
    /**
     * The kind of the socket: monitor, qmp, gdb, vnc, inspector, a port such as com1, or incoming, where a machine is awaited.
     */
    readonly kind: string;
    /** Such as `unix:/tmp/qmp` or `tcp:127.0.0.1:4000`. */
    readonly place: string;
  }[];
}

/** The contents of a machine's file, which exists as long as the machine. */
export interface Entry extends RunningMachine {
  /** By which a process is told from a later one with the same number. */
  readonly processStart: string;
}

const ENDING = '.machine.json';

/** A file's name: a process may have several machines. */
export function entryName(pid: number, number: number): string {
  return `${pid}-${number}${ENDING}`;
}

export function isEntryName(name: string): boolean {
  return name.endsWith(ENDING);
}

/** Parses a file's text; undefined if it is no entry: another version may have written it, or only a part of it is there. */
export function parseEntry(text: string): Entry | undefined {
  try {
    const entry: unknown = JSON.parse(text);
    return isEntry(entry) ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** The latest moment that a date can be, in milliseconds since 1970. */
const LAST_MOMENT = 8.64e15;
/** Numbers of processes end before. */
const MOST_PROCESSES = 2 ** 31;

function isEntry(value: unknown): value is Entry {
  if (!isObject(value)) return false;
  const { name, pid, started, memory, state, processStart, sockets } = value;
  const areTexts = [name ?? '', state, processStart].every((text) => typeof text === 'string');
  const areNumbers =
    isWithin(pid, 1, MOST_PROCESSES) && isWithin(started, 0, LAST_MOMENT) && isWithin(memory, 0, 2 ** 53);
  return areTexts && areNumbers && Number.isInteger(pid) && Array.isArray(sockets) && sockets.every(isSocket);
}

function isSocket(value: unknown): boolean {
  return isObject(value) && typeof value.kind === 'string' && typeof value.place === 'string';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && value >= least && value < most;
}

/** When a process was started, where the host tells it (proc(5), /proc/PID/stat, field 22); '' elsewhere, or if there is none. */
export function processStart(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field, the name, may hold anything.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

/** Whether the process is there that wrote an entry. */
export function isAlive({ pid, processStart: start }: Entry): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Another user's process with this number is not the one either.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH' && start === processStart(pid);
  }
  return start === processStart(pid);
}
