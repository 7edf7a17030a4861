import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type Arrived, PacketReader, packetOf } from '../../src/gdb/packets.ts';

/** A client of the remote protocol, as gdb is one. */
export class GdbClient implements Disposable {
  readonly #socket: Socket;
  readonly #reader = new PacketReader();
  readonly #arrived: Arrived[] = [];
  #wake: () => void = () => {};
  acknowledges = true;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay();
    socket.on('data', (bytes: Buffer) => {
      this.#arrived.push(...this.#reader.read(bytes.toString('latin1')));
      this.#wake();
    });
  }

  static async connect(address: { readonly port: number; readonly host: string }): Promise<GdbClient> {
    const socket = connect(address);
    await once(socket, 'connect');
    return new GdbClient(socket);
  }

  /** Sends bytes as they are. */
  write(text: string): void {
    this.#socket.write(Buffer.from(text, 'latin1'));
  }

  /** Waits for the next message of the server. */
  async next(): Promise<Arrived> {
    while (this.#arrived.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#arrived.shift()!;
  }

  /** The next packet's data, acknowledged. */
  async packet(): Promise<string> {
    const arrived = await this.next();
    if (typeof arrived !== 'object') throw new Error(`no packet came, but: ${arrived}`);
    if (this.acknowledges) this.write('+');
    return arrived.packet;
  }

  /** Sends a packet and waits until it is taken. */
  async send(data: string): Promise<void> {
    this.write(packetOf(data));
    if (!this.acknowledges) return;
    const arrived = await this.next();
    if (arrived !== 'taken') throw new Error(`${data} was answered by ${JSON.stringify(arrived)}`);
  }

  /** The answer to a packet. */
  async ask(data: string): Promise<string> {
    await this.send(data);
    return this.packet();
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
