import { expect, test } from 'vitest';
import { writtenBy } from './guest.ts';

test('a boot sector finds the caches on, as with SeaBIOS', async () => {
  const text = `
        mov     eax, cr0
        shr     eax, 16
        call    hex
`;
  expect(await writtenBy(text)).toBe('0000');
});
