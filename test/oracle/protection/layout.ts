/** Where things are, physical and linear alike; the guest is loaded at `image`. */
export const Layout = {
  /** Code for landings that a 16-bit offset reaches: INT 81h. */
  land: 0x7000,
  gdt: 0x10000,
  ldt: 0x10200,
  idt: 0x10400,
  /** The TSS that is current; then others of 32 and of 16 bits. */
  tss: 0x11000,
  tss_b: 0x14000,
  tss_c: 0x14100,
  /** TSSs of the tasks that handle faults, where a case says so. */
  tss_faults: 0x14400,
  page_directory: 0x15000,
  page_table: 0x16000,
  pointers: 0x17000,
  wide_directory: 0x18000,
  wide_table: 0x19000,
  /** Tops of stacks: of cases, and of the levels in the TSS. */
  stack: 0x1b000,
  stack0: 0x1b800,
  stack1: 0x1bc00,
  stack2: 0x1c000,
  stack3: 0x1c800,
  /** Three pages of data. */
  data: 0x1d000,
  image: 0x20000,
} as const;

/** Selectors of the global table; those from `free` on are the cases' own. */
export const selectors = {
  CODE: 0x08,
  DATA: 0x10,
  CODE16: 0x18,
  DATA16: 0x20,
  CODE1: 0x29,
  DATA1: 0x31,
  CODE2: 0x3a,
  DATA2: 0x42,
  CODE3: 0x4b,
  DATA3: 0x53,
  TSS: 0x58,
  TSS_B: 0x60,
  TSS_C: 0x68,
  LDT: 0x70,
  CONFORMING: 0x78,
  FREE: 0x80,
} as const;

/** In the global table. */
export const DESCRIPTORS = 64;
export const VECTORS = 256;
interface Segment {
  readonly base?: number;
  /** Before granularity; 0xfffff if left out. */
  readonly limit?: number;
  /** P, DPL, S and type. */
  readonly access: number;
  /** G, D/B and AVL; 0xc if left out. */
  readonly flags?: number;
}

/** Both words of a segment descriptor. */
export function segment({ base = 0, limit = 0xfffff, access, flags = 0xc }: Segment): readonly [number, number] {
  const low = ((base & 0xffff) << 16) | (limit & 0xffff);
  const high = (base & 0xff000000) | (flags << 20) | (limit & 0xf0000) | (access << 8) | ((base >>> 16) & 0xff);
  return [low >>> 0, high >>> 0];
}

/** The first entries of the global table, in the order of `selectors`. */
export const table: readonly (readonly [number, number])[] = [
  [0, 0],
  segment({ access: 0x9b }),
  segment({ access: 0x93 }),
  segment({ access: 0x9b, flags: 0, limit: 0xffff, base: Layout.image }),
  segment({ access: 0x93, flags: 0, limit: 0xffff }),
  ...[0xbb, 0xb3, 0xdb, 0xd3, 0xfb, 0xf3].map((access) => segment({ access })),
  segment({ access: 0x89, flags: 0, base: Layout.tss, limit: 0x20ab }),
  segment({ access: 0x89, flags: 0, base: Layout.tss_b, limit: 0x67 }),
  segment({ access: 0x81, flags: 0, base: Layout.tss_c, limit: 0x2b }),
  segment({ access: 0x82, flags: 0, base: Layout.ldt, limit: 0xff }),
  segment({ access: 0x9f }),
];
