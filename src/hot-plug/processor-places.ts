import { ALONE, placeOf, processorCount, type Topology } from '../../runtime/cpu/topology.ts';
import { isIdentifier } from '../drives/options.ts';
import type { MachineParts } from '../machine/types.ts';
import { nameOfPlugged, type PluggedDevice } from '../machine-core.ts';
import { checkedPresence, checkedProcessors, type NumberedProcessor } from '../options/processors.ts';
import { checkedInteger, checkNames, checkObject, shown } from '../util/checks.ts';
import { ConfigurationError } from '../util/errors.ts';
import { ComingDevices, type ComingMachine, idsOf } from './coming-devices.ts';

/** A place for a processor. */
export interface ProcessorPlace {
  /** The processor's number, from 0. */
  readonly number: number;
  /** Its socket, from 0. */
  readonly socket: number;
  /** In its socket. */
  readonly core: number;
  /** In its core. */
  readonly thread: number;
  /** Whether a processor is there. */
  readonly isPresent: boolean;
}

/** A processor that is there, or was until now. */
export interface PluggedProcessorInfo {
  /** The name by which it is pulled out. */
  readonly id: string;
  /** Whether it was given that name. */
  readonly isNamed: boolean;
  /** Its model, by QEMU's name for the type. */
  readonly device: string;
  /** Its number, from 0. */
  readonly processor: number;
}

/** A processor that is to be plugged in. */
export interface ProcessorPlugOptions {
  /** The number of its place, from 0. */
  readonly number: number;
  /** The name by which it is pulled out, letters, digits, `-`, `.` and `_` after a letter. Default: "processor-" and the number. */
  readonly id?: string;
}

/** The machine's parts and functions that the places of its processors need. */
export interface ProcessorMachine extends ComingMachine {
  readonly made: MachineParts;
  isMigrating(): boolean;
  unplugged(processor: PluggedProcessorInfo): void;
}

/** A processor, as devices of buses are known. */
interface KnownProcessor {
  readonly number: number;
  readonly name: string;
  readonly id: string;
}

/** QEMU's name for the type of a model's processors. */
export const processorType = (model: string): string => `${model}-i386-cpu`;

/** Where QEMU's object tree has a processor. Its kvmvapic, which the first one makes, is in between. */
export function processorPath({ id, isNamed, processor }: Omit<PluggedProcessorInfo, 'device'>): string {
  if (isNamed) return `/machine/peripheral/${id}`;
  return `/machine/unattached/device[${processor === 0 ? 0 : processor + 1}]`;
}

const nameOf = (processor: number): string => nameOfPlugged({ type: 'processor', processor });

function known({ number, id = nameOf(number) }: NumberedProcessor): KnownProcessor {
  return { number, name: nameOf(number), id };
}

/** The places of a machine's processors: where the options say which are there at the start, others come and go while it runs. */
export class ProcessorPlaces {
  readonly #machine: ProcessorMachine;
  /** Whether processors come and go. */
  readonly isPluggable: boolean;
  /** @internal */
  readonly topology: Topology;
  #there: readonly KnownProcessor[];
  readonly #coming: ComingDevices<KnownProcessor>;

  /** @internal */
  constructor(machine: ProcessorMachine) {
    const { processors, cpu } = machine.made.options;
    this.#machine = machine;
    this.#coming = new ComingDevices(machine);
    this.topology = processors === undefined ? ALONE : checkedProcessors(processors, cpu);
    const present = checkedPresence(processors);
    this.isPluggable = present !== undefined;
    const all = Array.from({ length: this.count }, (_, number) => ({ number }));
    this.#there = (present ?? all).map(known);
  }

  /** How many processors there can be. */
  get count(): number {
    return processorCount(this.topology);
  }

  /** All places, by number. */
  get all(): readonly ProcessorPlace[] {
    return Array.from({ length: this.count }, (_, number) => ({
      number,
      ...placeOf(this.topology, number),
      isPresent: this.isPresent(number),
    }));
  }

  /** The processors that are there, by number. */
  get present(): readonly PluggedProcessorInfo[] {
    return this.#there.map((one) => this.#shown(one));
  }

  /** Whether a processor is at a place, by its number. */
  isPresent(number: number): boolean {
    return this.#there.some((one) => one.number === number);
  }

  /**
   * Plugs a processor in, with its machine running or not; the guest is notified. While that is recorded it is there when the guest
   * next runs.
   * @throws ConfigurationError if there is one in this place, or the name is taken
   */
  plug(options: ProcessorPlugOptions): Promise<PluggedProcessorInfo> {
    return this.#machine.made.drives.order.run(async () => {
      checkObject('the processor', options, ['number', 'id']);
      checkNames('the processor', options, ['number', 'id']);
      const { id } = options;
      const number = checkedInteger('number', options.number, 0, this.count - 1);
      if (this.#all.some((one) => one.number === number))
        throw new ConfigurationError(`CPU[${number}] with APIC ID ${number} exists`);
      this.#check('device_add');
      if (id !== undefined && !isIdentifier(id)) throw new ConfigurationError("Parameter 'id' expects an identifier");
      const processor = known(options);
      this.checkId(processor.id);
      await this.#coming.enter(processor, { type: 'processor', processor: number });
      return this.#shown(processor);
    });
  }

  /**
   * Asks the guest to let go of a processor. The event `unplug` tells when it has, which may be never.
   * @param id its id, or the name that it has without one
   * @throws ConfigurationError if there is none, or it is the first one
   */
  unplug(id: string): Promise<void> {
    return this.#machine.made.drives.order.run(async () => {
      const found = this.find(id);
      if (found === undefined) throw new ConfigurationError(`Device ${shown(id)} not found`);
      if (found.number === 0) throw new ConfigurationError('Boot CPU is unpluggable');
      this.#check('device_del');
      await this.#machine.examine('unplug', found.name);
    });
  }

  /**
   * The processor of a name by which it can be pulled out.
   * @internal
   */
  find(id: string): KnownProcessor | undefined {
    return this.#there.find((one) => one.id === id || one.name === id || processorPath(this.#shown(one)) === id);
  }

  get #all(): readonly KnownProcessor[] {
    return [...this.#there, ...this.#coming.all];
  }

  /**
   * Names by which its processors are known.
   * @internal
   */
  get ids(): readonly string[] {
    return idsOf(this.#all);
  }

  /**
   * @throws ConfigurationError if a device has this name
   * @internal
   */
  checkId(id: string): void {
    this.#coming.checkId(id, this.ids);
  }

  #check(what: string): void {
    const { options } = this.#machine.made;
    if (options.acpi === false) throw new ConfigurationError('CPU hotplug is not supported without ACPI');
    if (!this.isPluggable)
      throw new ConfigurationError(
        'the processors of this machine do not come and go; say how many there are at the start when it is made (-smp N,maxcpus=M)',
      );
    if (this.#machine.isMigrating()) throw new ConfigurationError(`${what} not allowed while migrating`);
  }

  #shown({ number, name, id }: KnownProcessor): PluggedProcessorInfo {
    const model = this.#machine.made.options.cpu?.split(',')[0] ?? 'max';
    return { id, isNamed: id !== name, device: processorType(model), processor: number };
  }

  /**
   * The machine has these now.
   * @internal
   */
  update(all: readonly PluggedDevice[]): void {
    if (!this.isPluggable) return;
    const numbers = [0, ...all.flatMap((device) => (device.type === 'processor' ? [device.processor] : []))];
    const gone = this.#there.filter(({ number }) => !numbers.includes(number));
    if (gone.length === 0 && numbers.length === this.#there.length) return;
    const now = numbers.map((number) => this.#all.find((one) => one.number === number) ?? known({ number }));
    this.#there = now.sort((a, b) => a.number - b.number);
    this.#coming.came(new Set(now.map(({ name }) => name)));
    this.#describe();
    for (const one of gone) this.#machine.unplugged(this.#shown(one));
  }

  /** Updates the description of the machine's parts, for its snapshots and forks. */
  #describe(): void {
    const { made } = this.#machine;
    const present = this.#there.map(({ number, name, id }) => (id === name ? number : { number, id }));
    made.options = { ...made.options, processors: { ...this.topology, present } };
  }
}
