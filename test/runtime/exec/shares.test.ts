import { expect, test } from 'vitest';
import { defaultTiering } from '../../../runtime/exec/tiering.ts';
import { endValue, Guest, variants } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

const WIDE = 40;
const HOT = 50;
const THRESHOLD = 100;
const names = Array.from({ length: WIDE }, (_, n) => `wide${n}`);

/** Forty functions that run once a round each, and one that runs fifty times. */
const program = (rounds: number) =>
  kernel(`
main:   xor     eax, eax
        mov     ebp, ${rounds}
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
async function translated(share: number, rounds: number): Promise<string[]> {
  const translator = variants.find(({ name }) => name === 'translator at once, counting')!;
  const tiering = { ...defaultTiering, threshold: THRESHOLD, share };
  const guest = new Guest(program(rounds), {
    ...translator,
    config: { ...translator.config, engineOptions: { tiering } },
  });
  expect(endValue(guest)).toBe(rounds * (WIDE + HOT));
  const pages = [...guest.core.engine.graph.cache.allPages()];
  const entries = new Set(pages.flatMap((page) => [...page.translations].flatMap((one) => one.entries)));
  const eips = new Set([...entries].map(({ eip }) => eip));
  const found = ['hot', ...names].filter((name) => eips.has(guest.address(name)));
  await guest.dispose();
  return found;
}

test('what runs often, but is a small part of all that is interpreted, is not translated', async () => {
  expect(await translated(1 / 20, 3 * THRESHOLD)).toEqual(['hot']);
});

test('it is translated when it has run as long as that takes, whatever its part', async () => {
  expect(await translated(1 / 20, 5 * THRESHOLD)).toEqual(['hot', ...names]);
});

test('without a share whatever has run so often is translated', async () => {
  expect(await translated(0, 2 * THRESHOLD)).toEqual(['hot', ...names]);
});
