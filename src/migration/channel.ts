import { checkFunction, checkObject } from '../util/checks.ts';
import { ConfigurationError } from '../util/errors.ts';

/** The way of a machine to another process: a socket, or a program's input or output. Any host can provide one. */
export interface MigrationChannel {
  /** Whether the other end can answer. A file or a program that keeps what it is sent does not. */
  readonly answers: boolean;
  /** Whether a page may be at the other end, which can unpack less than other hosts. */
  readonly isForPages?: boolean;
  /** Sends bytes. Resolves when the host has taken them. Throws ChannelError. */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Reads the next bytes; null: the process at the other end has ended, or sends no more. Throws ChannelError, also where the
   * connection has ended and nobody knows whether that process has.
   */
  read(): Promise<Uint8Array | null>;
  /** Ends what is sent, and waits until it has got there as far as that can be told. Throws ChannelError. */
  close(): Promise<void>;
  /** Lets go of it at once. May be called again. */
  destroy(): void;
  /** The guest stands still, and all output of it has come. The other end may not go on before this has resolved. */
  settle?(): Promise<void>;
  /**
   * Somebody whom both ends ask before the machine goes on decides that it goes on here, where the other end may have all of it. Missing: what the
   * channel tells of the other end decides. Throws Error if it may go on there.
   */
  recall?(reason: string): Promise<void>;
}

const methods = ['write', 'read', 'close', 'destroy'] as const;

/** @throws ConfigurationError for what is no channel */
export function checkedChannel(channel: MigrationChannel): MigrationChannel {
  checkObject('the channel', channel, methods);
  for (const name of methods) checkFunction(`the channel's ${name}`, channel[name]);
  return channel;
}

/** A channel is broken. */
export class ChannelError extends ConfigurationError {
  /** The process at the other end is there no more: the host has closed its end. Else nobody knows what it does. */
  readonly isPeerGone: boolean;

  constructor(message: string, { isPeerGone }: { readonly isPeerGone: boolean }) {
    super(message);
    this.isPeerGone = isPeerGone;
  }
}
