import { beforeEach, describe, expect, test } from 'vitest';
import type { InterruptMessage } from '../../../runtime/bus/interrupt-message.ts';
import { Edu } from '../../../runtime/devices/edu/index.ts';
import { DMA_MASK } from '../../../runtime/devices/edu/registers.ts';
import { loadComponents, saveComponents } from '../../../runtime/snapshot/components.ts';
import { CardRig, MMIO } from './network/card-rig.ts';

const [IDENTIFICATION, LIVENESS, FACTORIAL, STATUS, INTERRUPTS, RAISE, ACKNOWLEDGE] = [0, 4, 8, 0x20, 0x24, 0x60, 0x64];
const [SOURCE, DESTINATION, COUNT, COMMAND] = [0x80, 0x88, 0x90, 0x98];
const BUFFER = 0x40000;
const MILLISECOND = 1e6;

class EduRig extends CardRig {
  readonly sent: InterruptMessage[] = [];
  readonly edu: Edu;

  constructor(dmaMask = DMA_MASK) {
    super();
    const sendMessage = (message: InterruptMessage) => this.sent.push(message) > 0;
    this.edu = new Edu({ ...this.board, device: 4, sendMessage, dmaMask });
    this.edu.reset();
    this.enable(this.edu.pciFunction, [MMIO]);
  }

  read(register: number, size = 4): number {
    return this.regions[0]!.read(register, size) >>> 0;
  }

  write(register: number, value: number, size = 4): void {
    this.regions[0]!.write(register, size, value);
  }

  /** Starts a transfer, and waits for its end. */
  transfer(source: number, destination: number, count: number, command: number): void {
    this.write(SOURCE, source);
    this.write(DESTINATION, destination);
    this.write(COUNT, count);
    this.write(COMMAND, command);
    this.advance(100 * MILLISECOND);
  }

  /** The guest wants messages: vector 51h, at the first local APIC. */
  enableMessages(): void {
    const { pciFunction } = this.edu;
    const at = pciFunction.read(0x34, 1);
    pciFunction.write(at + 4, 4, 0xfee00000);
    pciFunction.write(at + 12, 2, 0x51);
    pciFunction.write(at + 2, 2, 1);
  }
}

let rig: EduRig;
beforeEach(() => {
  rig = new EduRig();
});

test('says what it is, and whether it lives', () => {
  expect(rig.edu.pciFunction.read(0, 4)).toBe(0x11e81234);
  expect(rig.edu.pciFunction.read(8, 4)).toBe(0x00ff0010);
  expect(rig.read(IDENTIFICATION)).toBe(0x010000ed);
  rig.write(LIVENESS, 0x12345678);
  expect(rig.read(LIVENESS)).toBe(0xedcba987);
});

test('has no register of another size, nor elsewhere', () => {
  rig.write(LIVENESS, 0x55, 1);
  rig.write(0x40, 1);
  rig.write(0xa0, 1);
  expect(rig.mistakes).toEqual([
    'edu: a write that is not of 32 bits, at 4',
    'edu: a write of no register, at 40',
    'edu: a write of no register, at a0',
  ]);
  expect([rig.read(LIVENESS, 1), rig.read(0x40), rig.read(LIVENESS)]).toEqual([0xffffffff, 0xffffffff, 0]);
});

describe('a factorial', () => {
  test.each([
    [0, 1],
    [5, 120],
    [13, 1_932_053_504],
    [33, 2_147_483_648],
    [34, 0],
    [0xffffffff, 0],
  ])('of %i is %i, modulo 2^32', (value, result) => {
    rig.write(FACTORIAL, value);
    expect([rig.read(STATUS), rig.read(FACTORIAL)]).toEqual([1, value]);
    rig.advance(MILLISECOND);
    expect([rig.read(STATUS), rig.read(FACTORIAL), rig.irq.level]).toEqual([0, result, false]);
  });

  test('is computed one at a time, and interrupts where that is asked for', () => {
    rig.write(STATUS, 0xff);
    rig.write(FACTORIAL, 4);
    rig.write(FACTORIAL, 9);
    rig.advance(MILLISECOND);
    expect([rig.read(STATUS), rig.read(FACTORIAL), rig.read(INTERRUPTS)]).toEqual([0x80, 24, 1]);
    expect(rig.irq.level).toBe(true);
    rig.write(ACKNOWLEDGE, 1);
    expect([rig.read(INTERRUPTS), rig.irq.level]).toEqual([0, false]);
  });
});

test('interrupts for what a driver writes, until it has acknowledged all of it', () => {
  rig.write(RAISE, 0x80000010);
  rig.write(ACKNOWLEDGE, 0x10);
  expect([rig.read(INTERRUPTS), rig.irq.level]).toEqual([0x80000000, true]);
  rig.write(ACKNOWLEDGE, 0xffffffff);
  expect([rig.read(INTERRUPTS), rig.irq.level]).toEqual([0, false]);
});

test('sends messages in the place of its interrupt pin', () => {
  rig.write(RAISE, 2);
  rig.enableMessages();
  expect([rig.irq.level, rig.sent.length]).toEqual([false, 0]);
  rig.write(RAISE, 4);
  expect(rig.read(INTERRUPTS)).toBe(6);
  expect(rig.sent.map(({ vector }) => vector)).toEqual([0x51]);
  expect(rig.edu.pciFunction.messages()).toEqual(rig.sent);
  rig.edu.pciFunction.write(0x44, 4, 0x1000);
  rig.write(RAISE, 1);
  expect(rig.mistakes).toEqual(['edu: an interrupt is sent to no local APIC, address 1000']);
});

test('has no capability without a local APIC', () => {
  const { pciFunction } = new Edu({
    ...rig.board,
    events: new CardRig().events,
    device: 4,
    sendMessage: undefined,
    dmaMask: DMA_MASK,
  });
  expect([pciFunction.read(6, 2) & 0x10, pciFunction.read(0x34, 1)]).toEqual([0, 0]);
});

describe('transfers', () => {
  test('go into the buffer and out of it', () => {
    rig.put(0x1000, 1, 2, 3);
    rig.transfer(0x1000, BUFFER + 100, 12, 1);
    expect(rig.irq.level).toBe(false);
    rig.transfer(BUFFER + 104, 0x2000, 8, 1 | 2 | 4);
    expect([rig.get(0x2000), rig.get(0x2004), rig.get(0x2008)]).toEqual([2, 3, 0]);
    expect([rig.read(COMMAND), rig.read(INTERRUPTS), rig.irq.level]).toEqual([6, 0x100, true]);
  });

  test('take a while, in which their registers stay', () => {
    rig.transfer(0x1000, BUFFER, 4, 0);
    expect(rig.read(COMMAND)).toBe(0);
    rig.write(COMMAND, 1);
    rig.write(COUNT, 99);
    rig.advance(99 * MILLISECOND);
    expect([rig.read(COUNT), rig.read(COMMAND)]).toEqual([4, 1]);
    rig.advance(MILLISECOND);
    expect(rig.read(COMMAND)).toBe(0);
  });

  test('stay within the buffer', () => {
    for (const [at, count] of [
      [BUFFER - 1, 4],
      [BUFFER + 4093, 4],
      [BUFFER, 4097],
      [0, 0xffffffff],
    ] as const) {
      rig.transfer(at, 0x2000, count, 1 | 2 | 4);
      expect(rig.read(INTERRUPTS)).toBe(0x100);
    }
    expect(rig.mistakes).toHaveLength(4);
    expect(rig.mistakes[0]).toBe('edu: a transfer beyond its buffer, at 3ffff');
  });

  test('reach what their mask lets them', () => {
    rig = new EduRig(0xffff);
    rig.put(0x1000, 7);
    rig.transfer(0xabc1000, BUFFER, 4, 1);
    rig.transfer(BUFFER, 0x2000, 4, 3);
    expect(rig.get(0x2000)).toBe(7);
    expect(rig.mistakes).toEqual(['edu: a transfer beyond its address mask, at abc1000']);
  });

  test('need a bus master', () => {
    rig.edu.pciFunction.write(4, 2, 2);
    rig.transfer(BUFFER, 0x2000, 4, 3);
    rig.put(0x2000, 5);
    rig.transfer(0x2000, BUFFER, 4, 1);
    rig.edu.pciFunction.write(4, 2, 6);
    rig.transfer(BUFFER, 0x3000, 4, 3);
    expect([rig.get(0x2000), rig.get(0x3000)]).toEqual([5, 0xffffffff]);
  });
});

test('a snapshot has what is under way', () => {
  rig.put(0x1000, 7);
  rig.transfer(0x1000, BUFFER, 4, 0);
  rig.write(STATUS, 0x80);
  rig.write(FACTORIAL, 5);
  rig.write(COMMAND, 1);
  const parts = ({ edu, events }: EduRig) => [edu.component, edu.pciFunction.component, events.component];
  const other = new EduRig();
  loadComponents(parts(other), saveComponents(parts(rig)));
  other.advance(200 * MILLISECOND);
  expect([other.read(FACTORIAL), other.read(INTERRUPTS), other.read(COMMAND)]).toEqual([120, 1, 0]);
  expect(other.irq.level).toBe(true);
});

test('a reset ends all', () => {
  rig.write(STATUS, 0x80);
  rig.write(FACTORIAL, 5);
  rig.write(RAISE, 1);
  rig.edu.reset();
  rig.advance(MILLISECOND);
  expect([rig.read(FACTORIAL), rig.read(STATUS), rig.read(INTERRUPTS), rig.irq.level]).toEqual([0, 0, 0, false]);
});
