/** The functions of the host that the user-mode network uses. It uses no others, so any host can provide them. */
export interface NetworkHost {
  readonly timers: Timers;
  readonly sockets: HostSockets;
  /** The files that TFTP gives away; without a folder it refuses all. */
  readonly files: BootFiles | undefined;
  /** Random 32 bits that a guest cannot guess: for sequence numbers (RFC 6528) and ports. */
  random(): number;
}

/** Time and turns of the host. */
export interface Timers {
  /** Milliseconds from some start; it never goes back. */
  now(): number;
  /** Calls after some milliseconds; the function that it returns cancels that. */
  after(milliseconds: number, act: () => void): () => void;
  /** Calls soon, when all that is at hand now has been worked on. */
  soon(act: () => void): void;
}

/** Where a stream of the host goes to. */
export type StreamTarget = AddressTarget | PathTarget | CommandTarget;

/** A TCP port. */
export interface AddressTarget {
  /** An IP address. */
  readonly address: string;
  /** Its TCP port. */
  readonly port: number;
}

/** A Unix socket. */
export interface PathTarget {
  /** Where it is. */
  readonly path: string;
}

/** A program that is started for the stream, which is its standard input and output. */
export interface CommandTarget {
  /** The command for the host's shell. */
  readonly command: string;
}

/** Why a host didn't connect. */
export type ConnectFailure = 'refused' | 'unreachable' | 'timeout';

/** Events of a stream of the host; nothing comes after `failed`. */
export interface StreamEvents {
  opened(): void;
  /** Bytes came; they are the receiver's to keep. */
  data(bytes: Uint8Array): void;
  /** The other side has sent its last byte. */
  ended(): void;
  /** It broke, or was never connected. */
  failed(why: ConnectFailure | 'reset'): void;
}

/** A byte stream to somewhere on the host or beyond it. */
export interface HostStream {
  /** Sends bytes, which must not change until `done` is called: the host has taken them. */
  write(bytes: Uint8Array, done: () => void): void;
  /** No more bytes will be written. */
  end(): void;
  /** Holds data back, or lets it come again. */
  setReading(reads: boolean): void;
  /** Breaks it, with a reset where that is possible. */
  destroy(): void;
}

/** A listener for streams or datagrams, until it is closed. */
export interface HostListener {
  readonly port: number;
  close(): void;
}

/** Somebody connected to a port of the host. Call `accept` at once. */
export interface HostConnection {
  readonly address: string;
  readonly port: number;
  accept(events: StreamEvents): HostStream;
}

/** Takes a datagram; the bytes are the receiver's to keep. */
export type OnDatagram = (bytes: Uint8Array, address: string, port: number) => void;

/** A port of the host for datagrams. */
export interface HostDatagrams {
  /** Sends bytes that nobody changes later. What cannot be sent is lost, as datagrams may be. */
  send(bytes: Uint8Array, address: string, port: number): void;
  close(): void;
}

/** The host's sockets. Addresses are canonical texts. */
export interface HostSockets {
  connect(target: StreamTarget, events: StreamEvents): HostStream;
  /** @throws ConfigurationError if it cannot listen */
  listen(address: string, port: number, onConnection: (connection: HostConnection) => void): Promise<HostListener>;
  /** Without an address and port: any free port of any address of that family. */
  datagrams(family: 4 | 6, onDatagram: OnDatagram): HostDatagrams;
  /** @throws ConfigurationError if the port is taken */
  bindDatagrams(address: string, port: number, onDatagram: OnDatagram): Promise<HostDatagrams & HostListener>;
  /** The resolver's servers, the preferred one first. */
  nameServers(): readonly { readonly address: string; readonly port: number }[];
  /** Closes all that was opened here. */
  close(): void;
  /** Whether an address answers an ICMP echo within a second or two; some hosts cannot ask. */
  ping(address: string, bytes: number): Promise<boolean>;
}

/** A folder whose files a guest may read. */
export interface BootFiles {
  /**
   * Opens a file by a name that a guest chose. The name never leads out of the folder.
   * @returns nothing where there is no such file
   */
  open(name: string): Promise<BootFile | undefined>;
}

/** A file that is being read. */
export interface BootFile {
  /** Bytes. */
  readonly size: number;
  /** Up to `length` bytes; fewer only at the end. */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}
