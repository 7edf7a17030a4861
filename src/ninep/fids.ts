import { Errno, FolderError } from './errno.ts';
import type { FolderUse, OpenDirectory, OpenFile, Place, SharedFolder } from './folder.ts';

/** A file that a client calls by a number: a place, and the open file there. */
export interface Fid {
  place: Place;
  /** The user who attached: new files belong to this user. */
  readonly user: number;
  open: OpenFile | OpenDirectory | null;
}

/** Most numbers at once, and most open files among them: each takes memory, and an open file takes one of the process. */
const MOST_FIDS = 1 << 16;
const MOST_OPEN = 1024;

/** The fids of one client. */
export class Fids {
  readonly #fids = new Map<number, Fid>();
  readonly #folder: SharedFolder;
  #open = 0;

  constructor(folder: SharedFolder) {
    this.#folder = folder;
  }

  get(number: number): Fid {
    const fid = this.#fids.get(number);
    if (fid === undefined) throw new FolderError(Errno.badFid, `there is no fid ${number}`);
    return fid;
  }

  /** An open file. */
  file(number: number): OpenFile {
    const { open } = this.get(number);
    if (open?.kind !== 'file') throw new FolderError(open === null ? Errno.badFid : Errno.isDirectory);
    return open;
  }

  /** An open directory. */
  directory(number: number): OpenDirectory {
    const { open } = this.get(number);
    if (open?.kind !== 'directory') throw new FolderError(open === null ? Errno.badFid : Errno.notDirectory);
    return open;
  }

  /** Throws where a number is taken, or there are too many. */
  checkFree(number: number): void {
    if (this.#fids.has(number)) throw new FolderError(Errno.invalid, `there is a fid ${number} already`);
    if (this.#fids.size >= MOST_FIDS) throw new FolderError(Errno.outOfMemory, 'there are too many fids');
  }

  /** A new one, which has the place from now on. */
  add(number: number, place: Place, user: number): void {
    this.#fids.set(number, { place, user, open: null });
  }

  /** By their numbers. */
  get all(): ReadonlyMap<number, Fid> {
    return this.#fids;
  }

  /** One as it was when it was saved, which has the place from now on. */
  restore(number: number, user: number, { place, open }: FolderUse): void {
    this.checkFree(number);
    this.add(number, place, user);
    if (open === null) return;
    this.checkOpenable(this.get(number));
    this.setOpen(this.get(number), open);
  }

  /** Throws where a fid cannot be opened. */
  checkOpenable(fid: Fid): void {
    if (fid.open !== null) throw new FolderError(Errno.invalid, 'the fid is open');
    if (this.#open >= MOST_OPEN) throw new FolderError(Errno.tooManyOpen, 'too many files are open');
  }

  /** A fid is open from now on. */
  setOpen(fid: Fid, open: OpenFile | OpenDirectory): void {
    fid.open = open;
    this.#open++;
  }

  /** It is at another place from now on, which it has. */
  move(fid: Fid, place: Place): void {
    this.#folder.release(fid.place);
    fid.place = place;
  }

  /** It is there no more. */
  async clunk(number: number): Promise<void> {
    const { place, open } = this.get(number);
    this.#fids.delete(number);
    this.#folder.release(place);
    if (open === null) return;
    this.#open--;
    await open.close();
  }

  /** None are there any more. What cannot be closed is forgotten like the others. */
  async clear(): Promise<void> {
    for (const number of [...this.#fids.keys()]) await this.clunk(number).catch(() => {});
  }
}
