import { describe, expect } from 'vitest';
import { onEveryEngine } from '../../support/guest.ts';
import { exceptionLog, kernel, Layout } from '../../support/guest-kernel.ts';

/**
 * `pae_start` maps the first 4 MB with small pages by PAE paging, for user mode too, with CR0.WP and EFER.NXE.
 * P is a linear address in the next 2 MB; entry 2 of the directory and entry 0 of TABLE_P map it.
 */
const paeTools = `
POINTERS equ SPARE_TABLES
DIRECTORY equ SPARE_TABLES + 0x1000
TABLE equ SPARE_TABLES + 0x2000
TABLE_P equ SPARE_TABLES + 0x4000
P equ 0x400000
PDE equ DIRECTORY + 16
PTE equ TABLE_P
pae_start:
        mov     edi, TABLE
        mov     eax, PAGE_RWU
.fill:  mov     [edi], eax
        mov     dword [edi + 4], 0
        add     edi, 8
        add     eax, 0x1000
        cmp     eax, 0x400000
        jb      .fill
        mov     dword [DIRECTORY], TABLE + PAGE_RWU
        mov     dword [DIRECTORY + 8], TABLE + 0x1000 + PAGE_RWU
        mov     dword [PDE], TABLE_P + PAGE_RWU
        mov     dword [PTE], FREE + PAGE_RWU
        mov     dword [POINTERS], DIRECTORY + 1
        mov     eax, POINTERS
        mov     cr3, eax
        mov     eax, cr4
        or      eax, 0x20
        mov     cr4, eax
        mov     eax, 1
        call    set_nxe
        mov     eax, cr0
        or      eax, 0x80010000
        mov     cr0, eax
        ret
; EAX: 1 or 0
set_nxe:
        shl     eax, 11
        mov     ecx, 0xC0000080
        xor     edx, edx
        wrmsr
        ret
flush:  mov     eax, cr3
        mov     cr3, eax
        ret
`;
const paeKernel = (main: string) => kernel(main + paeTools);
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
        and     eax, [P]
        inc     eax
        add     eax, [FREE]
        jmp     exit
`),
    (_, value) => expect(value).toBe(99),
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
      expect(value).toBe(1);
      expect(faults(guest)).toEqual([[14, 0xb, 0x800000]]);
    },
  );
});

const NX = 0x80000000;
const RESERVED = 0x10;
/** Lower word's rights and upper word of each level. */
const entries = [
  [0, 0],
  [1, 0],
  [3, NX],
  [5, 0],
  [5, NX],
  [7, 0],
  [7, NX],
  [7, RESERVED],
] as const;
const accesses = ['read', 'write', 'fetch'] as const;
const bits = [0, 1];
const cases = entries.flatMap((pde) =>
  entries.flatMap((pte) =>
    bits.flatMap((nxe) =>
      bits.flatMap((user) => accesses.map((access, n) => ({ pde, pte, nxe, user, access, code: n }))),
    ),
  ),
);
type Case = (typeof cases)[number];
const ALLOWED = 0xffffffff;

/** Intel SDM vol. 3, 4.6 and 4.7, with CR0.WP set. */
function expectedError({ pde, pte, nxe, user, access }: Case): number {
  const fetch = access === 'fetch';
  const request = (access === 'write' ? 2 : 0) | (user << 2) | (fetch && nxe ? 16 : 0);
  const reserved = RESERVED | (nxe ? 0 : NX);
  for (const [low, high] of [pde, pte]) {
    if ((low & 1) === 0) return request;
    if (high & reserved) return request | 9;
  }
  const both = pde[0] & pte[0];
  const allowed = (!user || both & 4) && (access !== 'write' || both & 2) && !(fetch && nxe && (pde[1] | pte[1]) & NX);
  return allowed ? ALLOWED : request | 1;
}

const name = ({ pde, pte, nxe, user, access }: Case): string =>
  `directory ${hex(pde)}, table ${hex(pte)}, NXE ${nxe}, ${user ? 'user' : 'supervisor'} ${access}`;
const hex = ([low, high]: readonly [number, number]): string => `${high.toString(16)}:${low}`;
const table = cases
  .map(({ pde, pte, nxe, user, code }) => `dd ${pde[0]}, ${pde[1]}, ${pte[0]}, ${pte[1]}, ${nxe}, ${user}, ${code}`)
  .join('\n');

const rightsGuest = `
RESULTS equ FREE + 0x1000
main:   call    pae_start
        mov     dword [FREE], 0x90CD80CD        ; INT 80
        mov     dword [hook], .fault
        mov     dword [system_call], .next
        mov     dword [.result], RESULTS
        mov     dword [.case], .table
.case_start:
        mov     ebx, [.case]
        mov     eax, [ebx]
        or      eax, TABLE_P
        mov     [PDE], eax
        mov     eax, [ebx + 4]
        mov     [PDE + 4], eax
        mov     eax, [ebx + 8]
        or      eax, FREE
        mov     [PTE], eax
        mov     eax, [ebx + 12]
        mov     [PTE + 4], eax
        mov     eax, [ebx + 16]
        call    set_nxe
        call    flush
        mov     edi, [.result]
        mov     dword [edi], -1
        mov     ecx, [ebx + 24]
        mov     eax, .access
        cmp     dword [ebx + 20], 0
        jne     user_start
.access:
        mov     edx, P
        jecxz   .read
        cmp     ecx, 2
        je      .fetch
        mov     dword [edx], 0x90CD80CD
        int     0x80
.fetch: jmp     edx
.read:  mov     edx, [edx]
        int     0x80
.fault: mov     edi, [.result]
        mov     eax, [ebp + 36]
        mov     [edi], eax
.next:  mov     esp, KERNEL_STACK
        mov     dword [log_end], LOG
        add     dword [.result], 4
        add     dword [.case], 28
        cmp     dword [.case], .table_end
        jb      .case_start
        mov     eax, 1
        jmp     exit
        align   4
.case:  dd      0
.result:
        dd      0
.table:
${table}
.table_end:
`;

describe('rights', () => {
  onEveryEngine(
    'of both levels, with NX and reserved bits, for user and supervisor',
    paeKernel(rightsGuest),
    (guest) => {
      const results = guest.words(Layout.free + 0x1000, cases.length);
      const lines = (errors: readonly number[]): string[] =>
        cases.map((one, n) => `${name(one)}: ${errors[n] === ALLOWED ? 'allowed' : errors[n]}`);
      expect(lines(results)).toEqual(lines(cases.map(expectedError)));
    },
  );

  onEveryEngine(
    'to execute: a page that was run loses it, and one that crosses into such a page faults there',
    paeKernel(`
main:   call    pae_start
        mov     dword [hook], .fault
        mov     word [FREE], 0xC340             ; inc eax; ret
        mov     ecx, 300
        xor     eax, eax
        mov     ebx, P
.warm:  call    ebx
        loop    .warm
        mov     [.sum], eax
        mov     dword [PTE + 4], 0x80000000
        invlpg  [P]
        call    ebx                             ; faults, then is mapped again
        mov     dword [PTE + 8], FREE + 0x1000 + 7
        mov     dword [PTE + 12], 0x80000000
        mov     dword [P + 0xFFE], 0x123456B8   ; mov eax, imm32
        mov     dword [P + 0x1002], 0xC3C3C300
        lea     ebx, [P + 0xFFE]
        call    ebx
        mov     eax, [.sum]
        jmp     exit
.sum:   dd      0
.fault: mov     dword [PTE + 4], 0
        mov     dword [PTE + 12], 0
        mov     eax, cr2
        invlpg  [eax]
        ret
`),
    (guest, value) => {
      expect(value).toBe(300);
      expect(exceptionLog(guest).map(({ vector, error, eip, cr2 }) => [vector, error, eip, cr2])).toEqual([
        [14, 0x11, 0x400000, 0x400000],
        [14, 0x11, 0x400ffe, 0x401000],
      ]);
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
