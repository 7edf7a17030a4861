import { describe, expect } from 'vitest';
import { type Guest, type GuestProgram, onEveryEngine } from '../../support/guest.ts';
import { exceptionLog, type Frame, kernel, Layout } from '../../support/guest-kernel.ts';

/**
 * Instructions with an operand of which the first bytes are in one page and the rest in the next. A doubleword at W has
 * two bytes in each; FRONT is 16 bytes before the boundary. They run in user mode, so that the stack can be there too.
 */
interface Crossing {
  /** The run's number stands for @. */
  readonly text: string;
  /** Runs before pages are taken away; changes no flags. */
  readonly prepare: string;
  /** An instruction that does both reports a write, as processors do: also where it may leave the operand as it was. */
  readonly access: 'read' | 'write';
}

type MakeCrossing = (text: string, prepare?: string) => Crossing;
const read: MakeCrossing = (text, prepare = '') => ({ text, prepare, access: 'read' });
const write: MakeCrossing = (text, prepare = '') => ({ text, prepare, access: 'write' });

/** Clears W whatever its pages' rights are: addresses of code in it differ from run to run. */
const clean = 'mov word [W_LOW], 0\n mov word [W_HIGH], 0';

const crossings: readonly Crossing[] = [
  read('mov ebx, [W]'),
  read('mov bx, [W + 1]'),
  read('add ebx, [W]'),
  read('cmp [W], ecx'),
  read('movzx ecx, word [W + 1]'),
  read('cmovo ecx, [W]'),
  read('cmovno ecx, [W]'),
  read('imul ecx, [W]'),
  read('div dword [W]', 'mov dword [W], 0x7fffffff'),
  read('bt [W], ecx'),
  read('push dword [W]'),
  read('lodsd', 'mov esi, W'),
  read('scasd', 'mov edi, W'),
  read('cmpsd', 'mov edi, W'),
  read('pop ebx', 'mov esp, W'),
  read('popad', 'mov esp, FRONT'),
  read('popfd', 'mov esp, W\n mov dword [W], 0x3046'),
  read('leave', 'mov ebp, W'),
  read(`ret\n.back: ${clean}`, 'mov esp, W\n mov dword [W], run_@.back'),
  read(`retf\n.back: ${clean}`, 'mov esp, W\n mov dword [W], run_@.back\n mov dword [W + 4], USER_CODE'),
  read(
    `iretd\n.back: ${clean}`,
    'mov esp, W\n mov dword [W], run_@.back\n mov dword [W + 4], USER_CODE\n mov dword [W + 8], 0x3046',
  ),
  read(`jmp [W]\n.back: ${clean}`, 'mov dword [W], run_@.back'),
  read('fld tword [W]'),
  read('fild qword [W]'),
  read('fxrstor [FRONT]', 'fxsave [FRONT]'),
  read('lfs ecx, [W - 2]', 'mov word [W + 2], USER_DATA'),
  read('bound ecx, [W]', 'mov dword [W], 0\n mov dword [W + 4], 0x7fffffff'),
  write('mov [W], eax'),
  write('mov [W + 1], ax'),
  write('mov dword [W], 0x12345678'),
  write('push eax', 'mov esp, W + 4'),
  write('push ax', 'mov esp, W + 3'),
  write('pushfd', 'mov esp, W + 4'),
  write('call stub\n.back:', 'mov esp, W + 4\n mov dword [continue_at], run_@.back'),
  write('call USER_CODE:stub\n.back:', 'mov esp, W + 8\n mov dword [continue_at], run_@.back'),
  write('pushad', 'mov esp, FRONT + 32'),
  write('enter 16, 3', 'mov esp, FRONT + 24\n mov ebp, SAFE + 64'),
  write('stosd', 'mov edi, W'),
  write('movsd', 'mov edi, W'),
  write('pop dword [W]'),
  write('sgdt [W - 2]'),
  write('fnstcw [W + 1]'),
  write('fstp tword [W]', 'fld1'),
  write('fistp qword [W]', 'fld1'),
  write('fnstenv [FRONT]'),
  write('fnsave [FRONT]'),
  write('fxsave [FRONT]'),
  write('insd', 'mov edi, W\n mov dx, 0x80'),
  write('add [W], eax'),
  write('adc [W + 1], ax'),
  write('neg dword [W]'),
  write('inc dword [W]'),
  write('shl dword [W], 3'),
  write('rcr dword [W], 1'),
  write('shld [W], eax, 5'),
  write('xchg [W], eax'),
  write('xadd [W], ecx'),
  write('bts [W], ecx'),
  write('cmpxchg [W], ecx'),
  write('cmpxchg [W], ecx', 'mov [W], eax'),
  write('cmpxchg8b [W - 2]'),
  write('cmpxchg8b [W - 2]', 'mov [W - 2], eax\n mov [W + 2], edx'),
  write('lock or [W], eax'),
  write('not dword [W]'),
  write('btc dword [W], 3'),
  write('rol dword [W], cl', 'mov ecx, 0'),
  write('rcl dword [W], cl', 'mov ecx, 0'),
  write('rcr word [W + 1], 32'),
  write('sar dword [W], 0'),
  write('shrd [W], eax, cl', 'mov ecx, 32'),
  write('xor [fs:W], eax', 'mov edx, USER_DATA\n mov fs, edx'),
  write('inc dword [fs:W]', 'mov edx, USER_DATA\n mov fs, edx'),
  write('bts [fs:W], ecx', 'mov edx, USER_DATA\n mov fs, edx'),
  write('cmpxchg8b [fs:W - 2]', 'mov edx, USER_DATA\n mov fs, edx'),
];

const BOUNDARY = 0x401000;
const frames = [Layout.free, Layout.free + 0x5000] as const;
/** Bytes on each side of the boundary that are compared. */
const SIDE = 32;
const names = ['edi', 'esi', 'ebp', 'esp', 'ebx', 'edx', 'ecx', 'eax'] as const;
/** Before each instruction, unless it is prepared otherwise. */
const start = [0x300100, 0x300200, 0x300300, 0x300480, 0x0badcafe, 0x00000003, 0x0000000b, 0x13579bdf];

/** Places of a run's notes: registers and memory before, registers and EFLAGS after, memory after. */
const Note = { before: 0, memoryBefore: 32, after: 32 + 2 * SIDE, memoryAfter: 68 + 2 * SIDE };
const NOTE_BYTES = 68 + 4 * SIDE;
const NOTES = Layout.free + 0x10000;
/** Memory as it is at each fault. */
const SNAPSHOTS = Layout.free + 0x80000;

/** Entries of the two pages: 7 as they should be, 5 read-only, 0 not there. */
const scenarios = [
  [7, 7],
  [7, 0],
  [0, 7],
  [0, 0],
  [7, 5],
  [5, 7],
] as const;

const runs = crossings.flatMap((crossing) => scenarios.map((pages) => ({ crossing, pages })));

function runText({ crossing, pages }: (typeof runs)[number], run: number): string {
  const [text, prepare] = [crossing.text, crossing.prepare].map((part) => part.replaceAll('@', `${run}`));
  const note = NOTES + run * NOTE_BYTES;
  return `
        call    fill
        push    dword 0x38D7
        popfd
        ${start.map((value, n) => `mov ${names[n]}, ${value}\n`).join('')}
        ${prepare}
        ${names.map((name, n) => `mov [${note + n * 4}], ${name}\n`).join('')}
        mov     eax, ${pages[0]}
        mov     edx, ${pages[1]}
        mov     edi, ${note + Note.memoryBefore}
        int     0x80
        ${names.map((name, n) => (name === 'esp' ? '' : `mov ${name}, [${note + n * 4}]\n`)).join('')}
run_${run}: ${text}
        mov     [saved_esp], esp
        mov     esp, ${note + Note.after + 36}
        pushfd
        pushad
        mov     esp, USER_STACK
        mov     eax, [saved_esp]
        mov     [${note + Note.after + 12}], eax
        mov     edi, ${note + Note.memoryAfter}
        call    snapshot`;
}

const program: GuestProgram = kernel(`
W       equ ${BOUNDARY - 2}
FRONT   equ ${BOUNDARY - 16}
W_LOW   equ ${frames[0] + 4094}
W_HIGH  equ ${frames[1]}
SAFE    equ 0x300000
PTE     equ SPARE_TABLES
main:   call    paging_start
        mov     dword [PAGE_DIRECTORY + 4], SPARE_TABLES + 7
        mov     dword [system_call], set_pages
        mov     dword [hook], fault
        mov     dword [snapshot_end], ${SNAPSHOTS}
        mov     eax, .user
        jmp     user_start
.user:
${runs.map(runText).join('\n')}
        mov     edx, EXIT_PORT
        mov     eax, 1
        out     dx, eax

; EAX, EDX: rights of the two pages. EDI: where memory is noted before.
set_pages:
        or      eax, ${frames[0]}
        mov     [PTE], eax
        or      edx, ${frames[1]}
        mov     [PTE + 4], edx
        mov     eax, cr3
        mov     cr3, eax
        call    snapshot
        iretd

; Notes what memory is like, and gives the page back.
fault:  mov     edi, [snapshot_end]
        call    snapshot
        mov     [snapshot_end], edi
        mov     eax, cr2
        shr     eax, 12
        and     eax, 1
        mov     ebx, [frames + eax * 4]
        mov     [PTE + eax * 4], ebx
        mov     eax, cr3
        mov     cr3, eax
        ret

; Copies the two sides of the boundary, by their physical addresses, to EDI.
snapshot:
        mov     esi, ${frames[0] + 4096 - SIDE}
        mov     ecx, ${SIDE / 4}
        rep movsd
        mov     esi, ${frames[1]}
        mov     ecx, ${SIDE / 4}
        rep movsd
        ret

; A pattern around the boundary, and where the registers point to. FPU as after its initialization.
fill:   fninit
        mov     eax, 7
        mov     edx, 7
        mov     edi, ${SNAPSHOTS - 2 * SIDE}
        int     0x80
        mov     eax, 0x11223344
        mov     edi, ${frames[0] + 4096 - SIDE}
        mov     ecx, ${SIDE / 4}
        call    .words
        mov     edi, ${frames[1]}
        mov     ecx, ${SIDE / 4}
        call    .words
        mov     edi, SAFE
        mov     ecx, 0x200
.words: mov     [edi], eax
        add     edi, 4
        add     eax, 0x01010101
        loop    .words
        ret

; What calls lead to: the return address, which is not always the same, gives way.
stub:   mov     dword [esp], 0
        jmp     [continue_at]

        align   4
continue_at:    dd 0
frames: dd      ${frames[0]} + 7, ${frames[1]} + 7
saved_esp:      dd 0
snapshot_end:   dd 0
`);

/** Registers and memory around the boundary, in a form to be compared. */
function picture(registers: readonly number[], memory: readonly number[]): string {
  const words = registers.map((value, n) => `${[...names, 'eflags'][n]}=${value.toString(16)}`);
  return [...words, Buffer.from(memory).toString('hex')].join(' ');
}

function noted(guest: Guest, run: number): { before: string; after: string } {
  const at = NOTES + run * NOTE_BYTES;
  const memory = (offset: number): number[] => guest.bytes(at + offset, 2 * SIDE);
  return {
    before: picture(guest.words(at, 8), memory(Note.memoryBefore)),
    after: picture(guest.words(at + Note.after, 9), memory(Note.memoryAfter)),
  };
}

/** State at a fault. */
function atFault(guest: Guest, frame: Frame, number: number): string {
  return picture(
    names.map((name) => frame[name]),
    guest.bytes(SNAPSHOTS + number * 2 * SIDE, 2 * SIDE),
  );
}

/** The part of the state at a fault that is compared: memory below the stack pointer doesn't count. */
function comparable(crossing: Crossing, state: string): string {
  return /^(pushad|enter|call USER_CODE)/.test(crossing.text) ? state.replace(/ \w+$/, '') : state;
}

/** The error code that a page fault has. */
function errorCode({ access }: Crossing, rights: number): number {
  return (access === 'read' ? 4 : 6) | (rights === 0 ? 0 : 1);
}

/** Pages that fault, by their rights. */
function faultingPages({ access }: Crossing, pages: readonly [number, number]): number[] {
  return [0, 1].filter((page) => pages[page] === 0 || (pages[page] === 5 && access !== 'read'));
}

describe('an access across a page boundary that faults', () => {
  onEveryEngine('has changed nothing, and is done as a whole when it is done again', program, (guest) => {
    const log = exceptionLog(guest);
    let count = 0;
    for (const [run, { crossing, pages }] of runs.entries()) {
      const label = `${crossing.text} (${crossing.prepare}), pages ${pages}`;
      const { before, after } = noted(guest, run);
      expect(after, label).toBe(noted(guest, run - (run % scenarios.length)).after);
      const expected = faultingPages(crossing, pages);
      const found = log.slice(count, count + expected.length);
      expect(found.map(({ cr2 }) => (cr2 >>> 12) & 1).sort(), label).toEqual(expected);
      for (const frame of found) {
        expect(frame.vector, label).toBe(14);
        expect(frame.eip, label).toBe(guest.address(`run_${run}`));
        expect(frame.error, label).toBe(errorCode(crossing, pages[(frame.cr2 >>> 12) & 1]!));
        expect(comparable(crossing, atFault(guest, frame, count)), label).toBe(comparable(crossing, before));
        count++;
      }
    }
    expect(log).toHaveLength(count);
  });
});
