import { expect, test } from 'vitest';
import { defaultTiering } from '../../../runtime/exec/tiering.ts';
import { checkText } from '../../support/check-text.ts';
import { endValue, Guest } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

const program = kernel(`
main:   xor     ebx, ebx
        mov     ecx, 300
.next:  push    ecx
        call    .sum
        pop     ecx
        loop    .next
        mov     eax, ebx
        and     eax, 0x7f
        jmp     exit
.sum:   mov     edi, 8
.more:  add     ebx, ecx
        adc     ebx, 0
        dec     edi
        jnz     .more
        ret
`);

test.each([
  ['polling', {}],
  ['counting', { icountShift: 3, icountSleep: false }],
])('every text that an engine compiles passes the check, %s', async (_pacing, config) => {
  const texts: string[] = [];
  const check = (text: string) => {
    texts.push(text);
    checkText(text);
  };
  const engineOptions = { check, tiering: { ...defaultTiering, threshold: 1 } };
  const guest = new Guest(program, { name: 'checked', config: { engine: 'translator', ...config, engineOptions } });
  // 8 times the sum of 1 to 300, modulo 128.
  expect(endValue(guest)).toBe((8 * 45150) & 0x7f);
  expect(texts.filter((text) => text.startsWith('function guest_')).length).toBeGreaterThan(1);
  expect(texts.filter((text) => !text.startsWith('function guest_')).length).toBeGreaterThan(20);
  await guest.dispose();
});
