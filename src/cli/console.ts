import { appendFileSync, openSync } from 'node:fs';
import { ConfigurationError, type Machine, type SerialPort } from '../index.ts';
import { EscapeFilter, helpFor, InterruptFilter, type KeyFilter } from './escape.ts';
import { writeError } from './output-error.ts';
import type { Backend, Settings } from './settings.ts';
import type { Terminal } from './terminal.ts';

/** A device whose output can be heard. */
type Source = Pick<SerialPort, 'on'>;

const consoleByDefault: Backend = { type: 'stdio', muxed: true };

/**
 * What a backend is, if need be by its name.
 * @throws ConfigurationError if nothing has that name
 */
export function namedBackend(backend: Backend, chardevs: Readonly<Record<string, Backend>>): Backend {
  if (backend.type !== 'chardev') return backend;
  if (!Object.hasOwn(chardevs, backend.id)) throw new ConfigurationError(`there is no -chardev with id=${backend.id}`);
  return chardevs[backend.id]!;
}

/** The backends of COM1, COM2, …: where none is named COM1 is on the terminal, and with a multiplexer if it must. */
export function serialBackends(named: readonly Backend[], { nographic, nodefaults }: Settings): readonly Backend[] {
  if (named.length === 0) return nodefaults ? [] : [consoleByDefault];
  return nographic ? named.map((backend) => (backend.type === 'stdio' ? consoleByDefault : backend)) : named;
}

/**
 * Sends a device's output to its backend. `failed` hears why a file cannot be written any more.
 * @throws ConfigurationError if the file cannot be opened
 */
export function connectOutput(
  source: Source,
  backend: Backend,
  terminal: Terminal,
  failed: (error: Error) => void,
): void {
  if (backend.type === 'stdio') source.on('data', (bytes) => terminal.write(bytes));
  if (backend.type !== 'file') return;
  const { path } = backend;
  const file = openForWriting(path);
  source.on('data', (bytes) => {
    try {
      appendFileSync(file, bytes);
    } catch (error) {
      failed(writeError(path, error));
    }
  });
}

/** Sends the log of what the guest does to the file of -D, or to standard error. */
export function connectLog(
  machine: Machine,
  { machine: { log }, logFile }: Settings,
  terminal: Terminal,
  failed: (error: Error) => void,
): void {
  if (logFile !== undefined) connectOutput(machine.guestLog, { type: 'file', path: logFile }, terminal, failed);
  else if (log) machine.guestLog.on('data', (bytes) => terminal.writeError(bytes));
}

function openForWriting(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw writeError(path, error);
  }
}

/** Gives the terminal's input to the ports that are on it, but for what is typed for the emulator. */
export function connectInput(
  machine: Machine,
  backends: readonly Backend[],
  terminal: Terminal,
  leave: () => void,
): void {
  const onTerminal = machine.serialPorts.filter((_, index) => backends[index]?.type === 'stdio');
  if (onTerminal.length === 0) return;
  const muxed = backends.some((backend) => backend.type === 'stdio' && backend.muxed);
  const filter: KeyFilter = muxed ? new EscapeFilter() : new InterruptFilter();
  const act = {
    exit: leave,
    help: () => terminal.note(helpFor(terminal.size)),
    monitor: () => terminal.note('There is no monitor yet.'),
  };
  const give = distributor(onTerminal);
  terminal.open(async (bytes) => {
    await Promise.all(filter.split(bytes).map((part) => (typeof part === 'string' ? act[part]() : give(part))));
  });
}

/** Writes to several ports, as fast as the fastest takes it: one that is still busy with what it got before misses it. */
function distributor(ports: readonly SerialPort[]): (bytes: Uint8Array) => Promise<void> {
  const busy = new Set<SerialPort>();
  return (bytes) => {
    const ready = ports.filter((port) => !busy.has(port));
    const receivers = ready.length > 0 ? ready : ports;
    return Promise.race(
      receivers.map(async (port) => {
        busy.add(port);
        // A machine that has ended takes no more input.
        await port.write(bytes).catch(() => {});
        busy.delete(port);
      }),
    );
  };
}
