import { describe, expect, test } from 'vitest';
import type { CodePage } from '../../../runtime/exec/code-page.ts';
import { defaultInterpreter } from '../../../runtime/exec/handlers.ts';
import { Operation } from '../../../translator/abi/record.ts';
import { endValue, Guest, onEveryEngine, variants } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';
import { decodedIn, nodesOf, operationAt } from '../../support/records.ts';

const CODE = 0x200000;
const ADDITIONS = 3000;
/** Address of the immediate of an addition that is in no two pages. */
const IMMEDIATE = CODE + 3 * 100 + 2;

/** Writes a function of many additions, which goes through several pages, and calls it twice. */
const straight = (between = '') =>
  kernel(`
main:   mov     edi, ${CODE}
        mov     ecx, ${ADDITIONS}
.make:  mov     byte [edi], 0x83                ; ADD EAX, 1
        mov     word [edi + 1], 0x01C0
        add     edi, 3
        dec     ecx
        jnz     .make
        mov     byte [edi], 0xC3                ; RET
        xor     eax, eax
        mov     ebx, ${CODE}
        call    ebx
${between}
        call    ebx
        jmp     exit
`);
const options = { memoryBytes: 8 << 20 };

const interpreter = variants.find(({ name }) => name === 'interpreter, polling')!;
const isStraight = ({ eip }: Pick<CodePage, 'eip'>) => eip >= CODE;

describe('code that only runs by fast paths', () => {
  test('has hardly any nodes', async () => {
    const guest = new Guest(straight(), interpreter, options);
    expect(endValue(guest)).toBe(2 * ADDITIONS);
    const { graph } = guest.core.engine;
    const decoded = decodedIn(graph).filter((record) => isStraight(graph.records.stock.pageOf(record)!));
    expect(decoded).toHaveLength(ADDITIONS + 1);
    const fast = decoded.filter((record) => operationAt(graph, record) - Operation.first < defaultInterpreter.frequent);
    expect(fast.length).toBeGreaterThan(ADDITIONS - 10);
    // Instructions in two pages, and what is after them.
    expect(nodesOf(graph).filter(isStraight).length).toBeLessThan(20);
    await guest.dispose();
  });

  onEveryEngine(
    'is decoded anew when it was written',
    straight(`mov byte [${IMMEDIATE}], 101`),
    (_, value) => expect(value).toBe(2 * ADDITIONS + 100),
    options,
  );

  test('stops at a breakpoint that was set when it had run', async () => {
    const guest = new Guest(
      straight('in al, 0x61\n.wait: cmp byte [FREE], 0\nje .wait\nxor eax, eax'),
      interpreter,
      options,
    );
    guest.run(200);
    const { core } = guest;
    core.debugging.setBreakpoints([IMMEDIATE - 2]);
    core.memory.write(guest.address('FREE'), Uint8Array.of(1));
    expect(guest.runToEnd().reason).toBe('debug');
    expect([guest.register('eip'), guest.register('eax')]).toEqual([IMMEDIATE - 2, 100]);
    core.debugging.setBreakpoints([]);
    expect(endValue(guest)).toBe(ADDITIONS);
    await guest.dispose();
  });
});
