import { describe, expect, test } from 'vitest';
import { Register, Status } from '../../../runtime/devices/ide/registers.ts';
import { disk, IdeRig, pattern } from './ide-rig.ts';

const READY = Status.ready | Status.seekComplete;
const REQUESTED = READY | Status.dataRequest;
const FAILED = Status.ready | Status.error;

describe('PIO', () => {
  test('READ SECTORS gives sector by sector, with an interrupt for each', () => {
    const rig = new IdeRig(disk(100));
    rig.issue(0x20, { count: 2, sector: 5 });
    expect([rig.alternateStatus & Status.busy, rig.line.level]).toEqual([Status.busy, false]);
    rig.settle();
    expect([rig.line.level, rig.status, rig.line.level]).toEqual([true, REQUESTED, false]);
    expect(rig.readBytes(512)).toEqual([...rig.medium.bytes.subarray(5 * 512, 6 * 512)]);
    expect([rig.line.level, rig.status]).toEqual([true, REQUESTED]);
    expect(rig.readBytes(512)).toEqual([...rig.medium.bytes.subarray(6 * 512, 7 * 512)]);
    expect([rig.line.level, rig.status, rig.error]).toEqual([false, READY, 0]);
    expect(rig.registers()).toEqual([0, 7, 0, 0, 0xe0]);
    expect(rig.medium.requests).toEqual(['read 5+2']);
  });

  test('WRITE SECTORS takes the first without an interrupt, and tells when the medium has all', () => {
    const rig = new IdeRig(disk(100));
    const bytes = pattern(1024, 99);
    rig.issue(0x30, { count: 2, sector: 9 });
    expect([rig.line.level, rig.status]).toEqual([false, REQUESTED]);
    rig.writeBytes(bytes.subarray(0, 512));
    expect([rig.line.level, rig.status]).toEqual([true, REQUESTED]);
    rig.writeBytes(bytes.subarray(512));
    expect([rig.line.level, rig.status & Status.busy]).toEqual([false, Status.busy]);
    rig.settle();
    expect([rig.line.level, rig.status, rig.line.level]).toEqual([true, READY, false]);
    expect(rig.medium.bytes.subarray(9 * 512, 11 * 512)).toEqual(bytes);
  });

  test('the data port takes 32 bits too; 8 bits are not for it', () => {
    const rig = new IdeRig(disk(10));
    rig.issue(0x20, { count: 1, sector: 1 });
    rig.settle();
    const view = new DataView(rig.medium.bytes.buffer, 512);
    expect(rig.ports.read(rig.command, 1)).toBe(0xff);
    expect(rig.ports.read(rig.command, 4)).toBe(view.getUint32(0, true));
    expect(rig.ports.read(rig.command, 2)).toBe(view.getUint16(4, true));
  });

  test.each([0xc4, 0x29])('READ MULTIPLE %i gives blocks of the number that was set', (code) => {
    const rig = new IdeRig(disk(100));
    rig.issue(0xc6, { count: 4 });
    expect(rig.status).toBe(READY);
    const rises = rig.line.rises;
    (code === 0x29 ? rig.issueExtended : rig.issue).call(rig, code, { count: 6, sector: 3 });
    expect(rig.readAll()).toEqual(rig.medium.bytes.subarray(3 * 512, 9 * 512));
    expect(rig.line.rises - rises).toBe(2);
  });
});

test('a count of 0 means 256 sectors, and 65536 with 48 bits', () => {
  const rig = new IdeRig({ ...disk(0), bytes: new Uint8Array(70000 * 512) });
  rig.issue(0x40, { count: 0, sector: 1 });
  rig.settle();
  expect([rig.status, rig.registers()]).toEqual([READY, [0, 1, 1, 0, 0xe0]]);
  rig.issueExtended(0x42, { count: 0, sector: 10 });
  rig.settle();
  expect([rig.status, rig.registers(), rig.highRegisters()]).toEqual([READY, [0, 10, 0, 1, 0xe0], [0, 0, 0, 0]]);
});

test('a place beyond the end is not found', () => {
  const rig = new IdeRig(disk(100));
  rig.issue(0x20, { count: 2, sector: 99 });
  expect([rig.status, rig.error, rig.line.rises]).toEqual([FAILED, 0x10, 1]);
  expect(rig.get(Register.data)).toBe(0xff);
  expect(rig.medium.requests).toEqual([]);
});
