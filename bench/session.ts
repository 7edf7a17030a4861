import { Console } from './console.ts';
import type { Counters, CountersRequest } from './engines/counters.ts';
import type { Command, Engine, GuestFiles } from './engines/engine.ts';
import { mostUsed } from './processor-time.ts';
import type { Program } from './programs.ts';

/** One run of a program. */
export interface Sample {
  /** Milliseconds of its work, by the guest's clock. */
  readonly guestMilliseconds: number;
  /**
   * By the host's clock: from the arrival of the mark before the work to that of the result, and from sending the order
   * to its end. A console that holds its output back may make the first one too small.
   */
  readonly leastMilliseconds: number;
  readonly mostMilliseconds: number;
  /** Resolution of the guest's clock, in milliseconds. */
  readonly resolution: number;
  /** Processor time of the engine's busiest thread; 0 where the host doesn't tell it. */
  readonly processorMilliseconds: number;
  readonly rounds: number;
}

/** A program did not do what it should; the session goes on. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
}

export interface SessionOptions {
  readonly engine: Engine;
  readonly command: Command;
  readonly files: GuestFiles;
  /** Milliseconds until the shell's prompt must be there, and for one run of a program. */
  readonly bootTimeout: number;
  readonly programTimeout: number;
  readonly log?: string;
}

/** The prompt of the guest's shell; busybox asks the terminal for the cursor's position after it. */
const prompt = /# (.\[6n)?$/s;
const ready = /^@ready clock=(\S*) (.*?)\r?\n/m;
const mark = /^@(begin|start|result|end)\b *(.*?)\r?\n/m;
/** A path as a word of the shell's. */
const quoted = (path: string) => `'${path.replaceAll("'", "'\\''")}'`;

/** Starts an engine and waits for its prompt. */
export async function measureBoot(command: Command, timeout: number, log?: string): Promise<Sample> {
  const console = new Console(command, log);
  try {
    const passed = (await console.expect(prompt, timeout)).at - console.startedAt;
    return {
      guestMilliseconds: passed,
      leastMilliseconds: passed,
      mostMilliseconds: passed,
      resolution: 0,
      processorMilliseconds: 0,
      rounds: 1,
    };
  } finally {
    console.close();
  }
}

/** An engine at work, with the runner (guest/runner.sh) at the other end of its console. */
export class Session {
  /** Features of its CPU, as /proc/cpuinfo names them. */
  readonly features: ReadonlySet<string>;
  /** Where its Linux takes the time from (clocksource). */
  readonly clock: string;
  readonly #console: Console;
  readonly #timeout: number;
  #orders = 0;

  /**
   * Starts the engine and the runner.
   * @throws ConsoleError
   */
  static async start(options: SessionOptions): Promise<Session> {
    const { engine, command, files, bootTimeout, programTimeout, log } = options;
    const console = new Console(command, log);
    try {
      if (engine.kind === 'machine') await console.expect(prompt, bootTimeout);
      console.send(startLine(engine, files));
      const { match } = await console.expect(ready, programTimeout);
      return new Session(console, match, programTimeout);
    } catch (error) {
      console.close();
      throw error;
    }
  }

  private constructor(console: Console, [, clock, flags]: RegExpExecArray, timeout: number) {
    this.#console = console;
    this.clock = clock;
    this.features = new Set(flags.trim().split(/\s+/));
    this.#timeout = timeout;
  }

  /**
   * Runs rounds of a program.
   * @throws ProgramError if it fails or its result is wrong
   * @throws ConsoleError if the engine is lost
   */
  async run(program: Program, rounds: number): Promise<Sample> {
    const order = String(++this.#orders);
    const before = this.#console.threadTimes();
    const sentAt = performance.now();
    this.#console.send(`${order} ${program.command(rounds)}\n`);
    const marks = await this.#marks(order);
    const { start, result, end } = marks;
    if (!start || !result || end.text !== '0') throw new ProgramError(failure(end.text, marks.output));
    const { checksum, ...figures } = parseResult(result.text);
    if (checksum !== program.checksum)
      throw new ProgramError(`wrong result: checksum ${checksum}, not ${program.checksum}${said(marks.output)}`);
    const processorMilliseconds = mostUsed(before, this.#console.threadTimes());
    const host = { leastMilliseconds: result.at - start.at, mostMilliseconds: end.at - sentAt };
    return { ...figures, ...host, processorMilliseconds };
  }

  /** How often a second control goes straight from one translation to another while a program runs. */
  async transfers(program: Program, rounds: number): Promise<number> {
    const { exits: before } = await this.counters({ watch: true });
    const { guestMilliseconds } = await this.run(program, rounds);
    const { exits: after } = await this.counters();
    await this.counters({ watch: false });
    return ((after.kinds.transfer - before.kinds.transfer) * 1000) / guestMilliseconds;
  }

  counters(request?: CountersRequest): Promise<Counters> {
    return this.#console.counters(request);
  }

  residentBytes(): number | undefined {
    return this.#console.residentBytes();
  }

  close(): void {
    this.#console.close();
  }

  /** Waits for the end of an order. */
  async #marks(order: string): Promise<Marks> {
    const deadline = performance.now() + this.#timeout;
    const marks: Partial<Marks> & { output: string } = { output: '' };
    for (;;) {
      const { match, at, before } = await this.#console.expect(mark, deadline - performance.now());
      const [, name, text] = match;
      marks.output += before;
      if (name === 'start' || name === 'result') marks[name] = { text, at };
      else if (name === 'end' && text.split(' ')[0] === order)
        return { ...marks, end: { text: text.slice(order.length + 1), at } };
    }
  }
}

interface Mark {
  readonly text: string;
  readonly at: number;
}

interface Marks {
  start?: Mark;
  result?: Mark;
  readonly end: Mark;
  /** Other output. */
  output: string;
}

function startLine(engine: Engine, files: GuestFiles): string {
  if (engine.kind === 'machine') {
    // What the kernel has to say must not come between the marks.
    return 'stty -echo; dmesg -n 1; BENCH=/bench SCRATCH=/tmp exec sh /bench/runner\n';
  }
  return `BENCH=${quoted(files.programs)} SCRATCH=${quoted(files.scratch)} exec sh ${quoted(files.programs)}/runner\n`;
}

/** Parses the line of a result (programs/main.c). */
function parseResult(text: string) {
  const fields = new Map(text.split(' ').map((field) => field.split('=') as [string, string]));
  return {
    checksum: fields.get('checksum') ?? '',
    guestMilliseconds: Number(fields.get('ms')),
    resolution: Number(fields.get('resolution') ?? 0),
    rounds: Number(fields.get('rounds')),
  };
}

function failure(status: string, output: string): string {
  return `exit status ${status}${said(output)}`;
}

/** The last line of what a program has said besides its marks, if there is one. */
function said(output: string): string {
  const line = output.trim().split(/\r?\n/).at(-1);
  return line ? `: ${line}` : '';
}
