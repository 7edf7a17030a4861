import { Errno, FolderError } from '../../ninep/errno.ts';
import type { Space } from './space.ts';

/** Files are kept in parts of so many bytes, so that holes take nothing, and what grows is not copied again and again. */
const PART_BYTES = 1 << 16;
/** About what the host needs for a part besides its bytes. */
const PART_OVERHEAD = 256;

/** Bytes of the host's memory that a file of some bytes takes. */
export function roomFor(size: number): number {
  return size + Math.ceil(size / PART_BYTES) * PART_OVERHEAD;
}

/** Bytes of a file, and where they are. */
export interface FilePart {
  readonly position: number;
  readonly bytes: Uint8Array;
}

/** Where a byte is. */
function placeOf(position: number): { readonly index: number; readonly offset: number } {
  return { index: Math.floor(position / PART_BYTES), offset: position % PART_BYTES };
}

/** The bytes of a file. Parts that are not there, and the ends of those that are shorter, are zeros; so is what is behind the end. */
export class FileData {
  #space: Space;
  readonly #parts = new Map<number, Uint8Array>();
  #size = 0;
  #taken = 0;

  constructor(space: Space) {
    this.#space = space;
  }

  get size(): number {
    return this.#size;
  }

  /** Bytes of the host's memory that it takes. */
  get taken(): number {
    return this.#taken;
  }

  /** The parts that are not zeros, in no order; the bytes are those of the file itself, not copies. */
  *parts(): IterableIterator<FilePart> {
    for (const [index, part] of this.#parts) {
      const position = index * PART_BYTES;
      const bytes = part.subarray(0, this.#size - position);
      if (bytes.length > 0) yield { position, bytes };
    }
  }

  /** Fills `target`, as far as the file goes: bytes that there were. */
  read(target: Uint8Array, position: number): number {
    const length = Math.max(0, Math.min(target.length, this.#size - position));
    for (let done = 0; done < length; ) {
      const { index, offset } = placeOf(position + done);
      const piece = target.subarray(done, Math.min(length, done + PART_BYTES - offset));
      const found = this.#parts.get(index)?.subarray(offset, offset + piece.length) ?? new Uint8Array(0);
      piece.set(found);
      piece.fill(0, found.length);
      done += piece.length;
    }
    return length;
  }

  /** Writes as much as there is room for: that many bytes. Throws FolderError where there is none. */
  write(bytes: Uint8Array, position: number): number {
    if (position + bytes.length > Number.MAX_SAFE_INTEGER) throw new FolderError(Errno.tooLarge, 'no file is so long');
    let done = 0;
    while (done < bytes.length) {
      const { index, offset } = placeOf(position + done);
      const wanted = Math.min(bytes.length - done, PART_BYTES - offset);
      const part = this.#part(index, offset, wanted);
      const length = Math.min(wanted, part.length - offset);
      if (length <= 0) break;
      part.set(bytes.subarray(done, done + length), offset);
      done += length;
    }
    if (done === 0 && bytes.length > 0) throw new FolderError(Errno.noSpace, 'there is no room for more');
    if (done > 0) this.#size = Math.max(this.#size, position + done);
    return done;
  }

  /** A part with so many bytes from an offset on, or as many as there is room for; as it was if there is room for none of them. */
  #part(index: number, offset: number, count: number): Uint8Array {
    const wanted = offset + count;
    const present = this.#parts.get(index);
    const length = present?.length ?? 0;
    if (present !== undefined && length >= wanted) return present;
    const overhead = present === undefined ? PART_OVERHEAD : 0;
    // Twice as many, so that what grows little by little is seldom copied.
    const generous = Math.min(PART_BYTES, Math.max(wanted, 2 * length));
    const most = length + this.#space.free - overhead;
    if (Math.min(most, wanted) <= offset) return present ?? new Uint8Array(0);
    const part = new Uint8Array(Math.max(length, most < generous ? Math.min(most, wanted) : generous));
    if (part.length === length) return present ?? part;
    if (present !== undefined) part.set(present);
    this.#space.take(part.length - length + overhead);
    this.#taken += part.length - length + overhead;
    this.#parts.set(index, part);
    return part;
  }

  /** It takes its memory from another space from now on. Throws FolderError where there is no room. */
  moveTo(space: Space): void {
    space.take(this.#taken);
    this.#space.give(this.#taken);
    this.#space = space;
  }

  /** It has so many bytes from now on. */
  resize(size: number): void {
    if (size < this.#size) this.#cut(size);
    this.#size = size;
  }

  #cut(size: number): void {
    const { index, offset } = placeOf(size);
    const last = placeOf(this.#size).index;
    const first = offset === 0 ? index : index + 1;
    // A file may have many more parts, or fewer, than the piece that is cut off has places for.
    const cut =
      last - first < this.#parts.size
        ? Array.from({ length: last - first + 1 }, (_, n) => first + n)
        : [...this.#parts.keys()].filter((one) => one >= first);
    for (const one of cut) this.#drop(one);
    const end = this.#parts.get(index);
    if (offset === 0 || end === undefined || end.length <= offset) return;
    this.#parts.set(index, end.slice(0, offset));
    this.#give(end.length - offset);
  }

  #drop(index: number): void {
    const part = this.#parts.get(index);
    if (part === undefined) return;
    this.#parts.delete(index);
    this.#give(part.length + PART_OVERHEAD);
  }

  #give(bytes: number): void {
    this.#taken -= bytes;
    this.#space.give(bytes);
  }
}
