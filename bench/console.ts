import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import type { Counters, CountersRequest } from './engines/counters.ts';
import type { Command } from './engines/engine.ts';
import { type ThreadTimes, threadTimes } from './processor-time.ts';
import { type TimedMatch, Transcript } from './transcript.ts';

/** An error shows so many characters of the last output. */
const SHOWN = 600;

/** The engine did not do what was waited for: it has ended, or the time is up. Nothing more can be had of it. */
export class ConsoleError extends Error {
  override readonly name = 'ConsoleError';
}

/** An engine's process, seen through the serial console that is its standard input and output. */
export class Console {
  /** When the process was started, in milliseconds as TimedMatch has them. */
  readonly startedAt = performance.now();
  readonly #process: ChildProcess;
  readonly #transcript = new Transcript();
  readonly #log: string | undefined;
  #errors = '';
  #ended: string | undefined;
  /** Called when there is output, and at the end. */
  #onChange: () => void = () => {};
  readonly #kill = () => killGroup(this.#process);

  /** Starts the process. `log` is the path of a file that everything it says goes to, too. */
  constructor({ command, args, hasCounters }: Command, log?: string) {
    this.#log = log;
    const stdio: StdioOptions = ['pipe', 'pipe', 'pipe', ...(hasCounters ? ['ipc' as const] : [])];
    this.#process = spawn(command, args, { stdio, detached: true });
    const { stdin, stdout, stderr } = this.#process;
    const decoder = new TextDecoder();
    stdout!.on('data', (bytes: Uint8Array) => this.#receive(decoder.decode(bytes, { stream: true })));
    stderr!.on('data', (bytes: Buffer) => this.#receiveError(bytes.toString()));
    stdin!.on('error', () => {});
    this.#process.on('error', (error) => this.#end(error.message));
    this.#process.on('close', (code, signal) => this.#end(`it has ended (${signal ?? `exit code ${code}`})`));
    process.once('exit', this.#kill);
  }

  send(text: string): void {
    this.#process.stdin!.write(text);
  }

  /**
   * Waits for output that matches, from the end of the last match.
   * @throws ConsoleError if the process ends before, or after so many milliseconds
   */
  async expect(pattern: RegExp, timeout: number): Promise<TimedMatch> {
    const deadline = performance.now() + timeout;
    for (;;) {
      const found = this.#transcript.take(pattern);
      if (found) return found;
      if (this.#ended !== undefined) throw this.#error(this.#ended);
      if (performance.now() >= deadline) throw this.#error('no answer in time');
      await this.#change(deadline - performance.now());
    }
  }

  /** The machine's counters. Only of engines that have them. */
  async counters(request: CountersRequest = {}): Promise<Counters> {
    const { promise, resolve } = Promise.withResolvers<Counters>();
    this.#process.once('message', (counters) => resolve(counters as Counters));
    this.#process.send(request);
    return promise;
  }

  /** Bytes of memory that the process holds now, where the host tells (Linux). */
  residentBytes(): number | undefined {
    try {
      const status = readFileSync(`/proc/${this.#process.pid}/status`, 'latin1');
      return Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1]) * 1024 || undefined;
    } catch {
      return undefined;
    }
  }

  /** Times of the threads of the process and of those that it has started. */
  threadTimes(): ThreadTimes {
    return threadTimes(this.#process.pid!);
  }

  /** Ends the process and those that it has started, at once. */
  close(): void {
    process.off('exit', this.#kill);
    this.#kill();
  }

  #receive(text: string): void {
    this.#transcript.add(text, performance.now());
    if (this.#log !== undefined) appendFileSync(this.#log, text);
    this.#onChange();
  }

  #receiveError(text: string): void {
    this.#errors = (this.#errors + text).slice(-SHOWN);
    if (this.#log !== undefined) appendFileSync(this.#log, text);
  }

  #end(reason: string): void {
    this.#ended ??= reason;
    this.#onChange();
  }

  #error(reason: string): ConsoleError {
    const output = `${this.#transcript.rest.slice(-SHOWN)}${this.#errors}`.trim();
    return new ConsoleError(output === '' ? reason : `${reason}; the last it said: ${output}`);
  }

  async #change(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, Math.max(0, milliseconds));
    this.#onChange = resolve;
    await promise;
    clearTimeout(timer);
  }
}

/** A process that is started detached leads a group of its own (setpgid(2)). */
function killGroup(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid!, 'SIGKILL');
  } catch {
    // It was never there, or the host knows no groups.
    child.kill('SIGKILL');
  }
}
