import { stat, writeFile } from 'node:fs/promises';
import type { CharacterDevices } from '../character-devices.ts';
import type { ListenAddress } from '../listen-address.ts';
import type { Machine } from '../machine.ts';
import { Monitor, type MonitorOptions } from '../monitor/monitor.ts';
import { Qmp } from '../qmp/qmp.ts';
import { QmpSession } from '../qmp/session.ts';
import type { VncControl } from '../vnc/control.ts';
import { serveGdb } from './gdb-server.ts';
import { awaitChannel, openChannel } from './migration/open.ts';
import { SessionServer } from './session-server.ts';
import { systemMessage } from './system-message.ts';
import { packageVersion } from './version.ts';

/** What a monitor is told of the program that it is part of. */
export interface MonitorSettings {
  /** What `quit` does. Default: it ends the machine. */
  readonly quit?: () => void;
  /** What `info name` tells. */
  readonly name?: string;
  /** What `info chardev` and `query-chardev` tell, and ring buffers. */
  readonly characterDevices?: CharacterDevices;
  /** The server for VNC viewers that it tells of. */
  readonly vnc?: VncControl | undefined;
}

/** The same as openMonitor() of the library, for any host's machine. */
export function nodeMonitor(machine: Machine, settings: MonitorSettings = {}): Monitor {
  return new Monitor(machine, monitorOptions(machine, settings));
}

/** The same as openQmp() of the library, for any host's machine. */
export function nodeQmp(machine: Machine, settings: MonitorSettings = {}): Qmp {
  const options = monitorOptions(machine, settings);
  return new Qmp(machine, options, new Monitor(machine, options));
}

/** The same as listenForQmp() of the library, for any host's machine. */
export function serveQmp(machine: Machine, address: ListenAddress, settings: MonitorSettings): Promise<SessionServer> {
  const qmp = nodeQmp(machine, settings);
  return SessionServer.listen(address, (write) => new QmpSession(qmp, write));
}

function monitorOptions(machine: Machine, { quit, name, characterDevices, vnc }: MonitorSettings): MonitorOptions {
  const leave = quit ?? (() => void machine.stop());
  let server: SessionServer | undefined;
  machine.once('exit', () => void server?.close());
  const options: MonitorOptions = {
    version: packageVersion(),
    processId: process.pid,
    ...{ name, characterDevices, vnc },
    quit: leave,
    writeFile: writeNamed,
    fileSize,
    openChannel,
    awaitChannel,
    listenForGdb: async (address) => {
      await server?.close();
      const monitor = new Monitor(machine, options);
      const console = { execute: (line: string) => monitor.execute(line), quit: leave };
      server = address === null ? undefined : await serveGdb(machine, address, console);
    },
  };
  return options;
}

async function fileSize(path: string): Promise<number> {
  const { size } = await stat(path).catch((error: unknown) => {
    throw new Error(capitalized(systemMessage(error)));
  });
  return size;
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

async function writeNamed(path: string, pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
  await writeFile(path, pieces).catch((error: NodeJS.ErrnoException) => {
    if (error.syscall === undefined) throw error;
    throw new Error(`failed to open file '${path}': ${capitalized(systemMessage(error))}`);
  });
}
