import { expect, test } from 'vitest';
import { tieringAt } from '../../../runtime/exec/tiering.ts';
import { endValue, Guest, type GuestProgram, variants } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

/** EIPs at which translations begin when a program has ended. */
async function heads(program: GuestProgram, value: number, names: readonly string[]): Promise<string[]> {
  const translator = variants.find(({ name }) => name === 'translator at once, counting')!;
  const config = { ...translator.config, engineOptions: { tiering: tieringAt(100) } };
  const guest = new Guest(program, { ...translator, config });
  expect(endValue(guest)).toBe(value);
  const pages = guest.core.engine.graph.cache.allPages();
  const eips = new Set(pages.flatMap((page) => [...page.translations]).map(({ head }) => head.eip));
  const found = names.filter((name) => eips.has(guest.address(name)));
  await guest.dispose();
  return found;
}

test('code after an instruction that crosses a page boundary is translated', async () => {
  const program = kernel(`
main:   mov     ecx, 3000
        xor     eax, eax
.again: call    function
        dec     ecx
        jnz     .again
        jmp     exit
        align   4096
        times 4090 nop
function:
        inc     eax
        add     eax, 1
        add     eax, 0x01010101
behind: sub     eax, 0x01010101
        ret
`);
  expect(await heads(program, 6000, ['behind'])).toEqual(['behind']);
});

test('a repeated string instruction in straight code is an entry of its own', async () => {
  const program = kernel(`
main:   cld
        mov     edi, FREE
        mov     ecx, 20000
        mov     al, 1
fill:   repne   scasb
        mov     eax, 7
        jmp     exit
`);
  expect(await heads(program, 7, ['fill'])).toEqual(['fill']);
});

test('a region goes on after instructions for the runtime', async () => {
  const program = kernel(`
main:   mov     ecx, 3000
        xor     eax, eax
.again: call    function
        dec     ecx
        jnz     .again
        jmp     exit
        align   4096
function:
        cli
        inc     eax
between:
        mov     edx, cr0
        add     eax, 1
        sti
behind: sub     eax, 1
        ret
`);
  expect(await heads(program, 3000, ['function', 'between', 'behind'])).toEqual(['function']);
});
