import type { ToMachine } from '../runtime/host/messages.ts';
import type { PciCardModel } from '../runtime/machine/catalogue/network.ts';
import type { DriveCommand, DriveReport } from './drives/protocol.ts';
import type { IsolatePool } from './isolate/pool.ts';
import type { Command, MessageEnd, Report, ToDrives } from './isolate/protocol.ts';
import type { MachineConfig } from './machine-core.ts';
import type { OpenNetwork } from './network/open-network.ts';
import type { NetworkBackendOptions } from './network/options.ts';
import type { SharedFolder } from './ninep/folder.ts';
import type { RecordingFile } from './recording/machine-recording.ts';
import type { SecurityModelName } from './shares/options.ts';
import type { Compressor } from './snapshot/compression.ts';
import type { SoundFile } from './sound/sound.ts';
import type { SampleFormat } from './sound/wav.ts';
import type { Decompressor } from './storage/qcow2/compressed.ts';

/** Images by name. */
export type Images = Readonly<Record<string, Uint8Array>>;

/** A video BIOS for each display adapter. */
export type VideoFirmware = Readonly<Record<'videoBios' | 'cirrusVideoBios' | 'vmwareVideoBios', Uint8Array>>;

/** A system BIOS, and the video BIOSes that it comes with. */
export type Firmware = Images & VideoFirmware & Readonly<Record<'bios', Uint8Array>>;

/** With the option ROM by which a BIOS boots a kernel. */
export type OwnFirmware = Firmware & Readonly<Record<'kernelLoader', Uint8Array>>;

/** The services of Node or the browser for a machine's library side. */
export interface Host {
  /** Reads an image. Throws with the system's reason. */
  readFile(path: string): Promise<Uint8Array>;
  /** SeaBIOS and its video BIOSes. Throws if they cannot be had. */
  seabios(): Promise<Firmware>;
  /** iPXE's option ROM for a network card. Throws if it cannot be had. */
  ipxe(card: PciCardModel): Promise<Uint8Array>;
  /**
   * The images that `make` makes of the files in some folders: from an earlier time, where the host could keep them and the files
   * are unchanged.
   */
  keep<Made extends Images>(name: string, sources: readonly URL[], make: () => Promise<Made>): Promise<Made>;
  /** Makes snapshots small. */
  readonly compressor: Compressor;
  /** A compressor whose output any host can read. */
  readonly portableCompressor: Compressor;
  /** Reads them again. */
  readonly decompressor: Decompressor;
  /**
   * Opens what a network card is connected to.
   * @param log hears what goes wrong later
   * @throws ConfigurationError that names the option, the file, or the port that cannot be had
   */
  openNetwork(options: NetworkBackendOptions, log: (message: string) => void): Promise<OpenNetwork>;
  /**
   * Opens a WAV file for what a machine plays.
   * @param log hears why it has ended early
   * @throws ConfigurationError if it cannot be written
   */
  openSoundFile(path: string, format: SampleFormat, log: (message: string) => void): Promise<SoundFile>;
  /**
   * Opens a file for a recording that begins so.
   * @param log hears why it has ended early
   * @throws ConfigurationError if it cannot be written
   */
  openRecording(path: string, header: Uint8Array, log: (message: string) => void): Promise<RecordingFile>;
  /**
   * The address of a web server that a name stands for.
   * @throws ConfigurationError if it stands for none
   */
  addressOf(name: string): string;
  /**
   * Opens a folder that a guest is to share.
   * @throws ConfigurationError that names the folder, if it cannot be opened, or if no folder can be shared here
   */
  openFolder(path: string, options: { readonly securityModel: SecurityModelName }): Promise<SharedFolder>;
  /** Makes what serves the drives of one machine (src/drives/service.ts): in a thread of its own, or in the caller's. */
  startDrives(events: IsolateEvents): DriveThread;
  /** Has an isolate start in a worker ahead, for the first machine of this pool; `name` is for people. Left out: the host cannot. */
  prepareIsolate?(pool: IsolatePool, name?: string): void;
  /** A machine goes on from a state that it has got. Where another one is likely to follow, an isolate starts for that. */
  prepareNext?(): void;
  /** Makes an isolate that runs a machine. */
  startIsolate(start: IsolateStart, events: IsolateEvents): Isolate;
}

export interface IsolateStart {
  readonly where: 'worker' | 'caller';
  readonly config: MachineConfig;
  /** For people. */
  readonly name?: string | undefined;
  /** Where isolates of machines that have ended may be had, and this one is kept when its machine ends, if the host can. */
  readonly pool?: IsolatePool | undefined;
  /** Where its requests for drives go. */
  readonly drives?: MessageEnd<ToDrives, ToMachine> | undefined;
}

/** The server of one machine's drives. It begins with the first message, and ends when it is told to close them. */
export interface DriveThread {
  /** There was a message. */
  readonly isStarted: boolean;
  readonly port: MessageEnd<DriveCommand, DriveReport>;
  /** The machine's end of the connection between them. */
  readonly machineEnd: MessageEnd<ToDrives, ToMachine>;
  /** Whether it keeps the program alive. */
  hold(alive: boolean): void;
  /** Ends it, if it has not ended already. */
  terminate(): Promise<void>;
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
