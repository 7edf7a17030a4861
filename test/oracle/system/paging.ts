/** How a guest maps its first 4 MB, each page to itself. */
export interface Paging {
  readonly name: string;
  /** Turns it on; EAX, ECX, EDX and EDI are free. */
  readonly start: string;
  /** Values of CR3 and CR4. */
  readonly root: string;
  readonly cr4: number;
  readonly entryBytes: number;
  /** Address of the entry that maps a page, as an expression. */
  readonly entry: (linear: string) => string;
  /** Address of the entry of the directory for the 4 MB or 2 MB after those. */
  readonly nextDirectoryEntry: string;
}

/** CR4.OSFXSR and OSXMMEXCPT. */
const SSE = 0x600;

export const pagings: readonly Paging[] = [
  {
    name: '32-bit paging',
    start: 'call paging_start',
    root: 'PAGE_DIRECTORY',
    cr4: SSE | 0x10,
    entryBytes: 4,
    entry: (linear) => `PAGE_TABLE + ((${linear}) >> 12) * 4`,
    nextDirectoryEntry: 'PAGE_DIRECTORY + 4',
  },
  {
    name: 'PAE',
    start: 'call pae_start',
    root: 'POINTERS',
    cr4: SSE | 0x20,
    entryBytes: 8,
    entry: (linear) => `TABLE + ((${linear}) >> 12) * 8`,
    nextDirectoryEntry: 'PDE',
  },
];
