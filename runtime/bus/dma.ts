/** How a transfer went. */
export interface DmaTransfer {
  /** Bytes that were moved: fewer than the device had if the count has ended. */
  readonly done: number;
  /** The count ended with the last of them (terminal count). */
  readonly ended: boolean;
}

/** A device's end of a channel of an ISA DMA controller. Those of words have even lengths. */
export interface DmaChannel {
  /** Programmed and not masked. */
  readonly enabled: boolean;
  /** The device gives bytes, which go to memory if the channel was programmed for that (else they are only counted: verify). */
  give(bytes: Uint8Array): DmaTransfer;
  /** The device wants `target` filled from memory. */
  take(target: Uint8Array): DmaTransfer;
}
