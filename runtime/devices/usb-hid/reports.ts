import type { Component } from '../../snapshot/describe.ts';

/** The part of a device that depends on its kind: its reports. */
export interface Reports {
  /** The product's name, and its report descriptor. */
  readonly product: string;
  readonly descriptor: readonly number[];
  /** Protocol of the interface for firmware. */
  readonly bootProtocol: number;
  /** Bytes of a report at most, and frames between two looks of the host's. */
  readonly packet: number;
  readonly interval: number;
  readonly component: Component;
  /** Whether there is something new. */
  readonly isReady: boolean;
  /** The next report: that is not new any more. */
  next(isBoot: boolean): Uint8Array;
  /** A report of the present state, without movement. */
  current(isBoot: boolean): Uint8Array;
  /** The host sets something, such as lights. */
  output?(bytes: Uint8Array): void;
  /** Power-on. */
  reset(): void;
  /** The guest uses it now, or doesn't any more. */
  setUsed(isUsed: boolean): void;
  /** There is something new. Set by the device. */
  onReady: () => void;
}
