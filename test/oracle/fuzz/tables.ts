import type { Random } from '../../support/random.ts';
import {
  ARENA,
  ARENA_BYTES,
  EXIT_PORT,
  HANDLER_BYTES,
  Layout,
  LOW_ARENA,
  LOW_ARENA_BYTES,
  MEMORY_BYTES,
  Selector,
  SYSTEM_BYTES,
} from './layout.ts';

const PAGE = 4096;
const VECTORS = 256;
/** Descriptors in a table. */
const DESCRIPTORS = 512;
const CODE_BYTES = 0x10000;

/** Bits of a page's entry (Intel SDM vol. 3, 4.3). */
const Page = { present: 1, writable: 2, user: 4, global: 1 << 8 } as const;
const EXECUTE_DISABLED_HIGH = 1 << 31;

/** Base, limit field and the bits of the second word. */
function descriptor(base: number, limit: number, bits: number): [number, number] {
  const high = (base & 0xff000000) | (limit & 0xf0000) | ((base >>> 16) & 0xff) | bits;
  return [(base << 16) | (limit & 0xffff), high];
}

function gate(selector: number, offset: number, bits: number): [number, number] {
  return [(selector << 16) | (offset & 0xffff), (offset & 0xffff0000) | bits];
}

/** Code and data of 32 and 16 bits for the system, and the same for users (D and type, DPL 0 and 3). */
const kinds: readonly number[] = [0x409a00, 0x409200, 0x9a00, 0x9200, 0x40fa00, 0x40f200, 0xfa00, 0xf200];

/** Fills a table from an index on with random descriptors, most of them of a sort that can be used. */
function fillRandom(words: Int32Array, from: number, random: Random): void {
  for (let n = from; n < DESCRIPTORS; n++) words.set(randomDescriptor(random), 2 * n);
}

function randomDescriptor(random: Random): [number, number] {
  if (random.chance(10)) return [random.word(), random.word()];
  const present = random.chance(90) ? 0x8000 : 0;
  const bits = present | (random.below(4) << 13) | (random.below(16) << 8);
  if (random.chance(55)) {
    const granular = random.chance(30) ? 0x800000 : 0;
    const limit = granular ? 0xfff00 + random.below(0x100) : random.below(0x100000);
    const base = random.chance(30) ? 0 : ARENA + random.below(ARENA_BYTES);
    return descriptor(base, limit, bits | 0x1000 | granular | (random.below(2) << 22));
  }
  if (random.chance(15)) return descriptor(taskAddress(random), 0x67 + random.below(64) - 16, bits);
  return gate(randomSelector(random), ARENA + random.below(ARENA_BYTES), bits | random.below(32));
}

const taskAddress = (random: Random): number => random.pick([Layout.otherTask32, Layout.otherTask16]);

function randomSelector(random: Random): number {
  if (random.chance(50)) return random.pick(Object.values(Selector)) | random.below(4);
  return random.below(DESCRIPTORS * 8);
}

function globalTable(random: Random): Int32Array {
  const words = new Int32Array(2 * DESCRIPTORS);
  const put = (selector: number, value: readonly number[]): void => words.set(value, (selector >> 3) * 2);
  fillRandom(words, Selector.random >> 3, random);
  for (const [n, bits] of kinds.entries()) {
    put(8 + 8 * n, descriptor(0, 0xfffff, bits | 0x800000));
    put(Selector.based + 8 * n, descriptor(ARENA + 16 * random.below(256), 0x3000 + random.below(0xd000), bits));
  }
  put(Selector.task, descriptor(Layout.task, 0x2fff, 0x8b00));
  put(Selector.local, descriptor(Layout.localTable, 0xfff, 0x8200));
  return words;
}

/** Interrupt and trap gates to the handlers, a few of 16 bits; from 80h on some lead anywhere. */
function interruptTable(random: Random): Int32Array {
  const words = new Int32Array(2 * VECTORS);
  for (let vector = 0; vector < VECTORS; vector++) {
    const privilege = vector === 3 || vector === 4 || vector >= 0x20 ? 0x6000 : 0;
    const kind = random.pick([0x8e00, 0x8e00, 0x8f00, 0x8600, 0x8700]);
    const handler = Layout.handlers + HANDLER_BYTES * vector;
    const usual = gate(Selector.code32, handler, privilege | kind);
    words.set(vector >= 0x80 && random.chance(40) ? randomDescriptor(random) : usual, 2 * vector);
  }
  return words;
}

/** `out EXIT_PORT, al; hlt; nop` for each vector, so that EIP tells which it was. */
function handlers(): Uint8Array {
  return Uint8Array.from({ length: VECTORS * HANDLER_BYTES }, (_, n) => [0xe6, EXIT_PORT, 0xf4, 0x90][n % 4]!);
}

/** TSS of 32 bits (Intel SDM vol. 3, 7.2.1): stacks, what a switch to it loads, and where its bitmaps are. */
function task32(random: Random, pageTables: number): Int32Array {
  const words = new Int32Array(26);
  for (let level = 0; level < 3; level++) {
    words[1 + 2 * level] = Layout.stacks + level * Layout.stackBytes;
    words[2 + 2 * level] = Selector.data32 | level;
  }
  words[7] = pageTables;
  words[8] = ARENA + random.below(CODE_BYTES);
  words[9] = (random.word() & 0x7fff) | 2;
  for (let n = 10; n < 18; n++) words[n] = ARENA + random.below(ARENA_BYTES);
  for (let n = 18; n < 24; n++) words[n] = random.chance(60) ? Selector.userData32 : randomSelector(random);
  words[19] = random.chance(80) ? Selector.code32 : randomSelector(random);
  words[20] = random.chance(80) ? Selector.data32 : randomSelector(random);
  words[24] = random.chance(90) ? 0 : Selector.local;
  words[25] = (0x88 << 16) | (random.chance(5) ? 1 : 0);
  return words;
}

function task16(random: Random): Uint16Array {
  const words = Uint16Array.from({ length: 22 }, () => random.word());
  for (let level = 0; level < 3; level++) words.set([Layout.stacks, Selector.data16 | level], 1 + 2 * level);
  words.set([Selector.userData16, Selector.code16, Selector.data16, Selector.userData16, 0], 17);
  return words;
}

/** A table of 1024 words, or of 512 pairs of words, that maps frames; now and then with fewer rights. */
function pageTable(random: Random, wide: boolean, frameOf: (page: number) => number): Int32Array {
  const words = new Int32Array(1024);
  const step = wide ? 2 : 1;
  for (let n = 0; n < 1024; n += step) {
    const page = n / step;
    const frame = frameOf(page);
    const isSystem = frame < SYSTEM_BYTES;
    words[n] = frame | (isSystem ? Page.present | Page.writable : randomRights(random));
    if (wide && !isSystem && random.chance(4)) words[n + 1] = EXECUTE_DISABLED_HIGH;
  }
  return words;
}

function randomRights(random: Random): number {
  const all = Page.present | Page.writable | Page.user;
  if (random.chance(92)) return all;
  return (random.below(8) ^ (random.chance(50) ? all : 0)) | (random.chance(30) ? Page.global : 0);
}

/** The lowest 2 MB are where they are, but for what is no RAM; all else is the arena again and again. */
function lowFrame(page: number): number {
  const address = page * PAGE;
  const isVideo = address >= 0xa0000 && address < ARENA;
  return address < MEMORY_BYTES && !isVideo ? address : highFrame(page);
}

const highFrame = (page: number): number => ARENA + ((page * PAGE) & (ARENA_BYTES - 1));

/** A directory of 1024 entries, or of 512 pairs, now and then with fewer rights or a large page. */
function directory(random: Random, wide: boolean, low: number, high: number): Int32Array {
  const words = new Int32Array(1024);
  const all = Page.present | Page.writable | Page.user;
  const step = wide ? 2 : 1;
  for (let n = 0; n < 1024; n += step) {
    words[n] = high | (random.chance(97) ? all : random.below(8));
    if (random.chance(1)) words[n] = 0x80 | all;
  }
  words[0] = low | all;
  return words;
}

/** Random bytes: a stretch of them over and over, so that all that is jumped to is code. */
function tile(bytes: Uint8Array, code: Uint8Array): void {
  for (let at = 0; at < bytes.length; at += code.length) bytes.set(code.subarray(0, bytes.length - at), at);
}

/** A machine's memory before a run: tables, handlers, and this code wherever random code runs. */
export function memoryImage(random: Random, code: Uint8Array, wide: boolean): Uint8Array {
  const bytes = new Uint8Array(MEMORY_BYTES);
  const put = (address: number, words: ArrayBufferView): void =>
    bytes.set(new Uint8Array(words.buffer, words.byteOffset, words.byteLength), address);
  put(
    0,
    Int32Array.from({ length: VECTORS }, (_, n) => Layout.handlers + HANDLER_BYTES * n),
  );
  put(Layout.interruptTable, interruptTable(random));
  put(Layout.globalTable, globalTable(random));
  const local = new Int32Array(2 * DESCRIPTORS);
  fillRandom(local, 0, random);
  put(Layout.localTable, local);
  put(Layout.task, task32(random, wide ? Layout.pointers : Layout.directory));
  put(
    Layout.task + 0x68,
    Uint8Array.from({ length: 0x2020 }, () => (random.chance(70) ? 0 : random.below(256))),
  );
  put(Layout.otherTask32, task32(random, wide ? Layout.pointers : Layout.directory));
  put(Layout.otherTask16, task16(random));
  put(Layout.handlers, handlers());
  put(Layout.directory, directory(random, false, Layout.lowTable, Layout.highTable));
  put(Layout.lowTable, pageTable(random, false, lowFrame));
  put(Layout.highTable, pageTable(random, false, highFrame));
  put(
    Layout.pointers,
    Int32Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? Layout.wideDirectory | 1 : 0)),
  );
  put(Layout.wideDirectory, directory(random, true, Layout.wideLowTable, Layout.wideHighTable));
  put(Layout.wideLowTable, pageTable(random, true, lowFrame));
  put(Layout.wideHighTable, pageTable(random, true, highFrame));
  tile(bytes.subarray(LOW_ARENA, LOW_ARENA + LOW_ARENA_BYTES), code);
  tile(bytes.subarray(ARENA), code);
  return bytes;
}
