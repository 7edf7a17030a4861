import { Key } from '../../translator/abi/key.ts';
import { Segment, Word } from '../../translator/abi/state.ts';
import { decode } from '../../translator/x86/decode.ts';
import { formatInstruction } from '../../translator/x86/format.ts';
import { Instruction } from '../../translator/x86/instruction.ts';
import { forms, INVALID_FORM } from '../../translator/x86/table/index.ts';
import type { AccessSize } from '../bus/ports.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { type FloatRegisters, readFloatRegisters } from '../debug/float-registers.ts';
import { type CpuRegisters, readRegisters } from '../debug/registers.ts';
import type { PciFunctionView } from '../devices/pci/function.ts';
import { busMemory } from '../memory/bus-memory.ts';
import { type Mapping, Mappings } from '../memory/mappings.ts';
import type { Mmu } from '../memory/mmu.ts';
import { type PageTables, silentPaging } from '../memory/page-tables.ts';
import { forEachPage } from '../memory/physical.ts';
import { NO_FRAME } from '../memory/physical-map.ts';
import type { Saved } from '../snapshot/describe.ts';
import type { UsbDevice } from '../usb/device.ts';
import { megabits } from '../usb/packets.ts';
import type { GuestLog } from './guest-log.ts';
import type { LogItem } from './log-items.ts';
import type { DeviceShelf } from './optional-devices.ts';
import type { Panel } from './panel.ts';
import type { Pc } from './pc.ts';
import type { PluggedDevice } from './plugged.ts';
import type { TraceEvent } from './trace/events.ts';

/** Addresses are linear (through segments' bases and before paging) or physical. */
export type AddressSpace = 'linear' | 'physical';

const PAGE = 4096;
const LONGEST_INSTRUCTION = 15;

/** An instruction as it stands in memory. */
export interface Disassembled {
  readonly bytes: Uint8Array;
  /** In Intel syntax. */
  readonly text: string;
}

/** A range of physical addresses, or of ports, and the device at it. */
export interface RangeView {
  readonly name: string;
  readonly base: number;
  readonly length: number;
  readonly kind: 'ram' | 'rom' | 'i/o';
  /** The higher one is seen. */
  readonly priority: number;
}

/** The bus of a USB host controller, by the names of it and of the controller's state, with what is plugged in. */
export interface UsbBusView {
  readonly name: string;
  readonly controller: string;
  readonly devices: readonly UsbDeviceView[];
}

/** Something on the USB. */
export interface UsbDeviceView {
  /** Name of its state. */
  readonly name: string;
  readonly product: string;
  /** From 1 on. */
  readonly port: number;
  /** The address that the guest has given it; 0: none yet. */
  readonly address: number;
  /** Megabits a second. */
  readonly speed: number;
}

function usbDeviceView({ component, product, address, speed }: UsbDevice, port: number): UsbDeviceView {
  return { name: component.name, product, port, address, speed: megabits[speed] };
}

/** Physical addresses. */
export interface PhysicalRange {
  readonly begin: number;
  readonly length: number;
}

/** Calls by which a monitor examines and changes a machine, between two stretches of guest code. */
export interface ExaminationCalls {
  registers(): CpuRegisters;
  floatRegisters(): FloatRegisters;
  /** Bytes at addresses, devices' registers too; null where nothing is mapped, or at an address where nothing is. */
  read(space: AddressSpace, address: number, length: number): Uint8Array | null;
  /** Bytes of physical memory as a bus master reads them: FFh where there is none. */
  readBus(address: number, length: number): Uint8Array;
  /** Bytes of several ranges of physical memory as a bus master reads them, one after the other: FFh where there is none. */
  readRanges(ranges: readonly PhysicalRange[]): Uint8Array;
  /** Where a linear address is in physical memory; null: nothing is mapped there. */
  physicalAddress(linear: number): number | null;
  /** A number of instructions, as the code segment has them (16 or 32 bits); fewer where memory ends. */
  disassemble(space: AddressSpace, address: number, count: number): Disassembled[];
  /** The mappings of the page tables from a linear address on, `most` pages at most; null: paging is off. */
  mappings(first: number, most: number): Mapping[] | null;
  /** The described state of a device, or of another part, by its name. Undefined: there is none. */
  stateOf(component: string): Saved | undefined;
  /** Names of all that has such a state. What is plugged into a bus is in the order of its places. */
  componentNames(): string[];
  /** Whether a part of the machine has a name: no other can have it. */
  isTaken(name: string): boolean;
  pciFunctions(): PciFunctionView[];
  usbBuses(): UsbBusView[];
  /** The plugged-in devices that can be pulled out. */
  pluggedDevices(): readonly PluggedDevice[];
  /** The slots that PCI devices have, by their names. */
  pciSlots(): Readonly<Record<string, number>>;
  /** The ranges of the physical address space, by address. */
  memoryMap(): RangeView[];
  /** The owners of ports, by port. */
  portMap(): RangeView[];
  /** How many interrupts each line has requested, by IRQ. */
  interruptCounts(): number[];
  readPort(port: number, size: AccessSize): number;
  writePort(port: number, size: AccessSize, value: number): void;
  /** Asks the guest to turn itself off, by ACPI. */
  pressPowerButton(): void;
  /** Wakes a machine that is suspended to RAM. False: it is not. */
  wake(): boolean;
  /** Sets the firmware's boot order from the next reset on: at most three of the letters of `-boot order=`. */
  setBootOrder(order: string): void;
  /** A non-maskable interrupt. */
  requestNmi(): void;
  /** Plugs a device in. Throws an Error where its place or its name is taken. */
  plug(device: PluggedDevice): void | Promise<void>;
  /** Pulls one out, by its name, or asks the guest to let go of it. False: it was asked just now. Throws an Error where it is not plugged in. */
  unplug(name: string): boolean;
  /** The events that can be traced, and whether each is traced. */
  traceEvents(): readonly { readonly name: TraceEvent; readonly isOn: boolean }[];
  /** Begins or ends to trace events of a pattern; how many there are. */
  setTrace(pattern: string, isOn: boolean): number;
  /** Sets the items that are logged from now on. */
  setLogItems(items: readonly LogItem[]): void;
}

export type ExaminationName = keyof ExaminationCalls;

/** The parts of a machine that are looked at. */
export interface ExaminedParts {
  readonly cpu: Cpu;
  readonly mmu: Mmu;
  readonly pc: Pc;
  /** All there are now. */
  components(): readonly { readonly name: string; save(): Saved }[];
  readonly log: GuestLog;
  readonly panel: Panel;
  readonly devices: DeviceShelf;
}

/** Answers a monitor. Looking changes nothing, but where devices' registers are read. */
export class Examination implements ExaminationCalls {
  readonly #parts: ExaminedParts;
  readonly #paging: PageTables;
  readonly #tables: Mappings;

  constructor(parts: ExaminedParts) {
    this.#parts = parts;
    this.#tables = new Mappings(parts.cpu.state, parts.mmu.map);
    this.#paging = silentPaging(parts.cpu.state, parts.mmu.map);
  }

  registers(): CpuRegisters {
    return readRegisters(this.#parts.cpu, this.#parts.mmu.map.isA20Open);
  }

  floatRegisters(): FloatRegisters {
    return readFloatRegisters(this.#parts.cpu);
  }

  read(space: AddressSpace, address: number, length: number): Uint8Array | null {
    const bytes = new Uint8Array(length);
    let isThere = true;
    forEachPage(address, length, (page, at, done, count) => {
      const physical = space === 'linear' ? this.#physicalPage(page) : page;
      isThere &&= physical >= 0 && this.#readPage(physical * PAGE + at, bytes.subarray(done, done + count));
    });
    return isThere ? bytes : null;
  }

  readBus(address: number, length: number): Uint8Array {
    return this.readRanges([{ begin: address, length }]);
  }

  readRanges(ranges: readonly PhysicalRange[]): Uint8Array {
    const bytes = new Uint8Array(ranges.reduce((sum, { length }) => sum + length, 0));
    const memory = busMemory(this.#parts.mmu.map);
    let done = 0;
    for (const { begin, length } of ranges) {
      memory.read(begin, bytes.subarray(done, done + length));
      done += length;
    }
    return bytes;
  }

  /** -1: nothing is mapped there. */
  #physicalPage(page: number): number {
    return this.#paging.walk((page << 12) | 0, 0) === -1 ? this.#paging.result.page : -1;
  }

  /** False where neither memory nor a device is. */
  #readPage(physical: number, target: Uint8Array): boolean {
    const { map } = this.#parts.mmu;
    const frame = map.frameAt(Math.floor(physical / PAGE));
    if (frame !== NO_FRAME) {
      const at = frame * PAGE + (physical % PAGE);
      target.set(map.ram.bytes.subarray(at, at + target.length));
      return true;
    }
    return this.#readDevice(physical, target);
  }

  /** By words where they are whole: registers of devices are. */
  #readDevice(physical: number, target: Uint8Array): boolean {
    const { map } = this.#parts.mmu;
    for (let done = 0; done < target.length; ) {
      const at = physical + done;
      if (!map.isSomething(at)) return false;
      const size = at % 4 === 0 && target.length - done >= 4 ? 4 : 1;
      const value = map.readDevice(at, size);
      for (let n = 0; n < size; n++) target[done + n] = value >>> (8 * n);
      done += size;
    }
    return true;
  }

  physicalAddress(linear: number): number | null {
    const page = this.#physicalPage(linear >>> 12);
    return page < 0 ? null : page * PAGE + (linear & (PAGE - 1));
  }

  disassemble(space: AddressSpace, address: number, count: number): Disassembled[] {
    const { state } = this.#parts.cpu;
    const i = new Instruction(forms[INVALID_FORM]!);
    const result: Disassembled[] = [];
    let at = address;
    while (result.length < count) {
      const code = this.#codeAt(space, at);
      if (code.length === 0) break;
      // 0: memory ends within the instruction.
      const length = decode(code, 0, code.length, this.#offsetInCode(at), state[Word.key]!, i) || code.length;
      result.push({ bytes: code.slice(0, length), text: formatInstruction(i) });
      at += length;
    }
    return result;
  }

  /** For targets of jumps, which are offsets in the code segment. */
  #offsetInCode(address: number): number {
    const { state } = this.#parts.cpu;
    const offset = (address - state[Word.segmentBase + Segment.cs]!) | 0;
    return state[Word.key]! & Key.code32 ? offset : offset & 0xffff;
  }

  #codeAt(space: AddressSpace, address: number): Uint8Array {
    const toEnd = PAGE - (address % PAGE);
    const whole = this.read(space, address, LONGEST_INSTRUCTION);
    return whole ?? this.read(space, address, Math.min(toEnd, LONGEST_INSTRUCTION)) ?? new Uint8Array(0);
  }

  mappings(first: number, most: number): Mapping[] | null {
    return this.#tables.isPaging ? this.#tables.from(first).take(most).toArray() : null;
  }

  stateOf(component: string): Saved | undefined {
    return this.#parts
      .components()
      .find(({ name }) => name === component)
      ?.save();
  }

  isTaken(name: string): boolean {
    return this.#parts.pc.plugboard.isTaken(name);
  }

  componentNames(): string[] {
    return this.#parts.components().map(({ name }) => name);
  }

  usbBuses(): UsbBusView[] {
    return this.#parts.pc.usbBuses.map(({ name, controller, devices }) => ({
      ...{ name, controller },
      devices: devices.flatMap((device, port) => (device === null ? [] : [usbDeviceView(device, port + 1)])),
    }));
  }

  pluggedDevices(): readonly PluggedDevice[] {
    return this.#parts.pc.plugboard.devices;
  }

  pciSlots(): Readonly<Record<string, number>> {
    return this.#parts.pc.pciSlots;
  }

  pciFunctions(): PciFunctionView[] {
    return this.#parts.pc.pci.functions.map((pciFunction) => pciFunction.view()).sort((a, b) => a.number - b.number);
  }

  memoryMap(): RangeView[] {
    return this.#parts.mmu.map.placed().map(({ name, base, length, layer, reads, writes }) => ({
      ...{ name, base, length, priority: layer },
      kind: reads === NO_FRAME ? 'i/o' : writes === NO_FRAME ? 'rom' : 'ram',
    }));
  }

  portMap(): RangeView[] {
    const regions = this.#parts.pc.ports.regions().map(({ name, first, count }) => {
      return { name, base: first, length: count, kind: 'i/o', priority: 0 } as const;
    });
    return regions.sort((a, b) => a.base - b.base);
  }

  interruptCounts(): number[] {
    return [...this.#parts.pc.interruptCounts];
  }

  readPort(port: number, size: AccessSize): number {
    this.#parts.panel.checkUnrecorded('ports cannot be read, as devices notice that');
    return this.#parts.pc.ports.read(port, size);
  }

  writePort(port: number, size: AccessSize, value: number): void {
    this.#parts.panel.press({ action: 'writePort', port, size, value });
  }

  pressPowerButton(): void {
    this.#parts.panel.press({ action: 'powerButton' });
  }

  wake(): boolean {
    const { isSuspended } = this.#parts.pc.powerManagement;
    if (isSuspended) this.#parts.panel.press({ action: 'wake' });
    return isSuspended;
  }

  setBootOrder(order: string): void {
    this.#parts.panel.press({ action: 'setBootOrder', order });
  }

  plug(device: PluggedDevice): void | Promise<void> {
    const press = () => this.#parts.panel.press({ action: 'plug', device });
    const fetching = this.#parts.devices.fetch(device);
    return fetching ? fetching.then(press) : press();
  }

  unplug(name: string): boolean {
    if (this.#parts.pc.plugboard.isAsked(name)) return false;
    this.#parts.panel.press({ action: 'unplug', name });
    return true;
  }

  requestNmi(): void {
    this.#parts.panel.press({ action: 'nmi' });
  }

  traceEvents(): ReturnType<ExaminationCalls['traceEvents']> {
    return this.#parts.log.tracer.list();
  }

  setTrace(pattern: string, isOn: boolean): number {
    return this.#parts.log.setTrace(pattern, isOn);
  }

  setLogItems(items: readonly LogItem[]): void {
    this.#parts.log.setItems(items);
  }
}
