import { expect, test } from 'vitest';
import { GuestFault } from '../../../runtime/fault.ts';
import { realAccess } from '../../../runtime/memory/real.ts';
import { WORD_COUNT } from '../../../translator/abi/state.ts';
import { FlatMemory } from '../../support/flat-memory.ts';

const memory = new FlatMemory(new Int32Array(WORD_COUNT));
const real = realAccess(memory.current, () => {});

test('doubles and singles at any address', () => {
  real.STORED(0x1ffd, -1.5);
  expect(memory.view.getFloat64(0x1ffd, true)).toBe(-1.5);
  expect(real.LOADD(0x1ffd)).toBe(-1.5);
  real.STORES(0x2ffe, 0.75);
  expect(memory.view.getFloat32(0x2ffe, true)).toBe(0.75);
  expect(real.LOADS(0x2ffe)).toBe(0.75);
});

test('a store that faults in its second page has stored nothing', () => {
  memory.view.setFloat64(0x4ffc, 3, true);
  memory.absent.add(5);
  expect(() => real.STORED(0x4ffc, 7)).toThrow(GuestFault);
  expect(memory.view.getFloat64(0x4ffc, true)).toBe(3);
  expect(() => real.LOADD(0x4ffc)).toThrow(GuestFault);
});
