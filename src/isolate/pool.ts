import type { MachineConfig } from '../machine-core.ts';
import { checkedInteger } from '../util/checks.ts';

/** Isolates that are kept at most while no machine is in them: each holds memory. */
const MOST_IDLE = 4;
/** Parts of a configuration that belong to the moment: a state that is loaded has its own. */
const momentary: ReadonlySet<string> = new Set(['startTimeOfDay', 'randomKey', 'generationId']);

/** An isolate that a host keeps without a machine: its machine has ended, or is still to come. */
export interface PooledIsolate {
  /** It can take a machine: it has neither ended nor failed. */
  readonly isUsable: boolean;
  end(): Promise<void>;
}

/**
 * How many are made ahead for so many forks: more would end at once.
 * @throws ConfigurationError for what is no number of forks
 */
export function isolatesFor(count: number): number {
  return Math.min(checkedInteger('the number of forks', count, 0, Number.MAX_SAFE_INTEGER), MOST_IDLE);
}

/** Isolates without a machine, for machines of one configuration: the next such machine gets one of them. */
export class IsolatePool {
  readonly #idle: PooledIsolate[] = [];
  #config: MachineConfig | null = null;
  #isClosed = false;

  /** Whether a machine of this configuration is one of those that are kept here. The first one says which. */
  fits(config: MachineConfig): boolean {
    this.#config ??= config;
    return isAlike({ ...this.#config }, { ...config });
  }

  /** One of them, if there is one. Those that have ended or failed meanwhile are let go. */
  take(): PooledIsolate | undefined {
    const isolate = this.#idle.pop();
    if (isolate === undefined || isolate.isUsable) return isolate;
    void isolate.end();
    return this.take();
  }

  /** It has no machine any more, or not yet. */
  async put(isolate: PooledIsolate): Promise<void> {
    if (this.#isClosed || this.#idle.length >= MOST_IDLE) await isolate.end();
    else this.#idle.push(isolate);
  }

  /** Ends them; those whose machines still run end with these. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#idle.splice(0).map((isolate) => isolate.end()));
  }
}

/** Whether two configurations make the same machine, apart from momentary parts. */
function isAlike(left: unknown, right: unknown): boolean {
  if (left instanceof Uint8Array && right instanceof Uint8Array) return isSameBytes(left, right);
  if (!isObject(left) || !isObject(right)) return Object.is(left, right);
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].every((name) => momentary.has(name) || isAlike(left[name], right[name]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);
}

function isSameBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  return (
    (left.buffer === right.buffer && left.byteOffset === right.byteOffset) || left.every((byte, n) => byte === right[n])
  );
}
