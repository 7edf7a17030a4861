import type { AccessSize, PortBus } from '../../bus/ports.ts';
import type { Component } from '../../snapshot/describe.ts';
import { BASE_PORT, BUSES, PORT_COUNT, Register } from './registers.ts';
import { hotPlugState } from './state.ts';

export interface PciHotPlugOptions {
  readonly ports: PortBus;
  /** Tells the system that there is something to look at: a general-purpose event. */
  readonly tell: () => void;
  /** Slots whose devices can be pulled out, and empty ones, a bit each. */
  readonly removable: number;
  /** The system has let go of what is in a slot. */
  readonly eject: (slot: number) => void;
}

/**
 * QEMU's chip for plugging PCI devices in and pulling them out: by ACPI it notifies a system of slots, and the system tells when
 * it has let go of one.
 */
export class PciHotPlug {
  readonly component: Component;
  readonly #state = hotPlugState.create();
  readonly #options: PciHotPlugOptions;

  constructor(options: PciHotPlugOptions) {
    this.#options = options;
    this.component = hotPlugState.bind('pci hot-plug', this.#state);
    options.ports.register({
      name: 'acpi pci hot-plug',
      first: BASE_PORT,
      count: PORT_COUNT,
      sizes: [1, 2, 4],
      read: (port, size) => (isWhole(port, size) ? this.#read(port - BASE_PORT) : 0),
      write: (port, size, value) => {
        if (isWhole(port, size)) this.#write(port - BASE_PORT, value);
      },
    });
  }

  /** No system is there any more that would hold on to what is to be pulled out. */
  reset(): void {
    const { down } = this.#state;
    Object.assign(this.#state, hotPlugState.create());
    for (const slot of slotsOf(down)) this.#options.eject(slot);
  }

  /** Something was plugged into a slot. */
  inserted(slot: number): void {
    this.#state.up = (this.#state.up | (1 << slot)) >>> 0;
    this.#options.tell();
  }

  /** Asks the guest's system to let go of the device in a slot, so that it can be pulled out. */
  ask(slot: number): void {
    this.#state.down = (this.#state.down | (1 << slot)) >>> 0;
    this.#options.tell();
  }

  #read(register: number): number {
    const state = this.#state;
    if (state.bus >= BUSES) return 0;
    if (register === Register.bus) return state.bus;
    if (register === Register.removable) return state.bus === 0 ? this.#options.removable : 0xffffffff;
    if (state.bus !== 0) return 0;
    if (register === Register.down) return state.down;
    if (register !== Register.up) return 0;
    const { up } = state;
    state.up = 0;
    return up;
  }

  #write(register: number, value: number): void {
    if (register === Register.bus) this.#state.bus = value;
    else if (register === Register.eject && this.#state.bus === 0) this.#eject(value);
  }

  #eject(slots: number): void {
    const [slot] = slotsOf(slots);
    if (slot === undefined) return;
    const state = this.#state;
    const kept = ~(1 << slot);
    state.up = (state.up & kept) >>> 0;
    state.down = (state.down & kept) >>> 0;
    this.#options.eject(slot);
  }
}

function isWhole(port: number, size: AccessSize): boolean {
  return size === 4 && (port & 3) === 0;
}

/** Numbers of the bits that are set, the lowest first. */
function slotsOf(bits: number): number[] {
  return Array.from({ length: 32 }, (_, slot) => slot).filter((slot) => ((bits >>> slot) & 1) !== 0);
}
