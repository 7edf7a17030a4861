import { describeShutdown, formatRegisters, type Machine, type Shutdown } from '../index.ts';

/** Number of different triple faults that are reported in full. */
const TOLD_IN_FULL = 10;
/** Milliseconds between two lines that count the others. */
const COUNT_INTERVAL = 10_000;

/**
 * Says it when the guest dies: a triple fault, or a halt for good, with the registers. A guest that dies and reboots for
 * ever doesn't flood the reader: the same triple fault is reported once, and others are counted after the first ten.
 */
export function reportDeaths(machine: Pick<Machine, 'on'>, note: (text: string) => void): void {
  const reports = new ShutdownReports(note, () => performance.now());
  machine.on('reset', (reset) => {
    if (reset.reason === 'shutdown') reports.add(reset.shutdown, 'the guest reboots');
  });
  machine.on('exit', ({ shutdown }) => {
    if (shutdown) reports.add(shutdown, 'the machine ends');
  });
  machine.on('halt', ({ registers }) => {
    note(`rawiron: the guest has halted for good\n${formatRegisters(registers)}`);
  });
}

/** Tells of triple faults, each kind once. */
export class ShutdownReports {
  readonly #note: (text: string) => void;
  readonly #now: () => number;
  readonly #told = new Set<string>();
  /** Count of shutdowns since the last line about them, and the time of that line. */
  #others = 0;
  #countedAt: number;

  /** `now` is in milliseconds. */
  constructor(note: (text: string) => void, now: () => number) {
    this.#note = note;
    this.#now = now;
    this.#countedAt = now();
  }

  add(shutdown: Shutdown, consequence: string): void {
    const what = describeShutdown(shutdown);
    if (this.#told.has(what) || this.#told.size === TOLD_IN_FULL) this.#count(what);
    else {
      this.#told.add(what);
      this.#note(`rawiron: ${what}; ${consequence}\n${formatRegisters(shutdown.registers)}`);
    }
  }

  #count(what: string): void {
    this.#others++;
    const now = this.#now();
    if (now - this.#countedAt < COUNT_INTERVAL) return;
    this.#note(`rawiron: ${this.#others} more triple faults; the last one: ${what}`);
    this.#others = 0;
    this.#countedAt = now;
  }
}
