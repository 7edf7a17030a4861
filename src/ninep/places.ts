import { Errno, FolderError } from './errno.ts';
import type { Place } from './folder.ts';

/** Places at most, and names on the way to one: each takes memory. */
const MOST_PLACES = 1 << 17;
const MOST_DEPTH = 2048;

/**
 * A name in a directory of a shared folder. Those that are kept share what is known of the way to them. `Handle`: what stands for a
 * directory while it is open, where a folder has such a thing.
 */
export class FolderPlace<Handle = never> implements Place {
  name: string;
  parent: FolderPlace<Handle> | null;
  /** How many keep it: fids, and places in it. */
  keepers = 1;
  readonly places = new Map<string, FolderPlace<Handle>>();
  /** The handle of a directory, while it is open. */
  handle: Handle | null = null;

  constructor(parent: FolderPlace<Handle> | null, name: string) {
    this.parent = parent;
    this.name = name;
  }

  /** Whether it is a place, or in one. */
  isWithin(place: FolderPlace<Handle>): boolean {
    for (let at: FolderPlace<Handle> | null = this; at !== null; at = at.parent) if (at === place) return true;
    return false;
  }

  /** Names from it up to the topmost place that it is in, its own first, and that place. The way may be too long for recursion. */
  get way(): { readonly names: readonly string[]; readonly top: FolderPlace<Handle> } {
    const names: string[] = [];
    let top: FolderPlace<Handle> = this;
    for (; top.parent !== null; top = top.parent) names.push(top.name);
    return { names, top };
  }

  get depth(): number {
    let depth = 0;
    for (let at: FolderPlace<Handle> | null = this.parent; at !== null; at = at.parent) depth++;
    return depth;
  }

  /** Names on the longest way from it to a place that is kept. */
  get height(): number {
    let height = 0;
    for (let level: FolderPlace<Handle>[] = [this]; ; height++) {
      level = level.flatMap(({ places }) => [...places.values()]);
      if (level.length === 0) return height;
    }
  }
}

/** All places of a shared folder that something keeps. They move along when the guest renames what they are in. */
export class Places<Handle = never> {
  readonly root = new FolderPlace<Handle>(null, '');
  readonly #onGone: (place: FolderPlace<Handle>) => void;
  #count = 0;

  /** `onGone` hears of places that nobody keeps any more. */
  constructor(onGone: (place: FolderPlace<Handle>) => void) {
    this.#onGone = onGone;
  }

  /** The place of what was removed, kept once. */
  gone(name: string): FolderPlace<Handle> {
    this.#checkRoom();
    this.#count++;
    return new FolderPlace<Handle>(null, name);
  }

  #checkRoom(): void {
    if (this.#count >= MOST_PLACES) throw new FolderError(Errno.outOfMemory, 'too many files are in use');
  }

  /** The place of a name, kept once more. */
  at(directory: FolderPlace<Handle>, name: string): FolderPlace<Handle> {
    const known = directory.places.get(name);
    if (known !== undefined) {
      known.keepers++;
      return known;
    }
    this.#checkRoom();
    checkDepth(directory, 0);
    const place = new FolderPlace<Handle>(directory, name);
    directory.places.set(name, place);
    directory.keepers++;
    this.#count++;
    return place;
  }

  release(place: FolderPlace<Handle>): void {
    for (let at: FolderPlace<Handle> | null = place; at !== null && --at.keepers === 0; ) {
      const parent: FolderPlace<Handle> | null = at.parent;
      this.#count--;
      this.#leave(at);
      this.#onGone(at);
      at = parent;
    }
  }

  /** Removes a name: places that had it lead nowhere from now on. */
  forget(directory: FolderPlace<Handle>, name: string): void {
    const place = directory.places.get(name);
    if (place === undefined) return;
    this.#leave(place);
    place.parent = null;
    this.release(directory);
  }

  /** Throws where a place cannot go to another directory, as the way to what is in it would be too long. */
  checkMove(place: FolderPlace<Handle>, newDirectory: FolderPlace<Handle>): void {
    checkDepth(newDirectory, place.height);
  }

  /** Moves a name: the place that had it gets the new name, and a place that had the new one leads nowhere. */
  move(directory: FolderPlace<Handle>, name: string, newDirectory: FolderPlace<Handle>, newName: string): void {
    if (directory === newDirectory && name === newName) return;
    this.forget(newDirectory, newName);
    const place = directory.places.get(name);
    if (place === undefined) return;
    this.#leave(place);
    newDirectory.keepers++;
    place.parent = newDirectory;
    place.name = newName;
    newDirectory.places.set(newName, place);
    this.release(directory);
  }

  #leave(place: FolderPlace<Handle>): void {
    if (place.parent?.places.get(place.name) === place) place.parent.places.delete(place.name);
  }
}

function checkDepth({ depth }: { readonly depth: number }, height: number): void {
  if (depth + height >= MOST_DEPTH) throw new FolderError(Errno.nameTooLong, 'the way to it is too long');
}
