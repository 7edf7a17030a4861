import { describe, expect, test } from 'vitest';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { Key } from '../../../translator/abi/key.ts';
import { Segment, Word } from '../../../translator/abi/state.ts';
import { type EngineName, makeEngine } from '../../support/engine.ts';

const engines: EngineName[] = ['interpreter', 'translator'];
const ORIGIN = 0x7c00;
const RESULTS = 0x600;

/** Runs a program in real mode until it halts; gives what it left at `RESULTS`. */
function run(name: EngineName, source: string, count: number) {
  const engine = makeEngine(name, 0x100000);
  const { state } = engine;
  engine.write(ORIGIN, assemble(`bits 16\n${source}`, { origin: ORIGIN, symbols: { RESULTS } }).bytes);
  state[Word.selector + Segment.cs] = 0;
  state[Word.segmentBase + Segment.cs] = 0;
  state[Word.eip] = ORIGIN;
  state[Word.esp] = ORIGIN;
  engine.refresh();
  const halted = engine.runUntilHalt(10_000);
  const results = Array.from(new Int32Array(engine.read(RESULTS, 4 * count).buffer));
  engine.dispose();
  return { halted, results, key: state[Word.key], shutdown: state[Word.halted] === 2 };
}

/** Results that are halves of doublewords. */
const halves = (words: number[]) => words.flatMap((word) => [word & 0xffff, word >>> 16]);

describe.each(engines)('real mode, %s', (name) => {
  test('interrupts, BOUND and INTO', () => {
    const { halted, results } = run(
      name,
      `       mov  word [0x21*4], handler
              mov  word [4*4], handler
              mov  word [5*4], bounds
              mov  di, RESULTS
              sti
              int  0x21
              mov  al, 0x7f
              add  al, 1
              into
              cmp  al, al
              into
              cli
              mov  ax, 3
              bound ax, [limits]
              mov  ax, -7
      faulty: bound ax, [limits]
      after:  hlt
      limits: dw -6, 3
      handler: pushf
              pop  word [di]
              mov  bp, sp
              mov  ax, [bp + 4]
              mov  [di + 2], ax
              add  di, 4
              iret
      bounds: pop  ax
              sub  ax, faulty
              mov  [di], ax
              mov  word [di + 2], 0x55
              hlt`,
      3,
    );
    expect(halted).toBe(true);
    // IF is clear in the handler and set in what it returns to; OF was set at the first INTO.
    const [first, firstOuter, second, secondOuter, fault, mark] = halves(results);
    expect([first & 0x200, firstOuter & 0x200]).toEqual([0, 0x200]);
    expect([second & 0xa00, secondOuter & 0xa00]).toEqual([0x800, 0xa00]);
    expect([fault, mark]).toEqual([0, 0x55]);
  });

  test('far calls, far pointers and segment registers', () => {
    const { results } = run(
      name,
      `       push word 0x1234
              call 0x10:there - 0x100
              mov  [RESULTS], sp
              call far [pointer]
              mov  [RESULTS + 2], sp
              jmp  far [jump]
      there:  mov  bp, sp
              mov  ax, [bp + 4]
              mov  [RESULTS + 4], ax
              mov  [RESULTS + 6], cs
              retf 2
      pointer: dw  near_end, 0
      jump:   dw   last - 0x7c0, 0x7c
      far32:  dd   0x89abcdef
              dw   0x4321
      near_end: retf
      last:   mov  [ss:RESULTS + 8], cs
              les  edi, [far32]
              mov  [RESULTS + 12], edi
              mov  [RESULTS + 10], es
              lds  si, [far32]
              mov  [ss:RESULTS + 16], esi
              mov  [ss:RESULTS + 20], ds
              hlt`,
      6,
    );
    const [sp, spAgain, argument, cs, csAgain, es] = halves(results);
    expect([sp, spAgain, argument, cs, csAgain, es]).toEqual([ORIGIN, ORIGIN, 0x1234, 0x10, 0x7c, 0x4321]);
    expect(results[3]).toBe(0x89abcdef | 0);
    expect([results[4] & 0xffff, results[5] & 0xffff]).toEqual([0xcdef, 0x89ab]);
  });

  test('frames, tables and identification', () => {
    const { results } = run(
      name,
      `       mov  bx, 0x77
              pusha
              mov  bx, 0
              popa
              mov  [RESULTS], bx
              enter 6, 0
              mov  [RESULTS + 2], sp
              leave
              lidt [table]
              sidt [RESULTS + 4]
              lgdt [table]
              db   0x66
              lgdt [table]
              sgdt [RESULTS + 12]
              smsw ax
              mov  [RESULTS + 18], ax
              xor  eax, eax
              cpuid
              mov  [RESULTS + 20], ebx
              mov  eax, cr0
              mov  [RESULTS + 24], eax
              mov  dr0, ebx
              mov  ecx, dr0
              mov  [RESULTS + 28], ecx
              hlt
      table:  dw   0x3ff
              dd   0x89000000`,
      8,
    );
    expect(halves(results).slice(0, 2)).toEqual([0x77, ORIGIN - 8]);
    // A 16-bit LIDT takes 24 bits of the base.
    expect(results[1]).toBe(0x3ff);
    expect(halves([results[3], results[4]])).toEqual([0x3ff, 0, 0x8900, 0x10]);
    expect([results[5], results[7]]).toEqual([0x756e6547, 0x756e6547]);
    expect(results[6]).toBe(0x60000010);
  });

  test('what needs protected mode is undefined', () => {
    const { results } = run(
      name,
      `       mov  word [6*4], undefined
              mov  di, RESULTS
              sldt ax
              lar  ax, bx
              verr ax
              mov  [RESULTS], di
              hlt
      undefined: mov bp, sp
              add  word [bp], 3
              inc  di
              iret`,
      1,
    );
    expect(results[0]).toBe(RESULTS + 3);
  });
});

const protectedProgram = (user: string, handlers: string) => `
              lgdt [gdt_register]
              lidt [idt_register]
              mov  eax, cr0
              or   al, 1
              mov  cr0, eax
              jmp  8:enter_protected
      gdt:    dq   0
              dq   0x00cf9a000000ffff
              dq   0x00cf92000000ffff
              dq   0x00cffa000000ffff
              dq   0x00cff2000000ffff
              dw   0x67, task, 0x8900, 0
      gdt_register: dw 0x2f
              dd   gdt
      idt_register: dw 0x7ff
              dd   0x1000
              align 4
      task:   times 25 dd 0
              dw   0, 0x68
              bits 32
      enter_protected:
              mov  ax, 0x10
              mov  ss, ax
              mov  esp, 0x7000
              mov  ds, ax
              mov  es, ax
              mov  word [0x1000 + 13*8], on_fault
              mov  dword [0x1000 + 13*8 + 2], 8
              mov  byte [0x1000 + 13*8 + 5], 0x8e
              mov  word [0x1000 + 0x80*8], on_call
              mov  dword [0x1000 + 0x80*8 + 2], 8
              mov  byte [0x1000 + 0x80*8 + 5], 0xee
              mov  dword [task + 4], 0x7000
              mov  dword [task + 8], 0x10
              mov  ax, 0x28
              ltr  ax
              push dword 0x23
              push dword 0x6000
              push dword 0x202
              push dword 0x1b
              push dword user
              mov  edi, RESULTS
              iretd
      user:   mov  ax, 0x23
              mov  ds, ax
              mov  es, ax
              ${user}
      ${handlers}`;

describe.each(engines)('protected mode, %s', (name) => {
  test('system calls and faults of a user program', () => {
    const { halted, results, key } = run(
      name,
      protectedProgram(
        `     mov  eax, 0x1111
              int  0x80
              mov  eax, 0x2222
      one:    cli
              mov  eax, 0x3333
              int  0x80
      two:    in   al, 0x60
      three:  hlt
              hlt
              str  eax
              mov  [edi], eax
              add  edi, 4
              mov  cx, 0x10
              mov  bx, 3
              arpl cx, bx
              setz [edi]
              mov  [edi + 1], cl
              lsl  edx, bx
              setz [edi + 2]
              lsl  edx, cx
              setz [edi + 3]
              add  edi, 4
              lar  edx, ax
              mov  ax, 0x20
              lar  edx, ax
              mov  [edi], edx
              mov  eax, 0
              int  0x80`,
        `     on_fault:
              mov  [edi], esp
              add  edi, 4
              mov  eax, [esp + 4]
              sub  eax, one
              mov  [edi], eax
              add  edi, 4
              inc  dword [esp + 4]
              cmp  dword [esp + 4], two + 1
              jne  .done
              inc  dword [esp + 4]
              .done: add esp, 4
              iretd
      on_call: or   eax, eax
              jz   .stop
              mov  [edi], eax
              add  edi, 4
              iretd
      .stop:  mov  ax, cs
              mov  [edi + 4], ax
              hlt`,
      ),
      13,
    );
    expect(halted).toBe(true);
    const errorFrame = 0x7000 - 24;
    expect(results.slice(0, 10)).toEqual([
      0x1111,
      errorFrame,
      0,
      0x3333,
      errorFrame,
      8,
      errorFrame,
      10,
      errorFrame,
      11,
    ]);
    expect(results[10]).toBe(0x28);
    // ARPL raised the RPL; null has no limit, and neither has what the CPL may not see.
    expect(results[11]).toBe(0x00001301);
    expect(results[12]).toBe(0xc0f300);
    expect(key).toBe(Key.protected | Key.code32 | Key.stack32 | Key.flat);
  });

  test('a triple fault shuts the CPU down', () => {
    const source = protectedProgram('int 0x80', 'on_fault:\non_call: lidt [nothing]\nud2\nnothing: dw 0\ndd 0');
    const { shutdown } = run(name, source, 0);
    expect(shutdown).toBe(true);
  });
});
