import { ALONE, processorCount, type Topology } from '../../runtime/cpu/topology.ts';
import type { Isolate } from '../host.ts';
import { Connection, type Notice } from '../isolate/connection.ts';
import { KeepAlive } from '../isolate/keep-alive.ts';
import type { IsolatePool } from '../isolate/pool.ts';
import type { CallName, Calls } from '../isolate/protocol.ts';
import type { MachineConfig } from '../machine-core.ts';
import { checkedProcessors } from '../options/processors.ts';
import { uuidText } from '../options/smbios.ts';
import { AskedMachine } from './asked-machine.ts';
import { MachineStreams } from './streams.ts';
import type { AskedProcessor, MachineParts } from './types.ts';

/** A machine's isolate, and the way there. */
export abstract class ConnectedMachine extends AskedMachine {
  /** @internal */
  protected readonly made: MachineParts;
  /** @internal */
  protected readonly isolate: Isolate;
  /** @internal */
  protected readonly alive: KeepAlive;
  /** @internal */
  protected readonly connection: Connection;
  /** The host's ends of what devices send and take. @internal */
  protected readonly streams: MachineStreams;

  /** It keeps the program alive until it is made. */
  constructor(config: MachineConfig, made: MachineParts, pool: IsolatePool | undefined) {
    super();
    const { options, host, drives } = made;
    const { isolate: where = 'worker', name } = options;
    const onCrash = (error: Error) => this.fail(error);
    this.made = made;
    this.isolate = host.startIsolate({ where, config, name, pool, drives: drives.machineEnd }, { onCrash });
    this.alive = new KeepAlive(this.isolate);
    this.alive.hold();
    this.connection = new Connection(this.isolate.port, (notice) => this.receive(notice));
    this.streams = new MachineStreams((message) => this.connection.send(message));
  }

  /** Its UUID; zeros if it was given none. */
  get uuid(): string {
    return uuidText(this.made.options.uuid);
  }

  /** The model of its processor (`MachineOptions.cpu`), without features. */
  get processorModel(): string {
    return this.made.options.cpu?.split(',')[0] ?? 'max';
  }

  /** How its processors are told apart. @internal */
  get topology(): Topology {
    const { processors, cpu } = this.made.options;
    return processors === undefined ? ALONE : checkedProcessors(processors, cpu);
  }

  /** How many processors it has. They are numbered from 0 on. */
  get processors(): number {
    return processorCount(this.topology);
  }

  /** Asks of each of them, the first one first. @internal */
  protected get askedProcessors(): readonly AskedProcessor[] {
    return Array.from({ length: this.processors }, (_, n) => this.processor(n));
  }

  /** The isolate has said something. @internal */
  protected abstract receive(notice: Notice): void;

  /** The isolate has failed. @internal */
  protected abstract fail(error: Error): void;

  /** @internal */
  protected async call<Name extends CallName>(
    name: Name,
    ...args: Parameters<Calls[Name]>
  ): Promise<ReturnType<Calls[Name]>> {
    return await this.alive.during(() => this.connection.call(name, ...args));
  }
}
