import { totalmem } from 'node:os';
import type { Balloon } from 'rawiron';

/** A machine, as far as its host's memory is concerned. */
export interface MemoryUser {
  readonly name: string;
  /** Bytes of memory that its guest was given. */
  readonly memory: number;
  /** Milliseconds since its console was used; undefined: it is not to be suspended by itself. */
  readonly unused: number | undefined;
  /** Undefined: it has none, or what it gives up does not come to the host. */
  readonly balloon: Pick<Balloon, 'memory' | 'total' | 'setMemory' | 'statistics'> | undefined;
  /** Asks for it to be suspended; it comes back when its console is opened. False: somebody uses it. */
  rest(): Promise<boolean>;
}

/** The memory of a system. */
export interface SystemMemory {
  /** Bytes that it could still give to programs. */
  available(): number;
  /** Bytes that it has. */
  readonly total: number;
}

/** Settings of the watch over a host's memory. */
export interface PressureSettings extends SystemMemory {
  machines(): readonly MemoryUser[];
  log(message: string): void;
}

/** The memory of this system, or of the group of processes that this one is in. */
export const systemMemory: SystemMemory = {
  available: () => process.availableMemory(),
  total: Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY),
};

/** Milliseconds between two looks. */
const INTERVAL = 5000;
/** Bytes that a balloon leaves to its guest, besides what is in use there: so many, and a part of the guest's memory. */
const [SPARE, SPARE_PART] = [16 << 20, 1 / 10];
/** A guest has so many bytes at least. */
const LEAST = 24 << 20;
/** Bytes of memory that must not be available any more before anything is done: so many at most, and a part of all. */
const [MOST_RESERVE, RESERVE_PART] = [1 << 30, 1 / 16];
/** Milliseconds for which a console was not used before its machine is suspended under pressure. */
const LEAST_UNUSED = 10_000;
/** Milliseconds that a guest has for telling how its memory is used. */
const PATIENCE = 2000;

/**
 * Watches a host's memory. When little is available, machines are suspended that may be, and that nobody has used for longest. If
 * that is not enough, balloons take what the guests do not use. They give it back when there is memory again.
 */
export class MemoryPressure {
  readonly #settings: PressureSettings;
  readonly #reserve: number;
  #isShort = false;
  /** Machines that were asked to be suspended, as long as they are here. */
  #asked: ReadonlySet<string> = new Set();
  #timer: NodeJS.Timeout | undefined;

  constructor(settings: PressureSettings) {
    this.#settings = settings;
    this.#reserve = Math.min(MOST_RESERVE, settings.total * RESERVE_PART);
  }

  /** Looks again and again. */
  begin(): void {
    this.#timer = setTimeout(async () => {
      await this.look().catch((error: Error) => this.#settings.log(error.message));
      if (this.#timer !== undefined) this.begin();
    }, INTERVAL);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Looks how much memory is available, and does what is to be done. */
  async look(): Promise<void> {
    const available = this.#settings.available();
    if (available < this.#reserve) await this.#press(this.#reserve - available);
    else this.#isShort = false;
    if (available > 2 * this.#reserve) this.#giveBack(available - 2 * this.#reserve);
  }

  async #press(bytes: number): Promise<void> {
    const machines = this.#settings.machines();
    const resting = bytes - (await this.#rest(machines, bytes));
    const left = resting > 0 ? resting - (await this.#inflate(machines, resting)) : 0;
    if (left > 0 && !this.#isShort)
      this.#settings.log(`memory is short: ${left >> 20} MB more are needed; move machines away, or end some`);
    this.#isShort = left > 0;
  }

  /** Suspends machines of so many bytes together, if there are as many that may be. How many bytes that were. */
  async #rest(machines: readonly MemoryUser[], bytes: number): Promise<number> {
    const leaving = machines.filter(({ name }) => this.#asked.has(name));
    const idle = machines.filter(({ unused = 0 }) => unused >= LEAST_UNUSED).sort((a, b) => b.unused! - a.unused!);
    let sum = leaving.reduce((all, { memory }) => all + memory, 0);
    const asked = new Set(leaving.map(({ name }) => name));
    for (const { name, memory, rest } of idle) {
      if (sum >= bytes) break;
      if (asked.has(name)) continue;
      if (!(await rest())) continue;
      this.#settings.log(`${name} is suspended, as memory is short`);
      asked.add(name);
      sum += memory;
    }
    this.#asked = asked;
    return sum;
  }

  /** Lets balloons take so many bytes, most of it from the guests with most to spare. How many bytes that will be. */
  async #inflate(machines: readonly MemoryUser[], bytes: number): Promise<number> {
    const found = await Promise.all(machines.map(async (machine) => ({ ...machine, spare: await spareOf(machine) })));
    let sum = 0;
    for (const { balloon, spare } of found.sort((a, b) => b.spare - a.spare)) {
      if (sum >= bytes || spare <= 0 || balloon === undefined) break;
      const taken = Math.min(spare, bytes - sum);
      setMemory(balloon, balloon.memory - taken);
      sum += taken;
    }
    return sum;
  }

  /** Gives guests of so many bytes their memory back: first to those that have least. */
  #giveBack(bytes: number): void {
    const smaller = this.#settings
      .machines()
      .flatMap(({ balloon }) => (balloon !== undefined && balloon.memory < balloon.total ? [balloon] : []))
      .sort((a, b) => a.memory / a.total - b.memory / b.total);
    let left = bytes;
    for (const balloon of smaller) {
      const given = Math.min(left, balloon.total - balloon.memory);
      if (given <= 0) return;
      setMemory(balloon, balloon.memory + given);
      left -= given;
    }
  }
}

/** Bytes that a guest could give up: none where nobody can tell. */
async function spareOf({ balloon }: MemoryUser): Promise<number> {
  if (balloon === undefined) return 0;
  const statistics = await Promise.race([balloon.statistics().catch(() => ({})), patience()]);
  const { available = 0 }: { readonly available?: number } = statistics;
  const spare = available - SPARE - balloon.total * SPARE_PART;
  return Math.max(0, Math.min(spare, balloon.memory - LEAST));
}

function patience(): Promise<object> {
  return new Promise((resolve) => setTimeout(resolve, PATIENCE, {}).unref());
}

function setMemory(balloon: Pick<Balloon, 'setMemory'>, bytes: number): void {
  balloon.setMemory(`${Math.ceil(bytes / 1024)}K`);
}
