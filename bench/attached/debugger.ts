import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { PacketReader, packetOf } from '../../src/gdb/packets.ts';
import { listenForGdb, type Machine } from '../../src/index.ts';
import { NUMBERS } from './guest.ts';

const STEPS = 20;
const HITS = 20;
const INTERRUPT = '\x03';
/** Index of EIP among the general registers of `g`, which have eight hexadecimal digits each. */
const EIP = 8;

/** As gdb talks to a machine: packets, each of which is answered. */
class Connection {
  readonly #socket: Socket;
  readonly #reader = new PacketReader();
  readonly #packets: string[] = [];
  #wake: () => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => {
      for (const arrived of this.#reader.read(bytes.toString('latin1')))
        if (typeof arrived === 'object') this.#packets.push(arrived.packet);
      this.#wake();
    });
  }

  /** The answer to a packet, or to what is no packet. */
  async ask(text: string): Promise<string> {
    this.#socket.write(text === INTERRUPT ? text : packetOf(text), 'latin1');
    while (this.#packets.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#socket.write('+');
    return this.#packets.shift()!;
  }

  /** Sends a packet, whose answer must match. */
  async expect(text: string, answer: RegExp): Promise<void> {
    const given = await this.ask(text);
    if (!answer.test(given)) throw new Error(`${text} was answered by ${given}`);
  }

  /** Lets the machine run for a moment. */
  async runOn(): Promise<void> {
    this.#socket.write(packetOf('c'), 'latin1');
    await wait(100);
    await this.expect(INTERRUPT, /^T/);
  }
}

/** Interrupts a machine, steps, and runs to breakpoints and watchpoints where its guest computes; then it takes them back, and detaches. */
export async function debug(machine: Machine): Promise<void> {
  const server = await listenForGdb(machine, { host: '127.0.0.1', port: 0 });
  const socket = connect(server.address as { host: string; port: number });
  await once(socket, 'connect');
  const gdb = new Connection(socket);
  await gdb.expect('?', /^[ST]/);
  await gdb.runOn();
  const digits = (await gdb.ask('g')).slice(8 * EIP, 8 * EIP + 8);
  const eip = Buffer.from(digits, 'hex').readUInt32LE().toString(16);
  for (const [set, clear] of [
    [`Z0,${eip},1`, `z0,${eip},1`],
    [`Z2,${NUMBERS.toString(16)},4`, `z2,${NUMBERS.toString(16)},4`],
  ] as const) {
    await gdb.expect(set, /^OK$/);
    for (let n = 0; n < HITS; n++) await gdb.expect('c', /^T05/);
    await gdb.expect(clear, /^OK$/);
  }
  for (let n = 0; n < STEPS; n++) await gdb.expect('s', /^T05/);
  await gdb.expect('D', /^OK$/);
  socket.destroy();
  await server.close();
}
