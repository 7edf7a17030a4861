import type { GdbSession } from '../../gdb/session.ts';
import type { Monitor, Qmp, SerialPort } from '../../index.ts';
import { MonitorSession } from '../../monitor/session.ts';
import { QmpSession } from '../../qmp/session.ts';
import type { CharacterDevice } from './connection.ts';

/** A device whose output can be heard. */
type Source = Pick<SerialPort, 'on'>;

/** A device that only sends. */
export function outputDevice(source: Source): CharacterDevice {
  return { connect: (write) => source.on('data', write) };
}

/** A serial port. */
export function portDevice(port: SerialPort): CharacterDevice {
  // A machine that has ended takes no more input.
  return { ...outputDevice(port), receive: (bytes) => port.write(bytes).catch(() => {}) };
}

/** A monitor. */
export function monitorDevice(monitor: Monitor): CharacterDevice {
  let session: MonitorSession;
  return {
    connect: (write) => {
      session = new MonitorSession(monitor, write);
    },
    answers: true,
    receive: (bytes) => session.type(bytes),
    opened: () => session.opened(),
    focus: (hasInput) => session.focus(hasInput),
  };
}

/** QMP, a session of its own for each client; `isPretty`: in lines for people. */
export function controlDevice(qmp: Qmp, isPretty: boolean): CharacterDevice {
  let session: QmpSession | undefined;
  let send: (bytes: Uint8Array) => Promise<void>;
  return {
    connect: (write) => {
      send = write;
    },
    answers: true,
    receive: (bytes) => session!.receive(bytes),
    opened: () => {
      void session?.close();
      session = new QmpSession(qmp, send, isPretty);
    },
  };
}

/** Begins to speak with gdb; `send` takes the bytes for it. */
export type OpenGdb = (send: (bytes: Uint8Array) => Promise<void>) => Pick<GdbSession, 'receive' | 'close'>;

/** gdb, from when it first says something: the machine stands still then. */
export function gdbDevice(open: OpenGdb): CharacterDevice {
  let session: ReturnType<OpenGdb> | undefined;
  let send: (bytes: Uint8Array) => Promise<void>;
  return {
    connect: (write) => {
      send = write;
    },
    answers: true,
    receive: (bytes) => {
      session ??= open(send);
      return session.receive(bytes);
    },
    opened: () => {
      void session?.close();
      session = undefined;
    },
  };
}
