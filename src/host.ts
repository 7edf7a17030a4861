import type { Command, MessageEnd, Report } from './isolate/protocol.ts';
import type { MachineConfig } from './machine-core.ts';
import type { OpenNetwork } from './network/open-network.ts';
import type { NetworkBackendOptions } from './network/options.ts';
import type { Compressor } from './snapshot/compression.ts';
import type { StorageHost } from './storage/open.ts';

/** Images by name. */
export type Images = Readonly<Record<string, Uint8Array>>;

/** A system BIOS, and the video BIOS that it comes with. */
export type Firmware = Images & Readonly<Record<'bios' | 'videoBios', Uint8Array>>;

/** With the option ROM by which a BIOS boots a kernel. */
export type OwnFirmware = Firmware & Readonly<Record<'kernelLoader', Uint8Array>>;

/** What a machine's library side needs of Node or the browser. */
export interface Host {
  /** Reads an image. Throws with the system's reason. */
  readFile(path: string): Promise<Uint8Array>;
  /** SeaBIOS and its video BIOS. Throws if they cannot be had. */
  seabios(): Promise<Firmware>;
  /**
   * What `make` makes of the files in some folders: from an earlier time, where the host could keep it and they are as
   * they were then.
   */
  keep<Made extends Images>(name: string, sources: readonly URL[], make: () => Promise<Made>): Promise<Made>;
  /** Makes snapshots small. */
  readonly compressor: Compressor;
  /** Images of disks. */
  readonly storage: StorageHost;
  /**
   * Opens what a network card is connected to.
   * @throws ConfigurationError that names the option, the file, or the port that cannot be had
   */
  openNetwork(options: NetworkBackendOptions): Promise<OpenNetwork>;
  /** Makes an isolate that runs a machine; `name` is for people. */
  startIsolate(where: 'worker' | 'caller', config: MachineConfig, events: IsolateEvents, name?: string): Isolate;
}

export interface IsolateEvents {
  /** It has ended without being told to. */
  onCrash(error: Error): void;
}

export interface Isolate {
  readonly port: MessageEnd<Command, Report>;
  /** The machine has been made. Resolves when its state words are watched: until then its time would stand still. */
  watch(state: Int32Array): Promise<void>;
  /** Whether the isolate keeps the program alive. */
  hold(alive: boolean): void;
  /** Ends it, if it has not ended already. */
  terminate(): Promise<void>;
}
