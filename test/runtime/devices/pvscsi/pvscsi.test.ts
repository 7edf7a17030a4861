import { describe, expect, test } from 'vitest';
import { loadComponents, saveComponents } from '../../../../runtime/snapshot/components.ts';
import { MMIO } from '../network/card-rig.ts';
import { block10, contents, Place, PvscsiRig, Reg, SECTORS } from './pvscsi-rig.ts';

const good = { hostStatus: 0, status: 0, sense: null };

describe('the adapter', () => {
  test('is that of QEMU', () => {
    const { pciFunction } = new PvscsiRig(true).device;
    expect([0, 8, 0xc, 0x2c, 0x34, 0x7c].map((at) => pciFunction.read(at, 4))).toEqual([
      ...[0x07c015ad, 0x01000002, 0xff00, 0x07c015ad, 0x7c, 0x00800005],
    ]);
  });

  test('says how many entries the rings have', () => {
    const rig = new PvscsiRig().start();
    expect([0, 4, 8, 12, 16, 20].map((at) => rig.get(Place.state + at))).toEqual([0, 0, 5, 0, 0, 7]);
    expect(rig.register(Reg.status)).toBe(0);
  });

  test.each([
    ['no page', 0],
    ['three pages', 3],
    ['64 pages', 64],
  ])('a ring of %s is refused', (_name, pages) => {
    const rig = new PvscsiRig();
    expect(rig.command(3, pages, 1, ...Array<number>(130).fill(0))).toBe(0xffffffff);
  });

  test('a driver can ask whether there is a ring of messages, and sets it up after the others', () => {
    const rig = new PvscsiRig();
    expect(rig.command(8)).toBe(0xfffffffe);
    const setup = [1, 0, Place.messages >> 12, 0, ...Array<number>(30).fill(0)];
    expect(rig.command(8, ...setup)).toBe(0xffffffff);
    expect(rig.start().command(8, ...setup)).toBe(0);
    expect([128, 132, 136].map((at) => rig.get(Place.state + at))).toEqual([0, 0, 5]);
  });

  test.each([2, 7, 9, 10, 0x1234])('command %i fails', (code) => {
    expect(new PvscsiRig().command(code, 0, 0, 0, 0, 0, 0)).toBe(0xffffffff);
  });

  test('interrupts by its pin until its status is cleared, or by messages', () => {
    const rig = new PvscsiRig(true).start();
    rig.ask({ command: [0x12, 0, 0, 0, 36, 0], length: 36 });
    expect([rig.irq.level, rig.register(Reg.interruptStatus)]).toEqual([true, 1]);
    rig.register(Reg.interruptStatus, 1);
    expect([rig.irq.level, rig.register(Reg.interruptStatus)]).toEqual([false, 0]);
    rig.device.pciFunction.write(0x80, 4, 0xfee00000);
    rig.device.pciFunction.write(0x88, 2, 0x41);
    rig.device.pciFunction.write(0x7e, 2, 1);
    rig.ask({ command: [0x12, 0, 0, 0, 36, 0], length: 36 });
    expect([rig.irq.level, rig.messages.length]).toEqual([false, 1]);
  });
});

describe('requests', () => {
  test('the first one of a target hears of the reset', () => {
    const rig = new PvscsiRig().start();
    expect(rig.ask({ command: [0, 0, 0, 0, 0, 0] })).toMatchObject({ status: 2, sense: [6, 0x29, 0] });
    expect(rig.ask({ command: [0, 0, 0, 0, 0, 0] })).toMatchObject(good);
    expect(rig.command(5, 0, 0, 0)).toBe(0);
    expect(rig.ask({ command: [0, 0, 0, 0, 0, 0] })).toMatchObject({ status: 2, sense: [6, 0x29, 0] });
  });

  test.each([
    ['of another target', { target: 1 }],
    ['of another unit', { unit: 1 }],
  ])('%s time out', (_name, place) => {
    const rig = new PvscsiRig().start();
    expect(rig.ask({ command: [0x12, 0, 0, 0, 36, 0], ...place })).toMatchObject({ hostStatus: 0x11 });
  });

  test('read and write a disk, in pieces that a list names', () => {
    const rig = new PvscsiRig().start().attend();
    expect(rig.ask({ command: block10(0x28, 5, 3), length: 1536 })).toMatchObject({ ...good, moved: 1536 });
    expect(rig.bytes.slice(Place.data, Place.data + 1536)).toEqual(contents(8).slice(5 * 512));
    const [list, rest] = [0x20000, 0x21000];
    rig.put(list, Place.data + 100, 0, 500, 0, rest, 0, 0, 1);
    rig.put(rest, Place.data + 2000, 0, 0, 0, Place.data + 3001, 0, 524, 0);
    const asked = { command: block10(0x2a, 9, 2), data: list, length: 1024, flags: 1 };
    expect(rig.ask(asked)).toMatchObject({ ...good, moved: 1024 });
    const pieces = [
      rig.bytes.slice(Place.data + 100, Place.data + 600),
      rig.bytes.slice(Place.data + 3001).slice(0, 524),
    ];
    expect(rig.disk.bytes.slice(9 * 512, 11 * 512)).toEqual(Uint8Array.from(pieces.flatMap((piece) => [...piece])));
  });

  test.each([
    ['a list in a circle', { data: 0x20000, flags: 1 }, 0x20],
    ['memory that is not there', { data: 0x7fffff00 }, 0x20],
    ['too little memory', { length: 100 }, 0x12],
  ])('%s: the request fails, and the disk is not asked', (_name, asked, hostStatus) => {
    const rig = new PvscsiRig().start().attend();
    rig.put(0x20000, 0x20000, 0, 0, 1);
    expect(rig.ask({ command: block10(0x2a, 0, 1), length: 512, ...asked })).toMatchObject({ hostStatus, moved: 0 });
    expect(rig.disk.requests).toEqual([]);
  });

  test('a ring is not taken more than once round, whatever its producer says', () => {
    const rig = new PvscsiRig().start();
    rig.put(Place.state, 0x80000000);
    rig.kick();
    expect(rig.get(Place.state + 4)).toBe(32);
    expect(rig.mistakes).toEqual(['pvscsi: more requests than the ring holds, 80000000']);
  });
});

describe('requests that are under way', () => {
  test('one that is aborted ends at once, and its data goes nowhere', () => {
    const rig = new PvscsiRig().start().attend();
    const context = rig.submit({ command: block10(0x28, 5, 1), length: 512 });
    rig.kick();
    expect(rig.command(6, context, 0, 0, 0)).toBe(0);
    expect(rig.completions()).toMatchObject([{ context, hostStatus: 0x26 }]);
    rig.advance(1_000_000);
    expect(rig.completions()).toEqual([]);
    expect(rig.bytes.slice(Place.data, Place.data + 512).every((byte) => byte === 0)).toBe(true);
  });

  test('a reset of the bus ends them all', () => {
    const rig = new PvscsiRig().start().attend();
    rig.submit({ command: block10(0x28, 5, 1), length: 512 });
    rig.submit({ command: block10(0x28, 5, 1), length: 512, target: 3 });
    rig.kick();
    expect(rig.command(4)).toBe(0);
    expect(rig.completions().map(({ hostStatus }) => hostStatus)).toEqual([0x25, 0x25]);
    rig.attend();
    expect(rig.ask({ command: block10(0x28, 5, 1), length: 512 })).toMatchObject({ ...good, moved: 512 });
  });

  test('a state that is saved while some are under way goes on elsewhere', () => {
    const rig = new PvscsiRig().start().attend();
    for (let n = 0; n < 20; n++)
      rig.submit({ command: block10(n % 2 ? 0x2a : 0x28, n * 8, 8), data: Place.data + n * 4096, length: 4096 });
    rig.kick();
    rig.advance(5000);
    const early = rig.completions().length;
    const components = ({ device }: PvscsiRig) => [device.component, device.pciFunction.component];
    const other = new PvscsiRig();
    other.bytes.set(rig.bytes);
    other.disk.bytes = rig.disk.bytes.slice();
    loadComponents(components(other), saveComponents(components(rig)));
    for (const one of [rig, other]) one.advance(1_000_000);
    expect(early).toBeGreaterThan(0);
    expect(other.get(Place.state + 12)).toBe(rig.get(Place.state + 12));
    expect(other.get(Place.state + 12)).toBe(23);
    expect(other.disk.bytes).toEqual(rig.disk.bytes);
    expect(other.bytes.slice(Place.data)).toEqual(rig.bytes.slice(Place.data));
  });

  test('those that wait do not take the places of those that are executed again', () => {
    const rig = new PvscsiRig().start().attend();
    const list = 0x20000;
    rig.put(list, Place.data, 0, 512, 0);
    const contexts = Array.from({ length: 80 }, (_, n) => {
      const asked = { command: block10(0x28, n, 1), length: 512 };
      const context = rig.submit(n === 0 ? { ...asked, data: list, flags: 1 } : asked);
      rig.kick();
      return context;
    });
    const other = new PvscsiRig();
    other.bytes.set(rig.bytes);
    // The list of the first one is no longer right: it ends at once.
    other.put(list, 0x7fffff00);
    const components = ({ device }: PvscsiRig) => [device.component, device.pciFunction.component];
    loadComponents(components(other), saveComponents(components(rig)));
    other.advance(1_000_000);
    const done = other.completions().slice(3);
    expect(done.map(({ hostStatus }) => hostStatus)).toEqual([0x20, ...Array(79).fill(0)]);
    expect(new Set(done.map(({ context }) => context))).toEqual(new Set(contexts));
  });
});

test('a CD is read, and taken out under the reader: the next command hears of it', () => {
  const rig = new PvscsiRig().start().attend();
  expect(rig.ask({ command: block10(0x28, 2, 1), length: 2048, target: 5 })).toMatchObject({ ...good, moved: 2048 });
  expect(rig.bytes.slice(Place.data, Place.data + 2048)).toEqual(contents(12).slice(8 * 512));
  rig.cd.insert(false);
  expect(rig.ask({ command: block10(0x28, 2, 1), length: 2048, target: 5 })).toMatchObject({ sense: [2, 0x3a, 0] });
});

test('a disk that has another size tells so once', () => {
  const rig = new PvscsiRig().start().attend();
  rig.disk.insert(true, contents(SECTORS + 8));
  expect(rig.ask({ command: [0, 0, 0, 0, 0, 0] })).toMatchObject({ sense: [6, 0x2a, 9] });
  expect([...rig.data([0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0], 8)]).toEqual([0, 0, 0x10, 0x07, 0, 0, 2, 0]);
});

test('without leave to be a bus master it takes nothing', () => {
  const rig = new PvscsiRig().start().attend();
  rig.device.pciFunction.write(4, 2, 2);
  rig.submit({ command: block10(0x28, 2, 1), length: 512 });
  rig.kick();
  expect(rig.get(Place.state + 4)).toBe(3);
  rig.enable(rig.device.pciFunction, [MMIO]);
  rig.advance(1_000_000);
  expect(rig.completions()).toMatchObject([{ ...good, moved: 512 }]);
});

test('requests with very many pieces of memory together are refused, but for the first ones', () => {
  const rig = new PvscsiRig();
  const [pages, list, pieces] = [32, 0x80000, 4096];
  const setup = Array<number>(128).fill(0);
  for (let n = 0; n < pages; n++) [setup[2 * n], setup[64 + 2 * n]] = [0x20 + n, 0x40 + n];
  rig.command(3, pages, pages, Place.state >> 12, 0, ...setup);
  for (let n = 0; n < pieces; n++) rig.put(list + 16 * n, 0x1000 + n, 0, 1, 0);
  const requests = 70;
  for (let n = 0; n < requests; n++) {
    rig.put(0x20000 + 128 * n, n, 0, list, 0, pieces, 0, 0, 0, 0, 1);
    rig.bytes.set([0x12, 0, 0, 0, 36, 0], 0x20000 + 128 * n + 40);
  }
  rig.put(Place.state, requests);
  rig.kick();
  const statuses = Array.from({ length: requests }, (_, n) => rig.get(0x40000 + 32 * n + 20) & 0xffff);
  expect(statuses).toEqual(Array.from({ length: requests }, (_, n) => (n < 64 ? 0 : 0x20)));
});
