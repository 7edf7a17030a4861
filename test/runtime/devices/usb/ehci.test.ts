import { describe, expect, test } from 'vitest';
import { Command, Port, Register, Status } from '../../../../runtime/devices/ehci/registers.ts';
import { END, Pid, Queue, Token } from '../../../../runtime/devices/ehci/schedule.ts';
import { UsbHid } from '../../../../runtime/devices/usb-hid/index.ts';
import { UsbStorage } from '../../../../runtime/devices/usb-storage/index.ts';
import { loadComponents, saveComponents } from '../../../../runtime/snapshot/components.ts';
import { MemoryBlock } from '../../../support/memory-block.ts';
import { Random } from '../../../support/random.ts';
import { recordedStream } from '../rig.ts';
import { EhciRig, MEMORY_BYTES, Place } from './ehci-rig.ts';
import { reportKinds } from './usb-rig.ts';

const [INTERRUPT_QUEUE, SECTORS] = [0x2100, 1024];

function hidRig() {
  const line = recordedStream();
  const rig = new EhciRig(({ clock, events }) => [
    new UsbHid({ name: 'tablet', speed: 'high', reports: reportKinds.tablet!(line, { clock, events }), clock, events }),
  ]).start();
  rig.configure(1);
  return { rig, line };
}

/** A queue of the periodic list that asks the tablet. */
function askTablet(rig: EhciRig): number {
  rig.store(INTERRUPT_QUEUE, END, 0, 0x01, 0, END, END, 0, 0, 0, 0, 0, 0);
  for (let n = 0; n < 1024; n += 8) rig.store(Place.list + 4 * n, INTERRUPT_QUEUE | 2);
  const wanted = { pid: Pid.in, length: 8, token: Token.interrupt };
  return rig.queue(1, 1, 8, [wanted], INTERRUPT_QUEUE)[0]!;
}

function storageRig() {
  const disk = Uint8Array.from({ length: SECTORS * 512 }, (_, n) => (n * 7 + (n >> 9)) & 0xff);
  let [port, device] = [null as unknown as MemoryBlock, null as unknown as UsbStorage];
  const rig = new EhciRig((made) => {
    port = new MemoryBlock('usb0', disk, made);
    device = new UsbStorage({ name: 'usb0', speed: 'high', port });
    return [device];
  }).start();
  rig.configure(1);
  return { rig, port, device, disk };
}

/** Asks the disk for sectors. */
function readCommand(rig: EhciRig, sector: number, count: number): void {
  const bytes = new Uint8Array(31);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x43425355, true);
  view.setUint32(8, count * 512, true);
  bytes.set([0x80, 0, 10, 0x28, 0, 0, 0, sector >> 8, sector & 0xff, 0, 0, count], 12);
  rig.bytes.set(bytes, Place.data);
  rig.wait(rig.queue(1, 2, 512, [{ pid: Pid.out, length: 31 }]));
}

const movedTo = (x: number, y: number) => Uint8Array.of(x & 0xff, x >> 8, y & 0xff, y >> 8, 0, 0);

describe('transfers', () => {
  test('of control, whole and short: with an interrupt', () => {
    const { rig } = hidRig();
    const device = rig.control(1, [0x80, 6, 0x100, 0, 64])!;
    expect([device.length, device[2], device[3], device[7]]).toEqual([18, 0, 2, 64]);
    expect(rig.read(Register.status) & Status.interrupt).toBe(Status.interrupt);
    expect(rig.irq.level).toBe(true);
    rig.write(Register.status, Status.interrupt);
    expect(rig.irq.level).toBe(false);
  });

  test('that stall halt the queue, and tell of an error', () => {
    const { rig } = hidRig();
    expect(rig.control(1, [0x80, 6, 0x6300, 0, 8])).toBeNull();
    expect(rig.load(Place.queue + 4 * Queue.token) & Token.halted).toBe(Token.halted);
    expect(rig.read(Register.status) & Status.error).toBe(Status.error);
    expect(rig.control(5, [0x80, 8, 0, 0, 1])).toBeNull();
    expect(rig.load(Place.queue + 4 * Queue.token) & Token.transaction).toBe(Token.transaction);
    expect(rig.control(1, [0x80, 8, 0, 0, 1])).toEqual(Uint8Array.of(1));
  });

  test('of interrupts wait for the device, and nothing is looked at meanwhile', () => {
    const { rig, line } = hidRig();
    const transfer = askTablet(rig);
    rig.advance(1e6);
    expect(rig.events.nextDeadline()).toBe(Infinity);
    line.onInput(movedTo(0x1234, 0x4567));
    expect(rig.wait([transfer], 2)).toBe(true);
    expect([...rig.bytes.subarray(Place.data, Place.data + 6)]).toEqual([0, 0x34, 0x12, 0x67, 0x45, 0]);
    expect((rig.token(transfer) >>> Token.bytesShift) & Token.bytesMask).toBe(2);
  });

  test('a store to the schedule wakes the controller', () => {
    const { rig } = hidRig();
    rig.advance(1e6);
    expect(rig.events.nextDeadline()).toBe(Infinity);
    expect(rig.control(1, [0x80, 8, 0, 0, 1])).toEqual(Uint8Array.of(1));
  });

  test('of a disk: over pages, and after a short one the alternate', () => {
    const { rig, disk } = storageRig();
    readCommand(rig, 3, 60);
    const first = 0x20200;
    const [status, unused] = [0x30000, 0x31000];
    const transfers = rig.queue(1, 1, 512, [
      { pid: Pid.in, length: 0x4000, address: first },
      { pid: Pid.in, length: 0x4000, address: first + 0x4000, alternate: Place.transfers + 0xc0 },
      { pid: Pid.in, length: 512, address: unused },
      { pid: Pid.in, length: 13, address: status, token: Token.interrupt },
    ]);
    rig.advance(1e8);
    // 60 sectors are 7800h bytes: the second has 800h left, and the status comes as a packet of its own.
    expect(transfers.map((place) => (rig.token(place) & Token.active) === 0)).toEqual([true, true, false, false]);
    expect(Buffer.from(rig.bytes.slice(first, first + 0x7800)).equals(Buffer.from(disk.slice(1536, 32256)))).toBe(true);
  });
});

test('packets without room end a transfer: they would move nothing for ever', () => {
  const { rig } = hidRig();
  const [transfer] = rig.queue(1, 0, 0, [{ pid: Pid.out, length: 8 }]);
  rig.advance(1e6);
  expect(rig.token(transfer!) & (Token.active | Token.halted)).toBe(Token.halted);
});

test('the doorbell of the asynchronous list is answered', () => {
  const { rig } = hidRig();
  rig.write(Register.command, rig.read(Register.command) | Command.doorbell);
  expect(rig.read(Register.status) & Status.advanced).toBe(Status.advanced);
  expect(rig.read(Register.command) & Command.doorbell).toBe(0);
});

test('microframes are counted, and a round of them is told', () => {
  const { rig } = hidRig();
  const before = rig.read(Register.frameIndex);
  rig.advance(10 * 125_000);
  expect(rig.read(Register.frameIndex)).toBe((before + 10) & 0x3fff);
  rig.write(Register.status, Status.clearable);
  rig.write(Register.interruptEnable, Status.rollover);
  expect(rig.irq.level).toBe(false);
  rig.advance(0x4000 * 125_000);
  expect(rig.irq.level).toBe(true);
});

test('a suspended device wakes the host, if it may', () => {
  const { rig, line } = hidRig();
  rig.control(1, [0, 3, 1, 0, 0]);
  const transfer = askTablet(rig);
  rig.advance(1e6);
  rig.writePort(0, Port.power | Port.enabled | Port.suspended);
  rig.write(Register.status, Status.clearable);
  line.onInput(movedTo(1, 1));
  expect(rig.port(0) & Port.resume).toBe(Port.resume);
  expect(rig.read(Register.status) & Status.portChange).toBe(Status.portChange);
  rig.writePort(0, Port.power | Port.enabled);
  expect(rig.port(0) & Port.suspended).toBe(0);
  expect(rig.token(transfer)).toBeDefined();
});

test('a schedule where no memory is stops the controller', () => {
  const { rig } = hidRig();
  rig.write(Register.asyncList, 0xf0000000);
  rig.advance(1e6);
  expect(rig.read(Register.status) & (Status.systemError | Status.halted)).toBe(Status.systemError | Status.halted);
});

test('a snapshot in the middle of a transfer goes on where it was', () => {
  const before = storageRig();
  readCommand(before.rig, 0, 200);
  const wanted = Array.from({ length: 7 }, (_, n) => ({ pid: Pid.in, length: 0x4000, address: 0x20000 + 0x4000 * n }));
  const transfers = before.rig.queue(1, 1, 512, wanted.slice(0, 6));
  while (before.port.requests.length < 2) before.rig.advance(125_000);
  expect(before.rig.token(transfers.at(-1)!) & Token.active).toBe(Token.active);
  const after = storageRig();
  const parts = ({ rig, device }: ReturnType<typeof storageRig>) => [
    rig.clock.component,
    rig.events.component,
    device.component,
    rig.ehci.component,
    rig.ehci.pciFunction.component,
  ];
  after.rig.bytes.set(before.rig.bytes);
  loadComponents(parts(after), saveComponents(parts(before)));
  expect(after.rig.wait(transfers)).toBe(true);
  const read = after.rig.bytes.slice(0x20000, 0x20000 + 6 * 0x4000);
  expect(Buffer.from(read).equals(Buffer.from(after.disk.slice(0, 6 * 0x4000)))).toBe(true);
});

const place = (random: Random) =>
  random.pick([Place.head, Place.queue, INTERRUPT_QUEUE, 0x2180, 0x3000, 0x3040, 0x3080]);
const link = (random: Random) =>
  random.chance(95) ? place(random) | random.pick([0, 2, 2, 2, 1, 4]) : random.word() >>> 0;
const token = (random: Random) =>
  ((random.chance(70) ? Token.active : 0) |
    (random.below(4) << Token.pidShift) |
    (random.pick([0, 8, 13, 31, 512, 0x4000, 0x7fff]) << Token.bytesShift) |
    (random.below(8) << Token.pageShift) |
    (random.chance(5) ? Token.halted : 0)) >>>
  0;
const anyAddress = (random: Random) => (random.chance(95) ? 0x10000 + random.below(0x80000) : random.word() >>> 0);

function storeSomething(rig: EhciRig, random: Random): void {
  const at = place(random) + 4 * random.below(12);
  const device = (random.pick([0, 8, 64, 512]) << 16) | (random.below(3) << 8) | random.below(3);
  const word = random.pick([link(random), link(random), token(random), anyAddress(random), device >>> 0]);
  if (at < MEMORY_BYTES) rig.store(at, word);
}

test.each([1, 2, 3, 4])(
  'a hostile guest: nothing throws, nothing goes on for ever, a reset mends all (seed %i)',
  (seed) => {
    const random = new Random(seed);
    const { rig } = storageRig();
    for (let n = 0; n < 5000; n++) {
      for (let words = random.below(4); words > 0; words--) storeSomething(rig, random);
      if (random.chance(30)) rig.advance(random.pick([125_000, 1e6]));
      if (random.chance(2)) rig.write(4 * random.below(32), random.word() >>> 0, random.pick([4, 4, 4, 2]));
      if (random.chance(10)) rig.read(random.below(0x80), random.pick([1, 2, 4]));
      if (random.chance(2)) {
        rig.write(Register.command, Command.reset);
        rig.start();
        rig.configure(1);
        expect(rig.control(1, [0x80, 8, 0, 0, 1]), `act ${n}`).toEqual(Uint8Array.of(1));
      }
    }
  },
);
