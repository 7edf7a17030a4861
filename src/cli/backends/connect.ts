import type { Machine, Monitor, Qmp } from '../../index.ts';
import { EscapeFilter, InterruptFilter, type KeyFilter } from '../escape.ts';
import type { Terminal } from '../terminal.ts';
import type { Backend } from './backend.ts';
import type { CharacterDevice, Connection, ConnectionPeer } from './connection.ts';
import { DatagramConnection } from './datagram.ts';
import { controlDevice, gdbDevice, monitorDevice, type OpenGdb, outputDevice, portDevice } from './devices.ts';
import { fileConnection, nullConnection } from './file.ts';
import { LoggedConnection } from './logged.ts';
import { type ConsoleActions, Multiplexer, SingleReceiver } from './multiplexer.ts';
import { PipeConnection } from './pipe.ts';
import { type BackendPlan, backendsOf } from './plan.ts';
import { RingConnection } from './ring.ts';
import { SocketConnection } from './socket.ts';

/** The parts to be connected, and those that they talk to. */
export interface ConnectOptions {
  readonly machine: Machine;
  readonly monitor: Monitor;
  readonly qmp: Qmp;
  /** Begins to speak with gdb, by what takes the bytes for it. */
  readonly openGdb: OpenGdb;
  readonly terminal: Terminal;
  /** Shows the screen, if the plan has a display. */
  readonly display?: CharacterDevice | undefined;
  readonly actions: ConsoleActions;
  /** The character that begins a command to the emulator on shared connections. */
  readonly escapeKey: number;
}

/** Connects the character devices to their backends. */
export class BackendConnections implements AsyncDisposable {
  readonly #connections: readonly { readonly connection: Connection; readonly peer: ConnectionPeer }[];

  constructor(plan: BackendPlan, connections: ReadonlyMap<Backend, Connection>, options: ConnectOptions) {
    this.#connections = [...connections].map(([backend, connection]) => {
      // Ctrl-C from gdb is for the machine.
      const filter = backend.type === 'stdio' && backend !== plan.gdb ? new InterruptFilter() : asItIs;
      return {
        connection,
        peer: share(backend, connection, devicesOn(backend, plan, options), { ...options, filter }),
      };
    });
  }

  /**
   * Resolves when all are open: those that wait for somebody have got him.
   * @throws ConfigurationError if a socket cannot listen or connect
   */
  async open(): Promise<void> {
    for (const { connection, peer } of this.#connections) await connection.open(peer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#connections.map(({ connection }) => connection.close()));
  }
}

/** The parts of the program that connections need. */
interface Surroundings {
  readonly terminal: Terminal;
  /** A backend cannot be written any more. */
  readonly failed: (error: Error) => void;
}

/**
 * The connections of a plan, one for each backend. Nobody can connect yet.
 * @throws ConfigurationError if a file or a pipe cannot be opened
 */
export function makeConnections(plan: BackendPlan, surroundings: Surroundings): Map<Backend, Connection> {
  const backends = new Set([...backendsOf(plan), ...Object.values(plan.chardevs)]);
  return new Map([...backends].map((backend) => [backend, loggedConnectionOf(backend, surroundings)]));
}

function loggedConnectionOf(backend: Backend, surroundings: Surroundings): Connection {
  const connection = connectionOf(backend, surroundings);
  const { log } = backend;
  return log ? new LoggedConnection(connection, fileConnection(log, surroundings.failed)) : connection;
}

function connectionOf(backend: Backend, { terminal, failed }: Surroundings): Connection {
  switch (backend.type) {
    case 'stdio':
      return terminal;
    case 'file':
      return fileConnection(backend, failed);
    case 'pipe':
      return new PipeConnection(backend.path);
    case 'ringbuf':
      return new RingConnection(backend.size);
    case 'socket':
      return new SocketConnection(backend, (message) => terminal.note(message));
    case 'udp':
      return new DatagramConnection(backend);
    default:
      return nullConnection;
  }
}

/** In the order in which Ctrl-A c goes round: monitors first, as in QEMU. */
function devicesOn(backend: Backend, plan: BackendPlan, options: ConnectOptions): CharacterDevice[] {
  const { machine, monitor, qmp, openGdb, display } = options;
  const on = (backends: readonly Backend[], device: (index: number) => CharacterDevice) =>
    backends.flatMap((other, index) => (other === backend ? [device(index)] : []));
  return [
    ...on(plan.monitors, () => monitorDevice(monitor)),
    ...on(plan.controls, () => controlDevice(qmp, plan.prettyControls.includes(backend))),
    ...on(plan.gdb ? [plan.gdb] : [], () => gdbDevice(openGdb)),
    ...on(plan.debugConsole ? [plan.debugConsole] : [], () => outputDevice(machine.debugConsole)),
    ...on(plan.parallels, () => outputDevice(machine.parallel)),
    ...on(plan.virtioPorts, (index) => portDevice(machine.virtioPorts[index]!)),
    ...on(plan.xenConsoles, (index) => portDevice(machine.xenConsoles[index]!)),
    ...on(plan.serials, (index) => portDevice(machine.serialPorts[index])),
    ...on(plan.display ? [plan.display] : [], () => display!),
  ];
}

function share(
  backend: Backend,
  connection: Connection,
  devices: readonly CharacterDevice[],
  { actions, escapeKey, filter }: Pick<ConnectOptions, 'actions' | 'escapeKey'> & { readonly filter: KeyFilter },
): ConnectionPeer {
  if ('muxed' in backend && backend.muxed)
    return new Multiplexer(connection, devices, new EscapeFilter(escapeKey), actions);
  return new SingleReceiver(connection, devices, filter, actions);
}

/** Nothing of what comes in is for the emulator. */
const asItIs: KeyFilter = { split: (bytes) => [bytes] };
