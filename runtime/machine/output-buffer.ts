const CAPACITY = 1024;

/** Collects single bytes of output, so that the host gets them by the batch. */
export class OutputBuffer {
  private readonly bytes = new Uint8Array(CAPACITY);
  private length = 0;
  private readonly send: (bytes: Uint8Array) => void;

  constructor(send: (bytes: Uint8Array) => void) {
    this.send = send;
  }

  push(byte: number): void {
    this.bytes[this.length++] = byte;
    if (this.length === CAPACITY) this.flush();
  }

  flush(): void {
    if (this.length === 0) return;
    this.send(this.bytes.slice(0, this.length));
    this.length = 0;
  }
}
