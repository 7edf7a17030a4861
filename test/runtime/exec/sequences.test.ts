import { expect, test } from 'vitest';
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
