import { describe, expect } from 'vitest';
import { onEveryEngine } from '../../support/guest.ts';
import { exceptionLog, kernel, Layout } from '../../support/guest-kernel.ts';
import { paeKernel } from '../../support/guest-pae.ts';

const faults = (guest: Parameters<typeof exceptionLog>[0]): number[][] =>
  exceptionLog(guest).map(({ vector, error, cr2 }) => (vector === 14 ? [vector, error, cr2] : [vector, error]));

describe('page-directory pointers', () => {
  onEveryEngine(
    'are checked and kept when CR3 is loaded, not when they are used',
    paeKernel(`
main:   call    pae_start
        mov     dword [FREE], 77
        mov     dword [resume], .next
        mov     eax, [P]
        mov     [FREE + 4], eax
        mov     dword [POINTERS], 0             ; not looked at
        invlpg  [P]
        mov     eax, [P]
        mov     [FREE + 8], eax
        mov     dword [POINTERS], DIRECTORY + 3 ; bit 1 is reserved
        mov     eax, POINTERS
        mov     cr3, eax                        ; #GP
        hlt
.next:  mov     dword [POINTERS], DIRECTORY + 1
        mov     dword [POINTERS + 8], DIRECTORY + 0x21  ; bit 5 is reserved
        mov     dword [resume], .second
        mov     eax, POINTERS
        mov     cr3, eax
        hlt
.second:
        mov     dword [POINTERS + 8], 0xFFFFFFFE ; not present: nothing is reserved
        mov     dword [POINTERS + 12], 0xFFFFFFFF
        mov     eax, POINTERS
        mov     cr3, eax
        mov     dword [resume], .third
        mov     dword [POINTERS + 16], 1
        mov     dword [POINTERS + 20], 0x10     ; bit 36 of an address
        mov     eax, cr4
        xor     eax, 0x80
        mov     cr4, eax                        ; CR4.PGE changes: they are loaded
        hlt
.third: mov     eax, cr4
        mov     [FREE + 12], eax
        mov     eax, [P]
        jmp     exit
`),
    (guest, value) => {
      expect(value).toBe(77);
      expect(guest.words(Layout.free + 4, 3)).toEqual([77, 77, 0x20]);
      expect(faults(guest)).toEqual([
        [13, 0],
        [13, 0],
        [13, 0],
      ]);
    },
  );

  onEveryEngine(
    'choose a gigabyte; one that is absent makes its page fault',
    paeKernel(`
main:   call    pae_start
        mov     dword [FREE], 88
        mov     dword [POINTERS + 24], DIRECTORY + 1
        call    flush
        mov     ebx, [P + 0xC0000000]
        mov     dword [resume], .next
        mov     eax, [P + 0x80000000]
.next:  mov     eax, ebx
        jmp     exit
`),
    (guest, value) => {
      expect(value).toBe(88);
      expect(faults(guest)).toEqual([[14, 0, 0x80400000]]);
    },
  );
});

describe('entries of 64 bits', () => {
  onEveryEngine(
    'get their accessed and dirty bits; a large page is 2 MB',
    paeKernel(`
main:   call    pae_start
        mov     eax, [P + 8]
        mov     dword [DIRECTORY + 24], 0x600000 + 0x87
        mov     dword [DIRECTORY + 32], 0x400000 + 0x87
        mov     eax, [0x600000 + 0x1FFFFC]
        mov     [0x800000 + 0x1FFFFC], eax
        mov     dword [0x800010], 5
        mov     dword [DIRECTORY + 24], 0x400000 + 0x87
        mov     eax, [0x600010]
        mov     ebx, eax                        ; of 0x600010: not flushed yet, or of 0x400010
        invlpg  [0x700000]
        mov     eax, [0x600010]
        jmp     exit
`),
    (guest, value) => {
      expect(value).toBe(5);
      const at = Layout.spareTables;
      expect(guest.words(at + 0x4000, 2)).toEqual([Layout.free + 0x27, 0]);
      expect(guest.words(at + 0x1010, 6)).toEqual([at + 0x4027, 0, 0x4000a7, 0, 0x4000e7, 0]);
    },
  );

  onEveryEngine(
    'lead above 4 GB, where this machine has nothing, and not to what lies 4 GB lower',
    paeKernel(`
main:   call    pae_start
        mov     dword [FREE], 99
        mov     dword [PTE + 4], 1
        mov     dword [PTE + 8], FREE + 7
        mov     eax, [P]
        mov     dword [P], 1
        or      eax, [P]
        add     eax, [FREE]
        jmp     exit
`),
    (_, value) => expect(value).toBe(99),
  );

  onEveryEngine(
    'reach memory above 4 GB, data and code',
    paeKernel(`
main:   call    pae_start
        mov     dword [PTE + 4], 1              ; FREE + 4 GB
        mov     dword [FREE], 3
        mov     dword [P], 40
        add     dword [P], 2
        mov     dword [P + 0x100], 0xC340C340   ; inc eax; ret
        lea     ebx, [P + 0x100]
        mov     ecx, 300
        xor     eax, eax
.loop:  call    ebx
        loop    .loop
        add     eax, [P]
        add     eax, [FREE]
        jmp     exit
`),
    (guest, value) => {
      expect(value).toBe(300 + 42 + 3);
      expect(guest.words(0x100000000 + Layout.free, 1)).toEqual([42]);
      expect(() => guest.words(Layout.free + (4 << 20), 1)).toThrow('no memory');
    },
    { memoryBytes: 8 << 20, memoryBelow4G: 4 << 20 },
  );

  onEveryEngine(
    'are global with CR4.PGE: loading CR3 keeps them, INVLPG and a change of CR4.PGE do not',
    paeKernel(`
main:   call    pae_start
        mov     eax, cr4
        or      eax, 0x80
        mov     cr4, eax
        mov     dword [FREE], 1
        mov     dword [FREE + 0x1000], 10
        mov     dword [PTE], FREE + 0x107
        xor     ebx, ebx
        add     ebx, [P]
        mov     dword [PTE], FREE + 0x1107
        call    flush
        add     ebx, [P]                        ; still 1
        invlpg  [P]
        add     ebx, [P]
        mov     dword [PTE], FREE + 0x107
        mov     eax, cr4
        xor     eax, 0x80
        mov     cr4, eax
        add     ebx, [P]
        mov     eax, ebx
        jmp     exit
`),
    (_, value) => expect(value).toBe(13),
  );
});

describe('4 MB pages with PSE-36', () => {
  onEveryEngine(
    'take address bits 32 to 35 from the entry; those above are reserved',
    kernel(`
PDE equ PAGE_DIRECTORY
main:   call    paging_start
        mov     eax, cr4
        or      eax, 0x10
        mov     cr4, eax
        mov     dword [FREE], 5
        mov     dword [PDE + 4], 0x2087         ; 4 GB
        mov     dword [PDE + 8], 0x20087        ; 64 GB: reserved
        mov     ebx, [0x400000 + FREE]
        mov     dword [resume], .next
        mov     [0x800000], eax
.next:  lea     eax, [ebx + 2]
        jmp     exit
`),
    (guest, value) => {
      expect(value).toBe(2);
      expect(faults(guest)).toEqual([[14, 0xb, 0x800000]]);
    },
  );
});

describe('EFER', () => {
  onEveryEngine(
    'has NXE and nothing else',
    kernel(`
main:   mov     dword [resume], .next
        mov     ecx, 0xC0000080
        rdmsr
        mov     ebx, eax
        or      eax, 0x800
        wrmsr
        xor     eax, eax
        rdmsr
        mov     [FREE], eax
        or      eax, 0x400
        wrmsr
        hlt
.next:  mov     eax, ebx
        jmp     exit
`),
    (guest, value) => {
      expect(value).toBe(0);
      expect(guest.word(Layout.free)).toBe(0x800);
      expect(faults(guest)).toEqual([[13, 0]]);
    },
  );
});
