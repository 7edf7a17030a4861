import type { Guest } from './guest.ts';
import { exceptionLog, kernel, Layout } from './guest-kernel.ts';

/** P is a page for data. The hook notes DR6 at NOTES, clears it, and sets RF for faults of the instruction itself. */
const tools = `
P equ FREE
NOTES equ FREE + 0x10000
note_debug:
        mov     edi, [notes_end]
        mov     eax, dr6
        stosd
        mov     [notes_end], edi
        mov     eax, 0xFFFF0FF0
        mov     dr6, eax
        or      dword [ebp + 48], 0x10000
        ret
note_step:
        call    note_debug
        and     dword [ebp + 48], ~0x10000
        ret
nothing:
        ret
notes_end:
        dd      NOTES
`;
const RF = 0x10000;
export const program = (main: string) => kernel(main + tools);

/** Set-up of DR0 = `address` with DR7. */
export const watch = (address: string, control: number): string => `
        mov     dword [hook], note_debug
        mov     eax, ${address}
        mov     dr0, eax
        mov     eax, ${control}
        mov     dr7, eax`;
export const WRITE_4 = 0xd0001;
export const READ_WRITE_4 = 0xf0001;
export const EXECUTE = 1;
export const IO_1 = 0x20001;

export interface Trap {
  readonly vector: number;
  readonly at: string;
  /** The low half of DR6 without its fixed bits. */
  readonly dr6: number;
  readonly rf: boolean;
}

/** Exceptions that a guest has had, with the labels of their EIPs. */
export function traps(guest: Guest, labels: readonly string[]): Trap[] {
  const names = new Map(labels.map((label) => [guest.address(label), label]));
  const log = exceptionLog(guest);
  const notes = guest.words(Layout.free + 0x10000, log.length);
  return log.map(({ vector, eip, eflags }, n) => ({
    vector,
    at: names.get(eip) ?? eip.toString(16),
    dr6: notes[n]! & 0xf00f,
    rf: (eflags & RF) !== 0,
  }));
}

export const trap = (at: string, dr6: number, rf = false): Trap => ({ vector: 1, at, dr6, rf });
