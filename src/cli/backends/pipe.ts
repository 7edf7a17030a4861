import { closeSync, constants, existsSync, fstatSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { ConfigurationError } from '../../index.ts';
import { systemMessage } from '../../node/process/system-message.ts';
import type { Connection, ConnectionPeer } from './connection.ts';

/** Named pipes: PATH.in for input and PATH.out for output, or PATH for both, as in QEMU. */
export class PipeConnection implements Connection {
  readonly filename = 'pipe';
  readonly #input: Socket;
  readonly #output: Socket;

  /** @throws ConfigurationError if they are not there */
  constructor(path: string) {
    const [input, output] = openPair(path);
    this.#input = new Socket({ fd: input, readable: true, writable: false });
    this.#output = new Socket({ fd: output, readable: false, writable: true });
    for (const socket of [this.#input, this.#output]) socket.on('error', () => {});
  }

  async open(peer: ConnectionPeer): Promise<void> {
    this.#input.on('data', async (bytes: Buffer) => {
      this.#input.pause();
      await peer.receive(bytes);
      this.#input.resume();
    });
    peer.opened();
  }

  /** Resolves when the pipe has taken it: while nobody reads there is room for 64 KB. */
  async write(bytes: Uint8Array): Promise<void> {
    await new Promise<void>((resolve) => this.#output.write(bytes, () => resolve()));
  }

  async close(): Promise<void> {
    this.#input.destroy();
    this.#output.destroy();
  }
}

/**
 * A file that is no pipe QEMU reads and writes from its beginning; nobody can speak with a machine that way.
 * @throws ConfigurationError if neither the pair is there nor the one, or it is no pipe
 */
function openPair(path: string): [input: number, output: number] {
  const isPair = existsSync(`${path}.in`) && existsSync(`${path}.out`);
  return isPair ? [openPipe(`${path}.in`), openPipe(`${path}.out`)] : [openPipe(path), openPipe(path)];
}

/** It is opened both ways, so that it opens while nobody is at the other end, and does not end when somebody goes. */
function openPipe(path: string): number {
  const descriptor = openBothWays(path);
  if (fstatSync(descriptor).isFIFO()) return descriptor;
  closeSync(descriptor);
  throw noPipe(path, 'it is something else (file:PATH writes to a file)');
}

function openBothWays(path: string): number {
  try {
    return openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  } catch (error) {
    throw noPipe(path, systemMessage(error));
  }
}

function noPipe(path: string, reason: string): ConfigurationError {
  return new ConfigurationError(
    `cannot open the pipe ${path}: ${reason}; make it with mkfifo, or two whose names end in .in and .out`,
  );
}
