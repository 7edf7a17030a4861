import { ConfigurationError } from './errors.ts';
import type { EngineName, MachineConfig } from './machine-core.ts';

/** An image: its bytes, or the path of its file. */
export type Image = string | Uint8Array;

/** What the machine starts. */
export type Boot =
  /** A Linux bzImage or a Multiboot kernel, with what it is given. */
  | { readonly kernel: Image; readonly initrd?: Image; readonly append?: string }
  /** A ROM image, which ends at the top of memory; the CPU starts at its reset vector. */
  | { readonly bios: Image }
  /** The small system that is part of this project. */
  | { readonly demo: true };

/** What a machine is made of and how it runs; all but what it boots has a default. */
export interface MachineOptions {
  /** Size of the memory: a number of megabytes, or a text such as "128M" or "1G". Default: 128. */
  readonly memory?: number | string;
  /** How guest code is executed. Default: "translator". */
  readonly engine?: EngineName;
  readonly boot: Boot;
  /** Where the machine runs: in a worker of its own (default), or in the caller's thread, which then has to share. */
  readonly isolate?: 'worker' | 'caller';
  /** Takes time from executed instructions, so that runs are alike: one takes 2 to the power `shift` nanoseconds. */
  readonly icount?: { readonly shift: number };
  /** What a reset by the guest, or a triple fault, does. Default: "reset". */
  readonly reboot?: 'reset' | 'exit';
  /** Adds an isa-debug-exit device: what the guest writes there ends the machine. */
  readonly debugExit?: { readonly iobase: number; readonly iosize: number };
  /** Adds a debug console at this port; `Machine.debugConsole` has its output. */
  readonly debugConsole?: { readonly iobase: number };
  /** What the real-time clock shows at the start. Default: the host's time. */
  readonly startTime?: Date;
  /** Shown where the host shows names of threads. */
  readonly name?: string;
}

export const engines: readonly EngineName[] = ['interpreter', 'translator'];
export const isolates = ['worker', 'caller'] as const;

const megabyte = 1 << 20;
const units: Readonly<Record<string, number>> = { K: 1024, M: megabyte, G: 1024 * megabyte };
/** The software TLB keeps bit 31 of an offset in memory for itself. */
const largestMemory = 2047 * megabyte;
const smallestMemory = 2 * megabyte;
const smallestKernelMemory = 8 * megabyte;
const largestShift = 10;

/**
 * Bytes that a size means: a number of megabytes, or digits with a unit (K, M, G; none: megabytes).
 * @throws ConfigurationError
 */
export function memorySize(size: number | string): number {
  const match = /^(\d+(?:\.\d+)?)([KMG]?)$/i.exec(String(size));
  if (!match)
    throw new ConfigurationError(`'${size}' is not a memory size; give megabytes, or a size such as 512M or 1G`);
  return Math.floor(Number(match[1]) * units[match[2].toUpperCase() || 'M']);
}

/** The memory in bytes, if a machine that boots this can have it. */
function checkedMemory(size: number | string, boot: Boot): number {
  const bytes = memorySize(size);
  const smallest = 'kernel' in boot ? smallestKernelMemory : smallestMemory;
  if (bytes < smallest)
    throw new ConfigurationError(
      `${inMegabytes(bytes)} of memory is too little; at least ${inMegabytes(smallest)} is needed`,
    );
  if (bytes > largestMemory)
    throw new ConfigurationError(
      `${inMegabytes(bytes)} of memory is too much; at most ${inMegabytes(largestMemory)} is possible`,
    );
  if (bytes % megabyte !== 0)
    throw new ConfigurationError(`${bytes} bytes of memory are not a whole number of megabytes`);
  return bytes;
}

function inMegabytes(bytes: number): string {
  return `${Number((bytes / megabyte).toFixed(2))} MB`;
}

function checkedOneOf<Value extends string>(what: string, value: Value, allowed: readonly Value[]): Value {
  if (!allowed.includes(value))
    throw new ConfigurationError(`unknown ${what} '${value}'; it is one of: ${allowed.join(', ')}`);
  return value;
}

function checkedInteger(what: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new ConfigurationError(`${what} is ${value}; it must be a whole number from ${least} to ${most}`);
}

function checkedPorts({ iobase, iosize }: { iobase: number; iosize: number }): { iobase: number; iosize: number } {
  return {
    iobase: checkedInteger('iobase', iobase, 0, 0xffff),
    iosize: checkedInteger('iosize', iosize, 1, 4),
  };
}

/**
 * All of a configuration but the images.
 * @throws ConfigurationError
 */
export function checkOptions(options: MachineOptions): Omit<MachineConfig, 'boot'> {
  const {
    boot,
    memory = 128,
    engine = 'translator',
    reboot = 'reset',
    icount,
    debugExit,
    debugConsole,
    startTime,
  } = options;
  checkedOneOf('isolate', options.isolate ?? 'worker', isolates);
  return {
    memoryBytes: checkedMemory(memory, checkedBoot(boot)),
    engine: checkedOneOf('engine', engine, engines),
    rebootAction: checkedOneOf('reboot action', reboot, ['reset', 'exit']),
    startTimeOfDay: (startTime ?? new Date()).getTime(),
    ...(icount && { icountShift: checkedInteger('icount shift', icount.shift, 0, largestShift) }),
    ...(debugExit && { debugExit: checkedPorts(debugExit) }),
    ...(debugConsole && { debugConsolePort: checkedInteger('iobase', debugConsole.iobase, 0, 0xffff) }),
  };
}

function checkedBoot(boot: Boot): Boot {
  const ways = (['kernel', 'bios', 'demo'] as const).filter((way) => boot !== undefined && way in boot);
  if (ways.length === 0) throw new ConfigurationError('nothing to boot: give a kernel or a BIOS image');
  if (ways.length > 1) throw new ConfigurationError(`${ways.join(' and ')} cannot be booted at the same time`);
  return boot;
}
