/** One end of a viewer's connection, as QMP tells of it. */
export interface VncEndpoint {
  /** The address, or the path of a Unix socket. */
  readonly host: string;
  /** The port, as text; empty for a Unix socket. */
  readonly service: string;
  /** Which of these the address is. */
  readonly family: 'ipv4' | 'ipv6' | 'unix';
  /** It is a WebSocket. */
  readonly websocket: boolean;
}

/** Information about a connection. */
export interface VncConnectionInfo {
  /** The viewer's end. */
  readonly client: VncEndpoint;
  /** The end here. */
  readonly server: VncEndpoint;
}
