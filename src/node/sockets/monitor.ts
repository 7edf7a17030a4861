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

/** Settings of a monitor that depend on the program around it. */
export interface MonitorSettings {
  /** The action of `quit`. Default: it ends the machine. */
  readonly quit?: () => void;
  /** The name that `info name` tells. */
  readonly name?: string;
  /** Character devices for `info chardev`, `query-chardev` and the commands for ring buffers. */
  readonly characterDevices?: CharacterDevices;
  /** The name of what sound goes to, for `wavcapture`. Default: it may have any. */
  readonly audiodev?: string;
  /** Ids of devices that stay, which no device may have that is plugged in; those of drives are known anyway. */
  readonly deviceIds?: readonly string[] | undefined;
  /** The server for VNC viewers that it tells of. */
  readonly vnc?: VncControl | undefined;
}

/** Settings of a gdb server that depend on the program around it. */
export interface GdbSettings {
  /** The action of gdb's `kill`. Default: it ends the machine. */
  readonly quit?: () => void;
}

/** Opens a monitor as openMonitor() of the library does, for any host's machine. */
export function nodeMonitor(machine: Machine, settings: MonitorSettings = {}): Monitor {
  return new Monitor(machine, monitorOptions(machine, settings));
}

/** Opens QMP as openQmp() of the library does, for any host's machine. */
export function nodeQmp(machine: Machine, settings: MonitorSettings = {}): Qmp {
  const options = monitorOptions(machine, settings);
  return new Qmp(machine, options, new Monitor(machine, options));
}

/** Serves QMP as listenForQmp() of the library does, for any host's machine. */
export async function serveQmp(
  machine: Machine,
  address: ListenAddress,
  settings: MonitorSettings,
): Promise<SessionServer> {
  const qmp = nodeQmp(machine, settings);
  return SessionServer.listen(address, (write) => new QmpSession(qmp, write));
}

/** Serves gdb as listenForGdb() of the library does, for any host's machine. */
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

/** The actions of gdb's `monitor` and `kill`. */
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
