import { connect, type Socket } from 'node:net';
import type { Inspected } from '../../inspect/inspected.ts';
import { linesOf } from '../../inspect/lines.ts';
import { parseReply, type RemoteReply, type RemoteRequest } from '../../inspect/protocol.ts';
import { ConfigurationError } from '../../util/errors.ts';
import { timerDelay } from '../../util/timer-delay.ts';
import { systemMessage } from '../process/system-message.ts';
import { nodeAddress } from '../sockets/listen.ts';
import { addressOf, addressText, type InspectorAddress, knownSockets } from './address.ts';
import { removeStaleSockets } from './stale.ts';

/** Seconds that a machine has for each answer, where nothing else is said. */
export const ANSWER_LIMIT = 10;

interface Pending {
  resolve(answer: unknown): void;
  reject(error: Error): void;
  readonly timer: NodeJS.Timeout;
}

/** A machine at the other end of a socket. All its mistakes are ConfigurationErrors. */
export class RemoteMachine implements Inspected {
  readonly ask: Inspected['ask'];
  readonly probe: Inspected['probe'];
  /** Rejects when the machine goes away. */
  readonly gone: Promise<never>;
  readonly #socket: Socket;
  readonly #where: string;
  /** Seconds. */
  readonly #limit: number;
  readonly #reject: (reason: Error) => void;
  readonly #pending = new Map<number, Pending>();
  #last = 0;
  #ended: Error | undefined;

  /**
   * Throws ConfigurationError if nobody listens there. A machine that does not answer a request within so many seconds
   * counts as gone.
   */
  static async connect(address: InspectorAddress, limit = ANSWER_LIMIT): Promise<RemoteMachine> {
    const machine = new RemoteMachine(await open(address), addressText(address), limit);
    void machine.#receiveAll();
    return machine;
  }

  private constructor(socket: Socket, where: string, limit: number) {
    this.#socket = socket;
    this.#where = where;
    this.#limit = limit;
    const send = (ask: RemoteRequest['ask'], ...args: readonly unknown[]) => this.#send(ask, args) as Promise<never>;
    this.ask = send;
    this.probe = {
      startProfile: (interval) => send('startProfile', interval),
      stopProfile: (number) => send('stopProfile', number),
      heap: () => send('heap'),
    };
    const { promise, reject } = Promise.withResolvers<never>();
    this.gone = promise;
    this.#reject = reject;
    this.gone.catch(() => {});
    socket.setEncoding('utf8');
    socket.on('error', () => {});
  }

  close(): void {
    this.#socket.destroy();
  }

  #send(ask: RemoteRequest['ask'], args: readonly unknown[]): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    const request: RemoteRequest = { id: ++this.#last, ask, args };
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#giveUp(), timerDelay(this.#limit * 1000));
      this.#pending.set(request.id, { resolve, reject, timer });
      this.#socket.write(`${JSON.stringify(request)}\n`);
    });
  }

  /** Ends the connection: what would be asked next, such as to stop counting, would not be answered either. */
  #giveUp(): void {
    const silence = `the machine at ${this.#where} did not answer in ${this.#limit} s`;
    this.#end(`${silence}; see if its process is stopped, or give it longer with --timeout SECONDS`);
  }

  /** Resolves when the machine has gone away. */
  async #receiveAll(): Promise<void> {
    try {
      for await (const line of linesOf(this.#socket)) {
        const reply = parseReply(line);
        if (!reply) return this.#end(`what listens at ${this.#where} is no machine`);
        this.#receive(reply);
      }
    } catch {
      // It has gone in the middle of something.
    }
    this.#end('the machine has gone away');
  }

  #end(reason: string): void {
    if (this.#ended) return;
    this.#socket.destroy();
    this.#ended = new ConfigurationError(reason);
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(this.#ended);
    }
    this.#pending.clear();
    this.#reject(this.#ended);
  }

  #receive(reply: RemoteReply): void {
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    clearTimeout(pending?.timer);
    if ('error' in reply) pending?.reject(new ConfigurationError(reply.error));
    else pending?.resolve(reply.answer);
  }
}

function open(address: InspectorAddress): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(nodeAddress(address), () => resolve(socket));
    socket.once('error', (error) => {
      const reason = systemMessage(error);
      reject(new ConfigurationError(`no machine listens at ${addressText(address)}: ${reason}`));
    });
  });
}

/**
 * The machine at PATH or PORT; if none is named, the only one that listens.
 * It has so many seconds for each answer. Sockets that killed machines have left are removed.
 * Throws ConfigurationError if there is none, or more than one.
 */
export async function attach(text: string | undefined, limit?: number): Promise<RemoteMachine> {
  if (text !== undefined) return RemoteMachine.connect(addressOf(text), limit);
  await removeStaleSockets();
  const tried = await Promise.allSettled(knownSockets().map((address) => reach(address, limit)));
  const found = tried.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  if (found.length === 1) return found[0].machine;
  for (const { machine } of found) machine.close();
  if (found.length === 0)
    throw new ConfigurationError('no machine listens here; start one with -inspect, or give --connect PATH or PORT');
  const places = found.map(({ address }) => addressText(address)).join(', ');
  throw new ConfigurationError(`several machines listen; give --connect with one of ${places}`);
}

async function reach(
  address: InspectorAddress,
  limit?: number,
): Promise<{ address: InspectorAddress; machine: RemoteMachine }> {
  return { address, machine: await RemoteMachine.connect(address, limit) };
}
