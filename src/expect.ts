/** Milliseconds; what setTimeout takes at the most. Longer is as good as for ever. */
const LONGEST_TIMEOUT = 0x7fffffff;
/** Output that nobody has expected is forgotten beyond this many characters. */
const KEPT = 1 << 20;
/** An error shows this many characters of the last output. */
const SHOWN = 2000;
const DEFAULT_TIMEOUT = 30_000;

/** How long to wait for output. */
export interface ExpectOptions {
  /** Milliseconds; 30 seconds if not given, Infinity for no limit. */
  readonly timeout?: number;
}

/** What was expected has not come. */
export class ExpectError extends Error {
  /** By which it is told from other errors. */
  override readonly name = 'ExpectError';
  /** What was waited for. */
  readonly pattern: RegExp;
  /** The end of the output that had not been matched. */
  readonly lastOutput: string;

  constructor(pattern: RegExp, reason: string, output: string) {
    const lastOutput = output.slice(-SHOWN);
    const shown = lastOutput === '' ? 'There was no output.' : `The last output was:\n${lastOutput}`;
    super(`${reason} while waiting for ${pattern}. ${shown}`);
    this.pattern = pattern;
    this.lastOutput = lastOutput;
  }
}

interface Expectation {
  readonly pattern: RegExp;
  resolve(match: RegExpExecArray): void;
  reject(error: ExpectError): void;
}

/** Output as text, and those who wait for something in it. Of several that match, the first to have asked has it. */
export class Expectations {
  readonly #decoder = new TextDecoder();
  readonly #waiting = new Set<Expectation>();
  /** What has not been matched. */
  #text = '';
  #ended: string | undefined;

  expect(pattern: RegExp, { timeout = DEFAULT_TIMEOUT }: ExpectOptions): Promise<RegExpExecArray> {
    // A global or sticky expression would start where its last match ended.
    const stateless = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
    const match = this.#take(stateless);
    if (match) return Promise.resolve(match);
    if (this.#ended !== undefined) return Promise.reject(new ExpectError(pattern, this.#ended, this.#text));
    return this.#wait(stateless, timeout);
  }

  receive(bytes: Uint8Array): void {
    this.#text = (this.#text + this.#decoder.decode(bytes, { stream: true })).slice(-KEPT);
    for (const expectation of this.#waiting) {
      const match = this.#take(expectation.pattern);
      if (!match) continue;
      this.#waiting.delete(expectation);
      expectation.resolve(match);
    }
  }

  end(reason: string): void {
    this.#ended ??= reason;
    for (const { pattern, reject } of this.#waiting) reject(new ExpectError(pattern, reason, this.#text));
  }

  #wait(pattern: RegExp, timeout: number): Promise<RegExpExecArray> {
    const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
    const expectation: Expectation = { pattern, resolve, reject };
    const giveUp = () => reject(new ExpectError(pattern, `${timeout} ms passed`, this.#text));
    const timer = timeout > LONGEST_TIMEOUT ? undefined : setTimeout(giveUp, timeout);
    this.#waiting.add(expectation);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#waiting.delete(expectation);
    });
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    const match = pattern.exec(this.#text);
    if (!match) return undefined;
    this.#text = this.#text.slice(match.index + match[0].length);
    return match;
  }
}
