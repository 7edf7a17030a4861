import { describe, expect, test } from 'vitest';
import { loadComponents, saveComponents } from '../../../../runtime/snapshot/components.ts';
import { PORTS } from '../network/card-rig.ts';
import {
  block10,
  CHAIN,
  contents,
  frameAt,
  keys,
  LAST,
  LAST_OF_PART,
  MptsasRig,
  Place,
  Reg,
  SECTORS,
  SIMPLE,
  taskMessage,
  WIDE,
} from './mptsas-rig.ts';

const good = { status: 0, iocStatus: 0, sense: null };
const INQUIRY = [0x12, 0, 0, 0, 36, 0];
const READY = 0x10000000;
const OPERATIONAL = 0x20000000;
const FAULT = 0x40000000;
/** The first part of a list, whose second element names it again. */
const CIRCLE = CHAIN | (2 << 16);

describe('the controller', () => {
  test('is that of QEMU', () => {
    const { pciFunction } = new MptsasRig(true).device;
    expect([0, 8, 0xc, 0x2c, 0x34, 0x40].map((at) => pciFunction.read(at, 4))).toEqual([
      ...[0x00541000, 0x01000000, 0, 0x80001000, 0x40, 0x00800005],
    ]);
  });

  test('is ready after a reset, and operational when it is initialised', () => {
    const rig = new MptsasRig();
    expect(rig.read(Reg.doorbell)).toBe(READY);
    expect(rig.handshake([0x02000004, 0x00010800, 0x1234, 0x80, 0, 0], 5)).toEqual([
      ...[0x02050004, 0x00010800, 0x1234, 0, 0],
    ]);
    expect(rig.read(Reg.doorbell)).toBe(OPERATIONAL | 0x04000000);
    rig.write(Reg.doorbell, 0x40000000);
    expect(rig.read(Reg.doorbell)).toBe(READY | 0x04000000);
  });

  test('has its registers in ports too', () => {
    const rig = new MptsasRig();
    expect(rig.ports.read(PORTS, 4)).toBe(READY);
    rig.ports.write(PORTS + Reg.interruptMask, 4, 0xffffffff);
    expect([rig.read(Reg.interruptMask), rig.ports.read(PORTS + Reg.interruptMask, 1)]).toEqual([9, 9]);
  });

  test('tells what it can do', () => {
    const facts = new MptsasRig().start().handshake([0x03000000, 0, 7], 20);
    expect(facts.slice(0, 3)).toEqual([0x03140105, 0, 7]);
    // Words 5 to 7: 34 elements of a chain, 128 replies and frames of 128 bytes, the product.
    expect(facts.slice(5, 8)).toEqual([0x000d0422, 0x00800080, 0x21020000]);
    expect(facts[9]).toBe(0x00080080);
    expect(facts[14]).toBe(0x01329200);
  });

  test('a message of the doorbell goes word by word, and its reply in halves, each after an interrupt', () => {
    const rig = new MptsasRig();
    rig.write(Reg.interruptMask, 8);
    rig.write(Reg.doorbell, 0x42030000);
    expect([rig.irq.level, rig.read(Reg.doorbell)]).toEqual([true, READY | 0x08000000]);
    rig.write(Reg.interruptStatus, 0);
    expect(rig.irq.level).toBe(false);
    for (const word of [0x05000000, 0, 9]) {
      expect(rig.irq.level).toBe(false);
      rig.write(Reg.doorbell, word);
    }
    const halves: number[] = [];
    for (let n = 0; n < 20; n++) {
      expect(rig.irq.level).toBe(true);
      halves.push(rig.read(Reg.doorbell) & 0xffff);
      rig.write(Reg.interruptStatus, 0);
    }
    expect(halves.slice(0, 8)).toEqual([0, 0x050a, 0, 0, 9, 0, 0, 0]);
    // The end is told too.
    expect([rig.irq.level, rig.read(Reg.doorbell)]).toEqual([true, READY]);
    rig.write(Reg.interruptStatus, 0);
    expect(rig.irq.level).toBe(false);
  });
});

describe('messages and resets', () => {
  test('ports are of SAS, and one that is not there is inactive', () => {
    const rig = new MptsasRig().start();
    expect(rig.handshake([0x05000000, 0x00070000, 1], 10).slice(1, 7)).toEqual([
      0x70000, 1, 0, 0, 0x00083000, 0x00090008,
    ]);
    expect(rig.handshake([0x05000000, 0x00080000, 1], 10).slice(1, 7)).toEqual([0x80000, 1, 0, 0, 0, 0]);
    expect(rig.tell([0x06000000, 0x00030000])).toEqual([0x06050000, 0x00030000, 1, 0, 0]);
  });

  test('a request for events is answered, and stays', () => {
    const rig = new MptsasRig().start();
    expect(rig.tell([0x07000001])).toEqual([0x07080001, 0x80000000, 1, 0, 0, 0x0a, 0, 1]);
    expect(rig.tell([0x07000000])).toEqual([0x07080001, 0x80000000, 2, 0, 0, 0x0a, 0, 0]);
  });

  test('a message that it does not know is refused', () => {
    const rig = new MptsasRig().start();
    expect(rig.tell([0x17000000])[3]).toBe(0x00010000);
    expect(rig.handshake([0x1b000000, 0, 0], 5)[3]).toBe(0x00010000);
    expect(rig.read(Reg.doorbell) & 0x70000000).toBe(OPERATIONAL);
  });

  test('the diagnostic register is enabled by five keys, until another comes', () => {
    const rig = new MptsasRig();
    const write = (...values: number[]) => {
      for (const value of values) rig.write(Reg.sequence, value);
      return rig.read(Reg.diagnostic);
    };
    expect(write(0xff, ...keys.slice(0, 4))).toBe(0);
    expect(write(0x3d)).toBe(0x80);
    expect(write(0xff)).toBe(0);
    expect(write(4, 0xb, 3, 2, 7, 0xd)).toBe(0);
  });

  test('a reset by the diagnostic register ends a message that was begun, and what was told', () => {
    const rig = new MptsasRig().start().attend();
    for (const key of keys) rig.write(Reg.sequence, key);
    rig.write(Reg.doorbell, 0x42050000);
    rig.write(Reg.doorbell, 0x03000000);
    rig.write(Reg.diagnostic, 4);
    expect([rig.read(Reg.doorbell) & 0x78000000, rig.read(Reg.interruptStatus)]).toEqual([READY, 0]);
    expect(rig.read(Reg.interruptMask)).toBe(9);
    expect(rig.handshake([0x03000000, 0, 0], 20)[11]).toBe(0x01080000);
    rig.start();
    expect(rig.ask({ command: [0, 0, 0, 0, 0, 0] })).toMatchObject({ status: 2, sense: [6, 0x29, 0] });
  });

  test('interrupts by its pin until the queue of replies was found empty, or by messages', () => {
    const rig = new MptsasRig(true).start();
    rig.submit({ command: INQUIRY, length: 36 });
    expect([rig.irq.level, rig.read(Reg.interruptStatus)]).toEqual([true, 8]);
    expect(rig.replies()).toEqual([{ context: 1, words: null }]);
    expect([rig.irq.level, rig.read(Reg.interruptStatus)]).toEqual([false, 0]);
    rig.device.pciFunction.write(0x44, 4, 0xfee00000);
    rig.device.pciFunction.write(0x4c, 2, 0x41);
    rig.device.pciFunction.write(0x42, 2, 1);
    rig.submit({ command: INQUIRY, length: 36 });
    expect([rig.irq.level, rig.messages.length]).toEqual([false, 1]);
  });
});

describe('faults', () => {
  test.each<[string, number, (rig: MptsasRig) => void]>([
    ['a request before the controller is initialised', 8, (rig) => void rig.post([0x03000000])],
    ['no frame for a reply', 6, (rig) => void rig.start(0).post([0x03000000])],
    ['more frames for replies than there is room for', 6, (rig) => void rig.start(129)],
    [
      'more replies than there is room for',
      6,
      (rig) => {
        rig.start();
        for (let n = 0; n < 129; n++) rig.submit({ command: INQUIRY, length: 36 });
      },
    ],
    [
      'more requests than there is room for',
      6,
      (rig) => {
        rig.start();
        rig.device.pciFunction.write(4, 2, 3);
        for (let n = 0; n < 129; n++) rig.post([0x03000000]);
      },
    ],
  ])('%s', (_name, code, act) => {
    const rig = new MptsasRig();
    act(rig);
    expect(rig.read(Reg.doorbell) & 0x7000ffff).toBe(FAULT | code);
    expect(rig.mistakes).toEqual([`mptsas1068: the controller is in a fault, code ${code}`]);
    // It stays until a reset.
    rig.handshake([0x02000004, 0x00010800, 0, 0x80, 0, 0], 5);
    expect(rig.read(Reg.doorbell) & 0x70000000).toBe(FAULT);
    rig.place();
    rig.write(Reg.doorbell, 0x40000000);
    rig.start().attend();
    expect(rig.ask({ command: block10(0x28, 5, 1), length: 512 })).toMatchObject(good);
  });
});

describe('configuration pages', () => {
  test('tell of the drives that are there', () => {
    const rig = new MptsasRig().start();
    const { page } = rig.page(0x10, 0);
    expect(page.length).toBe(144);
    const phys = Array.from({ length: 8 }, (_, n) => [...page.subarray(16 + 16 * n, 32 + 16 * n)]);
    expect(phys[3]).toEqual([3, 0, 0, 9, 1, 4, 0, 0, 12, 0, 12, 0, 0, 0, 0, 0]);
    expect(phys[4]).toEqual([4, 0, 0, 2, ...Array(12).fill(0)]);
    expect([...rig.page(0x12, 0, 0x10000005).page.subarray(20, 28)]).toEqual([6, 0, 5, 0, 14, 0, 5, 0]);
  });

  test('devices are found by their handles, one after the other', () => {
    const rig = new MptsasRig().start();
    const next = (handle: number) => {
      const { reply, page } = rig.page(0x12, 0, handle);
      return reply[3] === 0 ? page[24]! : -(reply[3]! >>> 16);
    };
    expect([0xffff, 9, 12, 14].map(next)).toEqual([9, 12, 14, -0x22]);
    expect(rig.page(0x12, 0, 0x2000000c).page[26]).toBe(3);
  });

  test('tell the numbers of the PCI function, as QEMU would if it did not leave one out', () => {
    const { page } = new MptsasRig().start().page(1, 0);
    const view = new DataView(page.buffer);
    const fields = [12, 14, 16, 20, 24, 26].map((at) =>
      at === 20 ? view.getUint32(at, true) : view.getUint16(at, true),
    );
    expect(fields).toEqual([0x1000, 0x54, 0, 0x010000, 0x1000, 0x8000]);
  });

  test('no two have the same address', () => {
    const rig = new MptsasRig().start();
    const addresses = [9, 12, 14].map((handle) => rig.page(0x12, 0, 0x20000000 | handle).page.subarray(12, 20));
    addresses.push(rig.page(9, 5).page.subarray(4, 12));
    expect(new Set(addresses.map(String)).size).toBe(4);
  });

  test.each([
    ['a page of another number', 9, 11, 0, 1, 0x22],
    ['a page of another type', 3, 0, 0, 1, 0x21],
    ['a page of another extended type', 0x11, 0, 0, 1, 0x21],
    ['another action', 0, 0, 0, 7, 0x20],
    ['a page that is written', 0, 1, 0, 2, 0x25],
    ['another phy', 0x13, 0, 8, 1, 0x22],
    ['a device that is not there', 0x12, 0, 0x10000001, 1, 0x22],
  ])('%s is refused', (_name, type, number, address, action, status) => {
    const rig = new MptsasRig().start();
    const { reply } = rig.page(type, number, address, action);
    expect(reply[3]! >>> 16).toBe(status);
    expect(rig.bytes[Place.page]).toBe(0xee);
  });

  test('a header is that of the page, and no page is read', () => {
    const rig = new MptsasRig().start();
    expect(rig.page(0x10, 1, 0, 0).reply[1]).toBe(0x0010001d);
    expect(rig.page(0, 2, 0, 0).reply[5]).toBe(0x00020800);
    expect(rig.bytes[Place.page]).toBe(0xee);
  });

  test('one goes as far as there is room, to an address of 64 bits too', () => {
    const rig = new MptsasRig().start();
    rig.bytes.fill(0xee, Place.page, Place.page + 64);
    const head = [0x04000001, 0, 0, 0, 0, 0x09000000, 0];
    rig.tell([...head, LAST | WIDE | 6, Place.page, 0]);
    expect([...rig.bytes.subarray(Place.page, Place.page + 8)]).toEqual([0, 19, 0, 9, 0x72, 0x61, 0xee, 0xee]);
    expect(rig.tell([...head, LAST | WIDE | 6, Place.page, 1])[3]).toBe(0);
  });
});

describe('requests', () => {
  test('the first one of a target hears of the reset', () => {
    const rig = new MptsasRig().start();
    const ready = { command: [0, 0, 0, 0, 0, 0] };
    expect(rig.ask(ready)).toEqual({ status: 2, state: 1, iocStatus: 0x45, moved: 0, sense: [6, 0x29, 0] });
    expect(rig.ask(ready)).toMatchObject(good);
    rig.manage(3);
    expect(rig.ask(ready)).toMatchObject({ status: 2, sense: [6, 0x29, 0] });
  });

  test.each([
    ['of another bus', { bus: 1 }, 0x41],
    ['of a target beyond those that there can be', { target: 8 }, 0x42],
    ['of a target that is not there', { target: 1 }, 0x43],
  ])('one %s is refused', (_name, place, iocStatus) => {
    const rig = new MptsasRig().start();
    expect(rig.ask({ command: INQUIRY, length: 36, ...place })).toMatchObject({ status: 0, state: 4, iocStatus });
  });

  test('another unit says that it is not there', () => {
    const rig = new MptsasRig().start();
    expect(rig.ask({ command: INQUIRY, length: 36, unit: 1 })).toMatchObject(good);
    expect(rig.bytes[Place.data]).toBe(0x7f);
    expect(rig.ask({ command: block10(0x28, 0, 1), length: 512, unit: 1 })).toMatchObject({ sense: [5, 0x25, 0] });
  });

  test('data that is shorter than its memory is told of', () => {
    const rig = new MptsasRig().start();
    expect(rig.ask({ command: [0x12, 0, 0, 0, 255, 0], length: 255 })).toMatchObject({ iocStatus: 0x45, moved: 36 });
  });
});

describe('scatter lists', () => {
  test('read and write a disk, in pieces that a list names, in the frame and elsewhere', () => {
    const rig = new MptsasRig().start().attend();
    expect(rig.ask({ command: block10(0x28, 5, 3), length: 1536 })).toMatchObject({ ...good, moved: 1536 });
    expect(rig.bytes.slice(Place.data, Place.data + 1536)).toEqual(contents(8).slice(5 * 512));
    const [part, rest] = [0x38000, 0x39000];
    // In the frame: a piece, and the address of a part, which has a piece, and the address of the rest, 16 bytes on.
    const list = [LAST_OF_PART | 100, Place.data + 100, CHAIN | (4 << 16) | 24, part];
    rig.put(part, SIMPLE | WIDE | 400, Place.data + 2000, 0, LAST_OF_PART | 0, 0);
    rig.put(part + 12, LAST_OF_PART | 300, Place.data + 3001);
    // The part's own chain stands behind its two elements.
    list[2] = CHAIN | (5 << 16);
    rig.put(part + 20, CHAIN | WIDE | 8, rest, 0);
    rig.put(rest, LAST | 9999, Place.data + 5000);
    const asked = { command: block10(0x2a, 9, 2), length: 1024, isOut: true, list, chainOffset: 14 };
    expect(rig.ask(asked)).toMatchObject({ ...good, moved: 1024 });
    const pieces = [
      [100, 100],
      [2000, 400],
      [3001, 300],
      [5000, 224],
    ].map(([at, bytes]) => [...rig.bytes.slice(Place.data + at!, Place.data + at! + bytes!)]);
    expect(rig.disk.bytes.slice(9 * 512, 11 * 512)).toEqual(Uint8Array.from(pieces.flat()));
  });

  test.each<[string, Partial<Parameters<MptsasRig['ask']>[0]>, number]>([
    ['an element without bytes', { list: [SIMPLE, Place.data, LAST | 512, Place.data] }, 3],
    ['a list without an end', { length: 1 << 30, list: [LAST_OF_PART | 1, 0, CIRCLE, Place.page], chainOffset: 14 }, 3],
    ['a list that is too short', { length: 1024, list: [LAST | 512, Place.data] }, 3],
    ['a list that ends its part without another', { list: [LAST_OF_PART | 511, Place.data] }, 3],
    ['an element of another type', { list: [0x20000000 | 512, Place.data] }, 3],
    ['a part that is not one', { list: [LAST_OF_PART | 1, Place.data, SIMPLE | 1, Place.page], chainOffset: 14 }, 3],
    ['memory that is not there', { list: [LAST | 512, 0x7fffff00] }, 3],
    ['too little memory', { length: 100 }, 0x44],
    ['the other direction', { isOut: false }, 0x44],
  ])('%s: the request fails, and the disk is not asked', (_name, asked, iocStatus) => {
    const rig = new MptsasRig().start().attend();
    rig.put(Place.page, LAST_OF_PART | 1, 0, CIRCLE, Place.page);
    const all = { command: block10(0x2a, 0, 1), length: 512, isOut: true, ...asked };
    expect(rig.ask(all)).toMatchObject({ state: 4, iocStatus, moved: 0 });
    expect(rig.disk.requests).toEqual([]);
  });
});

describe('the queue of requests', () => {
  test('without leave to be a bus master it takes nothing', () => {
    const rig = new MptsasRig().start().attend();
    rig.device.pciFunction.write(4, 2, 3);
    rig.submit({ command: block10(0x28, 2, 1), length: 512 });
    rig.advance(1_000_000);
    expect(rig.replies()).toEqual([]);
    rig.place();
    rig.advance(1_000_000);
    expect(rig.replies()).toEqual([{ context: 4, words: null }]);
  });

  test('more requests than it has places for wait', () => {
    const rig = new MptsasRig().start().attend();
    for (let n = 0; n < 200; n++) rig.submit({ command: block10(0x28, n, 1), length: 512 });
    expect(rig.disk.requests).toHaveLength(128);
    rig.advance(100_000);
    expect(rig.replies()).toHaveLength(100);
    rig.advance(100_000);
    expect(rig.disk.requests).toHaveLength(200);
  });
});

const read = { command: block10(0x28, 5, 1), length: 512 };
const statuses = (rig: MptsasRig) =>
  rig.replies().map(({ context, words }) => [context, words === null ? 0 : words[3]! >>> 16]);

describe('task management', () => {
  test('one that is aborted ends at once, and its data goes nowhere', () => {
    const rig = new MptsasRig().start().attend();
    const context = rig.submit(read);
    const task = rig.post([...taskMessage(7, {}), context]);
    expect(rig.only(task).words!.slice(1, 6)).toEqual([0x0708, task, 0, 0, 0]);
    const abort = rig.post([...taskMessage(1, {}), context]);
    const [first, second, ...rest] = rig.replies();
    expect(rig.outcome(first!, 512)).toMatchObject({ state: 4, iocStatus: 0x48 });
    expect(second!.words!.slice(1, 6)).toEqual([0x0100, abort, 0, 0, 1]);
    rig.advance(1_000_000);
    expect([rest, rig.replies()]).toEqual([[], []]);
    expect(rig.bytes.slice(Place.data, Place.data + 512).every((byte) => byte === 0)).toBe(true);
  });

  test('all of a unit are aborted', () => {
    const rig = new MptsasRig().start().attend();
    const contexts = [rig.submit(read), rig.submit(read), rig.submit({ ...read, target: 3 })];
    rig.post([...taskMessage(2, {}), 0]);
    const [first, second, reply] = rig.replies();
    expect([first!.context, second!.context, reply!.words![5]]).toEqual([contexts[0], contexts[1], 2]);
    rig.advance(1_000_000);
    expect(statuses(rig)).toEqual([[contexts[2], 0]]);
  });

  test.each([
    ['a reset of the unit', 5, 1],
    ['a reset of the target', 3, 1],
    ['a reset of the bus', 4, 2],
  ])('%s ends them', (_name, type, ended) => {
    const rig = new MptsasRig().start().attend();
    const contexts = [rig.submit(read), rig.submit({ ...read, target: 3 })];
    const task = rig.post([...taskMessage(type, {}), 0]);
    expect(statuses(rig)).toEqual([...contexts.slice(0, ended).map((context) => [context, 0x48]), [task, 0]]);
    rig.advance(1_000_000);
    expect(rig.replies()).toHaveLength(2 - ended);
    rig.attend();
    expect(rig.ask(read)).toMatchObject({ ...good, moved: 512 });
  });

  test.each([
    ['of another unit', 5, { unit: 1 }, 0x0509, 0],
    ['of another bus', 3, { bus: 1 }, 0x0300, 0x41],
    ['of a target that is not there', 1, { target: 1 }, 0x0100, 0x43],
    ['of another kind', 9, {}, 0x0904, 0],
  ])('task management %s is refused', (_name, type, place, response, status) => {
    const reply = new MptsasRig().start().manage(type, place);
    expect([reply[1], reply[3]! >>> 16]).toEqual([response, status]);
  });

  test('task management by the doorbell has its reply in the queue', () => {
    const rig = new MptsasRig().start().attend();
    const context = rig.submit(read);
    const message = [...taskMessage(1, {}), context];
    message[2] = 0x777;
    rig.write(Reg.doorbell, 0x42000000 | (message.length << 16));
    rig.write(Reg.interruptStatus, 0);
    for (const word of message) rig.write(Reg.doorbell, word);
    expect([rig.read(Reg.interruptStatus), rig.read(Reg.doorbell) & 0x08000000]).toEqual([9, 0]);
    expect(statuses(rig)).toEqual([
      [context, 0x48],
      [0x777, 0],
    ]);
  });
});

describe('requests that are under way', () => {
  test('a reset of the message unit ends them without replies', () => {
    const rig = new MptsasRig().start().attend();
    rig.submit(read);
    rig.write(Reg.doorbell, 0x40000000);
    rig.advance(1_000_000);
    expect([rig.replies(), rig.bytes[Place.data]]).toEqual([[], 0]);
  });

  test('a state that is saved while some are under way goes on elsewhere', () => {
    const rig = new MptsasRig().start().attend();
    for (let n = 0; n < 20; n++) {
      const list = [LAST | 4096, Place.data + n * 4096];
      rig.submit({ command: block10(n % 2 ? 0x2a : 0x28, n * 8, 8), length: 4096, isOut: n % 2 === 1, list });
    }
    rig.advance(5000);
    const early = rig.replies().length;
    // A message that is half on its way is there too.
    rig.write(Reg.doorbell, 0x42030000);
    rig.write(Reg.doorbell, 0x05000000);
    const components = ({ device }: MptsasRig) => [device.component, device.pciFunction.component];
    const other = new MptsasRig();
    other.bytes.set(rig.bytes);
    other.disk.bytes = rig.disk.bytes.slice();
    loadComponents(components(other), saveComponents(components(rig)));
    const late = [rig, other].map((one) => {
      one.advance(1_000_000);
      one.write(Reg.doorbell, 0x00020000);
      one.write(Reg.doorbell, 5);
      return [one.replies().map(({ context }) => context), one.read(Reg.doorbell), one.read(Reg.doorbell)];
    });
    expect(early).toBeGreaterThan(0);
    expect(late[0]![0]).toHaveLength(20 - early);
    expect(late[1]).toEqual(late[0]);
    expect(other.disk.bytes).toEqual(rig.disk.bytes);
    expect(other.bytes.slice(Place.data)).toEqual(rig.bytes.slice(Place.data));
  });

  test('those that wait do not take the places of those that are executed again', () => {
    const rig = new MptsasRig().start().attend();
    const contexts = Array.from({ length: 140 }, (_, n) => rig.submit({ command: block10(0x28, n, 1), length: 512 }));
    const other = new MptsasRig();
    other.bytes.set(rig.bytes);
    // The list of the first one is no longer right: it ends at once.
    other.put(frameAt(contexts[0]!) + 48, 0);
    const components = ({ device }: MptsasRig) => [device.component, device.pciFunction.component];
    loadComponents(components(other), saveComponents(components(rig)));
    const ended = [statuses(other)];
    for (let n = 0; n < 5; n++) {
      other.advance(40_000);
      ended.push(statuses(other));
    }
    expect(ended[0]).toEqual([[contexts[0], 3]]);
    expect(new Set(ended.flat().map(([context]) => context))).toEqual(new Set(contexts));
    expect(ended.flat()).toHaveLength(140);
    expect(other.disk.requests).toHaveLength(139);
  });
});

test('a CD is read, and taken out under the reader: the next command hears of it', () => {
  const rig = new MptsasRig().start().attend();
  expect(rig.ask({ command: block10(0x28, 2, 1), length: 2048, target: 5 })).toMatchObject({ ...good, moved: 2048 });
  expect(rig.bytes.slice(Place.data, Place.data + 2048)).toEqual(contents(12).slice(8 * 512));
  rig.cd.insert(false);
  expect(rig.ask({ command: block10(0x28, 2, 1), length: 2048, target: 5 })).toMatchObject({ sense: [2, 0x3a, 0] });
});

test('a disk that has another size tells so once', () => {
  const rig = new MptsasRig().start().attend();
  rig.disk.insert(true, contents(SECTORS + 8));
  expect(rig.ask({ command: [0, 0, 0, 0, 0, 0] })).toMatchObject({ sense: [6, 0x2a, 9] });
  expect(rig.ask({ command: [0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0], length: 8 })).toMatchObject(good);
  expect([...rig.bytes.subarray(Place.data, Place.data + 8)]).toEqual([0, 0, 0x10, 0x07, 0, 0, 2, 0]);
});
