import { expect, test } from 'vitest';
import { writtenBy } from './guest.ts';

test('a boot sector finds EFLAGS.ID clear: some set it, and look whether EFLAGS has changed, to find CPUID', async () => {
  const text = `
        pushfd
        pop     eax
        shr     eax, 16
        call    hex
`;
  expect(await writtenBy(text)).toBe('0000');
});
