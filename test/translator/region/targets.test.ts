import { expect, test } from 'vitest';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { Key } from '../../../translator/abi/key.ts';
import { translate } from '../../../translator/translate.ts';

const key = Key.code32 | Key.stack32 | Key.flat | Key.protected;

test('known targets of an indirect jump are branches of its region; others leave it', () => {
  const guest = assemble(
    'bits 32\norg 0x1000\nagain: mov eax,[esi]\njmp eax\none: inc ebx\njmp again\ntwo: dec ebx\njmp again\nthree: ret\n',
    {},
  );
  const code = new Uint8Array(4096);
  code.set(guest.bytes);
  const at = (label: string) => Number(guest.symbols.get(label));
  const targets = (eip: number) => (eip === 0x1002 ? [at('one'), at('two')] : []);
  const { text, blocks } = translate({
    source: { code, start: 0, eip: 0x1000, key, targets },
    entries: [0x1000],
    limits: { blocks: 16, instructions: 100 },
    options: { suffix: '', memoryBytes: 1 << 20, pacing: 'poll' },
  })!;
  expect(blocks).toBe(3);
  const cases = [...text.matchAll(/case (\d+):\{/g)].map((match) => Number(match[1]));
  // Distances from the entry.
  expect(cases).toEqual([at('one') - 0x1000, at('two') - 0x1000]);
  expect(text).toMatch(/continue L0;/);
  expect(text).toMatch(/return AT\(/);
});
