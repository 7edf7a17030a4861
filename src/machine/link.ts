import type { Isolate } from '../host.ts';
import { Connection, type Notice } from '../isolate/connection.ts';
import { KeepAlive } from '../isolate/keep-alive.ts';
import type { IsolatePool } from '../isolate/pool.ts';
import type { Call } from '../isolate/protocol.ts';
import { MachineStreams } from '../isolate/streams.ts';
import type { MachineConfig } from '../machine-core.ts';
import type { MachineParts } from './types.ts';

/** A machine as its isolate knows it. */
interface LinkEnd {
  /** The isolate has said something. */
  receive(notice: Notice): void;
  /** The isolate has failed. */
  fail(error: Error): void;
}

/** A machine's isolate, and the way there. The program is kept alive until the machine is made. */
export class MachineLink {
  readonly #isolate: Isolate;
  readonly alive: KeepAlive;
  readonly connection: Connection;
  /** The host's ends of what devices send and take. */
  readonly streams: MachineStreams;

  constructor(config: MachineConfig, { options, host, drives }: MachineParts, end: LinkEnd, pool?: IsolatePool) {
    const { isolate: where = 'worker', name } = options;
    const start = { where, config, name, pool, drives: drives.machineEnd };
    this.#isolate = host.startIsolate(start, { onCrash: (error) => end.fail(error) });
    this.alive = new KeepAlive(this.#isolate);
    this.alive.hold();
    this.connection = new Connection(this.#isolate.port, (notice) => end.receive(notice));
    this.streams = new MachineStreams((message) => this.connection.send(message));
  }

  /** Calls a function of the isolate. The program is kept alive until it has answered. */
  readonly call: Call = (name, ...args) => this.alive.during(() => this.connection.call(name, ...args));

  /** Watches the machine's state where the isolate shares it. */
  watch(state: Parameters<Isolate['watch']>[0]): Promise<void> {
    return this.#isolate.watch(state);
  }

  /** Tells the isolate to end, and takes no more of what it says. */
  close(error: Error): void {
    this.connection.send({ type: 'stop' });
    this.connection.close(error);
  }

  /** Ends the isolate, whatever it is doing. */
  terminate(): Promise<void> {
    return this.#isolate.terminate();
  }
}
