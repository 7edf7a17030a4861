import { Errno, FolderError } from '../../ninep/errno.ts';
import type { Place } from '../../ninep/folder.ts';
import type { DirectoryHandle } from './directory-handle.ts';

/** Places at most, and names on the way to one: each takes memory. */
const MOST_PLACES = 1 << 17;
const MOST_DEPTH = 2048;

/** A name in a directory of the shared folder. Those that are kept share what is known of the way to them. */
export class FolderPlace implements Place {
  name: string;
  parent: FolderPlace | null;
  /** How many keep it: fids, and places in it. */
  keepers = 1;
  readonly places = new Map<string, FolderPlace>();
  /** Of a directory, while it is open. */
  handle: DirectoryHandle | null = null;

  constructor(parent: FolderPlace | null, name: string) {
    this.parent = parent;
    this.name = name;
  }

  /** Whether it is a place, or in one. */
  isWithin(place: FolderPlace): boolean {
    for (let at: FolderPlace | null = this; at !== null; at = at.parent) if (at === place) return true;
    return false;
  }

  get depth(): number {
    let depth = 0;
    for (let at = this.parent; at !== null; at = at.parent) depth++;
    return depth;
  }

  /** Names on the longest way from it to a place that is kept. */
  get height(): number {
    let height = 0;
    for (let level: FolderPlace[] = [this]; ; height++) {
      level = level.flatMap(({ places }) => [...places.values()]);
      if (level.length === 0) return height;
    }
  }
}

/** All places of a shared folder that something keeps. They move along when the guest renames what they are in. */
export class Places {
  readonly root = new FolderPlace(null, '');
  readonly #onGone: (place: FolderPlace) => void;
  #count = 0;

  /** `onGone` hears of places that nobody keeps any more. */
  constructor(onGone: (place: FolderPlace) => void) {
    this.#onGone = onGone;
  }

  /** The place of a name, kept once more. */
  at(directory: FolderPlace, name: string): FolderPlace {
    const known = directory.places.get(name);
    if (known !== undefined) {
      known.keepers++;
      return known;
    }
    if (this.#count >= MOST_PLACES) throw new FolderError(Errno.outOfMemory, 'too many files are in use');
    checkDepth(directory, 0);
    const place = new FolderPlace(directory, name);
    directory.places.set(name, place);
    directory.keepers++;
    this.#count++;
    return place;
  }

  release(place: FolderPlace): void {
    for (let at: FolderPlace | null = place; at !== null && --at.keepers === 0; ) {
      const parent: FolderPlace | null = at.parent;
      this.#count--;
      this.#leave(at);
      this.#onGone(at);
      at = parent;
    }
  }

  /** What had this name is there no more: who keeps its place finds nothing. */
  forget(directory: FolderPlace, name: string): void {
    const place = directory.places.get(name);
    if (place === undefined) return;
    this.#leave(place);
    place.parent = null;
    this.release(directory);
  }

  /** Throws where a place cannot go to another directory, as the way to what is in it would be too long. */
  checkMove(place: FolderPlace, newDirectory: FolderPlace): void {
    checkDepth(newDirectory, place.height);
  }

  /** What has one name has another one now, in the place of what had that. */
  move(directory: FolderPlace, name: string, newDirectory: FolderPlace, newName: string): void {
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

  #leave(place: FolderPlace): void {
    if (place.parent?.places.get(place.name) === place) place.parent.places.delete(place.name);
  }
}

function checkDepth({ depth }: FolderPlace, height: number): void {
  if (depth + height >= MOST_DEPTH) throw new FolderError(Errno.nameTooLong, 'the way to it is too long');
}
