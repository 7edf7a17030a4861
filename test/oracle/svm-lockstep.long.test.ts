import { describe, expect, test } from 'vitest';
import { LockstepMachine } from '../../src/node/lockstep/machine.ts';
import { Word } from '../../translator/abi/state.ts';
import { groups } from './svm/cases/index.ts';
import { processor } from './svm/run.ts';
import { imageOf } from './svm/vmm.ts';
import { compareEngines, engines } from './system/engines.ts';

const MOST = 2e7;
/** Between two looks whether a guest runs. */
const STEP = 97;
const kernel = imageOf(Object.values(groups).flat());
const config = { boot: { kernel }, cpu: processor, memoryBytes: 8 << 20, icountShift: 3, icountSleep: false } as const;
const outputs = { debugExit: { iobase: 0xf4, iosize: 4 }, debugConsolePort: 0xe9 } as const;

test.each(engines)('hypervisors and guests are the same on the interpreter and: $name', (engine) => {
  const { difference, ended, instructions } = compareEngines(config, engine, MOST);
  expect(difference).toBeNull();
  expect(ended).toBe('exit');
  expect(instructions).toBeGreaterThan(100_000);
});

const machine = () => new LockstepMachine({ ...config, ...outputs, engine: 'translator' });

describe('a state that is saved while a guest runs', () => {
  test('goes on in another machine as in the first', () => {
    const first = machine();
    const states: { saved: unknown; printed: number }[] = [];
    for (let n = 0; first.step(STEP); n++) {
      const isInGuest = first.core.engine.graph.state[Word.guestMode] === 1;
      if (isInGuest && n % 5 === 0 && states.length < 40)
        states.push({ saved: structuredClone(first.core.save()), printed: first.output.length });
    }
    expect(states.length).toBeGreaterThan(5);
    for (const { saved, printed } of states) {
      const other = machine();
      other.core.load(saved as ReturnType<typeof first.core.save>);
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
