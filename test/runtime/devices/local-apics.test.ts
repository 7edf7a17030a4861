import { expect, test } from 'vitest';
import type { InterruptMessage } from '../../../runtime/bus/interrupt-message.ts';
import { DEFAULT_BASE } from '../../../runtime/devices/local-apic/registers.ts';
import { ApicRig } from './apic-rig.ts';

const { fixed, lowest, nmi, init, startUp } = { fixed: 0, lowest: 0x100, nmi: 0x400, init: 0x500, startUp: 0x600 };
const shorthand = { self: 1 << 18, all: 2 << 18, others: 3 << 18 };
const [ASSERT, LEVEL, LOGICAL] = [1 << 14, 1 << 15, 1 << 11];

/** Three processors whose APICs are on; the first one runs. */
function three(): ApicRig {
  const rig = new ApicRig([0, 1, 2]);
  for (const processor of [2, 1, 0]) {
    rig.locals.select(processor);
    rig.enable();
  }
  return rig;
}

function send(rig: ApicRig, command: number, destination = 0): void {
  rig.set(0x310, destination << 24);
  rig.set(0x300, command);
}

/** By processor: the vector that it takes next, null if there is none. */
const taken = (rig: ApicRig): (number | null)[] =>
  rig.locals.all.map((apic) => (apic.pending ? apic.acknowledge() : null));

test('each processor has its own registers at the same place, with its number', () => {
  const rig = three();
  for (const processor of [0, 1, 2]) {
    rig.locals.select(processor);
    expect(rig.get(0x20) >>> 24).toBe(processor);
    rig.set(0x80, 0x10 * processor);
  }
  for (const processor of [0, 1, 2]) {
    rig.locals.select(processor);
    expect(rig.get(0x80)).toBe(0x10 * processor);
  }
});

test('only one is where the processor that runs has put it; only the first one is that of the bootstrap processor', () => {
  const rig = three();
  const second = rig.locals.select(1);
  second.writeBase(0xfed00800, 0);
  expect(rig.regions.map(({ base }) => base)).toEqual([0xfec00000, 0xfed00000]);
  expect(second.readBase()).toEqual([0xfed00800, 0]);
  const first = rig.locals.select(0);
  expect(rig.regions.map(({ base }) => base)).toEqual([0xfec00000, DEFAULT_BASE]);
  first.writeBase(0xfee00800, 0);
  expect(first.readBase()[0]).toBe(0xfee00900);
});

test('a message reaches whom its destination names, whom a mask names, or whom a shorthand means', () => {
  const rig = three();
  send(rig, fixed | 0x41, 1);
  expect(taken(rig)).toEqual([null, 0x41, null]);
  send(rig, fixed | 0x52, 0xff);
  expect(taken(rig)).toEqual([0x52, 0x52, 0x52]);
  send(rig, shorthand.self | 0x63);
  expect(taken(rig)).toEqual([0x63, null, null]);
  send(rig, shorthand.others | 0x74);
  expect(taken(rig)).toEqual([null, 0x74, 0x74]);
  send(rig, shorthand.all | 0x85);
  expect(taken(rig)).toEqual([0x85, 0x85, 0x85]);
  for (const processor of [2, 1, 0]) {
    rig.locals.select(processor);
    rig.set(0xd0, (1 << processor) << 24);
  }
  send(rig, LOGICAL | fixed | 0x96, 0b101);
  expect(taken(rig)).toEqual([0x96, null, 0x96]);
});

test('messages reach none that is not there, whatever they are', () => {
  const rig = three();
  rig.locals.setPresent(new Set([0, 2]));
  send(rig, fixed | 0x41, 1);
  send(rig, fixed | 0x52, 0xff);
  send(rig, shorthand.others | 0x63);
  send(rig, init | ASSERT, 1);
  send(rig, startUp | 0x10, 1);
  send(rig, shorthand.others | nmi);
  expect([taken(rig), rig.signals.filter((signal) => signal.includes('1'))]).toEqual([[0x52, null, 0x63], []]);
  const message = { vector: 0x99, mode: 0, level: false, destination: 1, logical: false };
  expect([rig.locals.accept(message), rig.locals.wouldInterrupt(message, () => true)]).toEqual([false, false]);
  rig.locals.setPresent(new Set([0, 1, 2]));
  expect(rig.locals.accept(message)).toBe(true);
});

test('a message of lowest priority goes to one of those it could go to: that which does what is least urgent', () => {
  const rig = three();
  for (const [processor, priority] of [0x50, 0x30, 0x40].entries()) {
    rig.locals.select(processor);
    rig.set(0x80, priority);
  }
  const message: InterruptMessage = { vector: 0x99, mode: 1, level: false, destination: 0xff, logical: false };
  expect(rig.locals.accept(message)).toBe(true);
  expect(taken(rig)).toEqual([null, 0x99, null]);
  send(rig, lowest | 0x9a, 0xff);
  expect(taken(rig)).toEqual([null, null, 0x9a]);
  expect(rig.locals.accept({ ...message, destination: 7 })).toBe(false);
});

test('NMI, INIT and start-up are signals to processors; the end of the level of INIT is none', () => {
  const rig = three();
  send(rig, nmi, 2);
  send(rig, shorthand.others | init | LEVEL | ASSERT);
  send(rig, shorthand.all | init | LEVEL);
  send(rig, shorthand.others | init);
  send(rig, startUp | 0x9f, 1);
  const expected = ['nmi 2', 'init 1', 'init 2', 'init 1', 'init 2', 'start-up 1 at 159'];
  expect(rig.signals).toEqual(expected);
});

test('INIT leaves an APIC its number and its place alone', () => {
  const rig = three();
  const second = rig.locals.select(1);
  rig.set(0x20, 0x0a000000);
  rig.set(0x80, 0x20);
  second.init();
  expect([rig.get(0x20) >>> 24, rig.get(0x80), rig.get(0xf0)]).toEqual([0x0a, 0, 0xff]);
  expect(second.initialId).toBe(1);
});

test("who runs is told of its own; the 8259s' requests come to the first one, and to others that want them", () => {
  const rig = three();
  rig.risen.length = 0;
  rig.external.pending = true;
  rig.external.onPending();
  expect(rig.risen).toEqual([0]);
  rig.locals.select(2);
  expect(rig.locals.pending).toBe(false);
  rig.set(0x350, 0x8700);
  expect(rig.locals.pending).toBe(true);
  rig.risen.length = 0;
  rig.external.onPending();
  expect(rig.risen).toEqual([0, 2]);
});

test('what could interrupt whom depends on the interrupt flag of each', () => {
  const rig = three();
  const message: InterruptMessage = { vector: 0x40, mode: 0, level: false, destination: 1, logical: false };
  expect(rig.locals.wouldInterrupt(message, (processor) => processor === 1)).toBe(true);
  expect(rig.locals.wouldInterrupt(message, (processor) => processor !== 1)).toBe(false);
  expect(rig.locals.isOpen((processor) => processor === 0)).toBe(true);
  expect(rig.locals.isOpen((processor) => processor !== 0)).toBe(false);
});
