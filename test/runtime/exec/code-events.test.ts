import { describe, expect, test } from 'vitest';
import type { CodeDrop } from '../../../runtime/exec/code-events.ts';
import type { TranslationRecord } from '../../../runtime/exec/translation.ts';
import { endValue, Guest, variants } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

/** A function that runs often, then changes; another frame is written again and again while it runs. */
const program = kernel(`
main:   mov     ecx, 100
.warm:  call    function
        loop    .warm
        mov     byte [function.patch + 1], 7
        call    function
        mov     ebx, eax
        mov     edi, 0x200000
        mov     dword [edi], 0xC3409090         ; NOP; NOP; INC EAX; RET
        mov     ecx, 40
.write: mov     byte [edi], 0x90
        mov     byte [edi + 1], 0x90
        call    edi
        loop    .write
        mov     eax, ebx
        jmp     exit
        align   4096
function:
.patch: mov     al, 5
        movzx   eax, al
        ret
`);

const translator = variants.filter(({ name }) => name === 'translator at once, counting');

class Log {
  readonly guest: Guest;
  readonly translations: TranslationRecord[] = [];
  readonly invalidated: CodeDrop[] = [];
  readonly evicted: CodeDrop[] = [];

  constructor() {
    this.guest = new Guest(program, translator[0]!);
    this.guest.core.engine.graph.cache.observer = {
      translate: (translation) => this.translations.push(translation),
      invalidate: (drop) => this.invalidated.push(drop),
      evict: (drop) => this.evicted.push(drop),
    };
  }

  /** Translations of the function. */
  ofFunction(translations: readonly TranslationRecord[]): TranslationRecord[] {
    return translations.filter(({ head }) => head.eip === this.guest.address('function'));
  }
}

describe('who listens to the code cache', () => {
  test('hears of each translation, and can read it', async () => {
    const log = new Log();
    expect(endValue(log.guest)).toBe(7);
    expect(log.ofFunction(log.translations)).toHaveLength(1);
    const [{ text, instructions }] = log.ofFunction(log.translations) as [TranslationRecord];
    expect(text).toMatch(/^function guest_[0-9a-f]{8}\(i\)\{[\s\S]*\}$/);
    expect(instructions).toBe(3);
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

  test('hears of a frame that is written too often', async () => {
    const log = new Log();
    endValue(log.guest);
    const rewritten = log.invalidated.filter(({ cause }) => cause === 'rewritten');
    expect(rewritten[0]).toMatchObject({ offset: 0x200000, bytes: 4096 });
    expect(log.guest.core.engine.graph.cache.counts).toMatchObject({ rewritten: rewritten.length });
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
    expect(cache.counts.reset).toBe(pages);
    expect(cache.size).toMatchObject({ pages: 0, bytes: 0 });
    await log.guest.dispose();
  });
});
