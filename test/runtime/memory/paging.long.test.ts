import { describe, expect } from 'vitest';
import { onEveryEngine } from '../../support/guest.ts';
import { exceptionLog, kernel, Layout } from '../../support/guest-kernel.ts';

const ACCESSED = 0x20;
const DIRTY = 0x40;
const hex = (values: readonly number[]): string[] => values.map((value) => (value >>> 0).toString(16));

// Each on a page of its own, P.
const accesses: readonly (readonly [text: string, bits: '' | 'A' | 'AD'])[] = [
  ['mov eax, [P]', 'A'],
  ['mov [P], eax', 'AD'],
  ['add [P], eax', 'AD'],
  ['cmp [P], eax', 'A'],
  ['test [P], eax', 'A'],
  ['xchg [P], eax', 'AD'],
  ['mov eax, 1\n cmpxchg [P], ecx', 'AD'],
  ['cmpxchg8b [P]', 'AD'],
  ['lock xadd [P], ecx', 'AD'],
  ['bt [P], eax', 'A'],
  ['bts dword [P], 1', 'AD'],
  ['push dword [P]\n pop eax', 'A'],
  ['push eax\n pop dword [P]', 'AD'],
  ['lea eax, [P]', ''],
  ['invlpg [P]', ''],
  ['mov esi, P\n lodsb', 'A'],
  ['mov edi, P\n stosb', 'AD'],
  ['mov edi, P\n xor ecx, ecx\n rep stosd', ''],
  ['mov edi, P\n mov ecx, 64\n rep stosd', 'AD'],
  ['mov edi, P\n mov ecx, 64\n repe scasd', 'A'],
  ['sete [P]', 'AD'],
  ['xor ecx, ecx\n cmovnz eax, [P]', 'A'],
  ['imul eax, [P]', 'A'],
  ['mov byte [P + 4095], 1', 'AD'],
  ['sgdt [P]', 'AD'],
  ['sidt [P]', 'AD'],
  ['str [P]', 'AD'],
  ['fnstcw [P]', 'AD'],
  ['fild dword [P]', 'A'],
  ['fxsave [P]', 'AD'],
  ['mov edx, esp\n mov esp, P + 64\n push eax\n mov esp, edx', 'AD'],
  ['mov edx, esp\n mov esp, P + 64\n pop eax\n mov esp, edx', 'A'],
  ['mov edx, esp\n mov esp, P + 64\n pushad\n mov esp, edx', 'AD'],
  ['mov edx, esp\n mov esp, P + 64\n enter 8, 0\n mov esp, edx', 'AD'],
  ['mov esi, P\n mov edi, P + 0x1000\n movsd', 'A'],
  // The page that the instruction before this one wrote to.
  ['nop', 'AD'],
  // It holds RET.
  ['mov eax, P\n call eax', 'A'],
];
const page = (n: number): number => 0x200000 + n * 0x1000;
const text = accesses.map(([code], n) => code.replaceAll('P', `0x${page(n).toString(16)}`)).join('\n');

describe('accessed and dirty bits', () => {
  onEveryEngine(
    'are set by just the accesses that read and write',
    kernel(`
main:   call    paging_start
        fninit
        mov     byte [0x${page(accesses.length - 1).toString(16)}], 0xC3
        mov     edi, PAGE_TABLE + 0x200 * 4
        mov     ecx, 0x100
.clear: and     dword [edi], ~0x60
        add     edi, 4
        loop    .clear
        mov     eax, cr3
        mov     cr3, eax
        ${text}
        mov     eax, 1
        jmp     exit
`),
    (guest) => {
      const entries = guest.words(Layout.pageTable + 0x200 * 4, accesses.length + 1);
      const bits = entries.map((entry) => (entry & ACCESSED ? 'A' : '') + (entry & DIRTY ? 'D' : ''));
      const expected = accesses.map(([code, expectedBits]) => `${code}: ${expectedBits}`);
      expect(accesses.map(([code], n) => `${code}: ${bits[n]}`)).toEqual(expected);
      expect(bits.at(-1)).toBe('');
      // The rest of the entries is as it was.
      expect(entries.map((entry) => entry & ~(ACCESSED | DIRTY))).toEqual(entries.map((_, n) => page(n) | 7));
    },
  );

  onEveryEngine(
    'of both levels, and again after they were cleared',
    kernel(`
; A table of its own for 4 MB and up, which lead to FREE.
P equ 0x400000
PDE equ PAGE_DIRECTORY + 4
PTE equ SPARE_TABLES
main:   call    paging_start
        mov     dword [PDE], SPARE_TABLES + 7
        mov     dword [PTE], FREE + 7
        mov     dword [PTE + 4], FREE + 7
        mov     edi, FREE + 0x1000
        call    .note
        mov     eax, [P]
        call    .note
        mov     [P], eax
        call    .note
        mov     eax, [P]
        call    .note
        and     dword [PTE], ~0x60
        and     dword [PDE], ~0x20
        invlpg  [P]
        mov     eax, [P]
        call    .note
        and     dword [PTE], ~0x60
        invlpg  [P]
        add     [P], eax
        call    .note
        mov     eax, 1
        jmp     exit
.note:  mov     eax, [PDE]
        stosd
        mov     eax, [PTE]
        stosd
        mov     eax, [PTE + 4]
        stosd
        ret
`),
    (guest) => {
      const notes = guest.words(Layout.free + 0x1000, 6 * 3).map((entry) => entry & (ACCESSED | DIRTY));
      expect(hex(notes)).toEqual(
        [
          ['0', '0'],
          ['20', '20'],
          ['20', '60'],
          ['20', '60'],
          ['20', '20'],
          ['20', '60'],
        ].flatMap((pair) => [...pair, '0']),
      );
    },
  );

  onEveryEngine(
    'of large pages',
    kernel(`
PDE equ PAGE_DIRECTORY
main:   call    paging_start
        mov     eax, cr4
        or      eax, 0x10
        mov     cr4, eax
        mov     dword [PDE + 4], 0x400000 + 0x87
        mov     dword [PDE + 8], 0x400000 + 0x87
        mov     dword [PDE + 12], 0x400000 + 0x87
        mov     eax, [0x400000 + 0x123456]
        mov     [0x800000 + 0x3FFFFC], eax
        mov     eax, 1
        jmp     exit
`),
    (guest) => {
      expect(hex(guest.words(Layout.pageDirectory + 4, 3))).toEqual(['4000a7', '4000e7', '400087']);
    },
  );

  onEveryEngine(
    'stay clear where the access is refused, and where CR4.PSE is off bit 7 of a directory entry is ignored',
    kernel(`
P equ 0x400000
PDE equ PAGE_DIRECTORY + 4
main:   call    paging_start
        mov     dword [PDE], SPARE_TABLES + 0x87
        mov     dword [SPARE_TABLES], FREE + 5
        mov     dword [SPARE_TABLES + 4], FREE + 5
        mov     dword [resume], .next
        mov     [P], eax
.next:  mov     eax, [P + 0x1000]
        mov     eax, 1
        jmp     exit
`),
    (guest) => {
      expect(hex(guest.words(Layout.spareTables, 2))).toEqual([`${(Layout.free + 5).toString(16)}`, '100025']);
      expect(exceptionLog(guest).map(({ vector, error, cr2 }) => [vector, error, cr2])).toEqual([[14, 3, 0x400000]]);
    },
  );
});

describe('rights', () => {
  const flags = [0, 1, 3, 5, 7];
  const bits = [0, 1];
  const cases = flags.flatMap((pde) =>
    flags.flatMap((pte) =>
      bits.flatMap((wp) => bits.flatMap((user) => bits.map((write) => ({ pde, pte, wp, user, write })))),
    ),
  );
  type Case = (typeof cases)[number];
  const ALLOWED = 0xffffffff;

  /** Intel SDM vol. 3, 4.6 and 4.7. */
  function expectedError({ pde, pte, wp, user, write }: Case): number {
    const both = pde & pte;
    const request = (write << 1) | (user << 2);
    if ((both & 1) === 0) return request;
    const readable = user === 0 || (both & 4) !== 0;
    const writable = (both & 2) !== 0 || (user === 0 && wp === 0);
    return readable && (write === 0 || writable) ? ALLOWED : request | 1;
  }

  const name = ({ pde, pte, wp, user, write }: Case): string =>
    `directory ${pde}, table ${pte}, WP ${wp}, ${user ? 'user' : 'supervisor'} ${write ? 'write' : 'read'}`;

  const table = cases.map(({ pde, pte, wp, user, write }) => `dd ${pde}, ${pte}, ${wp}, ${user}, ${write}`).join('\n');

  onEveryEngine(
    'of both levels, with CR0.WP, for user and supervisor',
    kernel(`
P equ 0x400000
RESULTS equ FREE + 0x1000
main:   call    paging_start
        mov     dword [hook], .fault
        mov     dword [system_call], .next
        mov     dword [.result], RESULTS
        mov     dword [.case], .table
.case_start:
        mov     ebx, [.case]
        mov     eax, [ebx]
        or      eax, SPARE_TABLES
        mov     [PAGE_DIRECTORY + 4], eax
        mov     eax, [ebx + 4]
        or      eax, FREE
        mov     [SPARE_TABLES], eax
        mov     ecx, cr0
        and     ecx, ~0x10000
        mov     eax, [ebx + 8]
        shl     eax, 16
        or      ecx, eax
        mov     cr0, ecx
        mov     eax, cr3
        mov     cr3, eax
        mov     edi, [.result]
        mov     dword [edi], -1
        mov     ecx, [ebx + 16]
        cmp     dword [ebx + 12], 0
        je      .access
        mov     eax, .access
        jmp     user_start
.access:
        mov     edx, P
        jecxz   .read
        mov     [edx], ecx
        int     0x80
.read:  mov     edx, [edx]
        int     0x80
.fault: mov     edi, [.result]
        mov     eax, [ebp + 36]
        mov     [edi], eax
.next:  mov     esp, KERNEL_STACK
        mov     dword [log_end], LOG
        add     dword [.result], 4
        add     dword [.case], 20
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
`),
    (guest) => {
      const results = guest.words(Layout.free + 0x1000, cases.length);
      const lines = (errors: readonly number[]): string[] =>
        cases.map((one, n) => `${name(one)}: ${errors[n] === ALLOWED ? 'allowed' : errors[n]}`);
      expect(lines(results)).toEqual(lines(cases.map(expectedError)));
    },
  );
});

describe('translations of addresses', () => {
  onEveryEngine(
    'are new after INVLPG',
    kernel(`
P equ 0x200000
main:   call    paging_start
        mov     dword [FREE], 1
        mov     dword [FREE + 0x1000], 1000
        mov     ecx, 500
        xor     ebx, ebx
.next:  mov     dword [PAGE_TABLE + (P >> 12) * 4], FREE + 7
        invlpg  [P]
        add     ebx, [P]
        inc     dword [P]
        mov     dword [PAGE_TABLE + (P >> 12) * 4], FREE + 0x1000 + 7
        invlpg  [P]
        add     ebx, [P]
        loop    .next
        mov     eax, ebx
        jmp     exit
`),
    (guest, value) => {
      expect(value).toBe((500 * 501) / 2 + 500 * 1000);
      expect(guest.words(Layout.free, 1)).toEqual([501]);
    },
  );

  onEveryEngine(
    'are new after CR3 was loaded, and are those of no paging while CR0.PG is clear',
    kernel(`
P equ 0x200000
main:   call    paging_start
        mov     dword [FREE], 10
        mov     dword [P], 3
        mov     dword [PAGE_TABLE + (P >> 12) * 4], FREE + 7
        mov     eax, cr3
        mov     cr3, eax
        mov     ecx, 300
        xor     ebx, ebx
        mov     esi, cr0
        lea     edi, [esi + 0x80000000]
.next:  mov     cr0, edi
        add     ebx, [P]
        mov     cr0, esi
        add     ebx, [P]
        loop    .next
        mov     eax, ebx
        jmp     exit
`),
    (_, value) => expect(value).toBe(300 * 13),
  );

  onEveryEngine(
    'lose the right to write when a page is made read-only',
    kernel(`
P equ 0x200000
main:   call    paging_start
        mov     dword [hook], .fault
        mov     ebx, 50
.next:  mov     dword [PAGE_TABLE + (P >> 12) * 4], FREE + 7
        invlpg  [P]
        mov     ecx, 20
.write: inc     dword [P]
        loop    .write
        mov     dword [PAGE_TABLE + (P >> 12) * 4], FREE + 0x65
        invlpg  [P]
        inc     dword [P]
        dec     ebx
        jnz     .next
        mov     eax, [P]
        jmp     exit
.fault: mov     dword [PAGE_TABLE + (P >> 12) * 4], FREE + 7
        invlpg  [P]
        ret
`),
    (guest, value) => {
      expect(value).toBe(50 * 21);
      const log = exceptionLog(guest);
      expect(log).toHaveLength(50);
      expect(log.every(({ vector, error, cr2 }) => vector === 14 && error === 3 && cr2 === 0x200000)).toBe(true);
    },
  );
});

describe('fetching an instruction faults', () => {
  onEveryEngine(
    'where its page is not present, and is supervisor’s: at its first byte',
    kernel(`
P equ 0x200000
main:   call    paging_start
        mov     dword [hook], .fault
        mov     byte [P + 0x123], 0xC3
        mov     dword [PAGE_TABLE + (P >> 12) * 4], 0
        invlpg  [P]
        mov     ebx, P + 0x123
        call    ebx
        mov     byte [P + 0x123], 0xC3
        mov     dword [PAGE_TABLE + (P >> 12) * 4], 0
        invlpg  [P]
        mov     dword [system_call], .done
        mov     eax, .user
        jmp     user_start
.user:  mov     ebx, P + 0x123
        call    ebx
        int     0x80
.done:  mov     eax, 1
        jmp     exit
; First a supervisor's page, then a user's.
.fault: cmp     dword [PAGE_TABLE + (P >> 12) * 4], P + 3
        mov     dword [PAGE_TABLE + (P >> 12) * 4], P + 3
        jne     .flush
        mov     dword [PAGE_TABLE + (P >> 12) * 4], P + 7
.flush: invlpg  [P]
        ret
`),
    (guest) => {
      const at = 0x200123;
      expect(exceptionLog(guest).map(({ vector, error, eip, cr2 }) => [vector, error, eip, cr2])).toEqual([
        [14, 0, at, at],
        [14, 4, at, at],
        [14, 5, at, at],
      ]);
    },
  );
});
