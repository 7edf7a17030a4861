import { afterEach, expect, test } from 'vitest';
import { defaultTiering } from '../../../runtime/exec/tiering.ts';
import type { WorthOptions } from '../../../runtime/exec/work.ts';
import { endValue, Guest, type GuestProgram, variants } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

const guests: Guest[] = [];
afterEach(async () => {
  for (const guest of guests.splice(0)) await guest.dispose();
});

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

/** Runs a program that counts in EAX to its end; a guest whose functions are translated if they are worth it. */
function ended(program: GuestProgram, worth: WorthOptions, count: number): Guest {
  const translator = variants.find(({ name }) => name === 'translator at once, counting')!;
  const tiering = { ...defaultTiering, threshold: THRESHOLD, ...worth };
  const guest = new Guest(program, { ...translator, config: { ...translator.config, engineOptions: { tiering } } });
  guests.push(guest);
  expect(endValue(guest)).toBe(count);
  return guest;
}

/** Which of some functions are entries of translations. */
function translated(guest: Guest, functions: readonly string[]): string[] {
  const pages = [...guest.core.engine.graph.cache.allPages()];
  const entries = new Set(pages.flatMap((page) => [...page.translations].flatMap((one) => one.entries)));
  const eips = new Set([...entries].map(({ eip }) => eip));
  return functions.filter((name) => eips.has(guest.address(name)));
}

const runWide = (rounds: number, worth: WorthOptions) =>
  translated(ended(program(rounds), worth, rounds * (WIDE + HOT)), ['hot', ...names]);

test('what runs often, but is a small part of all that is interpreted, is not translated', () => {
  expect(runWide(3 * THRESHOLD, { share: 1 / 20, enough: Infinity })).toEqual(['hot']);
});

test('it is translated when it has run as long as that takes, whatever its part', () => {
  // Each is two instructions.
  expect(runWide(5 * THRESHOLD, { share: 1 / 20, enough: 6 * THRESHOLD })).toEqual(['hot', ...names]);
});

test('without a share whatever has run so often is translated', () => {
  expect(runWide(2 * THRESHOLD, { share: 0, enough: Infinity })).toEqual(['hot', ...names]);
});

test('of functions that run equally often those that do little are not worth a translation', () => {
  const rounds = 1.5 * THRESHOLD;
  const functions = kernel(`
main:   xor     eax, eax
        mov     ebp, ${rounds}
.round: call    brief
        call    branched
        dec     ebp
        jnz     .round
        jmp     exit
        align   64
brief:  inc     eax
        ret
        align   64
branched:
        test    ebp, 1
        jnz     .odd
${'        inc     eax\n'.repeat(40)}
        ret
.odd:
${'        dec     eax\n'.repeat(40)}
        ret
`);
  const guest = ended(functions, { share: 1 / 4, enough: Infinity }, rounds);
  expect(translated(guest, ['brief', 'branched'])).toEqual(['branched']);
});
