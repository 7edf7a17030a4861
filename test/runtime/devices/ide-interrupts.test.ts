import { expect, test } from 'vitest';
import { Control, Register, Status } from '../../../runtime/ata/registers.ts';
import { REQUEST_TIME } from '../../support/memory-block.ts';
import { disk, IdeRig, pattern } from './ide-rig.ts';

const READY = Status.ready | Status.seekComplete;
const two = () => new IdeRig(disk(100), { ...disk(50, { name: 'hd1', index: 1 }) });

test('an interrupt is seen by the status register, not by the alternate one', () => {
  const rig = new IdeRig(disk(100));
  rig.issue(0x10);
  expect([rig.alternateStatus, rig.line.level, rig.status, rig.line.level]).toEqual([READY, true, READY, false]);
});

test('a new command takes the interrupt of the one before away', () => {
  const rig = new IdeRig(disk(100));
  rig.issue(0x10);
  rig.issue(0x20, { count: 1, sector: 1 });
  expect(rig.line.level).toBe(false);
});

test('nIEN holds the line low, and lets an interrupt out when it is cleared', () => {
  const rig = new IdeRig(disk(100));
  rig.out8(rig.control, Control.noInterrupts);
  rig.issue(0x10);
  expect([rig.line.level, rig.busMasterStatus]).toEqual([false, 0]);
  rig.out8(rig.control, 0);
  expect([rig.line.level, rig.busMasterStatus]).toEqual([true, 0x04]);
});

test('only the selected drive drives the line', () => {
  const rig = two();
  rig.issue(0x10);
  rig.put(Register.device, 0xf0);
  expect(rig.line.level).toBe(false);
  rig.put(Register.device, 0xe0);
  expect(rig.line.level).toBe(true);
});

test('the channels have lines of their own', () => {
  const rig = new IdeRig(disk(100), disk(50, { name: 'hd2', index: 2 }));
  rig.command = 0x170;
  rig.issue(0x10);
  expect([rig.lines[14]!.level, rig.lines[15]!.level]).toEqual([false, true]);
});

test('both drives of a cable work, each with its own registers after a command', () => {
  const rig = two();
  rig.issue(0x20, { count: 1, sector: 3, device: 0xf0 });
  expect(rig.readAll()).toEqual(rig.media.get('hd1')!.bytes.subarray(3 * 512, 4 * 512));
  expect([rig.medium.requests, rig.media.get('hd1')!.requests]).toEqual([[], ['read 3+1']]);
});

test('a drive is busy for a command that comes before the last has ended', () => {
  const rig = new IdeRig(disk(100));
  rig.issue(0x20, { count: 1, sector: 3 });
  rig.put(Register.status, 0xec);
  expect(rig.readAll()).toEqual(rig.medium.bytes.subarray(3 * 512, 4 * 512));
});

test('a soft reset forgets what is under way', () => {
  const rig = two();
  rig.issue(0x20, { count: 1, sector: 3, device: 0xf0 });
  rig.out8(rig.control, Control.softReset);
  expect(rig.alternateStatus & Status.busy).toBe(Status.busy);
  rig.out8(rig.control, 0);
  expect([rig.status, rig.error, rig.registers()]).toEqual([READY, 1, [1, 1, 0, 0, 0xa0]]);
  rig.advance(100 * REQUEST_TIME);
  expect([rig.line.rises, rig.status]).toEqual([0, READY]);
});

test('a hard reset forgets registers, settings and what is under way', () => {
  const rig = new IdeRig(disk(100));
  rig.issue(0xc6, { count: 0 });
  rig.issue(0x30, { count: 1, sector: 3 });
  rig.writeBytes(pattern(512, 7));
  rig.out8(rig.busMaster, 0x08);
  rig.ide.reset();
  rig.advance(100 * REQUEST_TIME);
  expect([rig.line.level, rig.status, rig.registers()]).toEqual([false, READY, [1, 1, 0, 0, 0xa0]]);
  expect(rig.in8(rig.busMaster)).toBe(0);
  rig.issue(0xc4, { count: 1, sector: 3 });
  expect(rig.readAll().length).toBe(512);
});

test('EXECUTE DEVICE DIAGNOSTIC is for both drives, and the first one tells of its end', () => {
  const rig = two();
  rig.issue(0x90, { device: 0xf0 });
  expect([rig.line.level, rig.status, rig.error, rig.registers()]).toEqual([true, READY, 1, [1, 1, 0, 0, 0xa0]]);
});

test('two drives cannot be at one place', () => {
  expect(() => new IdeRig(disk(1), disk(1, { name: 'other' }))).toThrow("'hd' and 'other' are at one place of ide0");
});
