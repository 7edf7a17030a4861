import type { Component } from '../snapshot/describe.ts';

/** Frames that wait after one that is offered to a card. */
export interface FollowingFrames {
  /** The first that was not taken; undefined where none is there yet. Valid until the card has answered. */
  peek(): Uint8Array | undefined;
  /** It goes with the one that is offered. */
  take(): void;
  /** None goes with it after all. */
  putBack(): void;
}

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
  /** Does something that sends frames: they go together, at its end. It must not fail. */
  together<Result>(act: () => Result): Result;
  /**
   * Takes a frame, whose bytes change afterwards, and of the `following` ones those that the card takes with it. False: there is
   * no room, and none is taken; it is offered again after `resume`. Set by the card.
   */
  onFrame: (frame: Uint8Array, following: FollowingFrames) => boolean;
  /** The card has room again. */
  resume(): void;
  /** Called when the cable was plugged in or pulled. Set by the card. */
  onLinkChanged: () => void;
}
