import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { ChannelError, type MigrationChannel } from '../../migration/channel.ts';
import { ConfigurationError } from '../../util/errors.ts';
import { systemMessage } from '../process/system-message.ts';

/** A channel that only reads: a file, or a program's output, which cannot be answered. */
class ReadableChannel implements MigrationChannel {
  readonly answers = false;
  readonly #source: Readable;
  readonly #parts: AsyncIterator<Uint8Array>;
  readonly #name: string;
  readonly #checkEnd: () => Promise<void>;

  /** @param checkEnd rejects if what has ended has failed */
  constructor(source: Readable, name: string, checkEnd: () => Promise<void> = async () => {}) {
    this.#source = source;
    this.#parts = source[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    this.#name = name;
    this.#checkEnd = checkEnd;
  }

  async read(): Promise<Uint8Array | null> {
    const { value, done } = await this.#parts.next().catch((error: unknown) => {
      throw new ChannelError(`cannot read ${this.#name}: ${systemMessage(error)}`, { isPeerGone: false });
    });
    if (!done) return value;
    await this.#checkEnd();
    return null;
  }

  async write(): Promise<void> {}

  async close(): Promise<void> {
    this.destroy();
  }

  destroy(): void {
    this.#source.destroy();
  }
}

/** A program that is given the machine, and keeps it or hands it on. */
class CommandChannel implements MigrationChannel {
  readonly answers = false;
  readonly #child: ChildProcess;
  /** Rejects if it ends with an error. */
  readonly #end: Promise<void>;
  readonly #command: string;

  constructor(command: string) {
    this.#command = command;
    this.#child = spawn('/bin/sh', ['-c', command], { stdio: ['pipe', 'ignore', 'inherit'] });
    this.#end = endOf(this.#child, command);
    // It is looked at when all has been sent.
    this.#end.catch(() => {});
    this.#child.stdin!.on('error', () => {});
  }

  async write(bytes: Uint8Array): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#child.stdin!.write(bytes, (error) => {
        if (!error) resolve();
        else reject(new ChannelError(`'${this.#command}' takes nothing any more`, { isPeerGone: true }));
      });
    });
  }

  async read(): Promise<null> {
    return null;
  }

  /** Waits for the program's end. */
  async close(): Promise<void> {
    this.#child.stdin!.end();
    await this.#end;
  }

  destroy(): void {
    this.#child.stdin!.destroy();
  }
}

/** Resolves when a program has ended without an error. */
async function endOf(child: ChildProcess, command: string): Promise<void> {
  const [code, signal] = await once(child, 'close').catch((error: unknown) => [systemMessage(error), null]);
  const end = signal ?? code;
  if (end !== 0) throw new ChannelError(`'${command}' ended with ${end}`, { isPeerGone: true });
}

/** Sends a machine to a program's standard input. */
export function channelTo(command: string): MigrationChannel {
  return new CommandChannel(command);
}

/** Reads a machine from a program's standard output. */
export function channelFrom(command: string): MigrationChannel {
  const child = spawn('/bin/sh', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] });
  const end = endOf(child, command);
  // It is looked at where the output ends.
  end.catch(() => {});
  return new ReadableChannel(child.stdout, `'${command}'`, () => end);
}

/**
 * Reads a machine from a file that a program has kept.
 * @throws ConfigurationError if there is none
 */
export async function channelFromFile(path: string): Promise<MigrationChannel> {
  const file = await open(path).catch((error: unknown) => {
    throw new ConfigurationError(`cannot read ${path}: ${systemMessage(error)}`);
  });
  return new ReadableChannel(file.createReadStream(), path);
}
