import { describe, expect, test } from 'vitest';
import { LockstepMachine } from '../../src/node/lockstep/machine.ts';
import type { Case } from './protection/kernel.ts';
import { groups } from './svm/cases/index.ts';
import { processor } from './svm/run.ts';
import { imageOf } from './svm/vmm.ts';
import { compareEngines, engines } from './system/engines.ts';

const MOST = 2e7;
/** Between two looks whether a guest runs. */
const STEP = 997;
const kernel = imageOf(Object.values(groups).flat());
const config = { boot: { kernel }, cpu: processor, memoryBytes: 8 << 20, icountShift: 3, icountSleep: false } as const;
const outputs = { debugExit: { iobase: 0xf4, iosize: 4 }, debugConsolePort: 0xe9 } as const;

test.each(engines)('hypervisors and guests are the same on the interpreter and: $name', (engine) => {
  const { difference, ended, instructions } = compareEngines(config, engine, MOST);
  expect(difference).toBeNull();
  expect(ended).toBe('exit');
  expect(instructions).toBeGreaterThan(100_000);
});

/** A guest that computes, with an exit now and then, and the sum that it prints, 20 * 500,500. */
const computing = (setup: string): Case => ({
  name: 'a guest that computes',
  code: `call paging
 mov eax, .guest
 call begin
 or dword [INTERCEPTS], 0x40000
 ${setup}
 xor ebx, ebx
.again: mov eax, VMCB
 vmload
 vmrun
 vmsave
 stgi
 add dword [G_EIP], 2
 cmp dword [EXIT_CODE], 0x72
 je .again
 mov eax, [EXIT_CODE]
 int 0x81
.guest: mov ecx, 1000
.sum: add ebx, ecx
 loop .sum
 cpuid
 inc dword [DATA_AT]
 cmp dword [DATA_AT], 20
 jb .guest
 vmmcall`,
});
const nestedPaging = 'call tables\n mov dword [NESTED], 1\n mov dword [NESTED_CR3], TABLES';
const computers = imageOf([computing(''), computing(nestedPaging)]);

const machine = () => new LockstepMachine({ ...config, ...outputs, boot: { kernel: computers }, engine: 'translator' });

describe('a state that is saved while a guest runs', () => {
  test('goes on in another machine as in the first', () => {
    const first = machine();
    const states: { saved: ReturnType<typeof first.core.save>; printed: number }[] = [];
    while (first.step(STEP)) {
      const saved = structuredClone(first.core.save());
      const { guestMode } = saved.cpu as { guestMode: number };
      if (guestMode === 1) states.push({ saved, printed: first.output.length });
    }
    expect(first.output).toMatch(/(=81,98bd90[\s\S]*){2}/);
    expect(states.length).toBeGreaterThan(40);
    for (const { saved, printed } of states) {
      const other = machine();
      other.core.load(saved);
      other.restart();
      // A load itself may send something, which is no output of the guest.
      other.output = '';
      while (other.step(STEP * 1000));
      expect(other.output).toBe(first.output.slice(printed));
      other.core.dispose();
    }
    first.core.dispose();
  });
});
