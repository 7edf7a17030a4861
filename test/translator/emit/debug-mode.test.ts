import { expect, test } from 'vitest';
import { type Check, makeCheck } from '../../../runtime/exec/check.ts';
import { tieringAt } from '../../../runtime/exec/tiering.ts';
import { checkText } from '../../../src/isolate/check-text.ts';
import { passes } from '../../../translator/opt/pipeline.ts';
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
])('all that an engine makes passes the checks, %s', async (_pacing, config) => {
  const texts: string[] = [];
  const stages = new Set<string>();
  const handlers: string[] = [];
  const checks = makeCheck((text) => {
    texts.push(text);
    checkText(text);
  });
  const check: Check = {
    text: checks.text,
    handler(name, statements) {
      handlers.push(name);
      checks.handler(name, statements);
    },
    region(stage, region) {
      stages.add(stage);
      checks.region(stage, region);
    },
  };
  const engineOptions = { check, tiering: tieringAt(1) };
  const guest = new Guest(program, { name: 'checked', config: { engine: 'translator', ...config, engineOptions } });
  // 8 times the sum of 1 to 300, modulo 128.
  expect(endValue(guest)).toBe((8 * 45150) & 0x7f);
  const regions = texts.filter((text) => text.startsWith('function guest_'));
  const loops = texts.filter((text) => text.startsWith('function interpreter_loop('));
  expect(regions.length).toBeGreaterThan(1);
  expect(loops.length).toBeGreaterThan(0);
  // Of handlers the IR is made when an instruction is decoded, the function when it runs.
  const functions = texts.filter((text) => /^function \w+\(record\)/.test(text));
  expect(handlers.length).toBeGreaterThan(20);
  expect(functions.length).toBeGreaterThan(5);
  expect(functions.length).toBeLessThan(handlers.length);
  expect(regions.length + loops.length + functions.length).toBe(texts.length);
  expect([...stages]).toEqual(['lift', ...passes.map((pass) => pass.name)]);
  await guest.dispose();
});
