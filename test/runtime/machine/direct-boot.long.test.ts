import { describe, expect, test } from 'vitest';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import type { MachineConfig } from '../../../runtime/machine/config.ts';
import { createMachine } from '../../../runtime/machine/create.ts';
import { expectRealModeValue } from '../../support/guest-real-mode.ts';

const ORIGIN = 0x100000;

/** The code that a Multiboot kernel of this text writes to its exit port. */
function exitCode(text: string, more: Partial<MachineConfig> = {}): number | undefined {
  const source = `
  dd 0x1badb002, 0x10000, -0x1badb002 - 0x10000, ${ORIGIN}, ${ORIGIN}, 0, 0, start
  align 8
real_table: dw 0x3ff, 0, 0
start:  ${text}
`;
  const { bytes } = assemble(source, { origin: ORIGIN, bits: 32 });
  const machine = createMachine(
    {
      memoryBytes: 8 << 20,
      engine: 'interpreter',
      icountShift: 3,
      icountSleep: false,
      boot: { kernel: bytes },
      rebootAction: 'exit',
      debugExit: { iobase: 0xf4, iosize: 4 },
      startTimeOfDay: 0,
      ...more,
    },
    { nanoseconds: () => 0, send: () => {}, log: () => {} },
  );
  try {
    return machine.run(1).code;
  } finally {
    machine.dispose();
  }
}

expectRealModeValue('what is started in real mode has the caches on', 0x10, 'main: mov eax, cr0\n jmp exit');

describe('a kernel booted without firmware finds the chips as firmware leaves them', () => {
  test('the 8259s have their vectors, and let through what the firmware uses', () => {
    const masks = exitCode('in al, 0x21\n mov ah, al\n in al, 0xa1\n out 0xf4, ax\n hlt');
    expect((masks! - 1) >> 1).toBe(0xb88e);
  });

  test.each([
    ['an NMI', 0x02, 0xe2c3],
    ['what only returns', 0x03, 0xff53],
  ])('the vector of %s is that of the IBM PC/AT', (_, vector, offset) => {
    const code = exitCode(`mov eax, [${4 * vector}]\n out 0xf4, ax\n hlt`);
    expect((code! - 1) >> 1).toBe(offset);
  });

  test('PCI functions tell the IRQs that their interrupt pins lead to', () => {
    const code = exitCode(
      `
  mov eax, 0x8000003c | 2 << 11
  mov dx, 0xcf8
  out dx, eax
  mov dx, 0xcfc
  in eax, dx
  out 0xf4, ax
  hlt`,
      { cards: [{ name: 'card', model: 'e1000', mac: [2, 0, 0, 0, 0, 1] }] },
    );
    // The card has INTA#, which is PIRQ B in that slot.
    expect((code! - 1) >> 1).toBe(0x010a);
  });

  test('the x87 FPU computes with 64 bits, and no exception is unmasked', () => {
    const control = exitCode('mov esp, 0x9000\n push 0\n fnstcw [esp]\n mov ax, [esp]\n out 0xf4, ax\n hlt');
    expect((control! - 1) >> 1).toBe(0x37f);
  });

  test('in real mode, with interrupts on, a timer of 18.2 Hz wakes it from HLT', () => {
    const code = exitCode(`
  lidt [real_table]
  mov esp, 0x9000
  mov esi, back
  mov edi, 0x8000
  mov ecx, 64
  rep movsb
  mov eax, table
  mov word [0x8100], 23
  mov dword [0x8102], table
  lgdt [0x8100]
  jmp dword 8:0x8000
  align 8
table: dd 0, 0, 0x0000ffff, 0x00009a00, 0x0000ffff, 0x00009200
back:
  bits 16
  mov ax, 16
  mov ss, ax
  mov ds, ax
  mov eax, cr0
  and al, 0xfe
  mov cr0, eax
  jmp 0:0x8000 + real_mode - back
real_mode:
  xor ax, ax
  mov ss, ax
  sti
  hlt
  hlt
  mov al, 21
  out 0xf4, al
`);
    expect(code).toBe(43);
  });
});
