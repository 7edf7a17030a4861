import type { BigIntStats } from 'node:fs';
import type { NewFile } from '../../ninep/folder.ts';
import type { Directories } from './directories.ts';
import type { HostPlace } from './directory-handle.ts';

/** Owner, permissions, kind and device number of a file, as the guest is to see them. */
export interface Ownership {
  readonly mode: number;
  readonly user: number;
  readonly group: number;
  readonly device: bigint;
}

/** A change of these; what is left out stays. */
export type OwnershipChange = Partial<Omit<Ownership, 'device'>>;

/** A file with its kind and, of a device file, its number. */
export interface NewNode extends NewFile {
  readonly kind: number;
  readonly device: bigint;
}

/** How the owners and permissions that a guest gives its files are kept at the host: QEMU's security models. */
export interface SecurityModel {
  /** The kinds of the host's files are those of the guest's. */
  readonly hasKinds: boolean;
  /** Whether a name is the model's own: for the guest it is not there. */
  hides(name: string): boolean;
  ownership(place: HostPlace, stats: BigIntStats): Promise<Ownership>;
  change(place: HostPlace, stats: BigIntStats, change: OwnershipChange): Promise<void>;
  /** Permissions with which a new file, or directory, is made. */
  permissions(file: NewFile, isDirectory: boolean): number;
  /** A file was made. */
  made(place: HostPlace, node: NewNode): Promise<void>;
  makeSymbolicLink(place: HostPlace, target: string, file: NewFile): Promise<void>;
  readLink(place: HostPlace): Promise<string>;
  makeNode(place: HostPlace, node: NewNode): Promise<void>;
  /** A directory is about to be removed. */
  emptied(place: HostPlace): Promise<void>;
  /** A file was removed, got another name, or one more. */
  removed(place: HostPlace): Promise<void>;
  renamed(from: HostPlace, to: HostPlace): Promise<void>;
  linked(from: HostPlace, to: HostPlace): Promise<void>;
}

/** A function that makes a security model. */
export type ModelFor = (directories: Directories) => SecurityModel;
