import { assemble } from '../../runtime/firmware/assembler/index.ts';

const ROM_BYTES = 0x10000;

/** Writes words to low memory, from there on. */
const table = (
  address: number,
  entries: readonly (readonly [index: number, low: number, high?: number])[],
  bytes = 4,
) =>
  entries
    .map(([index, low, high = 0]) => {
      const at = address + index * bytes;
      const lower = `mov dword [${at}], ${low}\n`;
      return bytes === 4 ? lower : `${lower}mov dword [${at + 4}], ${high}\n`;
    })
    .join('');

/** 32-bit paging with a page of each size and kind; the ROM itself is in the last 4 MB. */
export const classicTables = `
${table(0x1000, [
  [0, 0x2007],
  [1, 0x800183],
  [2, 0x400081],
  [1023, 0xffc00083],
])}
${table(0x2000, [
  [0, 0x0007],
  [1, 0x1003],
  [2, 0x2005],
  [4, 0x507f],
  [5, 0x6107],
  [1023, 0x5001],
])}
        mov     eax, 0x1000
        mov     cr3, eax
        mov     eax, 0x90                       ; PSE, PGE
        mov     cr4, eax
`;

/** Tables for PAE paging, with a page that cannot be executed. */
export const extendedTables = `
${table(
  0x3000,
  [
    [0, 0x4001],
    [1, 0],
    [2, 0],
    [3, 0x5001],
  ],
  8,
)}
${table(
  0x4000,
  [
    [0, 0x6007],
    [1, 0x600083],
    [2, 0x200085],
  ],
  8,
)}
${table(0x5000, [[511, 0xffe00083]], 8)}
${table(
  0x6000,
  [
    [0, 0x0007],
    [1, 0x1003, 0x80000000],
    [2, 0x2005],
    [4, 0x5067],
    [511, 0x5001],
  ],
  8,
)}
        mov     ecx, 0xC0000080
        xor     edx, edx
        mov     eax, 0x800                      ; NXE
        wrmsr
        mov     eax, 0x3000
        mov     cr3, eax
        mov     eax, 0xA0                       ; PAE, PGE
        mov     cr4, eax
`;

/** A directory whose entries are tables like itself: all of the address space is mapped, but for where the ROM is by large pages. */
export const endlessTables = `
        xor     ax, ax
        mov     es, ax
        mov     di, 0x1000
        mov     eax, 0x1007
        mov     cx, 1023
        cld
        rep     stosd
        mov     dword [0x1FFC], 0xFFC00083
        mov     eax, 0x1000
        mov     cr3, eax
        mov     eax, 0x10                       ; PSE
        mov     cr4, eax
`;

/** A ROM that makes tables, turns paging on, and halts. */
export function pagingRom(tables: string): Uint8Array {
  const { bytes } = assemble(
    `
        cli
        xor     ax, ax
        mov     ds, ax
${tables}
        mov     eax, 0x80000011
        mov     cr0, eax
        hlt
`,
    { origin: 0x100, bits: 16 },
  );
  const rom = new Uint8Array(ROM_BYTES);
  rom.set(bytes, 0x100);
  // jmp 100
  rom.set([0xe9, 0x0d, 0x01], 0xfff0);
  return rom;
}
