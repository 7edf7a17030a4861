import { expect, test } from 'vitest';
import { endValue, Guest, variants } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

/** A function of several blocks, more than a translation takes in at first; then another way through it gets hot. */
const program = kernel(`
main:   mov     ecx, 3000
        xor     eax, eax
.again: call    function
        loop    .again
        jmp     exit
        align   4096
function:
        cmp     ecx, 1500
        jb      .second
.first: inc     eax
        test    ecx, 1
        jz      .done
        inc     eax
        jmp     .done
.second: add    eax, 3
        test    ecx, 1
        jz      .done
        add     eax, 2
.done:  ret
`);

test('a translation grows by what turns out to be hot behind it', async () => {
  const tiering = { threshold: 100, blocks: 2, instructions: 8 };
  const translator = variants.find(({ name }) => name === 'translator at once, counting')!;
  const guest = new Guest(program, { ...translator, config: { ...translator.config, engineOptions: { tiering } } });
  expect(endValue(guest)).toBe(1501 + 750 + 1499 * 3 + 750 * 2);
  const { cache } = guest.core.engine.graph;
  const record = [...cache.allPages()]
    .flatMap((page) => [...page.translations])
    .find(({ head }) => {
      return head.eip === guest.address('function');
    })!;
  expect(record.growth).toBeGreaterThan(0);
  expect(record.blocks).toBeGreaterThan(2);
  expect(cache.counts.grown).toBeGreaterThan(0);
  await guest.dispose();
});
