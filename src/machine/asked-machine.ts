import type { CallName, Calls } from '../isolate/protocol.ts';
import type { Metrics } from '../machine-core.ts';
import { checkedLimits, type MachineLimits } from '../options/limits.ts';
import { InOrder } from '../storage/in-order.ts';
import { ConfigurationError } from '../util/errors.ts';
import { Emitter } from '../util/events.ts';
import { TimeLimit } from './time-limit.ts';
import type { Ask } from './translations.ts';
import type { AskedProcessor, Debug, Examine, MachineEvents, Probe } from './types.ts';

/** What a machine's isolate can be asked for. */
export abstract class AskedMachine extends Emitter<MachineEvents> {
  #limits: MachineLimits = {};
  /** Each has those that were set before. */
  readonly #limitChanges = new InOrder();
  readonly #timeLimit = new TimeLimit(() => this.timeIsUp());

  /** Calls a function of the isolate. @internal */
  protected abstract call<Name extends CallName>(
    name: Name,
    ...args: Parameters<Calls[Name]>
  ): Promise<ReturnType<Calls[Name]>>;

  /** Ends it as its limit of time is over. @internal */
  protected abstract timeIsUp(): void;

  /** It has ended: its limit of time counts no more. @internal */
  protected forgetTime(): void {
    this.#timeLimit.set(undefined);
  }

  /** Its counters. */
  metrics(): Promise<Metrics> {
    return this.call('metrics');
  }

  /** Nanoseconds that it has slept so far as its guest had nothing to do. */
  slept(): Promise<number> {
    return this.call('slept');
  }

  /** What it may take of its host. */
  get limits(): MachineLimits {
    return this.#limits;
  }

  /**
   * Limits what it may take, from now on; what is not named stays as it is, and undefined takes a limit away.
   * @throws ConfigurationError for limits that cannot be, or that cannot be counted here
   */
  async setLimits(limits: MachineLimits): Promise<void> {
    checkedLimits(limits);
    await this.#limitChanges.run(async () => {
      const all = { ...this.#limits, ...limits };
      await this.call('limit', checkedLimits(all));
      this.#limits = all;
      this.#timeLimit.set(all.time);
    });
  }

  /** Bytes of physical memory. */
  memoryRead(physical: number, length: number): Promise<Uint8Array> {
    return this.call('memoryRead', physical, length);
  }

  /**
   * Writes bytes to physical memory, RAM and ROM, past the processor and the A20 gate: all of them or none. Code that is hit is
   * translated anew. Devices' memory, such as that of the display adapter, is not reached.
   * @throws RangeError where not all is RAM or ROM, and while a recording is made or replayed, which would not have it
   */
  async memoryWrite(physical: number, bytes: Uint8Array): Promise<void> {
    if (!(bytes instanceof Uint8Array)) throw new RangeError('memory is written with a Uint8Array');
    if (!Number.isSafeInteger(physical) || physical < 0) throw new RangeError(`${physical} is no address of memory`);
    // A message would carry the whole buffer that they are a part of.
    if (await this.debug('write', 'physical', physical, new Uint8Array(bytes))) return;
    throw new RangeError(
      `${bytes.length} bytes at 0x${physical.toString(16)} cannot be written: not all of that is RAM or ROM, or a recording is made or replayed`,
    );
  }

  /** Asks an inspector's question (runtime/debug/questions.ts). @internal */
  readonly ask: Ask = (name, ...args) => this.call('ask', name, args) as Promise<never>;

  /** Asks what a monitor asks (runtime/machine/examination.ts). @internal */
  readonly examine: Examine = (name, ...args) => this.call('examine', name, args) as Promise<never>;

  /** Has the machine do what a debugger asks (runtime/debug/debugger.ts). @internal */
  readonly debug: Debug = (name, ...args) => this.call('debug', name, args) as Promise<never>;

  /** The same, of one of its processors instead of the one that runs. @internal */
  processor(number: number): AskedProcessor {
    return {
      examine: (name, ...args) => this.call('examine', name, args, number) as Promise<never>,
      debug: (name, ...args) => this.call('debug', name, args, number) as Promise<never>,
    };
  }

  /** Presses the power button: by ACPI the guest is asked to turn itself off. */
  async pressPowerButton(): Promise<void> {
    await this.examine('pressPowerButton');
    void this.emit('powerbutton', undefined);
  }

  /**
   * Wakes a guest that is suspended to RAM, as its power button does.
   * @throws ConfigurationError if it is not suspended
   */
  async wake(): Promise<void> {
    if (await this.examine('wake')) return;
    throw new ConfigurationError('Unable to wake up: guest is not in suspended state');
  }

  /** What the inspector asks of the thread that the machine runs on. */
  readonly probe: Probe = {
    startProfile: (interval) => this.call('startProfile', interval),
    stopProfile: (number) => this.call('stopProfile', number),
    heap: () => this.call('heap'),
  };
}
