import { describe, expect, test } from 'vitest';
import { type Handlers, MOST_MADE } from '../../../runtime/exec/handlers.ts';
import { SHAPE_BITS } from '../../../translator/x86/instruction.ts';
import { forms } from '../../../translator/x86/table/index.ts';
import { endValue, Guest, variants } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

const nop = forms.find(({ mnemonic, operands }) => mnemonic === 'NOP' && operands.length === 0)!;

/** Has a handler made, another one for each number, as a guest does that runs an instruction with all prefixes in all modes. */
function makeOne(handlers: Handlers, n: number): void {
  handlers.get({ form: nop, shape: n & ((1 << SHAPE_BITS) - 1) }, n >>> SHAPE_BITS);
}

const loop = kernel(`
; Some calls in a loop.
main:   xor     eax, eax
        mov     ecx, 20000
.next:  call    count
        loop    .next
        jmp     exit
count:  add     eax, ecx
        ret
`);

const changing = kernel(`
; Adds up ECX, each time by an instruction that was made anew.
main:   xor     eax, eax
        mov     ecx, 10000
.next:  mov     [.add + 1], ecx
        jmp     .add
.add:   db      0x05                    ; ADD EAX, number
        dd      0
        loop    .next
        jmp     exit
`);

describe('a guest that needs ever more handlers', () => {
  const counting = variants.filter(({ config }) => config.icountShift !== undefined);
  test.each(counting)('has few of them, and goes on as before: $name', async (variant) => {
    const guest = new Guest(loop, variant);
    const { handlers, graph } = guest.core.engine;
    for (let instructions = 10_000; instructions < 50_000; instructions += 20_000) {
      guest.core.stopAt(instructions);
      guest.core.run(Infinity);
      for (let n = 0; !handlers.isFull; n++) makeOne(handlers, n);
      expect(handlers.all.length).toBeGreaterThan(MOST_MADE);
    }
    guest.core.stopAt(Infinity);
    expect(endValue(guest)).toBe((20_000 * 20_001) / 2);
    expect(handlers.all.length).toBeLessThan(100);
    expect(graph.cache.metrics.evicted).toBeGreaterThan(0);
    await guest.dispose();
  });

  test.each(counting)('keeps its TLB: page walks set accessed bits, which it sees: $name', async (variant) => {
    const guest = new Guest(loop, variant);
    guest.core.stopAt(10_000);
    guest.core.run(Infinity);
    const { tlb } = guest.core.mmu;
    const pages = tlb.filledPages();
    expect(pages.length).toBeGreaterThan(0);
    expect(tlb.code.some((page) => page !== 0)).toBe(true);
    guest.core.engine.graph.cache.dropHandlers();
    expect(tlb.filledPages()).toEqual(pages);
    expect(tlb.code.some((page) => page !== 0)).toBe(false);
    guest.core.stopAt(Infinity);
    expect(endValue(guest)).toBe((20_000 * 20_001) / 2);
    await guest.dispose();
  });

  test('is stopped for that where it decodes the same bytes again and again', () => {
    const guest = new Guest(changing, variants.find(({ name }) => name === 'interpreter, polling')!);
    const { handlers } = guest.core.engine;
    const { get } = handlers;
    let n = 0;
    let most = 0;
    handlers.get = (instruction, key) => {
      if (instruction.form !== nop) makeOne(handlers, n++);
      most = Math.max(most, handlers.all.length);
      return get.call(handlers, instruction, key);
    };
    expect(endValue(guest)).toBe((10_000 * 10_001) / 2);
    expect(n).toBeGreaterThan(10_000);
    expect(most).toBeLessThan(MOST_MADE + 100);
    guest.dispose();
  });
});
