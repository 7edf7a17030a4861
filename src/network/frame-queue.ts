/** Frames that wait for one who has no room; what goes beyond is lost. */
const MOST_WAITING = 256;

/** Hands frames over in their order, and keeps those for which there is no room. */
export class FrameQueue {
  /** Returns false where there is no room. */
  onFrame: (frame: Uint8Array) => boolean = () => true;
  readonly #waiting: Uint8Array[] = [];

  /** The bytes are the caller's again when this returns. */
  push(frame: Uint8Array): void {
    if (this.#waiting.length === 0 && this.onFrame(frame)) return;
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push(frame.slice());
  }

  /** There is room again. */
  resume(): void {
    while (this.#waiting.length > 0 && this.onFrame(this.#waiting[0]!)) this.#waiting.shift();
  }

  clear(): void {
    this.#waiting.length = 0;
  }
}
