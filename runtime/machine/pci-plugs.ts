import type { PciBus } from '../devices/pci/index.ts';
import { PciHotPlug } from '../devices/pci-hot-plug/index.ts';
import type { IsaBridge } from '../devices/piix3/index.ts';
import type { GeneralEvents } from '../devices/power/general-events.ts';
import { PCI_HOT_PLUG_EVENT } from '../devices/power/registers.ts';
import type { Board, Part } from './board.ts';
import { makePciDevice } from './pci-devices.ts';
import { hotPlugSlots } from './pci-slots.ts';
import type { PlugBus } from './plugboard.ts';
import { nameOfPlugged, type PluggedPciDevice } from './plugged.ts';

/** The parts of the PC that have to do with PCI slots. */
export interface PciSlotParts {
  readonly pci: PciBus;
  readonly bridge: IsaBridge;
  readonly generalEvents: GeneralEvents;
}

/** Nanoseconds. */
const ASKED_AGAIN = 1e6;

/** The slots of the PCI bus: a system is notified of devices that are plugged in, and lets go of those to be pulled out. */
export class PciPlugs implements PlugBus<PluggedPciDevice> {
  readonly chip: PciHotPlug;
  readonly #board: Board;
  readonly #parts: PciSlotParts;
  readonly #bySlot = new Map<number, { readonly device: PluggedPciDevice; readonly part: Part; asked?: number }>();

  constructor(board: Board, parts: PciSlotParts) {
    this.#board = board;
    this.#parts = parts;
    this.chip = new PciHotPlug({
      ports: board.ports,
      tell: () => parts.generalEvents.raise(PCI_HOT_PLUG_EVENT),
      removable: hotPlugSlots(board.config).reduce((bits, slot) => bits + 2 ** slot, 0),
      eject: (slot) => this.#eject(slot),
    });
  }

  plug(device: PluggedPciDevice): Part {
    const part = makePciDevice(this.#board, device);
    this.#parts.pci.add(part.pciFunction!);
    part.pciFunction!.reset();
    part.reset();
    this.#bySlot.set(device.slot, { device, part });
    return part;
  }

  unplug({ slot }: PluggedPciDevice): void {
    const { part } = this.#bySlot.get(slot)!;
    this.#bySlot.delete(slot);
    this.#parts.pci.remove(part.pciFunction!);
    this.#parts.bridge.release(slot);
  }

  announce({ slot }: PluggedPciDevice): void {
    this.chip.inserted(slot);
  }

  ask({ slot }: PluggedPciDevice): void {
    this.#bySlot.get(slot)!.asked = this.#board.clock.now();
    this.chip.ask(slot);
  }

  /** A system that begins forgets what it was asked before, so it may be asked again: after a millisecond, as in QEMU. */
  isAsked({ slot }: PluggedPciDevice): boolean {
    const since = this.#board.clock.now() - (this.#bySlot.get(slot)!.asked ?? -Infinity);
    return since >= 0 && since < ASKED_AGAIN;
  }

  /** A system may try what cannot be pulled out. */
  #eject(slot: number): void {
    const gone = this.#bySlot.get(slot);
    if (gone) this.#board.plugboard.eject(nameOfPlugged(gone.device));
  }
}
