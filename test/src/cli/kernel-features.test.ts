import { expect, test } from 'vitest';
import { checkKernelFeatures } from '../../../src/cli/kernel-features.ts';

const configuration = '# CONFIG_X86_PAE is not set\nCONFIG_X86_CMPXCHG64=y\nCONFIG_X86_CMOV=y\nCONFIG_X86_TSC=y\n';
const check = (cpu?: string, text = configuration) => checkKernelFeatures({ release: '6.1', configuration: text }, cpu);

test.each([
  ['pentium', "Debian's kernel 6.1 needs cmov, which '-cpu pentium' lacks; give -cpu pentium,+cmov"],
  ['486', "needs cmov, cx8, tsc, which '-cpu 486' lacks; give -cpu 486,+cmov,+cx8,+tsc"],
  ['max,-cmov', "needs cmov, which '-cpu max,-cmov' lacks; give -cpu max,-cmov,+cmov"],
])('a kernel that needs what %s lacks is refused', (cpu, message) => {
  expect(() => check(cpu)).toThrow(message);
});

test('what the message says helps', () => {
  for (const cpu of ['pentium,+cmov', '486,+cmov,+cx8,+tsc', 'max,-cmov,+cmov', 'pentium3,-pae', undefined]) check(cpu);
});

test('a kernel needs what it was compiled for', () => {
  check('486', 'CONFIG_M486=y\n');
  expect(() => check('pentium', 'CONFIG_X86_PAE=y')).toThrow('needs pae');
});
