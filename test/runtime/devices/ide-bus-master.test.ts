import { describe, expect, test } from 'vitest';
import { Status } from '../../../runtime/ata/registers.ts';
import { loadComponents, saveComponents } from '../../../runtime/snapshot/components.ts';
import { REQUEST_TIME } from '../../support/memory-block.ts';
import { disk, IdeRig, pattern } from './ide-rig.ts';

const READY = Status.ready | Status.seekComplete;
const DATA = 0x10000;
const INTERRUPT = 0x04;
const ACTIVE = 0x01;

test('the bus master scatters what is read over regions', () => {
  const rig = new IdeRig(disk(100));
  rig.issue(0xc8, { count: 3, sector: 7 });
  rig.startBusMaster(
    [
      [DATA, 0x202],
      [0x20000, 0x3fe],
    ],
    true,
  );
  expect(rig.busMasterStatus).toBe(ACTIVE);
  rig.settle();
  expect([rig.line.level, rig.busMasterStatus, rig.status]).toEqual([true, INTERRUPT, READY]);
  const expected = rig.medium.bytes.subarray(7 * 512, 10 * 512);
  expect(rig.memory.subarray(DATA, DATA + 0x202)).toEqual(expected.subarray(0, 0x202));
  expect(rig.memory.subarray(0x20000, 0x203fe)).toEqual(expected.subarray(0x202));
  expect(rig.medium.requests).toEqual(['read 7+3']);
});

test('the bus master gathers what is written, of 64 KB regions too, in as few requests as fit the buffer', () => {
  const rig = new IdeRig(disk(4000));
  const bytes = pattern(18 << 16, 5);
  rig.memory.set(bytes, DATA);
  rig.issueExtended(0x35, { count: bytes.length / 512, sector: 500 });
  const regions = Array.from({ length: 18 }, (_, n) => [DATA + n * 0x10000, 0x10000] as const);
  rig.startBusMaster(regions, false);
  rig.settle();
  expect([rig.busMasterStatus, rig.status]).toEqual([INTERRUPT, READY]);
  expect(rig.medium.bytes.subarray(500 * 512, 500 * 512 + bytes.length)).toEqual(bytes);
  expect(rig.medium.requests).toEqual(['write 500+2048', 'write 2548+256']);
});

test('the bus master may be started before the command', () => {
  const rig = new IdeRig(disk(100));
  rig.startBusMaster([[DATA, 0x200]], true);
  rig.issue(0xc8, { count: 1, sector: 2 });
  rig.settle();
  expect(rig.busMasterStatus).toBe(INTERRUPT);
  expect(rig.memory.subarray(DATA, DATA + 512)).toEqual(rig.medium.bytes.subarray(1024, 1536));
});

test('the bus master stays active where regions are left', () => {
  const rig = new IdeRig(disk(100));
  rig.issue(0xc8, { count: 1, sector: 2 });
  rig.startBusMaster(
    [
      [DATA, 0x200],
      [DATA, 0x200],
    ],
    true,
  );
  rig.settle();
  expect(rig.busMasterStatus).toBe(INTERRUPT | ACTIVE);
  rig.out8(rig.busMaster, 0);
  rig.out8(rig.busMaster + 2, INTERRUPT);
  expect(rig.busMasterStatus).toBe(0);
});

test('the bus master ends without an interrupt where the regions are too short', () => {
  const rig = new IdeRig(disk(100));
  rig.issue(0xc8, { count: 2, sector: 2 });
  rig.startBusMaster([[DATA, 0x200]], true);
  rig.settle();
  expect([rig.busMasterStatus, rig.status, rig.line.rises]).toEqual([0, READY, 0]);
});

test('the bus master waits for memory that is listed anew when it was stopped', () => {
  const rig = new IdeRig(disk(100));
  rig.issue(0xc8, { count: 1, sector: 3 });
  rig.startBusMaster([[DATA, 0x200]], true);
  rig.out8(rig.busMaster, 0x08);
  rig.advance(100 * REQUEST_TIME);
  expect([rig.busMasterStatus, rig.status & Status.dataRequest]).toEqual([0, Status.dataRequest]);
  rig.startBusMaster([[0x30000, 0x200]], true);
  expect([rig.busMasterStatus, rig.status]).toEqual([INTERRUPT, READY]);
  expect(rig.memory.subarray(0x30000, 0x30200)).toEqual(rig.medium.bytes.subarray(3 * 512, 4 * 512));
});

test('the bus master sectors before a bad one are in memory', () => {
  const rig = new IdeRig(disk(100));
  rig.medium.bad.add(4);
  rig.issue(0xc8, { count: 3, sector: 3 });
  rig.startBusMaster([[DATA, 0x600]], true);
  rig.settle();
  expect([rig.status, rig.error, rig.registers()]).toEqual([Status.ready | Status.error, 0x40, [2, 4, 0, 0, 0xe0]]);
  expect(rig.memory.subarray(DATA, DATA + 512)).toEqual(rig.medium.bytes.subarray(3 * 512, 4 * 512));
});

test('the bus master its registers keep what can be kept, and move with the base address', () => {
  const rig = new IdeRig(disk(100));
  rig.out8(rig.busMaster, 0xf8);
  rig.out8(rig.busMaster + 2, 0xff);
  rig.ports.write(rig.busMaster + 4, 4, 0x12345677);
  expect([rig.in8(rig.busMaster), rig.busMasterStatus]).toEqual([0x08, 0x60]);
  expect(rig.ports.read(rig.busMaster + 4, 4)).toBe(0x12345674);
  rig.ide.pciFunction.write(0x20, 4, 0xd001);
  expect([rig.ports.read(0xd004, 4), rig.ports.read(rig.busMaster + 4, 4)]).toEqual([0x12345674, 0xffffffff]);
});

test('TRIM discards the ranges that are listed', () => {
  const rig = new IdeRig(disk(100));
  const view = new DataView(rig.memory.buffer, DATA);
  for (const [n, [sector, count]] of [
    [5, 2],
    [0, 0],
    [50, 50],
  ].entries()) {
    view.setUint32(8 * n, sector!, true);
    view.setUint16(8 * n + 6, count!, true);
  }
  rig.issueExtended(0x06, { features: 1, count: 1 });
  rig.startBusMaster([[DATA, 0x200]], false);
  rig.settle();
  expect([rig.status, rig.medium.requests]).toEqual([READY, ['discard 5+2', 'discard 50+50']]);
});

describe('a state', () => {
  /** The state of one controller, loaded into another with an equal disk. */
  function moved(from: IdeRig): IdeRig {
    const to = new IdeRig({ ...disk(0), bytes: from.medium.bytes.slice() });
    to.memory.set(from.memory);
    const components = (rig: IdeRig) => [rig.ide.component, rig.ide.pciFunction.component];
    loadComponents(components(to), structuredClone(saveComponents(components(from))));
    return to;
  }

  test('of a read under way goes on with the same request', () => {
    const first = new IdeRig(disk(100));
    first.issue(0xc8, { count: 2, sector: 7 });
    first.startBusMaster([[DATA, 0x400]], true);
    const second = moved(first);
    second.settle();
    expect([second.medium.requests, second.line.level, second.busMasterStatus]).toEqual([
      ['read 7+2'],
      true,
      INTERRUPT,
    ]);
    expect(second.memory.subarray(DATA, DATA + 1024)).toEqual(first.medium.bytes.subarray(7 * 512, 9 * 512));
  });

  test('replaces what was under way where it is loaded', () => {
    const first = new IdeRig(disk(100));
    const saved = structuredClone(saveComponents([first.ide.component]));
    first.issue(0xc8, { count: 2, sector: 7 });
    first.startBusMaster([[DATA, 0x400]], true);
    loadComponents([first.ide.component], saved);
    first.advance(100 * REQUEST_TIME);
    expect([first.status, first.line.rises, first.memory[DATA]]).toEqual([READY, 0, 0]);
  });

  test('of a write under way has what is to be written', () => {
    const first = new IdeRig(disk(100));
    first.issue(0x30, { count: 1, sector: 7 });
    first.writeBytes(pattern(512, 77));
    const second = moved(first);
    second.settle();
    expect(second.medium.bytes.subarray(7 * 512, 8 * 512)).toEqual(pattern(512, 77));
  });

  test('within a sector goes on there', () => {
    const first = new IdeRig(disk(100));
    first.issue(0x20, { count: 2, sector: 7 });
    first.settle();
    first.readBytes(100);
    const second = moved(first);
    expect(second.readBytes(412)).toEqual([...first.medium.bytes.subarray(7 * 512 + 100, 8 * 512)]);
    expect(second.readAll()).toEqual(first.medium.bytes.subarray(8 * 512, 9 * 512));
  });
});
