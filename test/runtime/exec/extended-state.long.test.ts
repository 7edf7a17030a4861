import { describe, expect } from 'vitest';
import { onEveryEngine } from '../../support/guest.ts';
import { exceptionLog, kernel } from '../../support/guest-kernel.ts';

const OSFXSR = 1 << 9;
const OSXSAVE = 1 << 18;

/** Each line is an instruction that faults; the next one is where the guest goes on. */
const faulting = (group: string, lines: readonly string[]): string =>
  lines.map((line, n) => `        mov     dword [resume], .${group}${n}\n${line}\n.${group}${n}:\n`).join('');

describe('XSAVE and its like', () => {
  onEveryEngine(
    'fault as the manual says, and keep what they save',
    kernel(`
AREA equ FREE
main:   ${faulting('early', ['xgetbv', 'xsetbv', 'xsave [AREA]', 'xrstor [AREA]'])}
        mov     eax, cr4
        or      eax, ${OSFXSR | OSXSAVE}
        mov     cr4, eax
        xor     ecx, ecx
        xgetbv
        mov     [first], eax
        ${faulting('wrong', [
          '        mov edx, 0\n mov eax, 2\n xsetbv',
          '        mov eax, 7\n xsetbv',
          '        mov eax, 3\n mov ecx, 1\n xsetbv',
          '        xgetbv',
          '        xsave [AREA + 16]',
        ])}
        xor     ecx, ecx
        mov     eax, 3
        xsetbv
        mov     dword [resume], .ts
        mov     eax, cr0
        or      eax, 8
        mov     cr0, eax
        xsave   [AREA]
.ts:    clts
        fninit
        fldpi
        pcmpeqd xmm0, xmm0
        mov     eax, -1
        mov     edx, -1
        xsave   [AREA]
        pxor    xmm0, xmm0
        fninit
        mov     eax, 3
        xrstor  [AREA]
        fstp    qword [AREA + 1024]
        movd    [AREA + 1032], xmm0
        mov     dword [AREA + 512], 1           ; XMM0 as after a reset
        mov     eax, 2
        xrstor  [AREA]
        movd    [AREA + 1036], xmm0
        ${faulting('header', [
          '        mov dword [AREA + 512], 4\n xrstor [AREA]',
          '        mov dword [AREA + 512], 3\n mov dword [AREA + 524], 0x80000000\n xrstor [AREA]',
        ])}
        mov     eax, 1
        cpuid
        shr     ecx, 26
        and     ecx, 3
        mov     eax, [first]
        shl     eax, 4
        or      eax, ecx
        jmp     exit
first:  dd      0
`),
    (guest, value) => {
      expect(value).toBe(0x13);
      expect(exceptionLog(guest).map(({ vector, error }) => [vector, error])).toEqual([
        ...[6, 6, 6, 6].map((vector) => [vector, 0]),
        ...[13, 13, 13, 13, 13].map((vector) => [vector, 0]),
        [7, 0],
        ...[13, 13].map((vector) => [vector, 0]),
      ]);
      const words = guest.words('AREA', 260);
      expect(words.slice(128, 144)).toEqual([3, 0, 0, 0x80000000, ...new Array(12).fill(0)]);
      expect(words.slice(256, 260)).toEqual([0x54442d18, 0x400921fb, 0xffffffff, 0]);
    },
  );
});
