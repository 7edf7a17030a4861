import { afterEach, expect, test } from 'vitest';
import { tieringAt } from '../../../runtime/exec/tiering.ts';
import { LockstepMachine } from '../../../src/node/lockstep/machine.ts';
import { runLockstep } from '../../../src/node/lockstep/run.ts';

// mov ecx,1000; L: dec ecx; jne L; mov eax,1; cpuid; S: jmp S
const flat = Uint8Array.of(0xb9, 0xe8, 3, 0, 0, 0x49, 0x75, 0xfd, 0xb8, 1, 0, 0, 0, 0x0f, 0xa2, 0xeb, 0xfe);
const BEFORE_CPUID = 1 + 2 * 1000 + 1;

const machines: LockstepMachine[] = [];
afterEach(() => {
  for (const { core } of machines.splice(0)) core.dispose();
});

function machine(engine: 'interpreter' | 'translator', cpu: string): LockstepMachine {
  const made = new LockstepMachine({
    engine,
    cpu,
    memoryBytes: 4 << 20,
    boot: { flat, address: 0x10000, mode: 'flat32' },
    ...(engine === 'translator' && { engineOptions: { tiering: tieringAt(1) } }),
  });
  machines.push(made);
  return made;
}

test('engines that do the same are alike all the way', () => {
  const pair = [machine('interpreter', 'max'), machine('translator', 'max')] as const;
  expect(runLockstep(pair, { instructions: 10_000, step: 1000 })).toEqual({ passed: 10, found: null });
});

test('the first instruction with another result is found', () => {
  const pair = [machine('interpreter', 'max'), machine('translator', 'pentium')] as const;
  const { found } = runLockstep(pair, { instructions: 10_000, step: 700 });
  expect(found!.narrowed!.from + found!.narrowed!.instructions).toBe(BEFORE_CPUID + 1);
  expect(found!.narrowed!.differences.join()).toMatch(/e[abcd]x/);
  expect(found!.narrowed!.trace.at(-2)).toMatch(/cpuid/);
});
