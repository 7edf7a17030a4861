import type { GuestProgram } from './guest.ts';
import { kernel } from './guest-kernel.ts';
import { realMode } from './guest-real-mode.ts';

/**
 * Maps all linear memory above 8 MB to the 4 MB of RAM from FRAME on, which are filled with EAX: what runs or moves there goes on
 * for a thousand million bytes.
 */
export const endlessMemory = `
FRAME   equ 0x400000
ENDLESS equ 0x800000
fill_everywhere:
        mov     edi, FRAME
        mov     ecx, 0x100000
        rep stosd
        mov     edi, PAGE_DIRECTORY
        mov     eax, FRAME + 0x83       ; a page of 4 MB, writable
        mov     ecx, 1024
        rep stosd
        mov     dword [PAGE_DIRECTORY], 0x83
        mov     eax, PAGE_DIRECTORY
        mov     cr3, eax
        mov     eax, cr4
        or      eax, 0x10
        mov     cr4, eax
        mov     eax, cr0
        or      eax, 0x80000000
        mov     cr0, eax
        ret
`;

const overMemory = (main: string): GuestProgram => kernel(`main:${main}${endlessMemory}`);

/** A repeated instruction over memory without end, with EAX's low byte equal to none or to all of it. */
const repeated = (instruction: string, setUp = ''): GuestProgram =>
  overMemory(`
        mov     eax, 0x90909090
        call    fill_everywhere
        mov     al, 0x90
.again: mov     esi, ENDLESS
        mov     edi, ENDLESS + 0x200001
        mov     ecx, 0xF0000000
        ${setUp}
        ${instruction}
        jmp     .again
`);

/** So many functions, each of which calls the next one twice: 2 to the power of their number calls, and no jump back. */
const callTree = (depth: number, call: (name: string) => string): string =>
  `main:   ${call('f0')}
        jmp     main
${Array.from({ length: depth }, (_, n) => `f${n}:   ${call(`f${n + 1}`)}\n        ${call(`f${n + 1}`)}\n        ret\n`).join('')}
f${depth}:   ret
`;

/** Guests that never end, each by another way on. None of them has interrupts on. */
export const endlessGuests: Readonly<Record<string, GuestProgram>> = {
  // Without a jump.
  'zeroes that wrap at 64 KB in real mode': realMode('main:   jmp     0x1000:0'),
  'NOPs that wrap at 64 KB in real mode': realMode(`
main:   mov     ax, 0x1000
        mov     es, ax
        mov     di, 0
        mov     al, 0x90
        mov     cx, 0xFFFF
        rep stosb
        mov     byte [es:di], 0x90
        jmp     0x1000:0
`),
  'NOPs through all pages': overMemory(`
        mov     eax, 0x90909090
        call    fill_everywhere
        jmp     CODE:ENDLESS
`),
  'instructions that lie across the ends of pages': overMemory(`
        mov     eax, 0x00C08166         ; ADD AX, imm16: three doublewords hold no whole number of them in a page
        call    fill_everywhere
        jmp     CODE:ENDLESS + 1
`),
  'traps that resume, through all pages': overMemory(`
        mov     eax, 0xC0200F90         ; NOP; MOV EAX, CR0
        call    fill_everywhere
        jmp     CODE:ENDLESS
`),
  'x87 instructions through all pages': overMemory(`
        fninit
        mov     eax, 0xE0D9D0D9         ; FNOP; FCHS
        call    fill_everywhere
        jmp     CODE:ENDLESS
`),
  // Jumps.
  'a jump to itself': kernel('main:   jmp     main'),
  'a condition': kernel('main:   test    eax, eax\n.again: jz      .again'),
  LOOP: kernel('main:   mov     ecx, -1\n.again: loop    .again\n        jmp     main'),
  JECXZ: kernel('main:   xor     ecx, ecx\n.again: jecxz   .again'),
  'jumps forwards through all pages': overMemory(`
        mov     eax, 0x909002EB         ; to the next doubleword
        call    fill_everywhere
        jmp     CODE:ENDLESS
`),
  'a far jump': kernel('main:   jmp     CODE:main'),
  'a jump by a register': kernel('main:   mov     eax, .again\n.again: jmp     eax'),
  'a jump by memory': kernel('main:   jmp     [place]\nplace:  dd main'),
  'a far jump by memory': kernel('main:   jmp     far [place]\nplace:  dd main\n        dw CODE'),
  'jumps to and fro between two pages': kernel(`
main:   jmp     other
        align   4096
other:  inc     eax
        jmp     main
`),
  // A region begins at .next; in it the jump back goes on to what it has not come by yet, where it is left.
  'a jump back in a region that is left before it comes round': kernel(`
main:   mov     esi, 0xE0000000         ; there is nothing: no access has an entry in the TLB
.again: mov     eax, [esi]
        test    eax, eax
        jz      .next
        mov     ebx, [esi]
.next:  inc     ecx
        jmp     .again
`),
  // Calls and returns.
  'a call without a return': kernel('main:   mov     esp, KERNEL_STACK\n        call    main'),
  'a tree of calls': kernel(callTree(60, (name) => `call    ${name}`)),
  'a tree of calls by a register': kernel(callTree(60, (name) => `mov eax, ${name}\n        call    eax`)),
  'returns to what was pushed': kernel('main:   push    dword main\n        ret'),
  'far returns': kernel('main:   push    dword CODE\n        push    dword main\n        retf'),
  'far calls': kernel('main:   mov     esp, KERNEL_STACK\n        call    CODE:main'),
  IRET: kernel('main:   pushfd\n        push    dword CODE\n        push    dword main\n        iretd'),
  // Exceptions and what runs by itself.
  'software interrupts': kernel(
    'main:   mov     dword [system_call], back\n.again: int     0x80\n        jmp .again\nback:   iretd',
  ),
  'faults that are met again': kernel(
    'main:   mov     dword [resume], .fault\n        mov dword [log_end], LOG\n.fault: ud2',
  ),
  'single steps': kernel(`
main:   mov     dword [resume], main
        mov     dword [log_end], LOG
        pushfd
        or      dword [esp], 0x100
        popfd
        nop
`),
  'shadows of STI and MOV SS': kernel(
    'main:   sti\n        mov     eax, ss\n        mov     ss, eax\n        jmp     main',
  ),
  'loads of CR3': kernel('main:   mov     eax, cr3\n        mov     cr3, eax\n        jmp     main'),
  'code that changes itself': kernel('main:   inc     byte [.code + 1]\n.code:  mov     al, 0\n        jmp     main'),
  // Repeated instructions.
  'REP MOVSD': repeated('rep movsd'),
  'REP MOVSB backwards': repeated('rep movsb', 'std\n mov esi, 0xF0000000\n mov edi, 0xE0000001'),
  'REP MOVSB onto itself': repeated('rep movsb', 'mov edi, ENDLESS + 1'),
  'REP STOSB': repeated('rep stosb'),
  'REP LODSW': repeated('rep lodsw'),
  'REPE CMPSB': repeated('repe cmpsb'),
  'REPNE SCASD': repeated('repne scasd'),
  'REP INSB': repeated('rep insb', 'mov dx, 0x80'),
  'REP OUTSD': repeated('rep outsd', 'mov dx, 0x80'),
  'REP LODSB by FS in 16 bits': realMode('main:   mov     cx, 0xFFFF\n        fs rep lodsb\n        jmp     main'),
};
