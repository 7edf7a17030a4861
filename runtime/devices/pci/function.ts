import type { InterruptMessage } from '../../bus/interrupt-message.ts';
import { type AccessSize, allOnes } from '../../bus/ports.ts';
import type { Component } from '../../snapshot/describe.ts';
import { type AddressRange, MovableRange } from './range.ts';
import {
  BAR_IO,
  BAR_PREFETCHABLE,
  BAR_WIDE,
  CONFIG_BYTES,
  Command,
  HAS_CAPABILITIES,
  Header,
  MULTIFUNCTION,
  ROM_ENABLED,
  STATUS_CLEARABLE,
  Subsystem,
} from './registers.ts';
import { functionState } from './state.ts';

/** A base address register: `size` bytes (a power of 2, at least 4) of I/O ports or of 32-bit memory. */
export interface BaseAddress {
  /** 0-5: the register at 0x10 + 4 * index. 'rom': the one of the expansion ROM, which has an enable bit of its own. */
  readonly index: number | 'rom';
  readonly space: 'io' | 'memory';
  /** Memory whose reads have no effect. */
  readonly prefetchable?: boolean;
  /** Memory with addresses of 64 bits: the next register has the upper ones. Nothing stands beyond 4 GB here, so such an address is nowhere. */
  readonly wide?: boolean;
  readonly size: number;
  readonly range: AddressRange;
}

/** Registers of a function's own; each value and mask is one of `size` bytes, low byte first. */
export interface ConfigRegister {
  readonly offset: number;
  readonly size: AccessSize;
  /** After reset. */
  readonly value?: number;
  /** Bits that can be written. */
  readonly writable?: number;
}

/** Bytes of the configuration space, a register's, that are kept elsewhere. */
export interface ForwardedRegister {
  readonly offset: number;
  readonly size: number;
  read(): number;
  write(value: number): void;
}

/** Registers that a device adds to the configuration space of another device's function. */
export interface FunctionPart {
  readonly registers: readonly ConfigRegister[];
  /** As {@link PciDescription.changed}. */
  changed(pciFunction: PciFunction): void;
  /** As {@link PciDescription.written}. */
  written(): void;
}

export interface PciDescription {
  readonly name: string;
  readonly device: number;
  readonly function: number;
  readonly vendorId: number;
  readonly deviceId: number;
  readonly revision?: number;
  /** Base class, sub-class and programming interface in bits 23-0. */
  readonly classCode: number;
  readonly multifunction?: boolean;
  /** Default: QEMU's own, as its devices have. */
  readonly subsystemVendorId?: number;
  readonly subsystemId?: number;
  /** 1-4 for INTA# to INTD#, 0 for none. */
  readonly interruptPin?: number;
  readonly bars?: readonly BaseAddress[];
  /** Where the first of its capabilities stands, if it has any. Their registers are among `registers`. */
  readonly firstCapability?: number;
  /** Beyond the header, or in place of its registers. */
  readonly registers?: readonly ConfigRegister[];
  readonly forwarded?: ForwardedRegister;
  /** Called after a write, but of `forwarded`, or a reset. */
  readonly written?: () => void;
  /** Called after each change of the configuration space: a write, a reset, or the load of a snapshot. */
  readonly changed?: () => void;
  /** Interrupts that it may send by messages now. */
  readonly messages?: () => InterruptMessage[];
}

const header = (description: PciDescription): ConfigRegister[] => [
  { offset: Header.vendorId, size: 2, value: description.vendorId },
  { offset: Header.deviceId, size: 2, value: description.deviceId },
  {
    offset: Header.command,
    size: 2,
    writable: Command.io | Command.memory | Command.master | Command.parity | Command.serr,
  },
  { offset: Header.status, size: 2, value: description.firstCapability === undefined ? 0 : HAS_CAPABILITIES },
  { offset: Header.capabilities, size: 1, value: description.firstCapability ?? 0 },
  { offset: Header.revision, size: 1, value: description.revision ?? 0 },
  { offset: Header.classCode, size: 1, value: description.classCode & 0xff },
  { offset: Header.classCode + 1, size: 2, value: description.classCode >> 8 },
  { offset: Header.cacheLineSize, size: 1, writable: 0xff },
  { offset: Header.latencyTimer, size: 1, writable: 0xff },
  { offset: Header.headerType, size: 1, value: description.multifunction === true ? MULTIFUNCTION : 0 },
  { offset: Header.subsystemVendorId, size: 2, value: description.subsystemVendorId ?? Subsystem.vendor },
  { offset: Header.subsystemId, size: 2, value: description.subsystemId ?? Subsystem.device },
  { offset: Header.interruptLine, size: 1, writable: 0xff },
  { offset: Header.interruptPin, size: 1, value: description.interruptPin ?? 0 },
];

const barOffset = ({ index }: BaseAddress): number =>
  index === 'rom' ? Header.romAddress : Header.baseAddress + 4 * index;

const barKind = ({ space, prefetchable, wide }: BaseAddress): number =>
  space === 'io' ? BAR_IO : (prefetchable === true ? BAR_PREFETCHABLE : 0) | (wide === true ? BAR_WIDE : 0);

/** Writing all ones and reading back tells the size: bits below it are fixed (PCI 2.2, 6.2.5.1 and 6.2.5.2). */
const barRegisters = (bar: BaseAddress): ConfigRegister[] => [
  {
    offset: barOffset(bar),
    size: 4,
    value: barKind(bar),
    writable: (-bar.size | (bar.index === 'rom' ? ROM_ENABLED : 0)) >>> 0,
  },
  ...(bar.wide === true ? [{ offset: barOffset(bar) + 4, size: 4 as const, writable: 0xffffffff }] : []),
];

/** A base address register, and where it points to. */
export interface BaseAddressView {
  readonly index: number | 'rom';
  readonly space: 'io' | 'memory';
  readonly prefetchable: boolean;
  /** Whether the register has 64 bits. */
  readonly wide: boolean;
  readonly size: number;
  /** 0: nowhere. */
  readonly base: number;
}

/** A function as somebody sees it who looks at the machine. */
export interface PciFunctionView {
  readonly name: string;
  /** As PciFunction.number. */
  readonly number: number;
  readonly config: Uint8Array;
  readonly bars: readonly BaseAddressView[];
}

/** One function of a PCI device: its configuration space. */
export class PciFunction {
  readonly name: string;
  readonly component: Component;
  /** Device and function number as in bits 15-8 of the address register. */
  readonly number: number;
  readonly #description: PciDescription;
  readonly #state = functionState.create();
  readonly #initial = new Uint8Array(CONFIG_BYTES);
  readonly #writable = new Uint8Array(CONFIG_BYTES);
  readonly #clearable = new Uint8Array(CONFIG_BYTES);
  readonly #ranges: { readonly bar: BaseAddress; readonly range: MovableRange }[];

  constructor(description: PciDescription) {
    this.#description = description;
    this.name = description.name;
    this.number = (description.device << 3) | description.function;
    const bars = description.bars ?? [];
    this.#ranges = bars.map((bar) => ({ bar, range: new MovableRange(bar.range) }));
    for (const register of [...header(description), ...bars.flatMap(barRegisters), ...(description.registers ?? [])]) {
      this.#define(register);
    }
    this.#clearable[Header.status + 1] = STATUS_CLEARABLE >> 8;
    this.component = functionState.bind(description.name, this.#state, { restored: () => this.#changed() });
    this.#state.config.set(this.#initial);
  }

  #define({ offset, size, value = 0, writable = 0 }: ConfigRegister): void {
    for (let byte = 0; byte < size; byte++) {
      this.#initial[offset + byte] = value >>> (8 * byte);
      this.#writable[offset + byte] = writable >>> (8 * byte);
    }
  }

  reset(): void {
    this.#state.config.set(this.#initial);
    this.#changed();
    this.#description.written?.();
  }

  /**
   * It tells the IRQ of its interrupt pin from now on, after a reset too: systems that know neither ACPI nor an MP table take it from there
   * (PCI 2.2, 6.2.4, Interrupt Line).
   */
  tellIrq(irqOf: (device: number, pin: number) => number): void {
    const pin = this.#initial[Header.interruptPin];
    if (pin === 0 || this.#initial[Header.interruptLine] !== 0) return;
    this.#initial[Header.interruptLine] = irqOf(this.number >> 3, pin);
    this.reset();
  }

  /** It is no more: what its registers have placed is nowhere. */
  withdraw(): void {
    for (const { range } of this.#ranges) range.moveTo(0);
  }

  /** Base class, sub-class and programming interface in bits 23-0. */
  get classCode(): number {
    return this.#description.classCode;
  }

  /** Interrupts that it may send by messages now. */
  messages(): InterruptMessage[] {
    return this.#description.messages?.() ?? [];
  }

  view(): PciFunctionView {
    const bars = this.#ranges.map(({ bar }) => {
      const { index, space, size, prefetchable = false, wide = false } = bar;
      return { index, space, prefetchable, wide, size, base: this.#placeOf(bar) };
    });
    return { name: this.name, number: this.number, config: this.#state.config.slice(), bars };
  }

  /** Where a base address register has its range; 0: nowhere, or there is no such register. As the registers say, also while a state is being loaded. */
  placeOf(index: number): number {
    const found = this.#ranges.find(({ bar }) => bar.index === index);
    return found === undefined ? 0 : this.#placeOf(found.bar);
  }

  #placeOf(bar: BaseAddress): number {
    return this.#isEnabled(bar) ? this.#baseOf(bar) : 0;
  }

  /** Unsigned. Bytes beyond the space read as 0. */
  read(offset: number, size: AccessSize): number {
    const { config } = this.#state;
    const forwarded = this.#forwardedAt(offset);
    if (forwarded) return ((forwarded.read() >>> (8 * (offset - forwarded.offset))) & allOnes(size)) >>> 0;
    let value = 0;
    for (let byte = 0; byte < size; byte++) value |= (config[offset + byte] ?? 0) << (8 * byte);
    return value >>> 0;
  }

  #forwardedAt(offset: number): ForwardedRegister | undefined {
    const { forwarded } = this.#description;
    return forwarded && offset >= forwarded.offset && offset < forwarded.offset + forwarded.size
      ? forwarded
      : undefined;
  }

  /** A write by the guest: only writable bits change. */
  write(offset: number, size: AccessSize, value: number): void {
    const { config } = this.#state;
    const forwarded = this.#forwardedAt(offset);
    if (forwarded) {
      forwarded.write(value);
      return;
    }
    for (let at = offset; at < Math.min(offset + size, CONFIG_BYTES); at++) {
      const byte = (value >>> (8 * (at - offset))) & 0xff;
      const kept = config[at] & ~this.#writable[at] & ~(byte & this.#clearable[at]);
      config[at] = kept | (byte & this.#writable[at]);
    }
    this.#changed();
    this.#description.written?.();
  }

  /** Moves the ranges to where their registers say; they must be enabled in the command register. */
  #changed(): void {
    for (const { bar, range } of this.#ranges) range.moveTo(this.#placeOf(bar));
    this.#description.changed?.();
  }

  #isEnabled(bar: BaseAddress): boolean {
    if ((this.read(Header.command, 2) & (bar.space === 'io' ? Command.io : Command.memory)) === 0) return false;
    return bar.index !== 'rom' || (this.read(Header.romAddress, 1) & ROM_ENABLED) !== 0;
  }

  /** 0 where it cannot be: at 0, or at the end while the guest asks for the size. */
  #baseOf(bar: BaseAddress): number {
    const { space, size, wide } = bar;
    if (wide && this.read(barOffset(bar) + 4, 4) !== 0) return 0;
    const base = (this.read(barOffset(bar), 4) & -size) >>> 0;
    const limit = space === 'io' ? 0x10000 : 0x100000000 - size;
    return base < limit ? base : 0;
  }
}
