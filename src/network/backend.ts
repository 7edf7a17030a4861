/** The host's side of a card, which carries its Ethernet frames: a user-mode network, a socket, a hub. */
export interface NetworkBackend {
  /**
   * Takes a frame from the guest: destination, source, type, payload; no preamble, no check sequence (IEEE 802.3, 3.1.1).
   * The bytes are the caller's again when this returns: what is kept must be copied. It throws nothing, whatever the frame is.
   */
  send(frame: Uint8Array): void;
  /**
   * Set by who uses the backend: takes a frame for the guest, of at least 14 bytes and without padding. It returns false
   * where there is no room; the backend then keeps the frame, or drops it, and offers none until `resume` is called. The
   * bytes are the backend's again when this returns.
   */
  onFrame: (frame: Uint8Array) => boolean;
  /** There is room again. */
  resume(): void;
  /** Lets go of all sockets and timers of the host. Frames that come later are dropped. */
  close(): Promise<void>;
}
