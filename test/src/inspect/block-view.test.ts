import { expect, test } from 'vitest';
import { Symbols } from '../../../runtime/debug/symbols.ts';
import { blockLines } from '../../../src/inspect/block-view.ts';
import { Guest, variants } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

const program = kernel(`
main:   mov     ecx, 200
.next:  call    function
        dec     ecx
        jnz     .next
        jmp     exit
        align   64
function:
        inc     ebx
        ret
`);

test('a translation line by line has assembly, IR and JavaScript of each instruction', async () => {
  const guest = new Guest(program, variants.find(({ name }) => name === 'translator, counting')!);
  try {
    guest.runToEnd();
    const at = guest.address('function');
    const lines = blockLines(guest.core.inspection.translation(at)!, new Symbols({ addresses: [], names: [] }));
    expect(lines.slice(1).map(({ address, assembly }) => [address, assembly])).toEqual([
      [at, 'inc ebx'],
      [at + 1, 'ret'],
    ]);
    for (const { ir, javascript } of lines.slice(1)) {
      expect(ir).not.toEqual([]);
      expect(javascript).not.toBe('');
    }
    expect(lines[1]!.ir.join()).toContain('set ebx');
  } finally {
    await guest.dispose();
  }
});
