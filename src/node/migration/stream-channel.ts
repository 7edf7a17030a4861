import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { ChannelError, type MigrationChannel } from '../../migration/channel.ts';
import { systemMessage } from '../system-message.ts';

/** Whoever reads a file, or what a program writes, cannot answer. */
class ReadableChannel implements MigrationChannel {
  readonly answers = false;
  readonly #source: Readable;
  readonly #parts: AsyncIterator<Uint8Array>;
  readonly #name: string;

  constructor(source: Readable, name: string) {
    this.#source = source;
    this.#parts = source[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    this.#name = name;
  }

  async read(): Promise<Uint8Array | null> {
    try {
      const { value, done } = await this.#parts.next();
      return done ? null : value;
    } catch (error) {
      throw new ChannelError(`cannot read ${this.#name}: ${systemMessage(error)}`, { isPeerGone: false });
    }
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
  readonly #end: Promise<number | string>;
  readonly #command: string;

  constructor(command: string) {
    this.#command = command;
    this.#child = spawn('/bin/sh', ['-c', command], { stdio: ['pipe', 'ignore', 'inherit'] });
    this.#end = once(this.#child, 'close').then(([code, signal]) => signal ?? code, systemMessage);
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
    const end = await this.#end;
    if (end !== 0) throw new ChannelError(`'${this.#command}' ended with ${end}`, { isPeerGone: true });
  }

  destroy(): void {
    this.#child.stdin!.destroy();
  }
}

/** Sends a machine to a program's standard input. */
export function channelTo(command: string): MigrationChannel {
  return new CommandChannel(command);
}

/** Reads a machine from a program's standard output. */
export function channelFrom(command: string): MigrationChannel {
  const child = spawn('/bin/sh', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] });
  child.on('error', () => {});
  return new ReadableChannel(child.stdout, `'${command}'`);
}

/** Reads a machine from a file that a program has kept. */
export function channelFromFile(path: string): MigrationChannel {
  return new ReadableChannel(createReadStream(path), path);
}
