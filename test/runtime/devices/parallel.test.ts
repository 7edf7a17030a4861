import { expect, test } from 'vitest';
import { ParallelPort } from '../../../runtime/devices/parallel/index.ts';
import { restore } from '../../support/restore.ts';
import { Rig, recordedStream } from './rig.ts';

const [DATA, STATUS, CONTROL] = [0x378, 0x379, 0x37a];
const [READY, BUSY, ACKNOWLEDGE] = [0xd9, 0x59, 0x19];

class ParallelRig extends Rig {
  readonly line = recordedStream();
  readonly port: ParallelPort;

  constructor() {
    super();
    const { ports, clock, events, irq, line } = this;
    this.port = new ParallelPort({ name: 'lpt1', base: DATA, ports, clock, events, irq, line });
  }

  print(byte: number, control = 0x0c): void {
    this.out8(DATA, byte);
    this.out8(CONTROL, control | 1, control);
  }
}

test('registers keep what is written; unused control bits are 1', () => {
  const rig = new ParallelRig();
  rig.out8(DATA, 0xa5);
  expect([rig.in8(DATA), rig.in8(STATUS), rig.in8(CONTROL)]).toEqual([0xa5, READY, 0xcc]);
  rig.out8(CONTROL, 0xee);
  expect([rig.in8(CONTROL), rig.in8(DATA)]).toEqual([0xee, 0xff]);
});

test('a strobe prints the data, and the printer is busy before it acknowledges', () => {
  const rig = new ParallelRig();
  rig.print(0x41);
  expect([rig.line.sent, rig.in8(STATUS)]).toEqual([[0x41], BUSY]);
  rig.advance(2000);
  expect(rig.in8(STATUS)).toBe(ACKNOWLEDGE);
  rig.advance(2000);
  expect([rig.in8(STATUS), rig.irq.level]).toEqual([READY, false]);
  rig.out8(CONTROL, 0x0d, 0x0d, 0x0c);
  expect(rig.line.sent).toEqual([0x41, 0x41]);
});

test('the end of the acknowledgement interrupts, each time', () => {
  const rig = new ParallelRig();
  for (let n = 1; n <= 3; n++) {
    rig.print(n, 0x1c);
    rig.advance(4000);
    expect([rig.irq.level, rig.irq.rises]).toEqual([true, n]);
  }
  rig.out8(CONTROL, 0x0c);
  expect(rig.irq.level).toBe(false);
});

test('while the printer is initialized it takes nothing', () => {
  const rig = new ParallelRig();
  rig.print(0x41, 0x08);
  expect(rig.line.sent).toEqual([]);
});

test('a saved port goes on, and a reset ends what it does', () => {
  const first = new ParallelRig();
  first.print(0x41, 0x1c);
  first.advance(1000);
  const second = new ParallelRig();
  second.advance(1000);
  restore(second.port.component, first.port.component.save());
  restore(second.events.component, first.events.component.save());
  second.advance(3000);
  expect([second.in8(STATUS), second.irq.rises]).toEqual([READY, 1]);
  second.print(0x42, 0x1c);
  second.port.reset();
  second.advance(10_000);
  expect([second.in8(STATUS), second.irq.level, second.in8(DATA)]).toEqual([READY, false, 0]);
});
