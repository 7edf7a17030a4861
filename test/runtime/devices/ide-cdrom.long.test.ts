import { describe, expect, test } from 'vitest';
import { Register, Status } from '../../../runtime/ata/registers.ts';
import type { IdeDrive } from '../../../runtime/devices/ide/index.ts';
import { loadComponents, saveComponents } from '../../../runtime/snapshot/components.ts';
import { REQUEST_TIME } from '../../support/memory-block.ts';
import { type DriveOfRig, IdeRig, pattern } from './ide-rig.ts';

const READY = Status.ready | Status.seekComplete;
const REQUESTED = READY | Status.dataRequest;
const FAILED = Status.ready | Status.error;
const BLOCK = 2048;
const DATA = 0x10000;
/** Interrupt reasons: a packet is awaited; data to the host; the end. */
const [PACKET, TO_HOST, END] = [1, 2, 3];

function cd(blocks: number, options: Partial<IdeDrive> = {}): DriveOfRig {
  return { name: 'cd', index: 0, media: 'cdrom', ...options, bytes: pattern(blocks * BLOCK) };
}

class CdRig extends IdeRig {
  get reason(): number {
    return this.get(Register.sectorCount) & 7;
  }

  get byteCount(): number {
    return this.get(Register.lbaMid) | (this.get(Register.lbaHigh) << 8);
  }

  /** Sends a packet; `limit` is that of bytes of a block. */
  packet(bytes: readonly number[], limit = 0xfffe, features = 0): void {
    this.issue(0xa0, { device: 0xa0, features, sector: limit << 8 });
    this.writeBytes(Array.from({ length: 12 }, (_, n) => bytes[n] ?? 0));
    this.settle();
  }

  /** Sends one and reads what it replies, block by block. */
  ask(...bytes: readonly number[]): number[] {
    this.packet(bytes);
    const reply: number[] = [];
    while ((this.status & Status.dataRequest) !== 0) {
      const count = this.byteCount;
      reply.push(...this.readBytes(count + (count & 1)).slice(0, count));
      this.settle();
    }
    return reply;
  }

  /** Sense key, code and qualifier of the last command that failed. */
  get sense(): number[] {
    const bytes = this.ask(0x03, 0, 0, 0, 18);
    return [bytes[2]!, bytes[12]!, bytes[13]!];
  }
}

const block = (rig: CdRig, first: number, count = 1) =>
  rig.medium.bytes.subarray(first * BLOCK, (first + count) * BLOCK);

describe('the protocol of packets', () => {
  test('goes from command by data to status, with an interrupt for the last two', () => {
    const rig = new CdRig(cd(20));
    rig.issue(0xa0, { device: 0xa0, sector: BLOCK << 8 });
    expect([rig.line.level, rig.reason, rig.status]).toEqual([false, PACKET, REQUESTED]);
    rig.writeBytes([0x28, 0, 0, 0, 0, 5, 0, 0, 1, 0, 0, 0]);
    expect(rig.alternateStatus & Status.busy).toBe(Status.busy);
    rig.settle();
    expect([rig.line.level, rig.reason, rig.byteCount, rig.status]).toEqual([true, TO_HOST, BLOCK, REQUESTED]);
    expect(rig.readBytes(BLOCK)).toEqual([...block(rig, 5)]);
    expect([rig.line.level, rig.reason, rig.status]).toEqual([true, END, READY]);
    expect(rig.medium.requests).toEqual(['read 20+4']);
  });

  test('data comes in blocks of the limit, an odd one rounded down', () => {
    const rig = new CdRig(cd(20));
    rig.packet([0x12, 0, 0, 0, 36], 17);
    const counts: number[] = [];
    while ((rig.status & Status.dataRequest) !== 0) {
      counts.push(rig.byteCount);
      rig.readBytes(rig.byteCount);
    }
    expect(counts).toEqual([16, 16, 4]);
  });

  test('the bus master takes data of any length', () => {
    const rig = new CdRig(cd(700));
    rig.packet([0x28, 0, 0, 0, 0, 3, 0, 2, 96], 0, 1);
    rig.startBusMaster(
      Array.from({ length: 19 }, (_, n) => [DATA + n * 0x10000, 0x10000] as const),
      true,
    );
    rig.settle();
    expect([rig.line.level, rig.busMasterStatus, rig.reason, rig.status]).toEqual([true, 0x04, END, READY]);
    expect(rig.memory.subarray(DATA, DATA + 608 * BLOCK)).toEqual(block(rig, 3, 608));
    expect(rig.medium.requests).toEqual(['read 12+2048', 'read 2060+384']);
  });

  test('MODE SELECT takes its parameters', () => {
    const rig = new CdRig(cd(20));
    rig.packet([0x55, 0x10, 0, 0, 0, 0, 0, 0, 16]);
    expect([rig.reason, rig.byteCount, rig.status]).toEqual([0, 16, REQUESTED]);
    rig.writeBytes(new Uint8Array(16));
    expect([rig.reason, rig.status]).toEqual([END, READY]);
  });

  test('an unknown command has sense, which is asked for once', () => {
    const rig = new CdRig(cd(20));
    rig.packet([0xff]);
    expect([rig.line.level, rig.reason, rig.status, rig.error]).toEqual([true, END, FAILED, 0x50]);
    expect(rig.errors).toEqual(['ATA: unknown packet command ff']);
    expect([rig.sense, rig.sense]).toEqual([
      [5, 0x20, 0],
      [0, 0, 0],
    ]);
  });
});

describe('reading', () => {
  test.each([
    ['READ(6)', [0x08, 0, 0, 9, 2]],
    ['READ(10)', [0x28, 0, 0, 0, 0, 9, 0, 0, 2]],
    ['READ(12)', [0xa8, 0, 0, 0, 0, 9, 0, 0, 0, 2]],
    ['READ CD, user data', [0xbe, 0, 0, 0, 0, 9, 0, 0, 2, 0x10]],
  ])('%s', (_, bytes) => {
    const rig = new CdRig(cd(20));
    expect(Uint8Array.from(rig.ask(...bytes))).toEqual(block(rig, 9, 2));
  });

  test('READ CD of whole sectors adds synchronisation and header', () => {
    const rig = new CdRig(cd(100));
    const sector = rig.ask(0xbe, 0, 0, 0, 0, 80, 0, 0, 1, 0xf8);
    expect(sector.length).toBe(2352);
    // Block 80 is at 00:03:05.
    expect(sector.slice(0, 16)).toEqual([0, ...Array.from({ length: 10 }, () => 0xff), 0, 0x00, 0x03, 0x05, 1]);
    expect(Uint8Array.from(sector.slice(16, 16 + BLOCK))).toEqual(block(rig, 80));
  });

  test('beyond the end is a mistake, and an error of the medium has sense', () => {
    const rig = new CdRig(cd(20));
    rig.packet([0x28, 0, 0, 0, 0, 19, 0, 0, 2]);
    expect([rig.status, rig.sense]).toEqual([FAILED, [5, 0x21, 0]]);
    rig.medium.bad.add(21);
    rig.packet([0x28, 0, 0, 0, 0, 5, 0, 0, 1]);
    expect([rig.status, rig.sense]).toEqual([FAILED, [3, 0x11, 0]]);
  });
});

/** The drive's next two answers to whether it is ready, as sense or status. */
const answers = (rig: CdRig): unknown[] =>
  [1, 2].map(() => {
    rig.packet([0x00]);
    return rig.status === READY ? READY : rig.sense;
  });

/** MECHANISM STATUS: whether the tray is open. */
const mechanism = (rig: CdRig) => rig.ask(0xbd, 0, 0, 0, 0, 0, 0, 0, 0, 8)[1];

describe('the medium', () => {
  test('without one, commands that need it are not ready', () => {
    const rig = new CdRig(cd(20));
    rig.medium.isPresent = false;
    for (const code of [0x00, 0x25, 0x28, 0x43, 0x51, 0xbe]) {
      rig.packet([code]);
      expect([rig.status, rig.sense], `${code}`).toEqual([FAILED, [2, 0x3a, 0]]);
    }
    expect(rig.ask(0x12, 0, 0, 0, 36)[0]).toBe(5);
    expect(rig.ask(0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8).slice(4, 6)).toEqual([0, 0]);
  });

  test('a new one is told of: first as none, then as a change, and as an event', () => {
    const rig = new CdRig(cd(20));
    rig.medium.insert(false);
    expect(rig.ask(0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8).slice(4, 6)).toEqual([3, 1]);
    rig.medium.insert(true, pattern(30 * BLOCK, 9));
    rig.packet([0x00]);
    expect([rig.status, rig.sense]).toEqual([FAILED, [2, 0x3a, 0]]);
    rig.packet([0x00]);
    expect([rig.status, rig.sense]).toEqual([FAILED, [6, 0x28, 0]]);
    rig.packet([0x00]);
    expect(rig.status).toBe(READY);
    expect(rig.ask(0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8).slice(4, 6)).toEqual([2, 2]);
    expect(rig.ask(0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8).slice(4, 6)).toEqual([0, 2]);
    expect(rig.ask(0x25)).toEqual([0, 0, 0, 29, 0, 0, 8, 0]);
  });

  test('a guest that was told that there was none is only told of the change', () => {
    const rig = new CdRig(cd(20));
    rig.medium.insert(false);
    rig.packet([0x00]);
    rig.medium.insert(true);
    expect(answers(rig)).toEqual([[6, 0x28, 0], READY]);
  });

  test('a guest that was told of the event is only told of the change', () => {
    const rig = new CdRig(cd(20));
    rig.medium.insert(true);
    rig.ask(0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8);
    expect(answers(rig)).toEqual([[6, 0x28, 0], READY]);
  });
});

describe('a read', () => {
  test.each([
    ['before its first part', 0],
    ['between its parts', 2048],
  ])("during which the medium is changed ends without the new one's bytes: %s", (_name, sectors) => {
    const rig = new CdRig(cd(700));
    rig.issue(0xa0, { device: 0xa0, sector: 0, features: 1 });
    rig.writeBytes([0x28, 0, 0, 0, 0, 0, 0, 2, 88, 0, 0, 0]);
    rig.startBusMaster(
      Array.from({ length: 19 }, (_, n) => [DATA + n * 0x10000, 0x10000] as const),
      true,
    );
    const old = rig.medium.bytes;
    if (sectors > 0) rig.advance(REQUEST_TIME);
    rig.medium.insert(true, pattern(700 * BLOCK, 9));
    rig.settle();
    expect([rig.status, rig.sense]).toEqual([FAILED, [2, 0x3a, 0]]);
    expect(answers(rig)).toEqual([[6, 0x28, 0], READY]);
    expect(rig.memory.subarray(DATA, DATA + sectors * 512)).toEqual(old.subarray(0, sectors * 512));
    expect(rig.memory[DATA + sectors * 512]).toBe(0);
  });

  test('during which the medium is taken out ends', () => {
    const rig = new CdRig(cd(700));
    rig.packet([0x28, 0, 0, 0, 0, 0, 0, 2, 88]);
    rig.medium.insert(false);
    while ((rig.status & Status.dataRequest) !== 0) {
      rig.readBytes(rig.byteCount);
      rig.settle();
    }
    expect([rig.status, rig.sense]).toEqual([FAILED, [2, 0x3a, 0]]);
  });
});

describe('the tray', () => {
  test('the guest locks it, and opens it: the medium stays in it', () => {
    const rig = new CdRig(cd(20));
    rig.packet([0x1e, 0, 0, 0, 1]);
    expect(rig.medium.locked).toBe(true);
    rig.packet([0x1b, 0, 0, 0, 2]);
    expect([rig.status, rig.sense, rig.medium.requests]).toEqual([FAILED, [5, 0x53, 2], []]);
    rig.packet([0x1e]);
    rig.packet([0x1b, 0, 0, 0, 2]);
    expect([rig.status, rig.medium.locked, rig.medium.isTrayOpen]).toEqual([READY, false, true]);
    expect(mechanism(rig)).toBe(0x10);
    rig.packet([0x28, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect([rig.status, rig.sense]).toEqual([FAILED, [2, 0x3a, 0]]);
    rig.packet([0x1b, 0, 0, 0, 3]);
    expect([rig.status, rig.medium.isTrayOpen]).toEqual([READY, false]);
    rig.packet([0]);
    expect([rig.status, rig.sense]).toEqual([FAILED, [6, 0x28, 0]]);
    rig.packet([0]);
    expect([rig.status, mechanism(rig)]).toEqual([READY, 0]);
    expect(Uint8Array.from(rig.ask(0x28, 0, 0, 0, 0, 3, 0, 0, 1))).toEqual(block(rig, 3));
  });

  test('the host opens the tray by taking the medium out, and closes it with a new one or without', () => {
    const rig = new CdRig(cd(20));
    rig.medium.insert(false);
    expect(mechanism(rig)).toBe(0x10);
    rig.medium.onTrayClosed();
    expect(mechanism(rig)).toBe(0);
    rig.medium.insert(false);
    rig.medium.insert(true);
    answers(rig);
    expect(mechanism(rig)).toBe(0);
  });
});

test('a large medium is a DVD', () => {
  const rig = new CdRig(cd(20));
  const profile = () => rig.ask(0x46, 2, 0xff, 0xff, 0, 0, 0, 0, 8).slice(6, 8);
  expect(profile()).toEqual([0, 0x08]);
  Object.defineProperty(rig.medium, 'bytes', { value: { length: 2 ** 30 } });
  expect(profile()).toEqual([0, 0x10]);
  rig.medium.isPresent = false;
  expect(profile()).toEqual([0, 0]);
});

describe('tables', () => {
  test('contents: the track and the lead-out, as blocks or as minutes, seconds and frames', () => {
    const rig = new CdRig(cd(400));
    expect(rig.ask(0x43, 0, 0, 0, 0, 0, 0, 0, 100)).toEqual([
      ...[0, 18, 1, 1],
      ...[0, 0x14, 1, 0, 0, 0, 0, 0],
      ...[0, 0x14, 0xaa, 0, 0, 0, 1, 144],
    ]);
    expect(rig.ask(0x43, 2, 0, 0, 0, 0, 0xaa, 0, 100)).toEqual([0, 10, 1, 1, 0, 0x14, 0xaa, 0, 0, 0, 7, 25]);
    expect(rig.ask(0x43, 0, 1, 0, 0, 0, 0, 0, 100).slice(0, 4)).toEqual([0, 10, 1, 1]);
    expect(rig.ask(0x43, 0, 2, 0, 0, 0, 0, 0, 100).length).toBe(4 + 4 * 11);
    rig.packet([0x43, 0, 3, 0, 0, 0, 0, 0, 100]);
    expect([rig.status, rig.sense]).toEqual([FAILED, [5, 0x24, 0]]);
  });

  test.each([
    [0x01, 8],
    [0x0d, 8],
    [0x0e, 16],
    [0x2a, 20],
  ])('mode page %i, in both lengths of the command', (page, length) => {
    const rig = new CdRig(cd(20));
    const long = rig.ask(0x5a, 0, page, 0, 0, 0, 0, 0, 255);
    const short = rig.ask(0x1a, 0, page, 0, 255);
    expect([long.length, long.slice(0, 3), long[8]]).toEqual([8 + length, [0, 6 + length, 1], page]);
    expect(short).toEqual([3 + length, 1, 0, 0, ...long.slice(8)]);
    expect(rig.ask(0x1a, 0, page, 0, 6)).toEqual(short.slice(0, 6));
  });

  test('all mode pages; values that can be changed, which there are none of; an unknown page', () => {
    const rig = new CdRig(cd(20));
    expect(rig.ask(0x5a, 0, 0x3f, 0, 0, 0, 0, 0, 255).length).toBe(8 + 8 + 8 + 16 + 20);
    expect(rig.ask(0x5a, 0, 0x41, 0, 0, 0, 0, 0, 255).slice(8)).toEqual([1, 6, 0, 0, 0, 0, 0, 0]);
    rig.packet([0x5a, 0, 0x07, 0, 0, 0, 0, 0, 255]);
    expect([rig.status, rig.sense]).toEqual([FAILED, [5, 0x24, 0]]);
  });
});

describe('commands of ATA', () => {
  test('a CD is told from a disk by its signature, and by what it refuses', () => {
    const rig = new CdRig(cd(20));
    expect([rig.status, rig.error, rig.registers()]).toEqual([0, 1, [1, 1, 0x14, 0xeb, 0xa0]]);
    rig.issue(0xec, { device: 0xa0 });
    expect([rig.status, rig.error, rig.registers()]).toEqual([FAILED, 4, [1, 1, 0x14, 0xeb, 0xa0]]);
    rig.issue(0xa1, { device: 0xa0 });
    expect([rig.line.level, rig.reason, rig.readBytes(2)]).toEqual([true, TO_HOST, [0xc0, 0x85]]);
    expect(rig.reason).toBe(TO_HOST);
    rig.readBytes(510);
    expect(rig.status).toBe(READY);
  });

  test('DEVICE RESET ends what is under way, without an interrupt', () => {
    const rig = new CdRig(cd(20));
    rig.issue(0xa0, { device: 0xa0, sector: BLOCK << 8 });
    rig.writeBytes([0x28, 0, 0, 0, 0, 5, 0, 0, 1, 0, 0, 0]);
    rig.put(Register.status, 0x08);
    rig.advance(100 * REQUEST_TIME);
    expect([rig.line.rises, rig.status, rig.registers()]).toEqual([0, 0, [1, 1, 0x14, 0xeb, 0xa0]]);
  });

  test('a hard reset unlocks the tray', () => {
    const rig = new CdRig(cd(20));
    rig.packet([0x1e, 0, 0, 0, 1]);
    rig.ide.reset();
    expect(rig.medium.locked).toBe(false);
  });
});

test('a state has whether the tray is locked', () => {
  const first = new CdRig(cd(20));
  first.packet([0x1e, 0, 0, 0, 1]);
  const second = new CdRig(cd(20));
  loadComponents([second.ide.component], structuredClone(saveComponents([first.ide.component])));
  expect(second.medium.locked).toBe(true);
});

test('a state of a read under way goes on with the same request', () => {
  const first = new CdRig(cd(20));
  first.issue(0xa0, { device: 0xa0, sector: 1024 << 8 });
  first.writeBytes([0x28, 0, 0, 0, 0, 5, 0, 0, 2, 0, 0, 0]);
  const second = new CdRig(cd(20));
  loadComponents([second.ide.component], structuredClone(saveComponents([first.ide.component])));
  expect(second.medium.requests).toEqual(['read 20+8']);
  expect(second.readAll()).toEqual(block(second, 5, 2));
  expect([second.reason, second.status]).toEqual([END, READY]);
});
