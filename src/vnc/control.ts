import type { VncEvents } from './display.ts';
import type { VncConnectionInfo, VncEndpoint } from './endpoint.ts';

/** Information about a server. */
export interface VncInfo {
  /** Where it listens. */
  readonly servers: readonly VncEndpoint[];
  /** The kind of authentication. */
  readonly auth: 'none' | 'vnc';
  /** Viewers that have connected. */
  readonly clients: readonly VncConnectionInfo[];
}

/** A monitor's control of a server. */
export interface VncControl {
  /** How it is now. */
  readonly info: VncInfo;
  /**
   * Sets the password; empty: nobody is let in.
   * @throws ConfigurationError if viewers are not asked for one
   */
  setPassword(text: string): void;
  /** From when on it is not valid, in milliseconds since 1970. */
  expirePassword(end: number): void;
  /** Calls the listener at each event of this name. */
  on<Name extends keyof VncEvents>(name: Name, listener: (value: VncEvents[Name]) => unknown): unknown;
}
