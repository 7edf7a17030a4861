import { GdbSession } from '../../gdb/session.ts';
import type { GdbConsole } from '../../gdb/target.ts';
import type { CharacterDevices } from '../../machine/character-devices.ts';
import type { Machine } from '../../machine/machine.ts';
import type { MonitorOptions } from '../../monitor/command.ts';
import { Monitor } from '../../monitor/monitor.ts';
import type { ListenAddress } from '../../options/listen-address.ts';
import { Qmp } from '../../qmp/qmp.ts';
import { QmpSession } from '../../qmp/session.ts';
import { checkMachine, checkNames } from '../../util/checks.ts';
import type { VncControl } from '../../vnc/control.ts';
import { imageFile } from '../files/image-file.ts';
import { type Pieces, writeWhole } from '../files/whole-file.ts';
import { awaitChannel, openChannel } from '../migration/open.ts';
import { capitalized, systemMessage } from '../process/system-message.ts';
import { packageVersion } from '../version.ts';
import { endGdb, serveGdb } from './gdb-server.ts';
import { SessionServer } from './session-server.ts';

/** What a monitor is told of the program that it is part of. */
export interface MonitorSettings {
  /** What `quit` does. Default: it ends the machine. */
  readonly quit?: () => void;
  /** What `info name` tells. */
  readonly name?: string;
  /** What `info chardev` and `query-chardev` tell, and ring buffers. */
  readonly characterDevices?: CharacterDevices;
  /** The name of what sound goes to, for `wavcapture`. Default: it may have any. */
  readonly audiodev?: string;
  /** Ids of devices that stay, which no device may have that is plugged in; those of drives are known anyway. */
  readonly deviceIds?: readonly string[] | undefined;
  /** The server for VNC viewers that it tells of. */
  readonly vnc?: VncControl | undefined;
}

/** What a server for gdb is told of the program that it is part of. */
export interface GdbSettings {
  /** What gdb's `kill` does. Default: it ends the machine. */
  readonly quit?: () => void;
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
export async function serveQmp(
  machine: Machine,
  address: ListenAddress,
  settings: MonitorSettings,
): Promise<SessionServer> {
  const qmp = nodeQmp(machine, settings);
  return SessionServer.listen(address, (write) => new QmpSession(qmp, write));
}

/** The same as listenForGdb() of the library, for any host's machine. */
export async function nodeGdb(machine: Machine, address: ListenAddress, settings: GdbSettings): Promise<SessionServer> {
  return serveGdb(machine, address, gdbConsole(machine, monitorOptions(machine, settings)));
}

/** A conversation with gdb; `write` resolves when the bytes for it have been taken. */
export function nodeGdbSession(
  machine: Machine,
  settings: GdbSettings,
  write: (bytes: Uint8Array) => Promise<void>,
): GdbSession {
  return new GdbSession(machine, gdbConsole(machine, monitorOptions(machine, settings)), write);
}

/** What gdb's `monitor` and `kill` do. */
function gdbConsole(machine: Machine, options: MonitorOptions): GdbConsole {
  const monitor = new Monitor(machine, options);
  return { execute: (line) => monitor.execute(line), quit: options.quit };
}

const settingNames = ['quit', 'name', 'characterDevices', 'audiodev', 'deviceIds', 'vnc'];

function monitorOptions(machine: Machine, settings: MonitorSettings): MonitorOptions {
  checkMachine(machine);
  checkNames('the settings', settings, settingNames);
  const { quit, name, characterDevices, audiodev, deviceIds, vnc } = settings;
  const options: MonitorOptions = {
    version: packageVersion(),
    processId: process.pid,
    ...{ name, characterDevices, audiodev, deviceIds, vnc },
    quit: quit ?? (() => void machine.stop()),
    writeFile: writeNamed,
    imageFile,
    openChannel,
    awaitChannel,
    listenForGdb: async (address) => {
      if (address === null) return endGdb(machine);
      const server = await serveGdb(machine, address, gdbConsole(machine, options));
      machine.once('exit', () => void server.close());
    },
  };
  return options;
}

async function writeNamed(path: string, pieces: Pieces): Promise<void> {
  await writeWhole(path, pieces).catch((error: NodeJS.ErrnoException) => {
    if (error.syscall === undefined) throw error;
    const what = error.syscall === 'write' ? 'write to' : 'open';
    throw new Error(`failed to ${what} file '${path}': ${capitalized(systemMessage(error))}`);
  });
}
