import { describe, expect } from 'vitest';
import { onEveryEngine } from '../../support/guest.ts';
import { exceptionLog, Layout } from '../../support/guest-kernel.ts';
import { paeKernel } from '../../support/guest-pae.ts';

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
