import { expect, test, vi } from 'vitest';
import { crc32 } from '../../../../runtime/crc32.ts';
import { Command, Interrupt, Register, RxConfig } from '../../../../runtime/devices/rtl8139/registers.ts';
import { multicastBit } from '../../../../runtime/ethernet/multicast.ts';
import { BROADCAST, frameTo, MAC, MMIO } from './card-rig.ts';
import { Rtl8139Rig, RX_BUFFER } from './rtl8139-rig.ts';

/** Sends bytes from one of the four buffers. */
function send(rig: Rtl8139Rig, n: number, frame: Uint8Array): void {
  rig.bytes.set(frame, 0x20000);
  rig.write(Register.txAddress + 4 * n, 4, 0x20000);
  rig.write(Register.txStatus + 4 * n, 4, frame.length);
}

test('the address is in the registers and in the EEPROM', () => {
  const rig = new Rtl8139Rig();
  expect([0, 1, 2, 3, 4, 5].map((n) => rig.read(n))).toEqual(MAC);
  expect([0, 1, 2, 7, 8, 9].map((n) => readEeprom(rig, n))).toEqual([0x8129, 0x10ec, 0x8139, 0x5452, 0x1200, 0x5634]);
});

/** Shifts a read command in and the word out, as drivers do. */
function readEeprom(rig: Rtl8139Rig, word: number): number {
  const [mode, select, clock] = [0x80, 0x08, 0x04];
  const pulse = (bit: number) => {
    rig.write(Register.eeprom, 1, mode | select | (bit << 1));
    rig.write(Register.eeprom, 1, mode | select | (bit << 1) | clock);
    return rig.read(Register.eeprom) & 1;
  };
  rig.write(Register.eeprom, 1, mode);
  for (let n = 8; n >= 0; n--) pulse((((6 << 6) | word) >> n) & 1);
  let value = 0;
  for (let n = 0; n < 16; n++) value = (value << 1) | pulse(0);
  rig.write(Register.eeprom, 1, 0);
  return value;
}

test('the registers are in memory too, and in parts of any size', () => {
  const rig = new Rtl8139Rig();
  const [region] = rig.regions;
  expect(region).toMatchObject({ base: MMIO, length: 0x100 });
  expect(region!.read(0, 4)).toBe(0x12005452);
  rig.write(Register.multicast, 4, 0x44332211);
  expect(rig.read(Register.multicast + 1, 2)).toBe(0x3322);
  expect(rig.read(4, 4)).toBe(0x00005634);
});

test('the revision of the chip is where its PCI function has it, too', () => {
  expect(new Rtl8139Rig().read(Register.revision)).toBe(0x20);
});

test('four buffers are sent in turn, each once', () => {
  const rig = new Rtl8139Rig();
  rig.start();
  for (const n of [0, 1, 2, 3, 0]) {
    send(rig, n, frameTo(BROADCAST, 100 + n));
    expect(rig.read(Register.txStatus + 4 * n, 4)).toBe((0xa000 | (100 + n)) >>> 0);
    expect(rig.irq.level).toBe(true);
    expect(rig.takeStatus()).toBe(Interrupt.txOk);
    expect(rig.irq.level).toBe(false);
  }
  expect(rig.cable.sent.map(({ length }) => length)).toEqual([100, 101, 102, 103, 100]);
  expect(rig.cable.sent[1]).toEqual(frameTo(BROADCAST, 101));
});

test('a buffer out of turn waits for those before it', () => {
  const rig = new Rtl8139Rig();
  rig.start();
  send(rig, 1, frameTo(BROADCAST, 101));
  expect(rig.cable.sent).toEqual([]);
  send(rig, 0, frameTo(BROADCAST, 100));
  expect(rig.cable.sent.map(({ length }) => length)).toEqual([100, 101]);
});

test('short frames are padded', () => {
  const rig = new Rtl8139Rig();
  rig.start();
  send(rig, 0, frameTo(BROADCAST, 20));
  expect(rig.cable.sent[0]).toEqual(Uint8Array.from([...frameTo(BROADCAST, 20), ...new Array(40).fill(0)]));
});

test('a frame stands in the receive buffer with status, length and check sequence', () => {
  const rig = new Rtl8139Rig();
  rig.start();
  expect(rig.read(Register.command) & Command.bufferEmpty).toBe(Command.bufferEmpty);
  const frame = frameTo(MAC, 101);
  rig.cable.arrive(frame);
  expect(rig.get(RX_BUFFER)).toBe((105 << 16) | 0x4001);
  expect(rig.bytes.subarray(RX_BUFFER + 4, RX_BUFFER + 105)).toEqual(frame);
  expect(rig.get(RX_BUFFER + 105)).toBe(crc32(frame));
  expect(rig.read(Register.rxWrite, 2)).toBe(112);
  expect(rig.read(Register.command) & Command.bufferEmpty).toBe(0);
  expect(rig.takeStatus()).toBe(Interrupt.rxOk);
  rig.write(Register.rxRead, 2, 112 - 16);
  expect(rig.read(Register.command) & Command.bufferEmpty).toBe(Command.bufferEmpty);
});

test('check sequences are those of the standard', () => {
  // IEEE 802.3's CRC of "123456789".
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
});

test.each([
  ['wrapped', 0, (rig: Rtl8139Rig) => rig.bytes.subarray(RX_BUFFER, RX_BUFFER + 100)],
  ['not wrapped', RxConfig.noWrap, (rig: Rtl8139Rig) => rig.bytes.subarray(RX_BUFFER + 8192, RX_BUFFER + 8292)],
])('at the end of the buffer a frame is %s', (_, flags, rest) => {
  const rig = new Rtl8139Rig();
  rig.start(RxConfig.physical | flags);
  // Seven frames of 1168 bytes each leave 16 bytes.
  for (let n = 0; n < 7; n++) {
    rig.cable.arrive(frameTo(MAC, 1160));
    rig.write(Register.rxRead, 2, (rig.read(Register.rxWrite, 2) - 16) & 0xffff);
  }
  expect(rig.read(Register.rxWrite, 2)).toBe(8176);
  const frame = frameTo(MAC, 200);
  rig.cable.arrive(frame);
  expect(rig.bytes.subarray(RX_BUFFER + 8180, RX_BUFFER + 8192)).toEqual(frame.subarray(0, 12));
  expect(rest(rig)).toEqual(frame.subarray(12, 112));
  expect(rig.read(Register.rxWrite, 2)).toBe(8176 + 208 - 8192);
});

test('frames wait while the buffer is full, and come in their order', () => {
  const rig = new Rtl8139Rig();
  rig.start();
  for (let n = 0; n < 8; n++) rig.cable.arrive(frameTo(MAC, 1500 + n));
  expect(rig.cable.waiting.length).toBe(3);
  const [read] = [1500, 1501].map((length) => (length + 8 + 3) & ~3);
  rig.write(Register.rxRead, 2, 2 * read! - 16);
  expect(rig.cable.waiting.map(({ length }) => length)).toEqual([1507]);
});

test.each([
  ['another station', [2, 0, 0, 0, 0, 1], 0, 0],
  ['another station, for who listens to all', [2, 0, 0, 0, 0, 1], RxConfig.all, 1],
  ['this station, which is not asked for', MAC, RxConfig.broadcast, 0],
  ['all', BROADCAST, RxConfig.broadcast, 1],
  ['all, which is not asked for', BROADCAST, RxConfig.physical, 0],
])('the filter: a frame for %s', (_, destination, rxConfig, count) => {
  const rig = new Rtl8139Rig();
  rig.start(rxConfig);
  rig.cable.arrive(frameTo(destination));
  expect(rig.takeStatus()).toBe(count * Interrupt.rxOk);
});

test('a frame that is larger than the buffer is lost, and those after it come', () => {
  const rig = new Rtl8139Rig();
  rig.start();
  for (const length of [8181, 9000, 0xffff, 100]) rig.cable.arrive(frameTo(MAC, length));
  expect(rig.cable.waiting.length).toBe(0);
  expect(rig.get(RX_BUFFER) >>> 16).toBe(104);
});

test('the filter: groups by six bits of their CRC', () => {
  const rig = new Rtl8139Rig();
  rig.start(RxConfig.multicast);
  const group = [0x01, 0x00, 0x5e, 0x00, 0x00, 0x01];
  rig.cable.arrive(frameTo(group));
  expect(rig.takeStatus()).toBe(0);
  // As drivers compute it (ether_crc of Linux): 224.0.0.1 has bit 31.
  expect(multicastBit(Uint8Array.from(group))).toBe(31);
  rig.write(Register.multicast, 4, 0x80000000);
  rig.cable.arrive(frameTo(group));
  expect(rig.get(RX_BUFFER) & 0xffff).toBe(0x8001);
});

test('without bus mastering nothing is read or written', () => {
  const rig = new Rtl8139Rig();
  rig.start();
  rig.card.pciFunction.write(4, 2, 3);
  rig.cable.arrive(frameTo(MAC));
  expect(rig.get(RX_BUFFER)).toBe(0);
});

test('the link: media status, basic mode status and an interrupt', () => {
  const rig = new Rtl8139Rig();
  rig.start();
  expect(rig.read(Register.mediaStatus)).toBe(0xd0);
  expect(rig.read(Register.basicModeStatus, 2)).toBe(0x782d);
  rig.cable.setLink(false);
  expect(rig.takeStatus()).toBe(Interrupt.linkChange);
  expect(rig.read(Register.mediaStatus)).toBe(0xd4);
  expect(rig.read(Register.basicModeStatus, 2)).toBe(0x7809);
});

test('the timer interrupts in its first round, though the host does something else for longer than it counts while it is started', () => {
  const rig = new Rtl8139Rig();
  rig.write(Register.timerInterrupt, 4, 1000);
  let time = rig.clock.now();
  vi.spyOn(rig.clock, 'now').mockImplementation(() => {
    time += 100_000;
    return time;
  });
  rig.write(Register.timer, 4, 0);
  expect(rig.events.nextDeadline()).toBeLessThan(time + 1_000_000);
});

test('the timer counts 33 MHz and interrupts at its count, once a round', () => {
  const rig = new Rtl8139Rig();
  rig.start();
  rig.write(Register.timer, 4, 0);
  rig.write(Register.timerInterrupt, 4, 1000);
  rig.advance(29_999);
  expect([rig.read(Register.timer, 4), rig.takeStatus()]).toEqual([999, 0]);
  rig.advance(1);
  expect([rig.read(Register.timer, 4), rig.takeStatus()]).toEqual([1000, Interrupt.timeout]);
  rig.advance(0xffffffff * 30);
  expect(rig.takeStatus()).toBe(0);
  rig.advance(30);
  expect(rig.takeStatus()).toBe(Interrupt.timeout);
});

test('a reset by the command register keeps the address and what is on the PCI bus', () => {
  const rig = new Rtl8139Rig();
  rig.start();
  rig.write(0, 4, 0x33221102);
  rig.write(Register.command, 1, Command.reset);
  expect(rig.read(Register.command)).toBe(Command.bufferEmpty);
  expect(rig.read(Register.interruptMask, 2)).toBe(0);
  expect(rig.read(0, 4)).toBe(0x33221102);
  rig.card.reset();
  expect(rig.read(0, 4)).toBe(0x12005452);
});

test('configuration registers are locked', () => {
  const rig = new Rtl8139Rig();
  rig.write(Register.config1, 1, 0xff);
  expect(rig.read(Register.config1)).toBe(0x0c);
  rig.write(Register.eeprom, 1, 0xc0);
  rig.write(Register.config1, 1, 0xff);
  expect(rig.read(Register.config1)).toBe(0xff);
});

test('the transmit configuration can be written while the transmitter is enabled', () => {
  const rig = new Rtl8139Rig();
  rig.write(Register.txConfig, 4, 0x03030700);
  expect(rig.read(Register.txConfig, 4)).toBe(0x74800000);
  rig.start();
  rig.write(Register.txConfig, 4, 0x03030700);
  expect(rig.read(Register.txConfig, 4)).toBe(0x77830700);
});

test('in loopback the card hears itself, and nobody else does', () => {
  const rig = new Rtl8139Rig();
  rig.start();
  rig.write(Register.txConfig, 4, 0x60000);
  send(rig, 0, frameTo(MAC));
  expect(rig.cable.sent).toEqual([]);
  expect(rig.takeStatus()).toBe(Interrupt.rxOk | Interrupt.txOk);
});
