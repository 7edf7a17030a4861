import { expect, test } from 'vitest';
import { Word } from '../../../translator/abi/state.ts';
import { Rig } from './rig.ts';

test('a processor that is reset, or gets INIT, leaves what others are granted of instructions', () => {
  const rig = new Rig();
  for (const act of ['reset', 'initialize'] as const) {
    rig.cpu.state[Word.budget] = 819;
    rig.cpu[act]();
    expect(rig.cpu.state[Word.budget]).toBe(819);
  }
});
