import type { BlockPort } from '../host/block.ts';
import type { Component } from '../snapshot/describe.ts';
import type { Action } from './action.ts';

/** A disk or CD-ROM drive as its target has it. */
export interface ScsiUnit {
  /** Its state. */
  readonly component: Component;
  readonly port: BlockPort;
  /** Bytes of a block. */
  readonly blockBytes: number;
  /** The reason for which the last command failed, one of Sense; Sense.none: it did not. */
  sense: number;
  /** A medium is there of which the guest doesn't know yet. */
  readonly isChanged: boolean;
  /** The sense by which the guest learns of it. */
  tellChange(): number;
  /** Power on and hard reset. */
  reset(): void;
  /** The action that a command block asks for. */
  action(block: Uint8Array): Action;
}
