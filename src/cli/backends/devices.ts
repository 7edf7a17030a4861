import type { Monitor, SerialPort } from '../../index.ts';
import { MonitorSession } from '../../monitor/session.ts';
import type { CharacterDevice } from './connection.ts';

/** A device whose output can be heard. */
type Source = Pick<SerialPort, 'on'>;

/** A port of the machine: output only, or input too. */
export function portDevice(port: Source & Partial<Pick<SerialPort, 'write'>>): CharacterDevice {
  return {
    connect: (write) => port.on('data', write),
    ...(port.write && {
      // A machine that has ended takes no more input.
      receive: (bytes: Uint8Array) => port.write!(bytes).catch(() => {}),
    }),
  };
}

/** A monitor. */
export function monitorDevice(monitor: Monitor): CharacterDevice {
  let session: MonitorSession;
  return {
    connect: (write) => {
      session = new MonitorSession(monitor, (bytes) => void write(bytes));
    },
    receive: (bytes) => session.type(bytes),
    opened: () => session.opened(),
    focus: (hasInput) => session.focus(hasInput),
  };
}
