import { describe, expect, test } from 'vitest';
import { Ne2000Isa, Ne2000Pci } from '../../../../runtime/devices/ne2000/index.ts';
import { Command, DATA_PORT, Interrupt, RESET_PORT, Register } from '../../../../runtime/devices/ne2000/registers.ts';
import { BROADCAST, CardRig, frameTo, MAC } from './card-rig.ts';

const ISA = 0x300;
const PCI = 0xc000;
const [RING, RING_END, TX] = [0x46, 0x80, 0x40];

/** A card, and what a driver does with it. */
class Ne2000Rig extends CardRig {
  readonly base: number;
  /** The page of the ring where the next frame to read begins. */
  nextPage = RING + 1;

  constructor(kind: 'isa' | 'pci') {
    super();
    this.base = kind === 'isa' ? ISA : PCI;
    if (kind === 'isa') new Ne2000Isa({ ...this.board, base: ISA });
    else this.enable(new Ne2000Pci({ ...this.board, device: 3 }).pciFunction, [PCI]);
  }

  read(register: number): number {
    return this.in8(this.base + register);
  }

  write(register: number, value: number): void {
    this.out8(this.base + register, value);
  }

  command(command: number, page = 0): void {
    this.write(Register.command, command | (page << 6));
  }

  /** Readies the card as drivers do, for words. */
  start(receiveConfig = 0x04): void {
    this.command(Command.stop | Command.abortRemote);
    this.write(Register.dataConfig, 0x49);
    this.write(Register.receiveConfig, receiveConfig);
    this.write(Register.pageStart, RING);
    this.write(Register.pageStop, RING_END);
    this.write(Register.boundary, RING);
    this.write(Register.interruptStatus, 0xff);
    this.write(Register.interruptMask, 0x7f);
    this.command(Command.stop | Command.abortRemote, 1);
    MAC.forEach((byte, n) => {
      this.write(Register.address + n, byte);
    });
    this.write(Register.currentPage, RING + 1);
    this.command(Command.start | Command.abortRemote);
  }

  #remote(address: number, count: number, direction: number): void {
    this.write(Register.remoteCountLow, count & 0xff);
    this.write(Register.remoteCountHigh, count >> 8);
    this.write(Register.remoteAddressLow, address & 0xff);
    this.write(Register.remoteAddressHigh, address >> 8);
    this.command(Command.start | direction);
  }

  readMemory(address: number, count: number): number[] {
    this.#remote(address, count, Command.remoteRead);
    const words = Array.from({ length: count / 2 }, () => this.ports.read(this.base + DATA_PORT, 2));
    return words.flatMap((word) => [word & 0xff, word >> 8]);
  }

  writeMemory(address: number, bytes: Uint8Array): void {
    this.#remote(address, bytes.length, Command.remoteWrite);
    for (let n = 0; n < bytes.length; n += 2)
      this.ports.write(this.base + DATA_PORT, 2, bytes[n]! | ((bytes[n + 1] ?? 0) << 8));
  }

  transmit(bytes: number): void {
    this.write(Register.transmitPage, TX);
    this.write(Register.transmitCountLow, bytes & 0xff);
    this.write(Register.transmitCountHigh, bytes >> 8);
    this.command(Command.start | Command.transmit | Command.abortRemote);
  }

  /** Reads the next frame of the ring, which is intact, and gives its pages back. */
  takeFrame(): number[] {
    const [status, next, low, high] = this.readMemory(this.nextPage << 8, 4);
    expect(status).toBe(1);
    const frame = this.readMemory((this.nextPage << 8) + 4, (low! | (high! << 8)) - 4);
    this.nextPage = next!;
    this.write(Register.boundary, next === RING ? RING_END - 1 : next! - 1);
    return frame;
  }

  takeStatus(): number {
    const status = this.read(Register.interruptStatus);
    this.write(Register.interruptStatus, status);
    return status;
  }

  get currentPage(): number {
    this.command(Command.start | Command.abortRemote, 1);
    const page = this.read(Register.currentPage);
    this.command(Command.start | Command.abortRemote);
    return page;
  }
}

describe.each(['isa', 'pci'] as const)('NE2000 on the %s bus', (kind) => {
  testMemory(kind);
  testSending(kind);
  testRing(kind);
});

function testMemory(kind: 'isa' | 'pci'): void {
  test('the PROM has each byte of the address twice, and the mark', () => {
    const rig = new Ne2000Rig(kind);
    rig.start();
    const prom = rig.readMemory(0, 32);
    expect(prom.filter((_, n) => n % 2 === 0)).toEqual([...MAC, 0, 0, 0, 0, 0, 0, 0, 0, 0x57, 0x57]);
    expect(prom.filter((_, n) => n % 2 === 1)).toEqual(prom.filter((_, n) => n % 2 === 0));
    expect(rig.takeStatus()).toBe(Interrupt.remoteDone);
  });

  test('a byte of the data port is the low one of a word', () => {
    const rig = new Ne2000Rig(kind);
    rig.start();
    rig.readMemory(0, 0);
    rig.write(Register.remoteCountLow, 32);
    rig.command(Command.start | Command.remoteRead);
    expect(Array.from({ length: 6 }, () => rig.read(DATA_PORT))).toEqual(MAC);
  });

  test('the reset port resets', () => {
    const rig = new Ne2000Rig(kind);
    rig.start();
    rig.read(RESET_PORT);
    expect(rig.read(Register.interruptStatus)).toBe(Interrupt.reset);
    expect(rig.read(Register.command)).toBe(0x21);
  });

  test('blocks are moved as words are', () => {
    const rig = new Ne2000Rig(kind);
    rig.start();
    rig.writeMemory(TX << 8, frameTo(BROADCAST, 256));
    rig.write(Register.remoteCountHigh, 1);
    rig.write(Register.remoteAddressHigh, TX);
    rig.write(Register.remoteAddressLow, 0);
    rig.command(Command.start | Command.remoteRead);
    rig.takeStatus();
    const block = new Uint8Array(300);
    expect(rig.ports.readBlock(rig.base + DATA_PORT, 2, block)).toBe(256);
    expect(block.subarray(0, 256)).toEqual(frameTo(BROADCAST, 256));
    expect(rig.takeStatus()).toBe(Interrupt.remoteDone);
    expect(rig.ports.readBlock(rig.base + DATA_PORT, 2, block)).toBe(0);
  });
}

function testSending(kind: 'isa' | 'pci'): void {
  test('a frame is written, sent, and told', () => {
    const rig = new Ne2000Rig(kind);
    rig.start();
    const frame = frameTo(BROADCAST, 102);
    rig.writeMemory(TX << 8, frame);
    expect(rig.irq.level).toBe(true);
    rig.takeStatus();
    expect(rig.irq.level).toBe(false);
    rig.transmit(102);
    expect(rig.cable.sent).toEqual([frame]);
    rig.advance(102 * 8);
    expect(rig.takeStatus()).toBe(Interrupt.transmitted);
    expect(rig.read(Register.transmitStatus)).toBe(1);
  });

  test('a frame takes its time on the wire, whatever is done meanwhile but a reset', () => {
    const rig = new Ne2000Rig(kind);
    rig.start();
    const isSending = () => (rig.read(Register.command) & Command.transmit) !== 0;
    rig.transmit(1000);
    rig.advance(7999);
    rig.writeMemory((TX + 6) << 8, frameTo(BROADCAST, 60));
    expect([rig.takeStatus(), isSending()]).toEqual([Interrupt.remoteDone, true]);
    rig.advance(1);
    expect([rig.irq.level, rig.takeStatus(), isSending()]).toEqual([true, Interrupt.transmitted, false]);
    rig.transmit(1000);
    rig.read(RESET_PORT);
    rig.advance(8000);
    expect([rig.takeStatus() & Interrupt.transmitted, isSending()]).toEqual([0, false]);
  });
}

function testRing(kind: 'isa' | 'pci'): void {
  test('a frame comes into the ring, with a header', () => {
    const rig = new Ne2000Rig(kind);
    rig.start();
    const frame = frameTo(MAC, 300);
    rig.cable.arrive(frame);
    expect(rig.takeStatus()).toBe(Interrupt.received);
    expect(rig.currentPage).toBe(RING + 3);
    expect(rig.readMemory((RING + 1) << 8, 4)).toEqual([0x01, RING + 3, 304 & 0xff, 304 >> 8]);
    expect(rig.readMemory(((RING + 1) << 8) + 4, 300)).toEqual([...frame]);
    rig.cable.arrive(frameTo(BROADCAST, 60));
    expect(rig.readMemory((RING + 3) << 8, 4)).toEqual([0x21, RING + 4, 64, 0]);
  });

  test('frames wait for room, and the ring goes on at its start', () => {
    const rig = new Ne2000Rig(kind);
    rig.start();
    for (let n = 0; n < 12; n++) rig.cable.arrive(frameTo(MAC, 1500));
    const waiting = rig.cable.waiting.length;
    expect(waiting).toBeGreaterThan(0);
    for (let n = 0; n < 12; n++) expect(rig.takeFrame()).toEqual([...frameTo(MAC, 1500)]);
    expect(rig.cable.waiting.length).toBe(0);
    expect(rig.currentPage).toBe(rig.nextPage);
  });

  test('a guest that leaves frames in the ring is interrupted for them again', () => {
    const rig = new Ne2000Rig(kind);
    rig.start();
    const [frames, perInterrupt] = [40, 9];
    for (let n = 0; n < frames; n++) rig.cable.arrive(frameTo(MAC, 1500));
    let [read, interrupts] = [0, 0];
    for (; rig.irq.level; interrupts++) {
      // As Linux does: so many at most, then the interrupt is acknowledged, also of those that came meanwhile.
      for (let n = 0; n < perInterrupt && rig.currentPage !== rig.nextPage; n++, read++) rig.takeFrame();
      rig.takeStatus();
      expect(rig.irq.level).toBe(false);
      rig.advance(1_000_000);
    }
    expect([rig.cable.waiting.length, read, interrupts]).toEqual([0, frames, Math.ceil(frames / perInterrupt)]);
  });

  test('a frame that would reach the page of the guest waits: the ring would look empty', () => {
    const rig = new Ne2000Rig(kind);
    rig.start();
    rig.write(Register.boundary, RING + 7);
    rig.cable.arrive(frameTo(MAC, 1500));
    expect([rig.cable.waiting.length, rig.currentPage]).toEqual([1, RING + 1]);
    rig.write(Register.boundary, RING + 8);
    expect([rig.cable.waiting.length, rig.currentPage]).toEqual([0, RING + 7]);
  });

  test('a stopped card takes nothing, and its filter holds back what is not for it', () => {
    const rig = new Ne2000Rig(kind);
    rig.start(0);
    rig.cable.arrive(frameTo(BROADCAST));
    rig.cable.arrive(frameTo([2, 0, 0, 0, 0, 1]));
    expect(rig.takeStatus()).toBe(0);
    rig.command(Command.stop | Command.abortRemote);
    rig.cable.arrive(frameTo(MAC));
    expect([rig.takeStatus() & Interrupt.received, rig.cable.waiting.length]).toEqual([0, 0]);
  });
}

test('the RTL8029 says what it is', () => {
  const rig = new Ne2000Rig('pci');
  expect([rig.read(Register.id0), rig.read(Register.id1)]).toEqual([0x50, 0x43]);
});
