import type { DriveOptions } from '../drives/options.ts';
import { type ImageFormat, isImageFormat } from '../storage/formats.ts';
import { ConfigurationError } from '../util/errors.ts';
import type { Image } from '../util/image.ts';
import type { Machine } from './machine.ts';

/** An image that was named by `blockdev-add` or `drive_add`, and can be put into a drive. */
export interface BlockNode {
  readonly name: string;
  /** As it was said: an image's format, or file. Left out: what it is, its first bytes tell. */
  readonly driver?: string;
  readonly image: Image;
  readonly isReadOnly: boolean;
  /** The format that its first bytes indicate. */
  readonly found?: string;
  /** Size of the file in bytes. */
  readonly bytes: number;
  /** It is one of `drive_add` or -drive: what is written is forgotten if it says so, and it goes with the device that it is connected to. */
  readonly drive?: { readonly snapshot: boolean } & Pick<DriveOptions, 'serial' | 'limits'>;
}

/** The file of an image. */
export interface ImageFile {
  readonly bytes: number;
  /** By its first bytes. */
  readonly format: string;
}

/** The node of a drive that no device has. `file`: what the host knows of its image. */
export function driveNode(
  name: string,
  {
    image,
    format,
    media,
    readOnly = media === 'cdrom',
    snapshot = false,
    serial,
    limits,
  }: DriveOptions & { image: Image },
  file?: ImageFile,
): WaitingDrive {
  return {
    ...{ name, image, isReadOnly: readOnly, bytes: file?.bytes ?? 0 },
    ...(format !== undefined && { driver: format }),
    ...(file && { found: file.format }),
    drive: { snapshot, ...(serial !== undefined && { serial }), ...(limits && { limits }) },
  };
}

/** The format of a node's image, as monitors show it. */
export const shownFormat = ({ driver, found }: BlockNode): string => driver ?? found ?? 'raw';

/** The name of a node's image, as monitors show it. */
export const shownImage = ({ image, name }: BlockNode): string => (typeof image === 'string' ? image : name);

/** As what a node's image is opened; without a format the library finds it out. */
export function formatOf({ driver }: BlockNode): { readonly format?: ImageFormat } {
  return driver === undefined ? {} : { format: isImageFormat(driver) ? driver : 'raw' };
}

/** The node of a drive that no device has. */
export type WaitingDrive = BlockNode & Required<Pick<BlockNode, 'drive'>>;

/** The medium of a drive whose tray is open: the guest cannot reach it. Null: none. */
export interface TrayContent {
  readonly image: Image;
  readonly format?: ImageFormat;
  readonly readOnly: boolean;
  /** The node that it is, if it was added as one. */
  readonly node?: BlockNode;
}

const nodesOf = new WeakMap<Machine, BlockNodes>();

/** Nodes that were added, and trays that are open. */
export class BlockNodes {
  readonly #nodes = new Map<string, BlockNode>();
  /** By the names of drives. */
  readonly #openTrays = new Map<string, TrayContent | null>();
  /** Nodes in drives whose trays are closed, by the drives' names. */
  readonly #inserted = new Map<string, BlockNode>();

  /** The nodes of a machine that commands have added, whichever client sent them. */
  static of(machine: Machine): BlockNodes {
    const known = nodesOf.get(machine);
    if (known) return known;
    const nodes = new BlockNodes();
    nodesOf.set(machine, nodes);
    machine.on('unplug', (device) => 'drive' in device && nodes.#unplugged(device.drive));
    return nodes;
  }

  get all(): readonly BlockNode[] {
    return [...this.#nodes.values()];
  }

  /** Drives that no device has. */
  get waitingDrives(): readonly WaitingDrive[] {
    return this.all.filter((node): node is WaitingDrive => node.drive !== undefined && !this.isUsed(node));
  }

  /** @throws ConfigurationError if there is one of that name */
  add(node: BlockNode): void {
    if (this.#nodes.has(node.name)) throw new ConfigurationError(`Duplicate nodes with node-name='${node.name}'`);
    this.#nodes.set(node.name, node);
  }

  find(name: string): BlockNode | undefined {
    return this.#nodes.get(name);
  }

  /** @throws ConfigurationError if there is none of that name, or it is in a drive */
  delete(name: string): void {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new ConfigurationError(`Failed to find node with node-name='${name}'`);
    if (this.isUsed(node)) throw new ConfigurationError(`Node ${name} is in use`);
    this.#nodes.delete(name);
  }

  isUsed(node: BlockNode): boolean {
    const contents = [...this.#openTrays.values()].map((content) => content?.node);
    return [...contents, ...this.#inserted.values()].includes(node);
  }

  /** The node in a drive, if it was added as one. */
  insertedIn(drive: string): BlockNode | undefined {
    return this.#inserted.get(drive);
  }

  isTrayOpen(drive: string): boolean {
    return this.#openTrays.has(drive);
  }

  /** The medium in a tray that is open. */
  inTray(drive: string): TrayContent | null {
    return this.#openTrays.get(drive) ?? null;
  }

  /** The tray is open with this in it. */
  open(drive: string, content: TrayContent | null): void {
    this.#inserted.delete(drive);
    this.#openTrays.set(drive, content);
  }

  /** The tray is closed. */
  close(drive: string): void {
    const node = this.inTray(drive)?.node;
    this.#openTrays.delete(drive);
    if (node) this.#inserted.set(drive, node);
    else this.#inserted.delete(drive);
  }

  /** It is what a drive has that was plugged in with it. */
  insert(drive: string, node: BlockNode): void {
    this.#inserted.set(drive, node);
  }

  #unplugged(drive: string): void {
    const node = this.#inserted.get(drive);
    this.#inserted.delete(drive);
    if (node?.drive) this.#nodes.delete(node.name);
  }
}
