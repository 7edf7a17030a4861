import { expect, test } from 'vitest';
import { MOST_MOVED } from '../../../runtime/exec/code-cache.ts';
import { RECORD_CHUNK } from '../../../runtime/exec/record-stock.ts';
import { Operation } from '../../../translator/abi/record.ts';
import { endValue, Guest, variants } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

/** An instruction in two pages in a loop; what comes next in sequence is in the second one. */
const program = kernel(`
main:   mov     ecx, 20
        xor     ebx, ebx
        jmp     main.crossing
        align   4096
        times   4093 db 0x90
.crossing: add  ebx, 0x12345678
.after: loop    .crossing
        mov     eax, ebx
        jmp     exit
`);

test.each(variants.filter(({ config }) => config.icountShift !== undefined))(
  'code that stops after an instruction in two pages is in the second page: $name',
  async (variant) => {
    const guest = new Guest(program, variant);
    const after = guest.address('main.after');
    const seen = new Set<number>();
    for (let instructions = 1; instructions < 400 && !seen.has(guest.address('exit')); instructions++) {
      guest.core.stopAt(instructions);
      guest.core.run(Infinity);
      seen.add(guest.register('eip') >>> 0);
    }
    expect(seen).toContain(after);
    expect(seen).not.toContain(after - 4096);
    guest.core.stopAt(Infinity);
    expect(endValue(guest)).toBe((20 * 0x12345678) | 0);
    await guest.dispose();
  },
);

/** A jump to an instruction that is rewritten each time, by one of another length. */
const rewriting = (times: number) =>
  kernel(`
main:   mov     ecx, ${times}
        xor     ebx, ebx
        xor     eax, eax
.next:  xor     word [.place], 0x50CA
.jump:  jmp     .place
        align   64
.place: db      0x43, 0x90              ; INC EBX and NOP, or MOV EAX,EAX
        loop    .next
        mov     eax, ebx
        jmp     exit
`);

test.each(variants.filter(({ name }) => name.startsWith('interpreter')))(
  'code that is rewritten by instructions of another length is not reached by ever more redirections: $name',
  async (variant) => {
    const guest = new Guest(rewriting(600), variant);
    expect(endValue(guest)).toBe(300);
    const { cache, records } = guest.core.engine.graph;
    const page = cache.allPages().find((one) => one.at(one.distanceTo(guest.address('main.jump'))) > 0)!;
    const { OPERATION, TAKEN } = records.views;
    let hops = 0;
    for (
      let at = TAKEN[page.at(page.distanceTo(guest.address('main.jump')))];
      OPERATION[at] === Operation.redirect;
      hops++
    ) {
      at = TAKEN[at];
    }
    expect(hops).toBeLessThan(4);
    await guest.dispose();
  },
);

test.each(variants.filter(({ name }) => name.startsWith('interpreter')))(
  'a page whose code is rewritten all the time takes no more and more records: $name',
  async (variant) => {
    const times = 6 * MOST_MOVED;
    const guest = new Guest(rewriting(times), variant);
    expect(endValue(guest)).toBe(times / 2);
    const { cache } = guest.core.engine.graph;
    expect(cache.metrics.evicted).toBeGreaterThan(0);
    const records = cache.allPages().map(({ chunks }) => chunks.length * RECORD_CHUNK);
    expect(Math.max(...records)).toBeLessThan(4 * MOST_MOVED);
    await guest.dispose();
  },
);
