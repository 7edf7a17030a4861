import { RingBuffer } from '../../util/ring-buffer.ts';
import type { Connection } from './connection.ts';

/** A ring buffer, which the monitor reads. */
export class RingConnection implements Connection {
  readonly filename = 'ringbuf';
  readonly buffer: RingBuffer;

  constructor(size: number) {
    this.buffer = new RingBuffer(size);
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.buffer.write(bytes);
  }

  async open(): Promise<void> {}

  async close(): Promise<void> {}
}
