import { describe, expect, test } from 'vitest';
import { makeCheck } from '../../runtime/exec/check.ts';
import type { EngineOptions } from '../../runtime/exec/engine.ts';
import { tieringAt } from '../../runtime/exec/tiering.ts';
import { type Assembly, assemble } from '../../runtime/firmware/assembler/index.ts';
import type { BootImages, MachineConfig, MachineHost, RunResult } from '../../runtime/machine/config.ts';
import { createMachine } from '../../runtime/machine/create.ts';
import type { MachineCore } from '../../runtime/machine/machine.ts';
import { checkText } from '../../src/isolate/check-text.ts';
import { Deadline, SharedDeadlines } from '../../src/isolate/deadlines.ts';
import { nanoseconds } from '../../src/node/threads/threads.ts';
import { Word } from '../../translator/abi/state.ts';
import { earlyCold } from './engine.ts';
import { GuestTicker } from './guest-ticker.ts';
import { outputOf } from './output.ts';
import { wrongRecords } from './records.ts';

/** A program made for a test, and where it runs. */
export interface GuestProgram {
  readonly source: string;
  /** Address of the first byte, where it is entered. */
  readonly origin: number;
  /** In a ROM it is a whole image, and its origin is an offset in its segment. */
  readonly mode: 'real' | 'flat32' | 'rom';
}

/** The built-in demo guest. */
export const demoGuest = { demo: true } as const;
/** A Multiboot kernel. */
interface MultibootGuest {
  readonly multiboot: Uint8Array;
}
type Program = GuestProgram | typeof demoGuest | MultibootGuest;

/** One way to execute a guest. */
export interface Variant {
  readonly name: string;
  readonly config: Pick<MachineConfig, 'engine' | 'icountShift' | 'icountSleep' | 'engineOptions'>;
}

function translateAfter(threshold: number): Partial<EngineOptions> {
  return { tiering: tieringAt(threshold) };
}

/** The stress mode: what runs is translated, and what is made is checked. */
const stress: Partial<EngineOptions> = { ...translateAfter(1), check: makeCheck(checkText) };

/**
 * The guests' loops run some hundred times: they are translated on the way, and then as they have run so far. Where nothing is
 * counted the interpreter's fast paths are used at once.
 */
const engines = [
  {
    name: 'interpreter without nodes at first',
    config: { engine: 'interpreter', engineOptions: { coldRuns: earlyCold } },
  },
  { name: 'interpreter', config: { engine: 'interpreter', engineOptions: {} } },
  { name: 'translator', config: { engine: 'translator', engineOptions: translateAfter(30) } },
  { name: 'translator at once', config: { engine: 'translator', engineOptions: stress } },
] as const;
const pacings = [
  { name: 'polling', config: {} },
  { name: 'counting', config: { icountShift: 3, icountSleep: false } },
] as const;

/** Every engine in both pacings that Node's host uses. */
export const variants: readonly Variant[] = engines.flatMap((engine) =>
  pacings.map((pacing) => ({ name: `${engine.name}, ${pacing.name}`, config: { ...engine.config, ...pacing.config } })),
);
/** Every engine as it is where no other thread can ask for attention. */
export const jumpVariants: readonly Variant[] = engines.map(({ name, config }) => ({
  name: `${name}, counting jumps`,
  config: { ...config, pacing: 'jumps' },
}));

export const EXIT_PORT = 0xf4;
const DEBUG_PORT = 0xe9;
const MEMORY_BYTES = 8 << 20;
/** Host time after which a guest that has not ended is taken to hang. */
const HANG = 120e9;
/** Milliseconds between two looks at what a guest has sent. */
const SLICE = 5;

export interface GuestOptions {
  readonly memoryBytes?: number;
  readonly cpu?: string;
  readonly topology?: MachineConfig['topology'];
  readonly memoryBelow4G?: number;
  readonly rebootAction?: MachineConfig['rebootAction'];
  /** Items that Guest.log gets lines about. */
  readonly log?: MachineConfig['log'];
  readonly logRanges?: MachineConfig['logRanges'];
  readonly trace?: MachineConfig['trace'];
  readonly vga?: MachineConfig['vga'];
}

const assemblies = new WeakMap<GuestProgram, Assembly>();

function assembly(program: GuestProgram): Assembly {
  const { source, origin, mode } = program;
  const made = assemblies.get(program) ?? assemble(source, { origin, bits: mode === 'flat32' ? 32 : 16 });
  assemblies.set(program, made);
  return made;
}

interface Image {
  readonly boot: BootImages;
  readonly symbols: ReadonlyMap<string, number>;
}

function imageOf(program: Program): Image {
  if ('demo' in program) return { boot: program, symbols: new Map() };
  if ('multiboot' in program) return { boot: { kernel: program.multiboot }, symbols: new Map() };
  const { bytes, symbols } = assembly(program);
  const { origin, mode } = program;
  return { boot: mode === 'rom' ? { bios: bytes } : { flat: bytes, address: origin, mode }, symbols };
}

type RegisterName = 'eax' | 'ecx' | 'edx' | 'ebx' | 'esp' | 'ebp' | 'esi' | 'edi' | 'eip';

/** A machine in the test's own thread that runs a program. */
export class Guest {
  readonly core: MachineCore;
  /** Output on the debug console, and on the first serial port. */
  text = '';
  serial = '';
  log = '';
  /** Bytes of input that the host has heard to be taken, by ports. */
  readonly taken: Record<string, number> = {};
  readonly #symbols: ReadonlyMap<string, number>;
  readonly #deadlines: SharedDeadlines;
  readonly #ticker: GuestTicker | undefined;

  constructor(program: Program, variant: Variant, options: GuestOptions = {}) {
    const { boot, symbols } = imageOf(program);
    this.#symbols = symbols;
    const config: MachineConfig = {
      memoryBytes: options.memoryBytes ?? MEMORY_BYTES,
      ...(options.memoryBelow4G !== undefined && { memoryBelow4G: options.memoryBelow4G }),
      ...(options.cpu !== undefined && { cpu: options.cpu }),
      ...(options.topology !== undefined && { topology: options.topology }),
      boot,
      ...(options.vga !== undefined && { vga: options.vga }),
      ...(options.log !== undefined && { log: options.log }),
      ...(options.logRanges !== undefined && { logRanges: options.logRanges }),
      ...(options.trace !== undefined && { trace: options.trace }),
      rebootAction: options.rebootAction ?? 'exit',
      debugExit: { iobase: EXIT_PORT, iosize: 4 },
      debugConsolePort: DEBUG_PORT,
      startTimeOfDay: 0,
      ...variant.config,
    };
    if (config.icountShift === undefined) this.#ticker = GuestTicker.take();
    this.#deadlines = this.#ticker?.deadlines ?? new SharedDeadlines();
    this.core = createMachine(config, this.#host());
    this.#ticker?.watch(this.core.state);
  }

  #host(): MachineHost {
    const outputs = [
      outputOf('com1', (text) => (this.serial += text)),
      outputOf('debug', (text) => (this.text += text)),
    ];
    return {
      nanoseconds,
      send: (message) => {
        for (const take of outputs) take(message);
        if (message.type === 'taken') this.taken[message.port] = (this.taken[message.port] ?? 0) + message.length;
      },
      deadlineChanged: (time) => this.#deadlines.set(Deadline.core, time),
      log: () => {},
      guestLog: (lines) => {
        this.log += lines;
      },
    };
  }

  /** Runs for some host time, over halts, or until the guest ends. */
  run(milliseconds: number): RunResult {
    const until = nanoseconds() + milliseconds * 1e6;
    this.#deadlines.set(Deadline.loop, until);
    for (;;) {
      const result = this.core.run(until);
      Atomics.store(this.core.state, Word.wake, 0);
      if (result.reason === 'halted') this.#sleep(result.wakeAt ?? Infinity, until);
      else if (result.reason !== 'attention') return result;
    }
  }

  #sleep(wakeAt: number, until: number): void {
    const milliseconds = (Math.min(wakeAt, until) - nanoseconds()) / 1e6;
    if (milliseconds > 0) Atomics.wait(this.core.state, Word.wake, 0, milliseconds);
  }

  /** Runs until the guest ends; a guest that doesn't fails the test. */
  runToEnd(): RunResult {
    const result = this.run(HANG / 1e6);
    if (result.reason === 'slice') throw new Error(`the guest hangs at EIP ${this.register('eip').toString(16)}`);
    return result;
  }

  /**
   * Runs until what the guest has sent to the first serial port since the last call matches; the match. A guest that
   * ends before, or doesn't send it, fails the test.
   */
  runToText(pattern: RegExp): RegExpExecArray {
    const end = nanoseconds() + HANG;
    for (;;) {
      const match = pattern.exec(this.serial);
      if (match !== null) {
        this.serial = this.serial.slice(match.index + match[0].length);
        return match;
      }
      const { reason } = this.run(SLICE);
      if (reason !== 'slice' || nanoseconds() > end) throw new Error(`${reason} before ${pattern}: ${this.serial}`);
    }
  }

  /** Sends text to the first serial port. */
  type(text: string): void {
    this.core.arrive({ type: 'input', port: 'com1', value: Buffer.from(text, 'latin1') });
  }

  address(symbol: string | number): number {
    if (typeof symbol === 'number') return symbol;
    const address = this.#symbols.get(symbol);
    if (address === undefined) throw new Error(`the guest has no symbol ${symbol}`);
    return address;
  }

  /** Doublewords of memory, unsigned; a symbol's value is taken as a physical address. */
  words(at: string | number, count: number): number[] {
    const bytes = this.core.memoryRead(this.address(at), count * 4);
    return [...new Uint32Array(bytes.buffer, 0, count)];
  }

  word(at: string | number): number {
    return this.words(at, 1)[0]!;
  }

  bytes(at: string | number, count: number): number[] {
    return [...this.core.memoryRead(this.address(at), count)];
  }

  /** A register as it is now, unsigned. */
  register(name: RegisterName): number {
    return this.core.state[Word[name]]! >>> 0;
  }

  /** Whatever ran: what the interpreter's loop goes by is what is decoded. */
  async dispose(): Promise<void> {
    expect(wrongRecords(this.core.engine, this.core.mmu.tlb.code)).toEqual([]);
    this.core.dispose();
    this.#ticker?.release();
  }
}

/** Runs a guest in every variant; `check` sees it when it has written to the exit port. */
export function onEveryEngine(
  name: string,
  program: GuestProgram,
  check: (guest: Guest, value: number) => void,
  options?: GuestOptions,
): void {
  onEveryEngineBy(name, program, (guest) => check(guest, endValue(guest)), options);
}

/** As onEveryEngine, but `drive` runs the guest as well. */
export function onEveryEngineBy(
  name: string,
  program: Program,
  drive: (guest: Guest) => void,
  options?: GuestOptions,
): void {
  describe(name, () => {
    test.each(variants)('$name', async (variant) => {
      const guest = new Guest(program, variant, options);
      try {
        drive(guest);
      } finally {
        await guest.dispose();
      }
    });
  });
}

/** Runs a guest to its end; the value that it wrote to the exit port. */
export function endValue(guest: Guest): number {
  const { reason, code } = guest.runToEnd();
  expect(reason).toBe('exit');
  return code! >>> 1;
}
