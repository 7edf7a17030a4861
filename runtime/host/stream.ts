/** Bytes of input for one stream that the host may send ahead of what the device has taken. */
export const INPUT_CREDIT = 16 << 10;

/** Bytes that the host may send ahead of what the guest has taken from the keyboard or the mouse: a key, and some movements. */
export const KEYBOARD_CREDIT = 2;
export const MOUSE_CREDIT = 96;

/** A device's end of a stream of bytes, both ways. */
export interface HostStream {
  /** Sends bytes; they may change afterwards. While the host doesn't take them the whole machine waits. */
  write(bytes: Uint8Array): void;
  /** Sends bytes after which none come soon, without waiting for more. */
  writeWhole(bytes: Uint8Array): void;
  /** Counts bytes of input that came another way, as the answer to a request: they have used up credit, and wait like others. */
  arrived(length: number): void;
  /** Counts bytes of input that no longer wait for the guest. */
  taken(length: number): void;
  /** Called with input: never more bytes that were not taken than the stream's credit. Set by the device. */
  onInput: (bytes: Uint8Array) => void;
}

/** Tells the host what was taken, not byte by byte: half of its credit always stays usable. */
export function takenInParts(tell: (length: number) => void, credit = INPUT_CREDIT): (length: number) => void {
  let untold = 0;
  return (length) => {
    untold += length;
    if (untold < credit / 2) return;
    tell(untold);
    untold = 0;
  };
}
