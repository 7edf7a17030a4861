import { expect, test } from 'vitest';
import { loadComponents, saveComponents } from '../../../../runtime/snapshot/components.ts';
import { ENABLE, NvmeRig, Place, Reg } from './nvme-rig.ts';

const Admin = { deleteSubmission: 0, deleteCompletion: 4, identify: 6, abort: 8, set: 9, get: 10, event: 12 } as const;

test('after a reset', () => {
  const rig = new NvmeRig();
  const words = Array.from({ length: 16 }, (_, n) => rig.register(4 * n));
  expect(words.slice(0, 3)).toEqual([0x0f0107ff, 0x00400020, 0x00010400]);
  expect(words.slice(3)).toEqual(words.slice(3).map(() => 0));
  expect(rig.register(0x1000)).toBe(0);
});

test('parts of them are read', () => {
  const region = new NvmeRig().regions[0]!;
  expect([region.read(8, 1), region.read(9, 1), region.read(10, 2)]).toEqual([0, 4, 1]);
});

test('a write of a part is a mistake, and of none', () => {
  const rig = new NvmeRig();
  rig.regions[0]!.write(Reg.cc, 1, 1);
  rig.register(0x40, 1);
  expect(rig.register(Reg.cc)).toBe(0);
  expect(rig.mistakes).toEqual([
    'nvme0: a write that is not of a whole register, at 14',
    'nvme0: a write of no register, at 40',
  ]);
});

test('enabling makes it ready, disabling takes that back and keeps where the queues are', () => {
  const rig = new NvmeRig().start();
  expect(rig.register(Reg.csts)).toBe(1);
  rig.register(Reg.intms, 1);
  rig.register(Reg.cc, ENABLE & ~1);
  expect([Reg.csts, Reg.intms, Reg.asq].map((at) => rig.register(at))).toEqual([0, 0, Place.adminSubmission]);
  rig.start();
  expect(rig.admin({ opcode: Admin.identify, words: [1] }).status).toBe(0);
  rig.device.reset();
  expect([Reg.cc, Reg.csts, Reg.asq, Reg.aqa].map((at) => rig.register(at))).toEqual([0, 0, 0, 0]);
});

test.each<[string, number, number, number, RegExp]>([
  ['another command set', ENABLE | (1 << 4), 0xf000f, 0x1000, /command set/],
  ['pages of 128 KB', ENABLE | (5 << 7), 0xf000f, 0x1000, /size of pages/],
  ['commands of 32 bytes', 0x450001, 0xf000f, 0x1000, /64 bytes/],
  ['no size of commands', 0x400001, 0xf000f, 0x1000, /64 bytes/],
  ['no size of completions', 0x060001, 0xf000f, 0x1000, /16 bytes/],
  ['a queue with one entry', ENABLE, 0x0000f, 0x1000, /less than two entries/],
  ['a queue within a page', ENABLE, 0xf000f, 0x1008, /begin with a page/],
  ['a queue within a larger page', ENABLE | (1 << 7), 0xf000f, 0x1000, /begin with a page/],
])('%s is fatal, until the next reset', (_, configuration, entries, address, message) => {
  const rig = new NvmeRig();
  rig.register(Reg.aqa, entries);
  rig.register(Reg.asq, address);
  rig.register(Reg.acq, 0x2000);
  rig.register(Reg.cc, configuration);
  expect(rig.register(Reg.csts)).toBe(2);
  expect(rig.mistakes.join()).toMatch(message);
  rig.register(Reg.cc, 0);
  expect(rig.start().register(Reg.csts)).toBe(1);
});

test('a shutdown is done when what was written stays', () => {
  const rig = new NvmeRig().start();
  rig.register(Reg.cc, ENABLE | (1 << 14));
  expect(rig.register(Reg.csts)).toBe(5);
  rig.advance(10_000);
  expect(rig.register(Reg.csts)).toBe(9);
  expect(rig.disk.requests).toEqual(['flush']);
  rig.register(Reg.cc, ENABLE & ~1);
  expect(rig.register(Reg.csts)).toBe(0);
});

test('a shutdown goes on through a reset, and in a loaded state', () => {
  const rig = new NvmeRig().start();
  rig.register(Reg.cc, ENABLE | (1 << 14));
  rig.register(Reg.cc, (ENABLE & ~1) | (1 << 14));
  const copy = new NvmeRig();
  loadComponents([copy.device.component], saveComponents([rig.device.component]));
  for (const one of [rig, copy]) {
    one.advance(10_000);
    expect(one.register(Reg.csts)).toBe(8);
  }
});
