import { expect } from 'vitest';
import { type HelperName, helperNumber } from '../../../translator/abi/helpers.ts';
import { endValue, type Guest, onEveryEngineBy } from '../../support/guest.ts';
import { kernel, Selector } from '../../support/guest-kernel.ts';

const ROUNDS = 1000;

/** A kernel's work at each entry and exit, repeated; EBX sums up the values that programs see of it. */
const entriesAndExits = kernel(`
INTERRUPTS equ 0x200
main:   xor     ebx, ebx
        mov     edi, ${ROUNDS}
        clc
.again: push    ds
        push    es
        push    fs
        mov     eax, ${Selector.data}
        mov     ds, eax
        mov     es, eax
        mov     fs, eax
        mov     ecx, [fs:gdt + ${Selector.data} + 4]
        add     ebx, ecx
        pop     fs
        mov     eax, fs
        add     ebx, eax
        pop     es
        pop     ds
        stc
        pushfd
        or      dword [esp], INTERRUPTS
        popfd
        adc     ebx, 0                  ; CF was kept
        pushfd
        add     ebx, [esp]
        cli
        sti
        sti
        and     dword [esp], ~INTERRUPTS
        popfd
        pushfd
        add     ebx, [esp]
        add     esp, 4
        dec     edi
        jnz     .again
        mov     eax, ebx
        shr     eax, 1
        jmp     exit
`);

function trapsOf(guest: Guest, name: HelperName): number {
  return guest.core.engine.trapCounts[helperNumber(name)]!;
}

const sums = new Set<number>();

onEveryEngineBy(
  'usual cases of sensitive instructions are done without their traps, by all alike',
  entriesAndExits,
  (guest) => {
    sums.add(endValue(guest));
    expect(sums.size).toBe(1);
    for (const name of ['moveToSegment', 'popSegment', 'popFlags'] as const) {
      // A descriptor that has not been loaded before is marked by the trap.
      expect(trapsOf(guest, name)).toBeLessThan(10);
    }
  },
);
