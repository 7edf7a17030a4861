import { expect, test } from 'vitest';
import { connectDebugConsole, connectDebugExit } from '../../../runtime/devices/debug-ports/index.ts';
import { Rig } from './rig.ts';

test('a write of n exits with 2 n + 1, in any size', () => {
  const rig = new Rig();
  connectDebugExit({ ports: rig.ports, power: rig.power, base: 0xf4, count: 4 });
  rig.ports.write(0xf4, 1, 0);
  rig.ports.write(0xf4, 4, 0x10);
  expect([rig.requests, rig.in8(0xf4)]).toEqual([['exit 1', 'exit 33'], 0]);
});

test('the debug console prints and tells that it is there', () => {
  const rig = new Rig();
  const printed: number[] = [];
  connectDebugConsole({ ports: rig.ports, line: { write: ([byte]) => printed.push(byte!) } });
  rig.out8(0xe9, 0x48, 0x69);
  expect([printed, rig.in8(0xe9)]).toEqual([[0x48, 0x69], 0xe9]);
});
