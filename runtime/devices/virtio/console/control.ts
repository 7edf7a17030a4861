import type { ByteQueue } from '../../../snapshot/byte-queue.ts';
import type { VirtioFunction } from '../index.ts';
import type { ConsolePort } from './port.ts';
import { CONTROL_BYTES, ControlQueue, Event } from './registers.ts';

/** Bytes of messages that the driver may leave waiting. */
const MOST_WAITING = 64 << 10;

/** Control messages: which ports there are, and what becomes of them (5.3.6.2). */
export class Control {
  readonly #virtio: VirtioFunction;
  readonly #waiting: ByteQueue;
  readonly #ports: () => readonly ConsolePort[];

  constructor(virtio: VirtioFunction, waiting: ByteQueue, ports: () => readonly ConsolePort[]) {
    this.#virtio = virtio;
    this.#waiting = waiting;
    this.#ports = ports;
  }

  /** Takes the driver's messages. */
  take(): void {
    const queue = this.#virtio.queues[ControlQueue.transmit];
    const message = new DataView(new ArrayBuffer(CONTROL_BYTES));
    queue.drain((chain) => {
      if (chain.readable < CONTROL_BYTES) this.#virtio.fail('a control message is too short, bytes', chain.readable);
      else {
        chain.read(0, new Uint8Array(message.buffer));
        this.#obey(message.getUint32(0, true), message.getUint16(4, true), message.getUint16(6, true) !== 0);
        queue.push(chain.head, 0);
      }
    });
    queue.tell();
  }

  /** Unknown ports and events are none of the device's. */
  #obey(id: number, event: number, value: boolean): void {
    if (event === Event.deviceReady) {
      if (value) for (const port of this.#ports()) this.#send(port.id, Event.addPort, 1);
      return;
    }
    const port = this.#ports().find((candidate) => candidate.id === id);
    if (event === Event.portReady && port) {
      port.setReady(value);
      if (value) this.#introduce(port);
    } else if (event === Event.open) port?.setOpen(value);
  }

  #introduce({ id, isConsole, name }: ConsolePort): void {
    if (isConsole) this.#send(id, Event.isConsole, 1);
    if (name !== '') this.#send(id, Event.name, 1, name);
    this.#send(id, Event.open, 1);
  }

  #send(id: number, event: number, value: number, text = ''): void {
    if (this.#waiting.length > MOST_WAITING) {
      this.#virtio.fail('control messages are not taken, bytes', this.#waiting.length);
      return;
    }
    const message = new DataView(new ArrayBuffer(1 + CONTROL_BYTES + text.length));
    message.setUint8(0, CONTROL_BYTES + text.length);
    message.setUint32(1, id, true);
    message.setUint16(5, event, true);
    message.setUint16(7, value, true);
    for (let n = 0; n < text.length; n++) message.setUint8(1 + CONTROL_BYTES + n, text.charCodeAt(n));
    this.#waiting.push(new Uint8Array(message.buffer));
    this.give();
  }

  /** Gives the driver the messages that it has room for. */
  give(): void {
    const queue = this.#virtio.queues[ControlQueue.receive];
    while (this.#waiting.length > 0) {
      const chain = queue.pop();
      if (chain === null) break;
      const length = this.#waiting.shift()!;
      queue.push(chain.head, chain.write(0, this.#waiting.peek(length)));
      this.#waiting.drop(length);
    }
    queue.tell();
  }
}
