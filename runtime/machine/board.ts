import type { A20Gate } from '../bus/a20-gate.ts';
import type { DmaChannel } from '../bus/dma.ts';
import type { ReportGuestError } from '../bus/guest-error.ts';
import type { InterruptMessage } from '../bus/interrupt-message.ts';
import type { IrqLine } from '../bus/irq.ts';
import type { PortBus } from '../bus/ports.ts';
import type { PowerControl } from '../bus/power.ts';
import type { BaseAddress, PciFunction } from '../devices/pci/function.ts';
import type { BlockPort } from '../host/block.ts';
import type { HostDoor } from '../host/door.ts';
import type { BusMemory } from '../memory/bus-memory.ts';
import type { ChipMemory, MemoryChip } from '../memory/chip-memory.ts';
import type { MmioBus } from '../memory/mmio.ts';
import type { MakeStoreAlarm } from '../memory/store-alarm.ts';
import type { Component } from '../snapshot/describe.ts';
import type { Voice } from '../sound/voice.ts';
import type { VirtualClock } from '../time/clock.ts';
import type { EventQueue } from '../time/events.ts';
import type { UsbBus } from '../usb/bus.ts';
import type { MachineConfig } from './config.ts';
import type { DeviceShelf } from './optional-devices.ts';
import type { Plugboard } from './plugboard.ts';

/** The services of the board for the parts on it. A part takes what it needs; its options have the same names. */
export interface Board {
  readonly config: MachineConfig;
  /** Modules of devices that not every machine has. */
  readonly devices: DeviceShelf;
  readonly ports: PortBus;
  /** Where chips have registers in memory. */
  readonly mmio: MmioBus;
  /** Where PCI functions have registers in memory. */
  readonly pciMmio: MmioBus;
  /** RAM as bus masters see it. */
  readonly memory: BusMemory;
  /** Makes an alarm that rings at a store to RAM. */
  readonly storeAlarm: MakeStoreAlarm;
  /** Forgets what is in physical pages, by their numbers: the host gets their memory back where it can take it. */
  releasePages(pages: readonly number[]): void;
  readonly clock: VirtualClock;
  readonly events: EventQueue;
  readonly power: PowerControl;
  readonly guestError: ReportGuestError;
  /** Fills bytes with numbers of the host's randomness; with instruction time they are the same in every run. */
  random(target: Uint8Array): void;
  /** Gives RDRAND another key, of four words. */
  setRandomKey(key: Int32Array): void;
  /** One more device's end of the line of an IRQ, 0-15. */
  irq(number: number): IrqLine;
  /** The slot of a device on the PCI bus, by its name: that of the configuration, or the next free one. Throws an Error where all are taken. */
  pciSlot(name: string): number;
  /** A device that firmware may boot from; a number: before those with a higher one and those without. */
  bootsFrom(bootIndex: number | undefined, path: string): void;
  /** The line of an interrupt pin of a PCI device, 1-4 for INTA# to INTD#. */
  pciIrq(device: number, pin: number): IrqLine;
  /** Sends an interrupt by a message; undefined where the processor has no local APIC. */
  readonly sendMessage: ((message: InterruptMessage) => boolean) | undefined;
  /** A base address register with an option ROM, whose bytes the machine's buffer has room for. */
  romBar(name: string, rom: Uint8Array): BaseAddress;
  /** Puts a chip with memory of its own in place. */
  memoryChip(chip: MemoryChip): ChipMemory;
  /** Channels 0-3 transfer bytes, 5-7 words. */
  dma(channel: number): DmaChannel;
  readonly a20: A20Gate;
  /** One more part of what the machine plays; its state has this name. */
  voice(name: string): Voice;
  /** The devices that can be plugged in and pulled out. */
  readonly plugboard: Plugboard;
  /** To what belongs to the host. */
  readonly door: HostDoor;
  /** Whether a guest of Xen has unplugged emulated devices of a kind (devices/xen-platform/registers.ts). */
  hasUnplugged(kind: number): boolean;
  /** The disk of a drive, by its name (DriveConfig): the same each time. */
  blockPort(name: string): BlockPort;
}

/** The board's services to a card in a slot of the PCI bus. */
export interface CardBoard extends Omit<Board, 'irq'> {
  /** Its name, among PCI devices and of its state. */
  readonly name: string;
  /** Its slot. */
  readonly device: number;
  /** The line of its pin INTA#. */
  readonly irq: IrqLine;
}

/** A part of the machine that a hard reset reaches, and whose state is saved. */
export interface Part {
  readonly component: Component;
  /** To be put on the PCI bus. */
  readonly pciFunction?: PciFunction;
  /** The bus that other devices are plugged into. */
  readonly usbBus?: UsbBus;
  reset(): void;
}
