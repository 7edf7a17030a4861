import type { PortBus, PortRegion } from '../../bus/ports.ts';
import type { MmioRegion } from '../../memory/mmio.ts';
import { type ScsiDrive, ScsiTarget } from '../../scsi/target.ts';
import { joinComponents } from '../../snapshot/components.ts';
import type { Component } from '../../snapshot/describe.ts';
import { functionMemory } from '../pci/bus-master.ts';
import type { PciChipOptions } from '../pci/chip-options.ts';
import { type BaseAddress, PciFunction } from '../pci/function.ts';
import { portRange, registerRange } from '../pci/range.ts';
import { Header } from '../pci/registers.ts';
import { showBus } from './bus-lines.ts';
import { ChipMemory } from './chip-memory.ts';
import { Connection } from './connection.ts';
import { RegisterFile } from './register-file.ts';
import {
  atReset,
  Control1,
  constants,
  DMA_MODE_MANUAL,
  DmaControl,
  DmaStatus,
  Id,
  Interrupts,
  isHole,
  LAST_DISCONNECT,
  LATENCY,
  MEMORY_BYTES,
  Phase,
  RAM_BYTES,
  REGISTER_BYTES,
  Reason0,
  Reason1,
  Register,
  Status0,
  Test2,
  writableBits,
} from './registers.ts';
import { ScriptsProcessor } from './scripts.ts';
import { connectionState, processorState } from './state.ts';

export interface Lsi53c8xxOptions extends PciChipOptions {
  /** Unique in the machine; names the state. */
  readonly name: string;
  /** The number by which PCI tells the models apart. */
  readonly deviceId: number;
  readonly ports: PortBus;
  readonly drives: readonly ScsiDrive[];
}

/** Base address registers of what is in memory. */
const Bar = { registers: 1, ram: 2 } as const;

/** LSI's SCSI controllers with a processor for SCRIPTS, as QEMU's lsi53c895a and lsi53c810, which has all that the other one has. */
export class Lsi53c8xx {
  readonly component: Component;
  readonly pciFunction: PciFunction;
  readonly #options: Lsi53c8xxOptions;
  readonly #state = processorState.create();
  readonly #registers = new RegisterFile(this.#state.registers);
  readonly #connection: Connection;
  readonly #scripts: ScriptsProcessor;

  constructor(options: Lsi53c8xxOptions) {
    this.#options = options;
    const targets = options.drives.map((drive) => new ScsiTarget(drive));
    const state = connectionState.create();
    this.#connection = new Connection({ state, targets, changed: () => this.#scripts.resume() });
    const registerAccess = {
      readRegister: (offset: number) => this.#read(offset & 0xff),
      writeRegister: (offset: number, value: number) => this.#write(offset & 0xff, value),
    };
    const memory = functionMemory(options.memory, () => this.pciFunction);
    const registersAt = () => this.pciFunction.placeOf(Bar.registers);
    const ramAt = () => this.pciFunction.placeOf(Bar.ram);
    const chipMemory = new ChipMemory({ ...registerAccess, memory, ram: this.#state.ram, registersAt, ramAt });
    this.#scripts = new ScriptsProcessor({
      ...{ ...registerAccess, state: this.#state, registers: this.#registers, memory: chipMemory },
      ...{ connection: this.#connection, guestError: options.guestError },
      interrupt: (...reasons) => this.#interrupt(...reasons),
    });
    this.pciFunction = this.#makeFunction();
    // Targets before the connection that goes on with one of them.
    this.component = joinComponents(options.name, [
      processorState.bind('processor', this.#state),
      ...targets.map(({ component }) => component),
      connectionState.bind('connection', state, { restored: () => this.#connection.restart() }),
    ]);
    this.#resetRegisters();
  }

  #makeFunction(): PciFunction {
    const { name, device, deviceId } = this.#options;
    return new PciFunction({
      name: `${name} pci`,
      device,
      function: 0,
      ...Id,
      deviceId,
      interruptPin: 1,
      bars: this.#bars(),
      registers: [{ offset: Header.latencyTimer, size: 1, value: LATENCY, writable: 0xff }],
      written: () => this.#drive(),
    });
  }

  #bars(): BaseAddress[] {
    const { mmio, ports } = this.#options;
    const registers = registerRange(mmio, (base) => this.#registerRegion(base));
    const ram = registerRange(mmio, (base) => this.#ramRegion(base));
    return [
      { index: 0, space: 'io', size: REGISTER_BYTES, range: portRange(ports, (base) => [this.#portRegion(base)]) },
      { index: Bar.registers, space: 'memory', size: MEMORY_BYTES, range: registers },
      { index: Bar.ram, space: 'memory', size: RAM_BYTES, range: ram },
    ];
  }

  #portRegion(base: number): PortRegion {
    return {
      name: this.#options.name,
      first: base,
      count: REGISTER_BYTES,
      sizes: [1, 2, 4],
      read: (port, size) => this.#readBytes(port - base, size),
      write: (port, size, value) => this.#writeBytes(port - base, size, value),
    };
  }

  #registerRegion(base: number): MmioRegion {
    return {
      name: this.#options.name,
      base,
      length: MEMORY_BYTES,
      read: (offset, size) => this.#readBytes(offset, size),
      write: (offset, size, value) => this.#writeBytes(offset, size, value),
    };
  }

  #ramRegion(base: number): MmioRegion {
    const { ram } = this.#state;
    return {
      name: `${this.#options.name} ram`,
      base,
      length: RAM_BYTES,
      read(offset, size) {
        let value = 0;
        for (let n = 0; n < size; n++) value += ram[offset + n]! * 256 ** n;
        return value;
      },
      write(offset, size, value) {
        for (let n = 0; n < size; n++) ram[offset + n] = value >>> (8 * n);
      },
    };
  }

  /** Power on, or a hard reset. */
  reset(): void {
    this.#connection.resetBus();
    this.#state.ram.fill(0);
    this.#softReset();
  }

  /** The driver's reset leaves the RAM. */
  #softReset(): void {
    this.#connection.release();
    this.#resetRegisters();
    this.#drive();
  }

  #resetRegisters(): void {
    const { bytes } = this.#registers;
    bytes.fill(0);
    for (const [offset, value] of Object.entries(atReset)) bytes[Number(offset)] = value;
    Object.assign(this.#state, { carry: false, waiting: 0 });
  }

  #readBytes(offset: number, size: number): number {
    let value = 0;
    for (let n = 0; n < size; n++) value += this.#read((offset + n) & 0xff) * 256 ** n;
    return value;
  }

  #writeBytes(offset: number, size: number, value: number): void {
    for (let n = 0; n < size; n++) this.#write((offset + n) & 0xff, (value >>> (8 * n)) & 0xff);
  }

  #read(offset: number): number {
    const { bytes } = this.#registers;
    const constant = isHole(offset) ? 0xff : constants[offset];
    if (constant !== undefined) return constant;
    switch (offset) {
      case Register.status2:
        return this.#connection.isFree ? LAST_DISCONNECT : 0;
      case Register.dmaStatus:
      case Register.reason0:
      case Register.reason1:
        return this.#takeReasons(offset);
      case Register.interrupts:
        this.#connection.polled();
        return bytes[offset]! | (this.#connection.isFree ? 0 : Interrupts.connected);
      case Register.test2:
        return this.#readTest2();
      case Register.busData:
        return this.#connection.phase === Phase.messageIn ? (this.#connection.messages[0] ?? 0) : 0;
      default:
        return bytes[offset]!;
    }
  }

  /** Reasons of interrupts are gone when they were read; those of DMA stay while an interrupt on the fly is told. */
  #takeReasons(offset: number): number {
    const { bytes } = this.#registers;
    this.#connection.polled();
    const reasons = bytes[offset]! | (offset === Register.dmaStatus ? DmaStatus.fifoEmpty : 0);
    const stays = offset === Register.dmaStatus && this.#registers.has(Register.interrupts, Interrupts.onTheFly);
    if (!stays) bytes[offset] = 0;
    this.#drive();
    return reasons;
  }

  #readTest2(): number {
    const value = this.#registers.bytes[Register.test2]! | Test2.always;
    if (!this.#registers.has(Register.interrupts, Interrupts.signal)) return value;
    this.#registers.clearBits(Register.interrupts, Interrupts.signal);
    return value | Test2.signal;
  }

  #write(offset: number, value: number): void {
    const { bytes } = this.#registers;
    if (offset === Register.interrupts) {
      this.#writeInterrupts(value);
      return;
    }
    bytes[offset] = (bytes[offset]! & ~writableBits(offset)) | (value & writableBits(offset));
    switch (offset) {
      case Register.control1:
        this.#resetBus((value & Control1.reset) !== 0);
        break;
      case Register.dmaEnable:
      case Register.enable0:
      case Register.enable1:
        this.#drive();
        break;
      case Register.script + 3:
        if (!this.#registers.has(Register.dmaMode, DMA_MODE_MANUAL)) this.#scripts.start();
        break;
      case Register.dmaControl:
        if ((value & DmaControl.start) !== 0) this.#scripts.start();
        break;
      case Register.timer1:
        // The general-purpose timer: it is over at once, as in QEMU.
        if ((value & 15) !== 0) this.#interrupt(0, 0, Reason1.general);
        break;
    }
  }

  #writeInterrupts(value: number): void {
    const registers = this.#registers;
    const { bytes } = registers;
    bytes[Register.interrupts] = (bytes[Register.interrupts]! & ~Interrupts.byDriver) | (value & Interrupts.byDriver);
    if ((value & Interrupts.abort) !== 0) this.#interrupt(DmaStatus.aborted);
    if ((value & Interrupts.onTheFly) !== 0) registers.clearBits(Register.interrupts, Interrupts.onTheFly);
    if ((value & Interrupts.reset) !== 0) this.#softReset();
    else {
      if ((value & Interrupts.signal) !== 0) this.#scripts.signalled();
      this.#drive();
    }
  }

  #resetBus(isReset: boolean): void {
    const registers = this.#registers;
    if (isReset && !registers.has(Register.status0, Status0.reset)) {
      this.#connection.resetBus();
      showBus(registers, this.#connection);
      registers.setBits(Register.status0, Status0.reset);
      this.#interrupt(0, Reason0.reset);
    } else if (!isReset) registers.clearBits(Register.status0, Status0.reset);
  }

  /** Reasons of an interrupt: those that are fatal stop SCRIPTS, others if they are enabled; a time-out later (scripts.ts). */
  #interrupt(dma: number, reason0 = 0, reason1 = 0): void {
    const registers = this.#registers;
    const { bytes } = registers;
    registers.setBits(Register.dmaStatus, dma);
    registers.setBits(Register.reason0, reason0);
    registers.setBits(Register.reason1, reason1);
    const stops0 = reason0 & (bytes[Register.enable0]! | ~Reason0.harmless);
    const stops1 = reason1 & (bytes[Register.enable1]! | ~Reason1.harmless) & ~Reason1.timeout;
    if (dma !== 0 || stops0 !== 0 || stops1 !== 0) this.#scripts.stop();
    this.#drive();
  }

  /** Tells which registers have reasons, and drives the line. */
  #drive(): void {
    const registers = this.#registers;
    const { bytes } = registers;
    const of = (reasons: number, enabled: number) => (bytes[reasons]! & bytes[enabled]!) !== 0;
    const hasScsi = bytes[Register.reason0]! !== 0 || bytes[Register.reason1]! !== 0;
    const told = (bytes[Register.dmaStatus]! === 0 ? 0 : Interrupts.dma) | (hasScsi ? Interrupts.scsi : 0);
    registers.clearBits(Register.interrupts, Interrupts.dma | Interrupts.scsi);
    registers.setBits(Register.interrupts, told);
    this.#options.irq.set(
      registers.has(Register.interrupts, Interrupts.onTheFly) ||
        of(Register.dmaStatus, Register.dmaEnable) ||
        of(Register.reason0, Register.enable0) ||
        of(Register.reason1, Register.enable1),
    );
  }
}
