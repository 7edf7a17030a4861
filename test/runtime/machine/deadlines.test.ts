import { expect, test } from 'vitest';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { createMachine } from '../../../runtime/machine/create.ts';

const ORIGIN = 0x100000;

/** A machine whose guest halts, and the deadlines that its host is told. */
function haltingMachine() {
  let time = 0;
  const told: number[] = [];
  const { bytes } = assemble('cli\nhlt', { origin: ORIGIN, bits: 32 });
  const machine = createMachine(
    {
      memoryBytes: 8 << 20,
      boot: { flat: bytes, address: ORIGIN, mode: 'flat32' },
      engine: 'interpreter',
      rebootAction: 'exit',
      startTimeOfDay: 0,
    },
    {
      nanoseconds: () => (time += 1e3),
      deadlineChanged: (deadline) => told.push(deadline),
      send: () => {},
      log: () => {},
    },
  );
  return { machine, told };
}

test('what arrives while no guest code runs calls nobody: the next run looks for itself', () => {
  const { machine, told } = haltingMachine();
  expect(machine.run(Infinity).reason).toBe('halted');
  const before = told.length;
  machine.arrive({ type: 'input', port: 'com1', value: new Uint8Array([0x41]) });
  expect(told.length).toBe(before);
  machine.run(Infinity);
  machine.dispose();
});

test('when the guest halts, what waits only for more to do is done', () => {
  const { machine } = haltingMachine();
  const done: number[] = [];
  const timer = machine.events.timer('patient', (now) => done.push(now), { whenIdle: true });
  timer.arm(1e12);
  expect(machine.run(Infinity).reason).toBe('halted');
  expect(done).toHaveLength(1);
  expect(done[0]).toBeLessThan(1e12);
  machine.dispose();
});
