import type { RingBuffer } from '../../util/ring-buffer.ts';

/** The host's end of what a character device is connected to. */
export interface Connection {
  /** The backend's description in `query-chardev` of QMP. */
  readonly filename: string;
  /** Which keeps what is written; left out: it is no ring buffer. */
  readonly buffer?: RingBuffer | undefined;
  /** Writes bytes that the device sends. Resolves when whoever is connected has taken them. */
  write(bytes: Uint8Array): Promise<void>;
  /** Begins to take what comes from the other end, and lets somebody connect. */
  open(peer: ConnectionPeer): Promise<void>;
  close(): Promise<void>;
}

/** The receiver of input and events from the other end of a connection. */
export interface ConnectionPeer {
  /** Somebody takes input. */
  readonly takesInput: boolean;
  /** Whether input is answered now, by a monitor. */
  readonly answers: boolean;
  /** Somebody is there. */
  opened(): void;
  /** Resolves when more may come. */
  receive(bytes: Uint8Array): Promise<void>;
}

/** A device of the machine, or of the emulator, that sends and takes characters. */
export interface CharacterDevice {
  /** Called once: what it sends goes there. The promise tells when it has been taken. */
  connect(write: (bytes: Uint8Array) => Promise<void>): void;
  /** Takes input; left out: it takes none. */
  receive?(bytes: Uint8Array): Promise<void>;
  /** It answers what it receives, and has done so when `receive` resolves. */
  readonly answers?: true;
  /** Somebody is at the other end. */
  opened?(): void;
  /** Input comes to it from now on, or no longer, where several devices share a connection. */
  focus?(hasInput: boolean): void;
}
