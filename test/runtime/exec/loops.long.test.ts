import { expect, test } from 'vitest';
import { endValue, Guest, variants } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

/** Calls in a loop that gets hot, and code that is written. */
const program = kernel(`
main:   mov     ecx, 400
        xor     eax, eax
.again: call    function
        test    ecx, 63
        jnz     .next
        xor     byte [function + 1], 1          ; adds 1, then 0, then 1 …
.next:  dec     ecx
        jnz     .again
        and     eax, 0x7f
        jmp     exit
        align   64
function:
        add     al, 1
        push    ebx
        lea     ebx, [eax + 4]
        mov     [FREE], ebx
        cmp     ebx, [FREE]
        pop     ebx
        setne   dl
        ret
`);

const polling = variants.find(({ name }) => name === 'interpreter, polling')!;

test('fast paths give the same as handlers, with code that changes', async () => {
  const values: number[] = [];
  for (const { name, config } of variants) {
    for (const frequent of [0, 5, 32]) {
      const engineOptions = { ...config.engineOptions, interpreter: { frequent } };
      const guest = new Guest(program, { name, config: { ...config, engineOptions } });
      values.push(endValue(guest));
      await guest.dispose();
    }
  }
  expect(values).toHaveLength(3 * variants.length);
  expect(new Set(values).size).toBe(1);
});

test('a loop of fast paths is left when attention is asked for', async () => {
  const endless = kernel(`
main:   mov     ecx, 1
.loop:  test    ecx, ecx
        jnz     .loop
        jmp     exit
`);
  const guest = new Guest(endless, polling);
  for (let n = 0; n < 3; n++) expect(guest.run(50).reason).toBe('slice');
  await guest.dispose();
});
