/**
 * Messages about a machine's screen, by Redis: from those who look at it to its host, with a number that the answers name, and back. A connection
 * carries what VNC says, both ways.
 */

/** Kinds of messages: open a connection, its bytes, its end (with why, as text, from the host), and a picture (its end comes if there is none). */
export const ScreenMessage = { open: 0, bytes: 1, end: 2, picture: 3 } as const;
export type ScreenKind = (typeof ScreenMessage)[keyof typeof ScreenMessage];

/** Hexadecimal digits of a connection's number. */
const ID_DIGITS = 32;

/** A message to a host. */
export interface ToScreen {
  readonly kind: number;
  /** Who asks. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

export function toScreen(kind: ScreenKind, id: string, bytes: Uint8Array = new Uint8Array(0)): Buffer {
  return Buffer.concat([Buffer.of(kind), Buffer.from(id, 'hex'), bytes]);
}

export function fromViewer(message: Uint8Array): ToScreen {
  const start = 1 + ID_DIGITS / 2;
  return {
    kind: message[0] ?? ScreenMessage.end,
    id: Buffer.from(message.subarray(1, start)).toString('hex'),
    bytes: message.subarray(start),
  };
}

/** Channels in Redis: a machine's host hears the first, who asked the second. */
export const screenChannel = (name: string): string => `rawiron:machine:${name}:screen`;
export const viewerChannel = (id: string): string => `rawiron:viewer:${id}`;
