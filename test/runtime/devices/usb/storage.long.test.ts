import { describe, expect, test } from 'vitest';
import { UsbStorage } from '../../../../runtime/devices/usb-storage/index.ts';
import { loadComponents, saveComponents } from '../../../../runtime/snapshot/components.ts';
import { Pid } from '../../../../runtime/usb/packets.ts';
import { MemoryBlock } from '../../../support/memory-block.ts';
import { Random } from '../../../support/random.ts';
import { UsbRig } from './usb-rig.ts';

const SECTORS = 1024;
const bytes = (...values: number[]) => Uint8Array.from(values);

function storageRig() {
  const disk = Uint8Array.from({ length: SECTORS * 512 }, (_, n) => (n * 7 + (n >> 9)) & 0xff);
  let [port, device] = [null as unknown as MemoryBlock, null as unknown as UsbStorage];
  const rig = new UsbRig((events) => {
    port = new MemoryBlock('usb0', disk, events);
    device = new UsbStorage({ name: 'usb0', speed: 'full', port });
    return [device];
  }).start();
  rig.configure(0);
  return { rig, port, device, disk };
}

type Rig = ReturnType<typeof storageRig>;
let tag = 1;

/** The block that brings a command: `length` bytes are to be moved, to the host if `isIn`. */
function commandBlock(command: readonly number[], length: number, isIn: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(31));
  view.setUint32(0, 0x43425355, true);
  view.setUint32(4, ++tag, true);
  view.setUint32(8, length, true);
  view.setUint8(12, isIn ? 0x80 : 0);
  view.setUint8(14, command.length);
  new Uint8Array(view.buffer).set(command, 15);
  return new Uint8Array(view.buffer);
}

const clearHalt = ({ rig }: Rig, endpoint: number) => rig.control(1, [2, 1, 0, endpoint, 0], undefined, 64);

/** A command as a driver does it: a halt is cleared, then comes the status, which is its outcome and what was not moved. */
function command(at: Rig, block: readonly number[], data: Uint8Array | number = 0) {
  const length = typeof data === 'number' ? data : data.length;
  const isIn = typeof data === 'number';
  expect(at.rig.transfer(1, 2, Pid.out, commandBlock(block, length, isIn))).toHaveLength(31);
  const moved = length > 0 ? at.rig.transfer(1, isIn ? 1 : 2, isIn ? Pid.in : Pid.out, data) : null;
  if (moved === 'stall') clearHalt(at, isIn ? 0x81 : 0x02);
  let status = at.rig.transfer(1, 1, Pid.in, 13);
  if (status === 'stall') {
    clearHalt(at, 0x81);
    status = at.rig.transfer(1, 1, Pid.in, 13);
  }
  const view = new DataView((status as Uint8Array).buffer);
  expect([view.getUint32(0, true), view.getUint32(4, true)]).toEqual([0x53425355, tag]);
  return { moved, residue: view.getUint32(8, true), outcome: view.getUint8(12) };
}

const sense = (at: Rig) =>
  [...(command(at, [3, 0, 0, 0, 18, 0], 18).moved as Uint8Array)].filter((_, n) => [2, 12, 13].includes(n));
const read10 = (sector: number, count: number) => [0x28, 0, 0, 0, sector >> 8, sector & 0xff, 0, 0, count, 0];
const write10 = (sector: number, count: number) => [0x2a, ...read10(sector, count).slice(1)];

test('what it is', () => {
  const at = storageRig();
  expect(at.rig.control(1, [0xa1, 0xfe, 0, 0, 1], undefined, 64)).toEqual(bytes(0));
  const { moved } = command(at, [0x12, 0, 0, 0, 36, 0], 36);
  expect(new TextDecoder().decode((moved as Uint8Array).subarray(8))).toBe('RAWIRON USB DISK        1.0 ');
  expect(command(at, [0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0], 8)).toEqual({
    moved: bytes(0, 0, 3, 255, 0, 0, 2, 0),
    residue: 0,
    outcome: 0,
  });
  expect(command(at, [0x1a, 8, 8, 0, 192, 0], 192).moved).toHaveLength(24);
  expect(command(at, [0, 0, 0, 0, 0, 0])).toEqual({ moved: null, residue: 0, outcome: 0 });
});

describe('sectors', () => {
  test('are read, more than are asked of the disk at once too', () => {
    const at = storageRig();
    expect(command(at, read10(3, 200), 200 * 512).moved).toEqual(at.disk.slice(3 * 512, 203 * 512));
    expect(at.port.requests).toEqual(['read 3+128', 'read 131+72']);
  });

  test('are written, and flushed', () => {
    const at = storageRig();
    const data = Uint8Array.from({ length: 130 * 512 }, (_, n) => (n * 13) & 0xff);
    expect(command(at, write10(5, 130), data)).toMatchObject({ residue: 0, outcome: 0 });
    expect(at.port.bytes.slice(5 * 512, 135 * 512)).toEqual(data);
    expect(command(at, [0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0]).outcome).toBe(0);
    expect(at.port.requests).toEqual(['write 5+128', 'write 133+2', 'flush']);
  });

  test('are filled, given back, compared, and written past the cache', () => {
    const at = storageRig();
    const block = new Uint8Array(512).fill(9);
    expect(command(at, [0x41, 0, 0, 0, 0, 4, 0, 0, 3, 0], block)).toMatchObject({ residue: 0, outcome: 0 });
    const list = new Uint8Array(24);
    list.set([0, 22, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 1]);
    expect(command(at, [0x42, 0, 0, 0, 0, 0, 0, 0, 24, 0], list)).toMatchObject({ residue: 0, outcome: 0 });
    expect(command(at, [0x2f, 2, 0, 0, 0, 4, 0, 0, 1, 0], block)).toMatchObject({ residue: 0, outcome: 0 });
    expect(command(at, [0x2f, 2, 0, 0, 0, 5, 0, 0, 1, 0], block)).toMatchObject({ residue: 0, outcome: 1 });
    expect(sense(at)).toEqual([0x0e, 0x1d, 0]);
    expect(command(at, [0x2a, 8, 0, 0, 0, 8, 0, 0, 1, 0], block)).toMatchObject({ residue: 0, outcome: 0 });
    expect(at.port.requests).toEqual(['write 4+3', 'discard 5+1', 'read 4+1', 'read 5+1', 'write 8+1', 'flush']);
  });
});

describe('commands that fail', () => {
  test.each([
    ['beyond the end', read10(1000, 25), 25 * 512, [5, 0x21, 0]],
    ['of a command that is none', [0xff], 0, [5, 0x20, 0]],
  ])('%s: it fails, and says why', (_name, block, length, why) => {
    const at = storageRig();
    expect(command(at, block, length)).toMatchObject({ residue: length, outcome: 1 });
    expect(sense(at)).toEqual(why);
    expect(sense(at)).toEqual(why);
    expect(command(at, read10(0, 1), 512).outcome).toBe(0);
    expect(sense(at)).toEqual([0, 0, 0]);
  });

  test('of a disk that fails, or may not be written', () => {
    const at = storageRig();
    at.port.failure = 'io';
    expect(command(at, read10(0, 1), 512).outcome).toBe(1);
    expect(sense(at)).toEqual([3, 0x11, 0]);
    expect(command(at, write10(0, 1), new Uint8Array(512)).outcome).toBe(1);
    expect(sense(at)).toEqual([3, 0x0c, 0]);
    at.port.isReadOnly = true;
    expect(command(at, write10(0, 1), new Uint8Array(512)).outcome).toBe(1);
    expect(sense(at)).toEqual([7, 0x27, 0]);
  });

  test.each([
    ['no-space', [7, 0x27, 7]],
    ['read-only', [7, 0x27, 0]],
    ['no-medium', [2, 0x3a, 0]],
  ] as const)('of an image with %s: the sense says why', (failure, why) => {
    const at = storageRig();
    at.port.failure = failure;
    expect(command(at, write10(0, 1), new Uint8Array(512)).outcome).toBe(1);
    expect(sense(at)).toEqual(why);
  });

  test('host and command that want different things: a phase error, and it goes on', () => {
    const at = storageRig();
    expect(command(at, read10(0, 2), 512).outcome).toBe(2);
    expect(command(at, read10(0, 1), new Uint8Array(512)).outcome).toBe(2);
    expect(command(at, read10(0, 1), 512).moved).toEqual(at.disk.slice(0, 512));
  });
});

test('nonsense in the place of a command halts both ways until the transport is reset', () => {
  const at = storageRig();
  expect(at.rig.transfer(1, 2, Pid.out, new Uint8Array(30))).toBe('stall');
  clearHalt(at, 0x02);
  expect(at.rig.transfer(1, 2, Pid.out, commandBlock([0], 0, false))).toBe('stall');
  at.rig.control(1, [0x21, 0xff, 0, 0, 0], undefined, 64);
  for (const endpoint of [0x02, 0x81]) clearHalt(at, endpoint);
  expect(command(at, read10(0, 1), 512).outcome).toBe(0);
});

test('a disk that takes its time costs no frames; a state saved meanwhile asks it again', () => {
  const at = storageRig();
  at.rig.transfer(1, 2, Pid.out, commandBlock(read10(7, 1), 512, true));
  const saved = saveComponents([at.device.component]);
  at.rig.advance(5e6);
  at.port.requests.length = 0;
  loadComponents([at.device.component], saved);
  expect(at.rig.transfer(1, 1, Pid.in, 512)).toEqual(at.disk.slice(7 * 512, 8 * 512));
  expect(at.port.requests).toEqual(['read 7+1']);
});

test('random packets, and a reset: it works', () => {
  const random = new Random(5);
  const at = storageRig();
  for (let n = 0; n < 3000; n++) {
    const block = Array.from({ length: 16 }, () => (random.chance(60) ? 0 : random.below(256)));
    block[0] = random.pick([0, 3, 0x12, 0x1a, 0x25, 0x28, 0x2a, 0x35, 0x5a, 0x88, 0x9e, 0xa0, 0xa8, 0xff]);
    const length = random.pick([0, 8, 36, 64, 512, 1024, random.below(0x10000)]);
    if (random.chance(80)) at.device.out(2, commandBlock(block, length, random.chance(70)));
    else at.device.out(2, new Uint8Array(random.below(65)));
    for (let packet = random.below(20); packet > 0; packet--) {
      if (random.chance(70)) at.device.in(1);
      else at.device.out(2, new Uint8Array(64));
      at.rig.advance(10_000);
    }
    if (random.chance(30)) at.rig.control(1, [0x21, 0xff, 0, 0, 0], undefined, 64);
    for (const endpoint of [0x02, 0x81]) clearHalt(at, endpoint);
  }
  at.rig.control(1, [0x21, 0xff, 0, 0, 0], undefined, 64);
  for (const endpoint of [0x02, 0x81]) clearHalt(at, endpoint);
  expect(command(at, read10(9, 2), 1024).moved).toEqual(at.port.bytes.slice(9 * 512, 11 * 512));
});
