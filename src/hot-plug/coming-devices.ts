import type { Examine } from '../machine/types.ts';
import type { PluggedDevice } from '../machine-core.ts';
import { ConfigurationError } from '../util/errors.ts';

/** A device of a bus. */
export interface BusDevice {
  /** Name of its part of the machine. */
  readonly name: string;
  /** The name by which it is pulled out. */
  readonly id: string;
}

/** The machine's functions that a bus needs for devices to come. */
export interface ComingMachine {
  readonly examine: Examine;
  /** Names by which devices on other buses are known. */
  otherIds(): readonly string[];
}

/** Devices of a bus that are to be plugged in when the guest next runs, as that is recorded. */
export class ComingDevices<Device extends BusDevice> {
  readonly #machine: ComingMachine;
  #all: readonly Device[] = [];

  constructor(machine: ComingMachine) {
    this.#machine = machine;
  }

  get all(): readonly Device[] {
    return this.#all;
  }

  /** Has the machine take one. */
  async enter(device: Device, plugged: PluggedDevice): Promise<void> {
    this.#all = [...this.#all, device];
    try {
      await this.#machine.examine('plug', plugged);
    } catch (error) {
      this.came(new Set([device.name]));
      throw error;
    }
  }

  /** Removes devices that are there, or will not come. */
  came(names: ReadonlySet<string>): void {
    this.#all = this.#all.filter(({ name }) => !names.has(name));
  }

  /**
   * Without an id a device has its name for one, which another may have been given.
   * @param ids of the bus itself
   * @throws ConfigurationError
   */
  checkId(id: string, ids: readonly string[]): void {
    if ([...ids, ...this.#machine.otherIds()].includes(id)) throw new ConfigurationError(`Duplicate device ID '${id}'`);
  }
}

/** Names by which devices are known. */
export function idsOf(devices: readonly BusDevice[]): string[] {
  return devices.flatMap(({ id, name }) => [id, name]);
}
