import { expect, test } from 'vitest';
import { defaultTiering } from '../../../runtime/exec/tiering.ts';
import { endValue, Guest, variants } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

const WIDE = 40;
const ROUNDS = 1000;
const HOT = 50;
const names = Array.from({ length: WIDE }, (_, n) => `wide${n}`);

/** Forty functions that run once a round each, and one that runs fifty times. */
const program = kernel(`
main:   xor     eax, eax
        mov     ebp, ${ROUNDS}
.round:
${names.map((name) => `        call    ${name}`).join('\n')}
        mov     ecx, ${HOT}
.hot:   call    hot
        dec     ecx
        jnz     .hot
        dec     ebp
        jnz     .round
        jmp     exit
${['hot', ...names].map((name) => `${name}: add eax, 1\n ret`).join('\n')}
`);

/** Which of these functions are translated when the program has ended. */
async function translated(share: number): Promise<string[]> {
  const translator = variants.find(({ name }) => name === 'translator at once, counting')!;
  const tiering = { ...defaultTiering, threshold: 100, share };
  const guest = new Guest(program, { ...translator, config: { ...translator.config, engineOptions: { tiering } } });
  expect(endValue(guest)).toBe(ROUNDS * (WIDE + HOT));
  const pages = [...guest.core.engine.graph.cache.allPages()];
  const entries = new Set(pages.flatMap((page) => [...page.translations].flatMap((one) => one.entries)));
  const eips = new Set([...entries].map(({ eip }) => eip));
  const found = ['hot', ...names].filter((name) => eips.has(guest.address(name)));
  await guest.dispose();
  return found;
}

test('what runs often, but is a small part of all that is interpreted, is not translated', async () => {
  expect(await translated(1 / 20)).toEqual(['hot']);
});

test('without a share whatever has run so often is translated', async () => {
  expect(await translated(0)).toEqual(['hot', ...names]);
});
