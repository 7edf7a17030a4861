import type { Image } from '../../options.ts';
import type { ImageFormat } from '../../storage/open.ts';
import { QmpError } from '../error.ts';

/** An image that was named by `blockdev-add`, and can be put into a drive. */
export interface BlockNode {
  readonly name: string;
  /** As it was said: raw, qcow2 or file. */
  readonly driver: string;
  readonly image: Image;
  readonly isReadOnly: boolean;
  /** Of the file. */
  readonly bytes: number;
}

/** What is in a drive whose tray is open: it is out of the guest's reach. Null: nothing. */
export interface TrayContent {
  readonly image: Image;
  readonly format: ImageFormat;
  readonly readOnly: boolean;
  /** The node that it is, if it was added as one. */
  readonly node?: BlockNode;
}

/** Nodes that were added, and trays that are open. */
export class BlockNodes {
  readonly #nodes = new Map<string, BlockNode>();
  /** By the names of drives. */
  readonly #openTrays = new Map<string, TrayContent | null>();
  /** Nodes in drives whose trays are closed, by the drives' names. */
  readonly #inserted = new Map<string, BlockNode>();

  get all(): readonly BlockNode[] {
    return [...this.#nodes.values()];
  }

  /** @throws QmpError if there is one of that name */
  add(node: BlockNode): void {
    if (this.#nodes.has(node.name)) throw new QmpError(`Duplicate nodes with node-name='${node.name}'`);
    this.#nodes.set(node.name, node);
  }

  find(name: string): BlockNode | undefined {
    return this.#nodes.get(name);
  }

  /** @throws QmpError if there is none of that name, or it is in a drive */
  delete(name: string): void {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new QmpError(`Failed to find node with node-name='${name}'`);
    if (this.isUsed(node)) throw new QmpError(`Node ${name} is in use`);
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

  /** What is in a tray that is open. */
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
}
