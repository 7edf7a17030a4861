import { describe, expect, test } from 'vitest';
import { loadComponents, saveComponents } from '../../../../runtime/snapshot/components.ts';
import { NvmeRig, Place, Reg } from './nvme-rig.ts';

const Admin = { deleteSubmission: 0, deleteCompletion: 4, identify: 6, abort: 8, set: 9, get: 10, event: 12 } as const;

describe('interrupts', () => {
  test('by the pin, as long as there is a completion, and not while masked', () => {
    const rig = new NvmeRig().start();
    rig.submit(0, { opcode: Admin.get, words: [7] });
    rig.ring(0);
    expect(rig.irq.level).toBe(true);
    rig.register(Reg.intms, 1);
    expect([rig.irq.level, rig.register(Reg.intmc)]).toEqual([false, 1]);
    rig.register(Reg.intmc, 1);
    expect(rig.irq.level).toBe(true);
    rig.completions(0);
    expect(rig.irq.level).toBe(false);
  });

  test('by messages, a vector for each queue', () => {
    const rig = new NvmeRig();
    const { pciFunction } = rig.device;
    expect(pciFunction.read(0x40, 4)).toBe(0x00408011);
    pciFunction.write(0x42, 2, 0x8000);
    for (const vector of [0, 64]) {
      [0xfee00000, 0, 0x40 + vector, 0].forEach((word, n) => void rig.register(0x2000 + 16 * vector + 4 * n, word));
    }
    expect(rig.register(0x2000 + 16 * 64 + 8)).toBe(0x80);
    rig.start().addQueue(1, 16, 64);
    rig.messages.length = 0;
    rig.io(0, 0, 1);
    expect(rig.messages.map(({ vector }) => vector)).toEqual([0x80]);
    rig.admin({ opcode: Admin.get, words: [7] });
    expect(rig.messages.map(({ vector }) => vector)).toEqual([0x80, 0x40]);
    expect(rig.irq.rises).toBe(0);
  });

  test('a masked message waits among the pending bits', () => {
    const rig = new NvmeRig();
    rig.device.pciFunction.write(0x42, 2, 0x8000);
    rig.start().addQueue(1, 16, 33);
    rig.io(0, 0, 1);
    expect([rig.register(0x3000) & 1, rig.register(0x3004)]).toEqual([1, 2]);
    [0xfee00000, 0, 0x61, 0].forEach((word, n) => void rig.register(0x2000 + 16 * 33 + 4 * n, word));
    expect(rig.messages.map(({ vector }) => vector)).toEqual([0x61]);
    expect(rig.register(0x3004)).toBe(0);
  });

  test('without a local APIC there are none', () => {
    const rig = new NvmeRig({ messages: false }).start();
    expect(rig.device.pciFunction.read(0x34, 1)).toBe(0x80);
    rig.addQueue(1);
    expect(rig.io(0, 0, 1).status).toBe(0);
  });
});

test('a loaded state begins its commands anew', () => {
  const rig = new NvmeRig().start();
  rig.addQueue(1);
  const ids = [
    rig.submit(1, { opcode: 2, words: [1, 0, 0] }),
    rig.submit(1, { opcode: 1, data: Place.data + 0x1000, words: [7, 0, 0] }),
  ];
  rig.bytes.fill(3, Place.data + 0x1000, Place.data + 0x1200);
  rig.ring(1);
  const waiting = rig.submit(0, { opcode: Admin.event });
  rig.ring(0);
  const copy = new NvmeRig();
  const saved = saveComponents([rig.device.component, rig.device.pciFunction.component]);
  copy.bytes.set(rig.bytes);
  loadComponents([copy.device.component, copy.device.pciFunction.component], saved);
  copy.advance(10_000);
  expect(copy.disk.requests).toEqual(['read 1+1', 'write 7+1']);
  expect(copy.data(4)).toEqual(copy.disk.bytes.slice(512, 516));
  expect(copy.disk.bytes[7 * 512]).toBe(3);
  rig.advance(10_000);
  expect(saveComponents([copy.device.component])).toEqual(saveComponents([rig.device.component]));
  expect(rig.completions(1).map(({ id }) => id)).toEqual(ids);
  rig.register(0x1000 + 8 * 9, 0);
  expect(rig.completions(0)).toMatchObject([{ id: waiting }]);
});

test('a hard reset forgets all that is under way', () => {
  const rig = new NvmeRig().start();
  rig.addQueue(1);
  rig.submit(1, { opcode: 2, words: [1, 0, 0] });
  rig.ring(1);
  rig.device.reset();
  rig.advance(100_000);
  expect(rig.data(512).every((byte) => byte === 0)).toBe(true);
  expect(rig.irq.level).toBe(false);
});

test('a state that is made up does no harm', () => {
  const rig = new NvmeRig().start();
  rig.addQueue(1);
  const saved = structuredClone(rig.device.component.save()) as {
    queues: {
      turn: number;
      submissions: { entries: number; completion: number; tail: number; head: number }[];
      underWay: { queue: number; command: Uint8Array }[];
    };
  };
  const queue = saved.queues.submissions[1]!;
  Object.assign(queue, { completion: 60, tail: 0, head: queue.entries - 1 });
  for (const [n, place] of saved.queues.underWay.entries()) place.queue = (n * 7) % 64;
  const copy = new NvmeRig();
  const load = () =>
    loadComponents([copy.device.component, copy.device.pciFunction.component], {
      ...saveComponents([rig.device.pciFunction.component]),
      [rig.device.component.name]: saved,
    });
  const { turn } = saved.queues;
  saved.queues.turn = 255;
  expect(load).toThrow(/turn: expected an integer from 0 to \d+, found 255/);
  saved.queues.turn = turn;
  queue.tail = 40000;
  expect(load).toThrow('submissions[1]: expected places within the queue');
  queue.tail = 0;
  queue.completion = 99;
  expect(load).toThrow(/completion: expected an integer from 0 to \d+, found 99/);
  queue.completion = 60;
  load();
  copy.register(0x1000 + 8, 3);
  copy.register(0x1000, 3);
  copy.advance(1_000_000);
  copy.register(Reg.cc, 0);
  expect(copy.start().admin({ opcode: Admin.identify, words: [1] }).status).toBe(0);
});
