import { Errno, FolderError } from '../../ninep/errno.ts';
import { Places } from '../../ninep/places.ts';
import { DirectoryHandle, type HostPlace } from './directory-handle.ts';

/** Directories that stay open between two requests, so that the way to them need not be gone again. */
const MOST_KEPT = 128;

/**
 * The way to places. Each directory is opened by its name in the one before, without following links: so whatever the guest,
 * or a program of the host, does to names at the same time, no way leads out of the shared folder.
 */
export class Directories {
  readonly places = new Places<DirectoryHandle>((place) => this.#gone(place));
  /** The open directories, those that were used last at the end. The folder itself is not among them. */
  readonly #open = new Set<HostPlace>();
  readonly #unused: DirectoryHandle[] = [];

  constructor(root: DirectoryHandle) {
    this.places.root.handle = root;
  }

  /** The directory at a place, open until the next `settle`. Throws the system's error where it is none. */
  async handle(place: HostPlace): Promise<DirectoryHandle> {
    const way: HostPlace[] = [];
    for (let at = place; at.handle === null; at = at.parent) {
      if (at.parent === null) throw gone();
      way.push(at);
    }
    await this.#openWay(way.reverse());
    if (place.parent !== null) this.#used(place);
    return place.handle!;
  }

  /**
   * Opens the directories on the way to a place. Of a long way only the last ones stay open, since a guest chooses its length,
   * and others need files, too.
   */
  async #openWay(way: readonly HostPlace[]): Promise<void> {
    let passed: DirectoryHandle | null = null;
    for (const [n, at] of way.entries()) {
      const before: DirectoryHandle | null = passed;
      const path = (before ?? at.parent!.handle!).path(at.name);
      const handle = await DirectoryHandle.open(path).finally(() => before?.close());
      if (way.length - n > MOST_KEPT) passed = handle;
      else {
        passed = null;
        at.handle = handle;
        // At once: if the next one is none, this one has to be closed all the same.
        this.#used(at);
      }
    }
  }

  /** The path by which the system comes to a place. Its last part must not be followed. */
  async path(place: HostPlace): Promise<string> {
    if (place === this.places.root) return place.handle!.path('.');
    if (place.parent === null) throw gone();
    return (await this.handle(place.parent)).path(place.name);
  }

  /** Compares the directory at a place with the one that is open for it; a handle of another one is closed. */
  found(place: HostPlace, device: bigint, inode: bigint): void {
    const { handle } = place;
    if (handle !== null && place.parent !== null && (handle.device !== device || handle.inode !== inode))
      this.#gone(place);
  }

  #used(place: HostPlace): void {
    this.#open.delete(place);
    this.#open.add(place);
  }

  #gone(place: HostPlace): void {
    this.#open.delete(place);
    if (place.handle !== null) this.#unused.push(place.handle);
    place.handle = null;
  }

  /** Closes what is not kept. Nothing may be under way. */
  async settle(most = MOST_KEPT): Promise<void> {
    for (const place of this.#open) {
      if (this.#open.size <= most) break;
      this.#gone(place);
    }
    // What cannot be closed is gone all the same.
    for (const handle of this.#unused.splice(0)) await handle.close().catch(() => {});
  }

  /** Closes all. */
  async close(): Promise<void> {
    await this.settle(0);
    await this.places.root.handle?.close();
    this.places.root.handle = null;
  }
}

function gone(): FolderError {
  return new FolderError(Errno.noEntry, 'the file was removed');
}
