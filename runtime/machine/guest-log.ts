import { Vector } from '../../translator/abi/faults.ts';
import { Segment, Word } from '../../translator/abi/state.ts';
import type { Cpu, Ports } from '../cpu/cpu.ts';
import type { CpuObserver, InterruptKind, UndeliveredException } from '../cpu/observer.ts';
import { readFloatRegisters } from '../debug/float-registers.ts';
import { formatFloatRegisters } from '../debug/format-float-registers.ts';
import { formatRegisters, hex, readRegisters } from '../debug/registers.ts';
import { formatExceptions } from '../debug/shutdown.ts';
import type { PhysicalMap } from '../memory/physical-map.ts';
import type { MachineConfig } from './config.ts';
import type { LogItem } from './log-items.ts';
import { Tracer } from './trace/tracer.ts';

/** Number of mistakes of one kind that are logged: a guest may make one for ever. */
const TOLD_MISTAKES = 10;

/** Where a port has an owner for accesses of one byte, which others are split into. */
interface PortOwners {
  isOwned(port: number, size: number): boolean;
}

/** The I/O ports as devices have them. */
type LoggedPorts = Ports & PortOwners;

/** Items to log and events to trace from the start, and the names of the devices that are traced. */
type LogConfig = Pick<MachineConfig, 'log' | 'logRanges' | 'trace' | 'drives' | 'cards'>;

/**
 * Writes down what the guest does: observers that are installed only where somebody asked for a log. They look and
 * change nothing, so the guest runs as without.
 */
export class GuestLog implements CpuObserver {
  /** The tracer of events; its `changed` is to be called after a change. */
  readonly tracer: Tracer;
  /** Called for each interrupt and exception while code is logged (code-log.ts). */
  onDelivered: () => void = () => {};
  readonly #config: LogConfig;
  #items: ReadonlySet<LogItem> = new Set();
  #logsCode = false;
  readonly #write: (text: string) => void;
  #cpu!: Cpu;
  #map!: PhysicalMap;
  #ports!: LoggedPorts;
  /** Interrupts and exceptions so far. */
  #delivered = 0;
  /** How often each mistake at a device was told. */
  readonly #mistakes = new Map<string, number>();

  /** `write` gets whole lines. */
  constructor(config: LogConfig, write: (text: string) => void) {
    this.#config = config;
    this.#write = write;
    const { drives = [], cards = [] } = config;
    const names = { drives: new Set(drives.map(({ name }) => name)), cards: new Set(cards.map(({ name }) => name)) };
    this.tracer = new Tracer(names, (line) => this.line(line));
    this.#begin();
  }

  /** Logs and traces what the configuration says, and counts from 0 on. */
  #begin(): void {
    const { log = [], trace = [] } = this.#config;
    this.#items = new Set(log);
    this.tracer.forget();
    for (const pattern of trace) this.#trace(pattern);
    this.#mistakes.clear();
    this.#delivered = 0;
  }

  /** Another host takes the place of the one that was there, which may have asked for something else. */
  changeHost(): void {
    this.#begin();
    this.#changed();
  }

  /** The processor has its ports as devices have them. */
  attach(cpu: Cpu, map: PhysicalMap): void {
    this.#cpu = cpu;
    this.#map = map;
    this.#ports = cpu.ports as LoggedPorts;
    this.#changed();
  }

  has(item: LogItem): boolean {
    return this.#items.has(item);
  }

  /** Whether code is logged as it runs. */
  get hasCode(): boolean {
    return this.#logsCode;
  }

  /** Whether code at a linear address is logged. */
  showsCode(linear: number): boolean {
    const { logRanges } = this.#config;
    return logRanges === undefined || logRanges.some(({ first, last }) => linear >= first && linear <= last);
  }

  /** Sets the items that are logged from now on. */
  setItems(items: readonly LogItem[]): void {
    this.#items = new Set(items);
    this.#changed();
  }

  /** Begins or ends to trace events of a pattern; how many there are. */
  setTrace(pattern: string, isOn: boolean): number {
    const count = this.tracer.set(pattern, isOn);
    this.#changed();
    return count;
  }

  /** A minus before a pattern leaves its events out. */
  #trace(pattern: string): void {
    this.tracer.set(pattern.replace(/^-/, ''), !pattern.startsWith('-'));
  }

  /** Has only that observed which somebody asked for: what nobody looks at costs nothing. */
  #changed(): void {
    const { tracer } = this;
    const items = this.#items;
    const cpu = this.#cpu;
    const map = this.#map;
    const hasAny = (...wanted: LogItem[]) => wanted.some((item) => items.has(item));
    this.#logsCode = hasAny('in_asm', 'exec', 'cpu');
    const watchesCpu = this.#logsCode || hasAny('int', 'guest_errors', 'cpu_reset', 'mmu');
    cpu.observer = watchesCpu || tracer.isOn('cpu_interrupt') ? this : null;
    map.onA20 = items.has('mmu') ? (isOpen) => this.line(`A20 update: a20=${+isOpen}`) : null;
    map.onUnassigned = items.has('unimp') ? (...access) => this.#unassigned(...access) : null;
    map.onDeviceAccess = tracer.isOn('memory_region_ops_read', 'memory_region_ops_write') ? tracer.deviceAccess : null;
    cpu.ports = tracer.ports(items.has('unimp') ? this.#checkedPorts(this.#ports) : this.#ports);
  }

  /** The I/O ports, with what reaches no device logged. */
  #checkedPorts(ports: LoggedPorts): Ports {
    const at = (port: number, size: number) => `${size} bytes at I/O port ${hex(port, 4)}, where nothing is`;
    return {
      read: (port, size) => {
        if (!ports.isOwned(port, size)) this.line(`read of ${at(port, size)}`);
        return ports.read(port, size);
      },
      write: (port, size, value) => {
        if (!ports.isOwned(port, size)) this.line(`write of ${lowBytes(value, size)}, ${at(port, size)}`);
        ports.write(port, size, value);
      },
    };
  }

  #unassigned(address: number, size: number, value?: number): void {
    const what = value === undefined ? 'read of ' : `write of ${lowBytes(value, size)}, `;
    const where = address.toString(16).padStart(8, '0');
    this.line(`${what}${size} bytes at physical address ${where}, where nothing is`);
  }

  deliver(vector: number, kind: InterruptKind, errorCode: number, eip: number): void {
    if (this.#logsCode) this.onDelivered();
    if (kind === 'hardware') this.tracer.interrupt(vector);
    if (!this.#items.has('int')) return;
    if (kind === 'hardware') this.line(`Servicing hardware INT=0x${hex(vector, 2)}`);
    const { state } = this.#cpu;
    const cs = state[Word.selector + Segment.cs]!;
    const pc = state[Word.segmentBase + Segment.cs]! + eip;
    const stack = `${hex(state[Word.selector + Segment.ss]!, 4)}:${hex(state[Word.esp]!)}`;
    const last = vector === Vector.pageFault ? `CR2=${hex(state[Word.cr2]!)}` : `EAX=${hex(state[Word.eax]!)}`;
    const count = String(this.#delivered++).padStart(6);
    this.line(
      `${count}: v=${hex(vector, 2)} e=${hex(Math.max(errorCode, 0), 4)} i=${+(kind === 'software')} ` +
        `cpl=${state[Word.cpl]} IP=${hex(cs, 4)}:${hex(eip)} pc=${hex(pc)} SP=${stack} ${last}`,
    );
    this.#registers(eip);
  }

  controlRegister(number: 0 | 3, value: number): void {
    if (this.#items.has('mmu')) this.line(`CR${number} update: CR${number}=${number === 0 ? '0x' : ''}${hex(value)}`);
  }

  missingModelRegister(number: number): void {
    if (this.#items.has('guest_errors'))
      this.line(`access to model-specific register ${hex(number)}, which is not there`);
  }

  /** ReportGuestError of the devices: of each kind of mistake the first times are told. */
  deviceError(what: string, value: number): void {
    if (!this.#items.has('guest_errors')) return;
    const times = (this.#mistakes.get(what) ?? 0) + 1;
    if (times > TOLD_MISTAKES) return;
    this.#mistakes.set(what, times);
    this.line(`${what} 0x${value.toString(16)}${times === TOLD_MISTAKES ? ' (more of these are not logged)' : ''}`);
  }

  shutDown(exceptions: readonly UndeliveredException[]): void {
    if (!this.#items.has('cpu_reset') && !this.#items.has('guest_errors')) return;
    this.line(`Triple fault: ${formatExceptions(exceptions)}`);
  }

  /** The CPU is about to be reset. */
  reset(): void {
    if (!this.#items.has('cpu_reset')) return;
    this.line('CPU Reset (CPU 0)');
    this.#registers(this.#cpu.state[Word.eip]!);
  }

  line(text: string): void {
    this.#write(`${text}\n`);
  }

  /** The registers before a block of code. */
  codeRegisters(): void {
    this.#registers(this.#cpu.state[Word.eip]!);
    if (this.#items.has('fpu')) this.#write(formatFloatRegisters(readFloatRegisters(this.#cpu)));
  }

  /** EIP is not in the state while code runs. */
  #registers(eip: number): void {
    const registers = readRegisters(this.#cpu, this.#map.isA20Open);
    this.line(formatRegisters({ ...registers, eip: eip >>> 0 }));
  }
}

/** The bytes of a value that an access has. */
function lowBytes(value: number, size: number): string {
  return hex(size === 4 ? value : value & ((1 << (size * 8)) - 1), size * 2);
}
