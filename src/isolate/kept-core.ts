import type { CreateCore, MachineConfig, MachineCore, MachineHost } from '../machine-core.ts';

/** A host for a core that has no machine: its messages are lost, and its time stands still. */
const nobody: MachineHost = { nanoseconds: () => 0, send: () => {}, log: () => {} };

/**
 * A core that serves one machine after the other, all of one configuration: with its translations, and with the memory that it
 * had, of which the next machine needs only what differs.
 */
export class KeptCore {
  readonly #create: CreateCore;
  #core: MachineCore | null = null;
  #host: MachineHost = nobody;

  /** @param create makes it, the first time */
  constructor(create: CreateCore) {
    this.#create = create;
  }

  /** For the next machine, which loads a state before it runs, unless it is the first one. */
  readonly create: CreateCore = (config: MachineConfig, host: MachineHost): MachineCore => {
    this.#host = host;
    this.#core ??= this.#create(config, this.#forwarding(host));
    return this.#core;
  };

  /** The machine that it served has ended. */
  release(): void {
    this.#host = nobody;
    this.#core?.changeHost();
  }

  #forwarding({ check, memory }: MachineHost): MachineHost {
    return {
      nanoseconds: () => this.#host.nanoseconds(),
      send: (message) => this.#host.send(message),
      deadlineChanged: (nanoseconds) => this.#host.deadlineChanged?.(nanoseconds),
      log: (message) => this.#host.log(message),
      random: (target) => this.#host.random?.(target),
      suspension: (event) => this.#host.suspension?.(event),
      processorReported: (report) => this.#host.processorReported?.(report),
      plugged: (...now) => this.#host.plugged?.(...now),
      guestLog: (lines) => this.#host.guestLog?.(lines),
      ...(memory && { memory }),
      ...(check && { check }),
    };
  }
}
