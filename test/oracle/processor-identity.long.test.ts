import { expect, test } from 'vitest';
import { ALONE, processorCount, type Topology } from '../../runtime/cpu/topology.ts';
import { assemble } from '../../runtime/firmware/assembler/index.ts';
import { Guest, variants } from '../support/guest.ts';
import { processorsProgram } from '../support/guest-processors.ts';
import { runQemu } from './qemu-guest.ts';

/** Each processor in turn says what CPUID and its local APIC tell of it, and how it was started. */
const program = (count: number) =>
  processorsProgram(`
main:   call    tell
        mov     bl, 1
.next:  cmp     bl, ${count}
        je      .end
  mov     al, bl
        call    init
        mov     al, bl
        call    start
.wait:  pause
        cmp     [told], bl
        jne     .wait
        mov     al, bl
        call    fixed
.woken: pause
        cmp     [served], bl
        jne     .woken
        inc     bl
        jmp     .next
.end:   mov     eax, 0
        jmp     exit
other:  call    tell
        sti
        mov     [told], bl
.sleep: hlt
        jmp     .sleep
interrupt:
        mov     [served], bl
        mov     dword [APIC_EOI], 0
        iret

tell:   push    ebx
        mov     eax, [esp + 4]
        mov     edi, answers
        mov     eax, ebx
        stosd
        mov     eax, cr0
        stosd
        mov     ecx, 0x1B
        rdmsr
        stosd
        mov     esi, registers
.register:
        movzx   eax, word [esi]
        add     esi, 2
        mov     eax, [APIC + eax]
        stosd
        cmp     esi, registers_end
        jb      .register
        mov     eax, 1
        cpuid
        mov     eax, ebx
        and     eax, 0xFFFF0000
        stosd
        mov     eax, edx
        and     eax, 1 << 28
        stosd
        xor     eax, eax
        cpuid
        cmp     eax, 0xB
        jb      .listed
        xor     esi, esi
.level: mov     eax, 0xB
        mov     ecx, esi
        cpuid
        stosd
        mov     eax, ebx
        stosd
        mov     eax, ecx
        stosd
        mov     eax, edx
        stosd
        inc     esi
        cmp     esi, 3
        jb      .level
.listed:
        mov     esi, answers
.print: lodsd
        call    print
        cmp     esi, edi
        jb      .print
        mov     al, 10
        out     0xE9, al
        pop     ebx
        ret

; EAX in hexadecimal, and a space.
print:  mov     ecx, 8
.digit: rol     eax, 4
        push    eax
        and     al, 15
        cmp     al, 10
        sbb     al, 0x69
        das
        out     0xE9, al
        pop     eax
        loop    .digit
        push    eax
        mov     al, ' '
        out     0xE9, al
        pop     eax
        ret

; Number, task priority, destinations, timer. Firmware has set the pins up.
registers:
        dw      0x20, 0x80, 0xD0, 0xE0, 0x320
registers_end:
told:   db      0
served: db      0
        align   4
answers: times 64 dd 0
`);

/** As a Multiboot image; what the firmware of QEMU leaves in the first processor's APIC it sets up anew. */
function image(count: number): Uint8Array {
  const { source, origin: at } = program(count);
  const header = `dd 0x1BADB002, 0x10000, -0x1BADB002 - 0x10000, ${at}, ${at}, 0, 0, begin`;
  return assemble(`${header}\n${source}`, { origin: at, bits: 32 }).bytes;
}

const topologies: readonly (readonly [flag: string, topology: Topology])[] = [
  ['1', ALONE],
  ['2', { ...ALONE, cores: 2 }],
  ['3,cores=3', { ...ALONE, cores: 3 }],
  ['4,sockets=2,cores=2', { ...ALONE, sockets: 2, cores: 2 }],
  ['4,sockets=4', { ...ALONE, sockets: 4 }],
  ['8,sockets=2,cores=2,threads=2', { sockets: 2, cores: 2, threads: 2 }],
];
const models = ['qemu32', 'core2duo', 'max'] as const;
const cases = topologies.flatMap(([flag, topology]) => models.map((cpu) => ({ flag, topology, cpu })));
const variant = variants.find(({ name }) => name === 'translator, polling')!;

test.each(cases)(
  'processors say of themselves what they say in QEMU: -cpu $cpu -smp $flag',
  async ({ flag, topology, cpu }) => {
    const kernel = image(processorCount(topology));
    const theirs = runQemu(kernel, ['-m', '16', '-cpu', cpu, '-smp', flag], 30_000);
    const guest = new Guest({ multiboot: kernel }, variant, { memoryBytes: 16 << 20, cpu, topology });
    try {
      guest.runToEnd();
    } finally {
      await guest.dispose();
    }
    expect(theirs?.ended).toBe(true);
    const lines = guest.text.trim().split('\n');
    expect(lines).toHaveLength(processorCount(topology));
    expect(lines).toEqual(theirs!.text.trim().split('\n'));
  },
);
