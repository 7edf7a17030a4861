import { checkNames, shown } from './checks.ts';
import { timerDelay } from './timer-delay.ts';

/** Output that nobody has expected is forgotten beyond this many characters. */
const KEPT = 1 << 20;
/** An error shows this many characters of the last output, and of what was matched before it. */
const SHOWN = 2000;
const DEFAULT_TIMEOUT = 30_000;
/** Beyond this many characters a search waits no longer: none is forgotten that nobody has looked at. */
const MOST_UNSEARCHED = KEPT / 2;
/** Searches that take fewer milliseconds than this are made whenever there is output. */
const QUICK_SEARCH = 5;

/** How long to wait for output. */
export interface ExpectOptions {
  /** Milliseconds; 30 seconds if not given, Infinity for no limit. */
  readonly timeout?: number;
}

/** The guest's output so far: the end of what earlier matches have used, and what none has used yet. */
export interface Output {
  /** The end of what earlier matches have used. */
  readonly matched: string;
  /** Output that no expectation has matched yet. */
  readonly pending: string;
}

/** Expected output has not come. */
export class ExpectError extends Error {
  /** By which it is told from other errors. */
  override readonly name = 'ExpectError';
  /** The pattern that was waited for. */
  readonly pattern: RegExp | string;
  /** The end of the output that had not been matched. */
  readonly lastOutput: string;
  /** The end of the output that earlier matches had used. */
  readonly matchedOutput: string;

  /** @internal Made by `expect` only. `silence` says why there is no output, where that is known. */
  constructor(pattern: RegExp | string, reason: string, { matched, pending }: Output, silence?: string) {
    const [lastOutput, matchedOutput] = [pending.slice(-SHOWN), matched.slice(-SHOWN)];
    const wanted = typeof pattern === 'string' ? JSON.stringify(pattern) : String(pattern);
    super(`${reason} while waiting for ${wanted}. ${silence ?? describeOutput(lastOutput, matchedOutput)}`);
    this.pattern = pattern;
    this.lastOutput = lastOutput;
    this.matchedOutput = matchedOutput;
  }
}

function describeOutput(lastOutput: string, matchedOutput: string): string {
  if (lastOutput !== '') return `The last output was:\n${lastOutput}`;
  if (matchedOutput === '') return 'There was no output.';
  return `There was no output after what had been matched before:\n${matchedOutput}`;
}

interface Expectation {
  readonly given: RegExp | string;
  readonly pattern: RegExp;
  resolve(match: RegExpExecArray): void;
  reject(error: ExpectError): void;
}

/** Output as text, and those who wait for something in it. Of several that match, the first to have asked has it. */
export class Expectations {
  readonly #decoder = new TextDecoder();
  readonly #waiting = new Set<Expectation>();
  /** Text that has not been matched. */
  #text = '';
  /** The end of what has been matched. */
  #matched = '';
  #ended: string | undefined;
  /** Characters that have come since the last search. */
  #unsearched = 0;
  /** Set while the next search waits. */
  #rest: ReturnType<typeof setTimeout> | undefined;

  async expect(given: RegExp | string, options: ExpectOptions): Promise<RegExpExecArray> {
    const pattern = patternOf(given);
    const timeout = timeoutOf(options);
    this.#search();
    const match = this.#take(pattern);
    if (match) return match;
    if (this.#ended !== undefined) throw this.#error(given, this.#ended);
    return this.#wait(given, pattern, timeout);
  }

  receive(bytes: Uint8Array): void {
    const text = this.#decoder.decode(bytes, { stream: true });
    this.#text += text;
    this.#unsearched += text.length;
    if (this.#rest === undefined || this.#unsearched > MOST_UNSEARCHED) this.#search();
    this.#text = this.#text.slice(-KEPT);
  }

  end(reason: string): void {
    this.#search();
    this.#ended ??= reason;
    for (const { given, reject } of this.#waiting) reject(this.#error(given, reason));
  }

  #wait(given: RegExp | string, pattern: RegExp, timeout: number): Promise<RegExpExecArray> {
    const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
    const expectation: Expectation = { given, pattern, resolve, reject };
    const giveUp = () => {
      this.#search();
      if (this.#waiting.has(expectation)) reject(this.#error(given, `${timeout} ms passed`));
    };
    const timer = timeout === Infinity ? undefined : setTimeout(giveUp, timerDelay(timeout));
    this.#waiting.add(expectation);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#waiting.delete(expectation);
    });
  }

  /**
   * Looks in the output for what is waited for. An expression that captures much output is searched from its start each
   * time: after a slow search the next one waits as long as it took, so that searches take half of the time at most.
   */
  #search(): void {
    if (this.#unsearched === 0) return;
    this.#unsearched = 0;
    const start = performance.now();
    for (const expectation of this.#waiting) {
      const match = this.#take(expectation.pattern);
      if (!match) continue;
      this.#waiting.delete(expectation);
      expectation.resolve(match);
    }
    const took = performance.now() - start;
    clearTimeout(this.#rest);
    this.#rest = took < QUICK_SEARCH ? undefined : setTimeout(() => this.#goOn(), took);
  }

  #goOn(): void {
    this.#rest = undefined;
    this.#search();
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    const match = pattern.exec(this.#text);
    if (!match) return undefined;
    const end = match.index + match[0].length;
    this.#matched = (this.#matched + this.#text.slice(0, end)).slice(-SHOWN);
    this.#text = this.#text.slice(end);
    return match;
  }

  #error(pattern: RegExp | string, reason: string): ExpectError {
    return new ExpectError(pattern, reason, { matched: this.#matched, pending: this.#text });
  }
}

/** Milliseconds to wait. Throws a TypeError for what is no time, and a ConfigurationError for what is no option. */
export function timeoutOf(options: ExpectOptions): number {
  checkNames('the second argument of expect()', options, ['timeout']);
  const { timeout = DEFAULT_TIMEOUT } = options;
  if (typeof timeout === 'number' && timeout >= 0) return timeout;
  throw new TypeError(`expect: a timeout is a number of milliseconds, not ${shown(timeout)}`);
}

/** Global and sticky expressions would start where their last match ended; characters of a string have no other meaning. */
export function patternOf(given: RegExp | string): RegExp {
  if (typeof given === 'string') return new RegExp(given.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  if (given instanceof RegExp) return new RegExp(given.source, given.flags.replace(/[gy]/g, ''));
  throw new TypeError(`expect takes a RegExp or a string, not ${given === null ? 'null' : typeof given}`);
}
