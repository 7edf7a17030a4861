import type { TcpState } from './tcp/connection.ts';

/** An address and a port. "0.0.0.0" and "::" are all of the host's. */
export interface FlowEnd {
  readonly address: string;
  readonly port: number;
}

/** An open connection of a user-mode network: a port that leads to a guest, or one from a guest to somewhere else. */
export interface NetworkFlow {
  readonly protocol: 'tcp' | 'udp';
  /** "forward": a port of the host; a number: seconds until a guest's port for datagrams is forgotten. */
  readonly state: TcpState | 'forward' | number;
  readonly source: FlowEnd;
  readonly destination: FlowEnd;
  /** Bytes of the guest that the host has not taken, and bytes that the guest has not acknowledged. */
  readonly received: number;
  readonly queued: number;
}
