import type { BusMemory } from '../../memory/bus-memory.ts';
import { describe, i32, type StateOf, u8, u32 } from '../../snapshot/describe.ts';
import { PAGE_BYTES } from '../abi.ts';
import type { FrontPage } from './front-page.ts';

/** Bytes of a framebuffer, at most, as of the other display adapters' memory, and pixels of its sides. */
export const MOST_FRAMEBUFFER_BYTES = 16 << 20;
const MOST_SIDE = 4096;
const depths: readonly number[] = [8, 16, 24, 32];

/** struct xenfb_page (io/fbif.h): the directory follows, aligned as the guest's compiler does. */
const Page = { width: 16, height: 20, lineBytes: 24, length: 28, depth: 32 } as const;
/** Where the directory is, and how long its entries are, in bytes. */
export interface DirectoryForm {
  readonly at: number;
  readonly entryBytes: 4 | 8;
}
const narrow: DirectoryForm = { at: 36, entryBytes: 4 };
const wide: DirectoryForm = { at: 40, entryBytes: 8 };
/** Here the rings begin. The structure has entries beyond, which no picture of a framebuffer this large needs. */
const DIRECTORY_END = 1024;

/** The picture's place in the framebuffer. */
export const layoutState = describe({
  /** Pixels and lines; 0: there is no picture. */
  width: i32,
  height: i32,
  /** Bits of a pixel. */
  depth: u8,
  /** Bytes from one line to the next, of the first line's offset, and of the framebuffer. */
  lineBytes: u32,
  offset: u32,
  length: u32,
});
export type Layout = StateOf<typeof layoutState>;

/** A layout as far as it is within its framebuffer; null: it shows nothing that can be. As in QEMU, a picture that is too large is cut. */
export function fitted({ width, height, depth, lineBytes, offset, length }: Layout): Layout | null {
  const bytes = Math.min(length, MOST_FRAMEBUFFER_BYTES);
  if (!depths.includes(depth) || lineBytes === 0 || lineBytes > bytes || offset >= bytes) return null;
  const columns = Math.min(width, Math.floor(lineBytes / (depth / 8)), MOST_SIDE);
  const lines = Math.min(height, Math.floor((bytes - offset) / lineBytes), MOST_SIDE);
  return columns > 0 && lines > 0 ? { width: columns, height: lines, depth, lineBytes, offset, length: bytes } : null;
}

/** The layout that the front end has put into its page. */
export function readLayout(memory: BusMemory, page: number): Layout {
  const bytes = new Uint8Array(DIRECTORY_END);
  memory.read(page, bytes);
  const view = new DataView(bytes.buffer);
  return {
    width: view.getInt32(Page.width, true),
    height: view.getInt32(Page.height, true),
    depth: view.getUint8(Page.depth),
    lineBytes: view.getUint32(Page.lineBytes, true),
    offset: 0,
    length: view.getUint32(Page.length, true),
  };
}

/**
 * The form of the directory by what the front end says (io/protocols.h). Old ones say nothing, and have one page of it: then what would be the
 * second entry of the narrow form is 0.
 */
export function directoryForm(protocol: string | undefined, memory: BusMemory, page: number): DirectoryForm {
  if (protocol !== undefined) return protocol === 'x86_64-abi' ? wide : narrow;
  const second = new Uint8Array(narrow.entryBytes);
  memory.read(page + narrow.at + narrow.entryBytes, second);
  return second.every((byte) => byte === 0) ? narrow : wide;
}

/** Numbers of the guest's pages that a framebuffer consists of. */
export class FramebufferDirectory {
  readonly #memory: BusMemory;
  readonly #page: FrontPage;
  readonly #form: DirectoryForm;

  constructor(memory: BusMemory, page: FrontPage, form: DirectoryForm) {
    this.#memory = memory;
    this.#page = page;
    this.#form = form;
  }

  /** Numbers from one page of the framebuffer to before another; null: there is none, or not any more. */
  pages(from: number, to: number): (number | null)[] {
    const each = PAGE_BYTES / this.#form.entryBytes;
    const found: (number | null)[] = [];
    for (let first = from - (from % each); first < to; first += each) {
      const numbers = this.#part(first / each);
      for (let n = Math.max(first, from); n < Math.min(first + each, to); n++) found.push(numbers?.(n - first) ?? null);
    }
    return found;
  }

  /** The numbers in a page of the directory, by their places. */
  #part(n: number): ((entry: number) => number) | null {
    const { at, entryBytes } = this.#form;
    const page = this.#page();
    if (page === null || at + (n + 1) * entryBytes > DIRECTORY_END) return null;
    const entry = new Uint8Array(entryBytes);
    this.#memory.read(page + at + n * entryBytes, entry);
    const address = this.#number(new DataView(entry.buffer), 0) * PAGE_BYTES;
    if (!this.#memory.has(address, PAGE_BYTES)) return null;
    const view = new DataView(new ArrayBuffer(PAGE_BYTES));
    this.#memory.read(address, new Uint8Array(view.buffer));
    return (entry) => this.#number(view, entry * entryBytes);
  }

  /** A number as a guest of 32 or of 64 bits has it. No memory is where it is rounded. */
  #number(view: DataView, at: number): number {
    const high = this.#form.entryBytes === 8 ? view.getUint32(at + 4, true) : 0;
    return high * 2 ** 32 + view.getUint32(at, true);
  }
}
