import type { Component } from '../snapshot/describe.ts';

/**
 * A card's end of its cable. Frames are destination, source, type and payload, without preamble and checksum (FCS), at most
 * LARGEST_FRAME bytes.
 */
export interface NetworkPort {
  /** The frames that wait for the card, and the cable's state. */
  readonly component: Component;
  /** Whether the cable is plugged in. */
  readonly isLinkUp: boolean;
  /** Sends a frame; its bytes may change afterwards. Without a link it is lost. */
  send(frame: Uint8Array): void;
  /** Takes a frame, whose bytes change afterwards. False: there is no room; it is offered again after `resume`. Set by the card. */
  onFrame: (frame: Uint8Array) => boolean;
  /** The card has room again. */
  resume(): void;
  /** Called when the cable was plugged in or pulled. Set by the card. */
  onLinkChanged: () => void;
}
