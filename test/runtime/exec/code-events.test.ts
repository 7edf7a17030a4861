import { describe, expect, test } from 'vitest';
import type { CachedTranslation } from '../../../runtime/exec/cached-translation.ts';
import type { CodeDrop } from '../../../runtime/exec/code-events.ts';
import { endValue, Guest, variants } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

/** A function that runs often, then changes; and a frame that is filled with code twice. */
const program = kernel(`
main:   mov     ecx, 100
.warm:  call    function
        loop    .warm
        mov     byte [function.patch + 1], 7
        call    function
        mov     ebx, eax
        mov     edx, 2
.fill:  mov     edi, 0x200000
        mov     ecx, 40
.write: mov     byte [edi], 0x90                ; NOP
        inc     edi
        loop    .write
        mov     byte [edi], 0xC3                ; RET
        mov     edi, 0x200000
        call    edi
        dec     edx
        jnz     .fill
        mov     eax, ebx
        jmp     exit
        align   4096
function:
.patch: mov     al, 5
        movzx   eax, al
        ret
`);

/** A function that changes each time it has run four times. */
const patched = kernel(`
main:   xor     ebx, ebx
        mov     edx, 200
.patch: mov     [function.patch + 1], edx
        mov     ecx, 4
.next:  call    function
        add     ebx, eax
        loop    .next
        dec     edx
        jnz     .patch
        mov     eax, ebx
        jmp     exit
        align   4096
function:
.patch: mov     eax, 0
        ret
`);

const translator = variants.filter(({ name }) => name === 'translator at once, counting');

class Log {
  readonly guest: Guest;
  readonly translations: CachedTranslation[] = [];
  readonly invalidated: CodeDrop[] = [];
  readonly evicted: CodeDrop[] = [];

  constructor(source = program) {
    this.guest = new Guest(source, translator[0]!);
    this.guest.core.engine.graph.cache.observer = {
      translate: (translation) => this.translations.push(translation),
      invalidate: (drop) => this.invalidated.push(drop),
      evict: (drop) => this.evicted.push(drop),
    };
  }

  /** Translations of the function. */
  ofFunction(translations: readonly CachedTranslation[]): CachedTranslation[] {
    return translations.filter(({ head }) => head.eip === this.guest.address('function'));
  }
}

describe('who listens to the code cache', () => {
  test('hears of each translation, and can read it', async () => {
    const log = new Log();
    expect(endValue(log.guest)).toBe(7);
    const translations = log.ofFunction(log.translations);
    // Before it changes, and after that.
    expect(translations).toHaveLength(2);
    for (const { text, instructions } of translations) {
      expect(text).toMatch(/^function guest_[0-9a-f]{8}\(i\)\{[\s\S]*\}$/);
      expect(instructions).toBe(3);
    }
    await log.guest.dispose();
  });

  test('hears what a store dropped, and where', async () => {
    const log = new Log();
    endValue(log.guest);
    const offset = log.guest.address('function') + 1;
    const drops = log.invalidated.filter((drop) => drop.offset === offset);
    expect(drops).toMatchObject([{ cause: 'store', bytes: 1, nodes: 1 }]);
    expect(log.ofFunction(drops[0]!.translations)).toHaveLength(1);
    await log.guest.dispose();
  });

  test('hears ever less of code that changes all the time: it is not translated each time', async () => {
    const log = new Log(patched);
    expect(endValue(log.guest)).toBe(4 * ((200 * 201) / 2));
    const { length } = log.ofFunction(log.translations);
    expect(length).toBeGreaterThan(4);
    expect(length).toBeLessThan(40);
    await log.guest.dispose();
  });

  test('hears of a frame that is filled with something new', async () => {
    const log = new Log();
    endValue(log.guest);
    const rewritten = log.invalidated.filter(({ cause }) => cause === 'rewritten');
    expect(rewritten).toMatchObject([{ offset: 0x200000, bytes: 4096 }]);
    expect(log.guest.core.engine.graph.cache.metrics).toMatchObject({ rewritten: 1 });
    await log.guest.dispose();
  });

  test('hears of what a device writes, and of a reset', async () => {
    const log = new Log();
    endValue(log.guest);
    const address = log.guest.address('function');
    log.guest.core.memory.write(address, Uint8Array.of(0x90));
    expect(log.invalidated.at(-1)).toMatchObject({ cause: 'device', offset: address, bytes: 1 });
    expect(log.evicted).toEqual([]);
    const { cache } = log.guest.core.engine.graph;
    const { pages } = cache.size;
    log.guest.core.reset();
    expect(log.evicted).toHaveLength(pages);
    expect(log.evicted.every(({ cause }) => cause === 'reset')).toBe(true);
    expect(cache.metrics.reset).toBe(pages);
    expect(cache.size).toMatchObject({ pages: 0, bytes: 0 });
    await log.guest.dispose();
  });
});
