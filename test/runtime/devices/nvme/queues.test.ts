import { expect, test } from 'vitest';
import { NO_RETRY, NvmeRig, Place, Reg } from './nvme-rig.ts';

const Admin = { deleteSubmission: 0, deleteCompletion: 4, identify: 6, abort: 8, set: 9, get: 10, event: 12 } as const;

test('of commands go round, with phases', () => {
  const rig = new NvmeRig({ entries: 4 }).start();
  for (let n = 0; n < 11; n++)
    expect(rig.admin({ opcode: Admin.get, words: [7] })).toEqual({
      ...{ result: 0x3f003f, queue: 0, status: 0, id: n + 1 },
      head: (n + 1) % 4,
    });
});

test('no command is taken without room for its completion', () => {
  const rig = new NvmeRig({ entries: 16 }).start();
  rig.addQueue(1, 4);
  for (let n = 0; n < 3; n++) rig.submit(1, { opcode: 0 });
  rig.ring(1);
  rig.advance(100_000);
  expect(rig.completions(1, false)).toHaveLength(3);
  for (let n = 0; n < 3; n++) rig.submit(1, { opcode: 0 });
  rig.ring(1);
  rig.advance(100_000);
  expect(rig.disk.requests).toHaveLength(3);
  // The driver has seen them all only now.
  rig.register(0x1004 + 8, 3);
  rig.advance(100_000);
  expect(rig.completions(1)).toHaveLength(3);
});

test('many commands are under way, of several queues in turn, and the others wait', () => {
  const rig = new NvmeRig().start();
  rig.addQueue(1, 128);
  rig.addQueue(2, 128);
  for (let n = 0; n < 60; n++) for (const queue of [1, 2]) rig.submit(queue, { opcode: 2, words: [n, 0, 0] });
  for (const queue of [1, 2]) rig.ring(queue);
  expect(rig.disk.requests).toHaveLength(64);
  expect(rig.admin({ opcode: Admin.get, words: [7] }).status).toBe(0);
  rig.advance(1_000_000);
  expect([1, 2].map((queue) => rig.completions(queue).length)).toEqual([60, 60]);
});

test('two queues share their completions', () => {
  const rig = new NvmeRig().start();
  rig.addQueue(1, 16);
  rig.addQueue(2, 16, 0, 1);
  rig.submit(2, { opcode: 0 });
  rig.ring(2);
  rig.submit(1, { opcode: 0 });
  rig.ring(1);
  rig.advance(100_000);
  expect(rig.completions(1).map(({ queue }) => queue)).toEqual([2, 1]);
});

test.each<[string, number, number[], number, number?]>([
  ['completion queue 0', 5, [0x3f0000, 3], 0x101],
  ['completion queue 65', 5, [0x3f0041, 3], 0x101],
  ['a completion queue that is there', 5, [0x3f0001, 3], 0x101],
  ['a completion queue with one entry', 5, [0x000002, 3], 0x102],
  ['a completion queue with 2049 entries', 5, [0x8000002, 3], 0x102],
  ['a completion queue within a page', 5, [0x3f0002, 3], 0x013, 0x10010],
  ['a vector without messages', 5, [0x3f0002, 0x10003], 0x108],
  ['a completion queue in pieces', 5, [0x3f0002, 2], 0x002],
  ['submission queue 0', 1, [0x3f0000, 0x10001], 0x101],
  ['submission queue 65', 1, [0x3f0041, 0x10001], 0x101],
  ['a submission queue that is there', 1, [0x3f0001, 0x10001], 0x101],
  ['a submission queue without completions', 1, [0x3f0002, 0x20001], 0x100],
  ["completions among the administrator's", 1, [0x3f0002, 0x00001], 0x100],
  ['a submission queue with one entry', 1, [0x000002, 0x10001], 0x102],
  ['a submission queue within a page', 1, [0x3f0002, 0x10001], 0x013, 0x10010],
  ['a submission queue in pieces', 1, [0x3f0002, 0x10000], 0x002],
  ['the end of submission queue 0', 0, [0], 0x101],
  ['the end of no submission queue', 0, [5], 0x101],
  ['the end of completion queue 0', 4, [0], 0x100],
  ['the end of no completion queue', 4, [5], 0x100],
])('refused: %s', (_, opcode, words, code, data = 0x40000) => {
  const rig = new NvmeRig().start();
  rig.addQueue(1);
  expect(rig.admin({ opcode, data, words }).status).toBe(code | NO_RETRY);
});

test('the end of a queue ends what is under way, and nothing of it reaches memory', () => {
  const rig = new NvmeRig().start();
  rig.addQueue(1);
  const ids = [0, 1].map((n) => rig.submit(1, { opcode: 2, data: Place.data + n * 0x1000, words: [n + 1, 0, 0] }));
  rig.ring(1);
  rig.submit(0, { opcode: Admin.deleteSubmission, words: [1] });
  rig.ring(0);
  expect(rig.completions(1).map(({ id, status }) => [id, status])).toEqual(ids.map((id) => [id, 8]));
  expect(rig.completions(0)[0]!.status).toBe(0);
  rig.advance(100_000);
  expect(rig.data(0x2000).every((byte) => byte === 0)).toBe(true);
  expect(rig.completions(1)).toEqual([]);
  expect(rig.admin({ opcode: Admin.deleteCompletion, words: [1] }).status).toBe(0);
  rig.addQueue(1);
  expect(rig.io(2, 3, 1).status).toBe(0);
});

test('what is beyond memory is fatal', () => {
  const rig = new NvmeRig().start();
  expect(rig.admin({ opcode: 5, data: 0x7000000, words: [0xf0001, 3] }).status).toBe(0);
  expect(rig.admin({ opcode: 1, data: 0x40000, words: [0xf0001, 0x10001] }).status).toBe(0);
  rig.register(0x1008, 1);
  rig.advance(100_000);
  expect(rig.register(Reg.csts)).toBe(3);
  expect(rig.mistakes).toEqual(['nvme0 stops: a completion queue is beyond memory, at 7000000']);
  expect(rig.admin.bind(rig, { opcode: Admin.identify, words: [1] })).toThrow('0 completions');
  rig.register(Reg.cc, 0);
  expect(rig.start().admin({ opcode: Admin.identify, words: [1] }).status).toBe(0);
});

test('a doorbell of nonsense is a mistake, and an event', () => {
  const rig = new NvmeRig().start();
  rig.register(0x1000 + 8 * 3, 1);
  rig.register(0x1000, 99);
  expect(rig.mistakes).toEqual([
    'nvme0: a doorbell of no queue, number 6',
    'nvme0: a doorbell is rung with a place that its queue has not, 63',
  ]);
  const id = rig.submit(0, { opcode: Admin.event });
  rig.ring(0);
  expect(rig.completions(0)).toEqual([]);
  rig.register(0x1000 + 8 * 3, 1);
  expect(rig.completions(0)).toMatchObject([{ id, result: 0x010000, status: 0 }]);
  expect(rig.register(Reg.csts)).toBe(1);
});

test('without the bus it does nothing, and goes on with it', () => {
  const rig = new NvmeRig().start();
  rig.device.pciFunction.write(4, 2, 2);
  rig.submit(0, { opcode: Admin.get, words: [7] });
  rig.ring(0);
  expect(rig.completions(0)).toEqual([]);
  rig.device.pciFunction.write(4, 2, 6);
  expect(rig.completions(0)).toHaveLength(1);
});

test('a completion queue in use does not end before its submission queue', () => {
  const rig = new NvmeRig().start();
  rig.addQueue(1);
  expect(rig.admin({ opcode: Admin.deleteCompletion, words: [1] }).status).toBe(0x10c);
  rig.admin({ opcode: Admin.deleteSubmission, words: [1] });
  expect(rig.admin({ opcode: Admin.deleteCompletion, words: [1] }).status).toBe(0);
});
