import type {
  MachineOptions,
  NetworkBackend,
  NetworkBackendOptions,
  ServerFolder,
  SharedFiles,
  SnapshotBytes,
} from '../common.ts';
import type { Machine } from '../machine/machine.ts';
import type { OpenPage } from './page.ts';

/** Told how many bytes of a file have come, of how many there are; undefined: it is not known. */
export type Report = (loaded: number, total: number | undefined) => void;

/** The library as this host has it. */
export interface V86Host {
  create(options: MachineOptions): Promise<Machine>;
  restore(snapshot: SnapshotBytes, changes: Partial<MachineOptions>): Promise<Machine>;
  openNetwork(options: NetworkBackendOptions, log: (message: string) => void): Promise<NetworkBackend>;
  openServerFolder(server: ServerFolder): Promise<SharedFiles>;
  /** Whether an address names a file of this host, which is read there as the guest asks for it. */
  isFile(url: string): boolean;
  /** Reads a file whole. Throws with the reason. */
  readFile(url: string): Promise<Uint8Array>;
  readonly openPage: OpenPage;
}
