import { expect, test } from 'vitest';
import { Floppy82077 } from '../../../runtime/devices/floppy82077/index.ts';
import { REQUEST_TIME } from '../../support/memory-block.ts';
import { restore } from '../../support/restore.ts';
import { BUFFER, FloppyRig, MS, pattern } from './floppy-rig.ts';

const [DOR, MSR, DATA, DIR] = [0x3f2, 0x3f4, 0x3f5, 0x3f7];
const [TO_MEMORY, FROM_MEMORY] = [0x46, 0x4a];
const [READ, WRITE] = [0xe6, 0xc5];
const TRACK = 18 * 512;

test('a reset interrupts, and four senses tell of the drives; a fifth finds nothing', () => {
  const rig = new FloppyRig();
  rig.out8(DOR, 0x0c);
  expect([rig.status, rig.irq.level]).toEqual([0, false]);
  rig.advance(MS);
  expect([rig.status, rig.irq.level]).toEqual([0x80, true]);
  const senses = Array.from({ length: 5 }, () => rig.run(0x08));
  expect(senses).toEqual([[0xc0, 0], [0xc1, 0], [0xc2, 0], [0xc3, 0], [0x80]]);
  expect(rig.irq.level).toBe(false);
});

test('without bit 3 of DOR nothing interrupts; DSR resets too', () => {
  const rig = new FloppyRig();
  rig.out8(DOR, 0x04);
  rig.advance(MS);
  expect(rig.irq.level).toBe(false);
  rig.out8(DOR, 0x0c);
  expect(rig.irq.level).toBe(true);
  rig.run(0x08);
  rig.out8(MSR, 0x82);
  rig.advance(MS);
  expect([rig.irq.level, rig.run(0x08)]).toEqual([true, [0xc0, 0]]);
});

test('commands that are answered at once', () => {
  const rig = new FloppyRig().start();
  expect(rig.run(0x10)).toEqual([0x90]);
  expect(rig.run(0x18)).toEqual([0x80]);
  expect(rig.run(0x94)).toEqual([0x10]);
  expect(rig.run(0x14)).toEqual([0x00]);
  expect(rig.run(0x03, 0xaf, 0x02)).toEqual([]);
  expect(rig.run(0x13, 0, 0x57, 3)).toEqual([]);
  expect(rig.run(0x12, 0x84 | 0x01)).toEqual([]);
  expect(rig.run(0x0e)).toEqual([0, 0, 0, 0, 0xaf, 0x02, 0, 0x05, 0x57, 3]);
  expect(rig.run(0x04, 0x04)).toEqual([0x3c]);
  expect(rig.irq.level).toBe(false);
});

test('LOCK keeps the FIFO over a software reset, and nothing over a hard one', () => {
  const rig = new FloppyRig().start();
  rig.run(0x13, 0, 0x57, 3);
  rig.run(0x94);
  rig.start();
  expect(rig.run(0x0e).slice(7)).toEqual([0x80, 0x57, 3]);
  rig.run(0x14);
  rig.start();
  expect(rig.run(0x0e).slice(7)).toEqual([0x00, 0x20, 0]);
  rig.run(0x13, 0, 0x57, 3);
  rig.run(0x94);
  rig.floppy.reset();
  rig.start();
  expect(rig.run(0x0e).slice(7)).toEqual([0x00, 0x20, 0]);
});

test('SEEK and RECALIBRATE take their time, and interrupt', () => {
  const rig = new FloppyRig().start();
  rig.out8(DATA, 0x0f, 0x00, 10);
  expect([rig.status, rig.irq.level]).toEqual([0x81, false]);
  rig.advance(5 * MS);
  expect([rig.status, rig.irq.level]).toEqual([0x80, true]);
  expect([rig.run(0x08), rig.irq.level]).toEqual([[0x20, 10], false]);
  expect(rig.run(0x04, 0x00)).toEqual([0x28]);
  rig.run(0x07, 0x00);
  expect(rig.run(0x08)).toEqual([0x20, 0]);
});

test('relative seeks go in and out from where the heads are', () => {
  const rig = new FloppyRig().start();
  const seek = (...bytes: number[]): number[] => {
    rig.run(...bytes);
    return rig.run(0x08);
  };
  expect([seek(0xcf, 0, 7), seek(0x8f, 0, 3), seek(0x8f, 0, 9)]).toEqual([
    [0x20, 7],
    [0x20, 4],
    [0x20, 0],
  ]);
});

test('two drives seek at the same time, and each is told of; one that is not there never finds track 0', () => {
  const rig = new FloppyRig().start();
  rig.out8(DATA, 0x0f, 0x00, 10);
  rig.out8(DATA, 0x07, 0x01);
  expect(rig.status).toBe(0x83);
  rig.advance(5 * MS);
  expect([rig.run(0x08), rig.irq.level]).toEqual([[0x20, 10], true]);
  expect([rig.run(0x08), rig.irq.level]).toEqual([[0x71, 0], false]);
});

test('WRITE DATA by DMA; what is missing of a sector at terminal count is zeros', () => {
  const rig = new FloppyRig().start();
  rig.ram.fill(0xa5, BUFFER, BUFFER + 1024);
  rig.program(FROM_MEMORY, 600);
  expect(rig.data(WRITE, 0, 0, 2)).toEqual([0x00, 0, 0, 0, 0, 4, 2]);
  const at = (byte: number): number => rig.disk.bytes[512 + byte];
  expect([at(-1), at(0), at(599), at(600), at(1023), at(1024)]).toEqual([
    pattern(0, 511),
    0xa5,
    0xa5,
    0,
    0,
    pattern(3, 0),
  ]);
});

test('a write-protected disk is not written', () => {
  const rig = new FloppyRig();
  rig.disk.isReadOnly = true;
  rig.start();
  rig.program(FROM_MEMORY, 512);
  expect(rig.data(WRITE, 0, 0, 1).slice(0, 3)).toEqual([0x40, 0x02, 0]);
  expect([rig.disk.bytes[0], rig.run(0x04, 0)]).toEqual([0, [0x78]]);
});

test('by ports: a byte, and an interrupt, at a time', () => {
  const rig = new FloppyRig().start();
  rig.run(0x03, 0xaf, 0x03);
  rig.out8(DATA, 0x46, 0, 0, 0, 5, 2, 5, 0x1b, 0xff);
  rig.advance(5 * MS);
  const bytes: number[] = [];
  while (rig.status === 0xf0 && bytes.length < 1000) {
    expect(rig.irq.level).toBe(true);
    bytes.push(rig.in8(DATA));
  }
  expect(bytes).toEqual(Array.from({ length: 512 }, (_, byte) => pattern(4, byte)));
  rig.advance(5 * MS);
  expect(rig.irq.level).toBe(true);
  expect(rig.result()).toEqual([0x00, 0, 0, 1, 0, 1, 2]);
  rig.out8(DATA, 0x45, 0, 0, 0, 6, 2, 6, 0x1b, 0xff);
  rig.advance(5 * MS);
  for (let n = 0; n < 512; n++) {
    expect(rig.status).toBe(0xb0);
    rig.out8(DATA, 0x5a);
  }
  rig.advance(5 * MS);
  expect([rig.result(), rig.disk.bytes[5 * 512 + 511]]).toEqual([[0x00, 0, 0, 1, 0, 1, 2], 0x5a]);
});

test('READ ID tells of one sector after the other', () => {
  const rig = new FloppyRig().start();
  rig.run(0x0f, 0, 5);
  rig.run(0x08);
  const sectors = Array.from({ length: 19 }, () => rig.run(0x4a, 0x04));
  expect(sectors[0].slice(0, 5)).toEqual([0x04, 0, 0, 5, 1]);
  expect(new Set(sectors.map((result) => result[5]))).toEqual(new Set(Array.from({ length: 18 }, (_, n) => n + 1)));
});

test('FORMAT TRACK fills the sectors that it is given', () => {
  const rig = new FloppyRig().start();
  const ids = [1, 3, 2].flatMap((sector) => [2, 1, sector, 2]);
  rig.ram.set(ids, BUFFER);
  rig.program(FROM_MEMORY, ids.length);
  expect(rig.run(0x4d, 0x04, 2, 3, 0x54, 0xf6).slice(0, 3)).toEqual([0x04, 0, 0]);
  const first = (2 * 2 + 1) * 18;
  const filled = [0, 1, 2, 3].map((n) => rig.disk.bytes[(first + n) * 512 + 100]);
  expect(filled).toEqual([0xf6, 0xf6, 0xf6, pattern(first + 3, 100)]);
});

test('VERIFY reads without a channel, to the end of the track or so many sectors', () => {
  const rig = new FloppyRig().start();
  expect(rig.data(0x56, 1, 0, 1)).toEqual([0x00, 0, 0, 2, 0, 1, 2]);
  rig.disk.bad.add(36 + 6);
  expect(rig.run(0x56, 0x80, 1, 0, 1, 2, 18, 0x1b, 6)).toEqual([0x00, 0, 0, 1, 0, 7, 2]);
  expect(rig.run(0x56, 0x80, 1, 0, 1, 2, 18, 0x1b, 7).slice(0, 3)).toEqual([0x40, 0x20, 0x20]);
});

test('READ DELETED DATA tells that a sector is none; with skip it looks on', () => {
  const rig = new FloppyRig().start();
  rig.program(TO_MEMORY, 1024);
  expect(rig.data(0x4c, 0, 0, 1).slice(0, 3)).toEqual([0x00, 0, 0x40]);
  expect(rig.memory(1)).toBe(pattern(0, 1));
  rig.program(TO_MEMORY, 1024);
  expect(rig.data(0x6c, 0, 0, 3).slice(0, 3)).toEqual([0x40, 0x80, 0x40]);
});

test.each([
  [0x51, [], 0x08, 3],
  [0x51, [0x00], 0x04, 4],
  [0x51, [0xff], 0x08, 3],
  [0x59, [0x01], 0x00, 3],
  [0x5d, [0x00], 0x04, 4],
])('SCAN %s with a first byte of %s', (command, bytes, status2, sector) => {
  const rig = new FloppyRig().start();
  rig.ram.set(rig.disk.bytes.subarray(2 * 512, 4 * 512), BUFFER);
  // Sector 3 of the image has 14 there.
  rig.ram.set(
    bytes.map((byte) => (byte === 0 || byte === 1 ? 14 + (byte === 1 ? 1 : 1) : byte)),
    BUFFER,
  );
  if (bytes[0] === 0x00) rig.ram.set([99], BUFFER + 512);
  rig.program(FROM_MEMORY, 1024);
  const [status0, , found, , , last] = rig.data(command, 0, 0, 3, 4);
  expect([status0, found, last]).toEqual([0, status2, sector === 3 ? 3 : 1]);
});

test('what the disk does not have: sectors, sizes, other data rates', () => {
  const rig = new FloppyRig().start();
  rig.program(TO_MEMORY, 512);
  expect(rig.data(READ, 0, 0, 19, 19).slice(0, 3)).toEqual([0x40, 0x04, 0]);
  expect(rig.data(READ, 80, 0, 1).slice(0, 3)).toEqual([0x40, 0x04, 0]);
  expect(rig.run(0x46, 0, 0, 0, 1, 3, 18, 0x1b, 0xff).slice(0, 3)).toEqual([0x40, 0x04, 0]);
  rig.out8(DIR, 2);
  expect(rig.data(READ, 0, 0, 1).slice(0, 3)).toEqual([0x40, 0x01, 0]);
});

test('a driver that sets no data rate reads disks of 1.44 MB; a software reset leaves the rate, a hard one does not', () => {
  const rig = new FloppyRig();
  const status = (): number[] => {
    rig.reset();
    rig.program(TO_MEMORY, 512);
    return rig.data(READ, 0, 0, 1).slice(0, 2);
  };
  expect(status()).toEqual([0x00, 0]);
  rig.out8(DIR, 2);
  expect(status()).toEqual([0x40, 0x01]);
  rig.floppy.reset();
  expect(status()).toEqual([0x00, 0]);
});

test.each([0x06, 0x46, 0x86, 0xc6])('READ DATA reads whatever encoding it asks for: %i', (command) => {
  const rig = new FloppyRig().start();
  rig.program(TO_MEMORY, 512);
  expect(rig.data(command, 0, 0, 1).slice(0, 2)).toEqual([0x00, 0]);
  expect(rig.memory(5)).toBe(pattern(0, 5));
  expect(rig.run(command === 0x06 ? 0x0a : 0x4a, 0).slice(0, 2)).toEqual([0x00, 0]);
});

test.each([
  [320, 40, 1, 8, 1],
  [360, 40, 1, 9, 1],
  [640, 40, 2, 8, 1],
  [720, 40, 2, 9, 2],
  [1440, 80, 2, 9, 2],
  [2400, 80, 2, 15, 0],
  [2880, 80, 2, 18, 0],
  [3360, 80, 2, 21, 0],
  [5760, 80, 2, 36, 3],
])(
  'a disk of %i sectors has %i cylinders, %i heads and %i sectors a track',
  (total, cylinders, heads, sectors, rate) => {
    const rig = new FloppyRig(total).start(rate);
    rig.program(TO_MEMORY, 512);
    const last = [cylinders - 1, heads - 1, sectors] as const;
    expect(rig.data(0x46, ...last, sectors).slice(0, 3)).toEqual([(heads - 1) << 2, 0, 0]);
    expect(rig.memory(5)).toBe(pattern(total - 1, 5));
    rig.program(TO_MEMORY, 512);
    expect(rig.data(0x46, cylinders - 1, heads - 1, sectors + 1, sectors + 1)[1]).toBe(0x04);
    expect(rig.data(0x46, cylinders, 0, 1, sectors)[1]).toBe(0x04);
  },
);

test('an image of one sector is the beginning of a disk of zeros, which cannot be written beyond it', () => {
  const rig = new FloppyRig(1).start();
  rig.ram.fill(0xee);
  rig.program(TO_MEMORY, 1024);
  expect(rig.data(READ, 0, 0, 1)[0]).toBe(0);
  expect([rig.memory(511), rig.memory(512), rig.memory(1023)]).toEqual([pattern(0, 511), 0, 0]);
  rig.program(FROM_MEMORY, 512);
  expect(rig.data(WRITE, 0, 0, 2).slice(0, 3)).toEqual([0x40, 0x20, 0x20]);
});

test('a disk that is there for another host is read as it is, and the change line is that of the loaded state', () => {
  const rig = new FloppyRig().start();
  rig.run(0x0f, 0, 1);
  expect(rig.in8(DIR) & 0x80).toBe(0);
  rig.disk.bytes = new Uint8Array(1440 * 512);
  rig.out8(DIR, 2);
  rig.program(TO_MEMORY, 512);
  expect(rig.data(READ, 79, 1, 9, 9)[0]).toBe(0x04);
  expect(rig.in8(DIR) & 0x80).toBe(0);
});

test('the change line is set by a new disk, and a step with a disk in the drive takes it back', () => {
  const rig = new FloppyRig(2880, false).start();
  const changed = (): boolean => (rig.in8(DIR) & 0x80) !== 0;
  rig.run(0x0f, 0, 1);
  expect(changed()).toBe(true);
  rig.program(TO_MEMORY, 512);
  expect(rig.data(READ, 0, 0, 1).slice(0, 3)).toEqual([0x40, 0x01, 0]);
  rig.disk.insert(true);
  rig.run(0x0f, 0, 1);
  expect(changed()).toBe(true);
  rig.run(0x0f, 0, 2);
  expect(changed()).toBe(false);
  rig.disk.insert(true, new Uint8Array(1440 * 512));
  expect(changed()).toBe(true);
  rig.run(0x0f, 0, 0);
  expect(changed()).toBe(false);
  rig.out8(DIR, 2);
  expect(rig.data(READ, 79, 1, 9, 9)[0]).toBe(0x04);
});

test('a channel that is masked is waited for; after a turn of the disk the sector is lost', () => {
  const rig = new FloppyRig().start();
  rig.program(TO_MEMORY, 512);
  rig.out8(0x0a, 0x06);
  expect(rig.data(READ, 0, 0, 1)).toEqual([]);
  rig.out8(0x0a, 0x02);
  rig.advance(10 * MS);
  expect(rig.result()[0]).toBe(0);
  rig.out8(0x0a, 0x06);
  rig.data(READ, 0, 0, 1);
  rig.advance(300 * MS);
  expect(rig.result().slice(0, 3)).toEqual([0x40, 0x10, 0]);
});

test('implied seeks move the heads', () => {
  const rig = new FloppyRig().start();
  rig.run(0x13, 0, 0x40, 0);
  rig.program(TO_MEMORY, 512);
  rig.data(READ, 9, 0, 1);
  expect(rig.run(0x0e)[0]).toBe(9);
});

test('a reset forgets what was under way', () => {
  const rig = new FloppyRig().start();
  rig.program(TO_MEMORY, TRACK);
  rig.out8(DATA, READ, 0, 0, 0, 1, 2, 18, 0x1b, 0xff);
  rig.advance(0.5 * MS);
  rig.start();
  rig.advance(50 * MS);
  expect([rig.status, rig.irq.level, rig.memory(TRACK - 1)]).toEqual([0x80, false, 0]);
});

test('a saved controller goes on wherever it was saved', () => {
  for (let time = 0; time < 2.4 * MS; time += 0.037 * MS) {
    const first = new FloppyRig().start();
    first.program(TO_MEMORY, 3 * 512);
    first.out8(DATA, READ, 0, 0, 0, 1, 2, 18, 0x1b, 0xff);
    first.advance(time);
    const second = new FloppyRig().start();
    second.advance(time);
    second.ram.set(first.ram);
    restore(second.dma.component, first.dma.component.save());
    const { 'a medium': _, ...events } = first.events.component.save() as Record<string, number>;
    second.events.component.load(events);
    restore(second.floppy.component, first.floppy.component.save());
    second.advance(50 * MS);
    expect(second.result()).toEqual([0, 0, 0, 0, 0, 4, 2]);
    expect([second.memory(1), second.memory(1535)]).toEqual([pattern(0, 1), pattern(2, 511)]);
  }
});

test('a state loaded in place forgets the request that was under way', () => {
  const rig = new FloppyRig().start();
  const idle = rig.floppy.component.save();
  rig.program(TO_MEMORY, 512);
  rig.out8(DATA, READ, 0, 0, 0, 1, 2, 18, 0x1b, 0xff);
  while (rig.disk.requests.length === 0) rig.advance(REQUEST_TIME / 2);
  restore(rig.floppy.component, idle);
  rig.advance(50 * MS);
  expect([rig.status, rig.irq.level, rig.memory(1)]).toEqual([0x80, false, 0]);
});

test('a controller without drives answers', () => {
  const rig = new FloppyRig();
  const { clock, events, ports, irq, dma } = new FloppyRig();
  expect(() => new Floppy82077({ ports, clock, events, irq, dma: dma.channel(2), drives: [] })).toThrow(
    'exists already',
  );
  rig.start();
  rig.program(TO_MEMORY, 512);
  expect(rig.run(0x46, 0x03, 0, 0, 1, 2, 18, 0x1b, 0xff).slice(0, 3)).toEqual([0x43, 0x01, 0]);
});
