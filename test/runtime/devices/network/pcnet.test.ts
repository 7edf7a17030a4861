import { describe, expect, test } from 'vitest';
import { crc32 } from '../../../../runtime/crc32.ts';
import { BROADCAST, frameTo, MAC, PORTS } from './card-rig.ts';
import { PcnetRig, RX_BUFFERS, RX_RING, TX_RING } from './pcnet-rig.ts';

const GROUP = [0x01, 0x00, 0x5e, 0x00, 0x00, 0xfb];
const styles = [0, 1, 2, 3];

describe('registers', () => {
  test('the chip is stopped at first, and tells who it is', () => {
    const rig = new PcnetRig();
    expect([rig.csr(0), rig.csr(88), rig.csr(89), rig.bcr(18), rig.bcr(20)]).toEqual([4, 0x1003, 0x262, 0x9001, 0x200]);
    const aprom = Array.from({ length: 16 }, (_, n) => rig.in8(PORTS + n));
    expect(aprom.slice(0, 6)).toEqual(MAC);
    expect([aprom[9], aprom[14], aprom[15]]).toEqual([0x11, 0x57, 0x57]);
    const sum = aprom.filter((_, n) => n !== 12 && n !== 13).reduce((total, byte) => total + byte, 0);
    expect(aprom[12]! | (aprom[13]! << 8)).toBe(sum);
  });

  test('a double word written to the first register makes all of them so wide, until a reset', () => {
    const rig = new PcnetRig();
    rig.ports.write(PORTS + 0x10, 4, 0);
    rig.ports.write(PORTS + 0x14, 4, 88);
    expect([rig.ports.read(PORTS + 0x10, 4), rig.ports.read(PORTS + 0x10, 2)]).toEqual([0x02621003, 0xffff]);
    expect(rig.ports.read(PORTS, 4)).toBe(0x12005452);
    rig.ports.read(PORTS + 0x18, 4);
    expect(rig.csr(0)).toBe(4);
  });

  test.each([
    [0, 0x0200],
    [1, 0x0101],
    [2, 0x0302],
    [3, 0x0303],
    [9, 0x0200],
  ])('software style %i is %i in BCR20', (style, told) => {
    const rig = new PcnetRig();
    rig.setBcr(20, style);
    expect(rig.bcr(20)).toBe(told);
    expect(rig.csr(58)).toBe(told);
  });

  test('while it runs its addresses stay', () => {
    const rig = new PcnetRig();
    rig.start();
    rig.setCsr(12, 0x1111);
    rig.setBcr(20, 0);
    expect([rig.csr(12), rig.bcr(20)]).toEqual([0x5452, 0x302]);
    rig.setCsr(5, 1);
    rig.setCsr(12, 0x1111);
    expect(rig.csr(12)).toBe(0x1111);
  });
});

describe.each(styles)('in software style %i', (style) => {
  test('the initialization block has mode, addresses and rings', () => {
    const rig = new PcnetRig(style);
    rig.start({ mode: 0x0080, filter: [1, 2, 3, 4] });
    expect(rig.csr(0)).toBe(0x73);
    expect([15, 12, 13, 14, 8, 9, 10, 11, 76, 78].map((n) => rig.csr(n))).toEqual([
      ...[0x80, 0x5452, 0x1200, 0x5634],
      ...[1, 2, 3, 4, 4, 4],
    ]);
  });

  test('frames are sent, whole and in parts, and told of', () => {
    const rig = new PcnetRig(style);
    rig.start();
    const [one, other] = [frameTo(BROADCAST, 300), frameTo(BROADCAST, 1000)];
    rig.transmit(one);
    rig.transmit(other, { first: 1, parts: 3 });
    expect(rig.cable.sent).toEqual([one, other]);
    expect([0, 1, 2, 3].map((n) => rig.descriptor(TX_RING, n).status & 0xc000)).toEqual([0, 0, 0, 0]);
    rig.wait();
    expect([rig.csr(0), rig.irq.level, rig.csr(4) & 8]).toEqual([0x2f3 & ~0x100, true, 8]);
    rig.setCsr(0, 0x240);
    expect([rig.csr(0), rig.irq.level]).toEqual([0x73, false]);
  });

  test('frames that come fill one buffer after the other', () => {
    const rig = new PcnetRig(style);
    rig.start();
    rig.give(4, 100);
    const frame = frameTo(MAC, 246);
    rig.cable.arrive(frame);
    const parts = [100, 100, 46].map((bytes, n) => rig.bytes.subarray(RX_BUFFERS + 0x1000 * n).subarray(0, bytes));
    expect(Buffer.concat(parts)).toEqual(Buffer.from(frame));
    const told = [0, 1, 2, 3].map((n) => rig.descriptor(RX_RING, n));
    expect(told.map(({ status }) => status & 0xff00)).toEqual([0x0200, 0, 0x0100, 0x8000]);
    expect(told[2]!.detail).toBe(250);
    expect([rig.csr(0), rig.irq.level, rig.csr(72)]).toEqual([0x4f3, true, 1]);
  });
});

/** The status of the descriptor that a frame is put into; 0: it is not taken. */
const received = (rig: PcnetRig, frame: Uint8Array): number => {
  rig.give();
  const place = 4 - rig.csr(72);
  rig.cable.arrive(frame);
  const { status } = rig.descriptor(RX_RING, place);
  return (status & 0x8000) !== 0 ? 0 : status;
};

describe('what comes', () => {
  const other = [0x52, 0x54, 0, 0, 0, 1];

  test.each([
    ['nothing special', {}, [0x340, 0, 0x310, 0]],
    ['all', { mode: 0x8000 }, [0x300, 0x300, 0x300, 0x300]],
    ['no broadcasts', { mode: 0x4000 }, [0x340, 0, 0, 0]],
    ['not its own', { mode: 0x2000 }, [0, 0, 0x310, 0]],
    ['no receiver', { mode: 0x0001 }, [0, 0, 0, 0]],
    ['a group', { filter: filterFor(GROUP) }, [0x340, 0, 0x310, 0x320]],
    ['other groups', { filter: filterFor(GROUP).map((half) => half ^ 0xffff) }, [0x340, 0, 0x310, 0]],
  ])('is filtered: %s', (_, options, expected) => {
    const rig = new PcnetRig();
    rig.start(options);
    expect([MAC, other, BROADCAST, GROUP].map((address) => received(rig, frameTo(address)))).toEqual(expected);
  });

  test('has padding and a checksum, or neither', () => {
    const rig = new PcnetRig();
    const short = frameTo(MAC, 40, 26);
    rig.start();
    rig.give();
    rig.cable.arrive(short);
    expect(rig.descriptor(RX_RING, 0).detail).toBe(64);
    rig.start({ features: 0x0d15 });
    rig.give();
    rig.cable.arrive(short, frameTo(MAC, 80));
    expect([rig.descriptor(RX_RING, 0).detail, rig.descriptor(RX_RING, 1).detail]).toEqual([40, 84]);
  });

  test('waits for a buffer, and is missed after a while', () => {
    const rig = new PcnetRig();
    rig.start();
    rig.cable.arrive(frameTo(MAC));
    rig.advance(400_000_000);
    expect([rig.csr(0) & 0x1400, rig.cable.waiting.length]).toEqual([0, 1]);
    rig.give(1);
    rig.advance(1_000_000);
    expect([rig.csr(0) & 0x1400, rig.cable.waiting.length]).toEqual([0x400, 0]);
    rig.cable.arrive(frameTo(MAC));
    rig.advance(501_000_000);
    expect([rig.csr(0) & 0x9000, rig.csr(112), rig.cable.waiting.length]).toEqual([0x9000, 1, 0]);
  });

  test('waits while the chip is suspended, and is lost while it is stopped', () => {
    const rig = new PcnetRig();
    rig.start();
    rig.give();
    rig.setCsr(5, 1);
    rig.cable.arrive(frameTo(MAC));
    expect([rig.csr(0) & 0x400, rig.csr(5)]).toEqual([0, 1]);
    rig.setCsr(5, 0);
    expect(rig.csr(0) & 0x400).toBe(0x400);
    rig.setCsr(0, 4);
    rig.cable.arrive(frameTo(MAC));
    expect([rig.csr(0), rig.cable.waiting.length]).toEqual([4, 0]);
  });

  test('has an error where a buffer is missing in its middle', () => {
    const rig = new PcnetRig();
    rig.start();
    rig.give(2, 64);
    rig.cable.arrive(frameTo(MAC, 400));
    expect([0, 1].map((n) => rig.descriptor(RX_RING, n).status)).toEqual([0x200, 0x5400]);
  });
});

test('a frame waits anew after a load, however long one has waited before', () => {
  const rig = new PcnetRig();
  rig.start();
  rig.cable.arrive(frameTo(MAC));
  rig.advance(400_000_000);
  const { component } = rig.card;
  component.load(component.save());
  component.restored();
  rig.advance(400_000_000);
  expect([rig.csr(112), rig.cable.waiting.length]).toEqual([0, 1]);
  rig.advance(200_000_000);
  expect([rig.csr(112), rig.cable.waiting.length]).toEqual([1, 0]);
});

describe('what is sent', () => {
  test('goes when the chip looks by itself, unless it must not', () => {
    const send = (features: number): number => {
      const rig = new PcnetRig();
      rig.start({ features });
      rig.advance(100_000_000);
      rig.putDescriptor(TX_RING, 0, { buffer: 0x40000, bytes: 100, status: 0x8300 });
      rig.advance(20_000_000);
      return rig.cable.sent.length;
    };
    expect([send(0x0915), send(0x1915)]).toEqual([1, 0]);
  });

  test('without an end is an error that stops the transmitter', () => {
    const rig = new PcnetRig();
    rig.start();
    rig.putDescriptor(TX_RING, 0, { buffer: 0x40000, bytes: 100, status: 0x8200 });
    rig.setCsr(0, 0x48);
    rig.idle();
    expect([rig.descriptor(TX_RING, 0), rig.csr(0) & 0x210]).toEqual([{ status: 0x4200, detail: 0xc0000000 }, 0x200]);
    expect(rig.cable.sent).toEqual([]);
  });

  test('without a start is skipped', () => {
    const rig = new PcnetRig();
    rig.start();
    rig.putDescriptor(TX_RING, 0, { buffer: 0x40000, bytes: 100, status: 0x8100 });
    rig.transmit(frameTo(BROADCAST, 70), { first: 1 });
    expect([rig.descriptor(TX_RING, 0).status, rig.cable.sent.length]).toEqual([0x100, 1]);
  });

  test('has no carrier without a cable', () => {
    const rig = new PcnetRig();
    rig.start();
    rig.cable.isLinkUp = false;
    rig.transmit(frameTo(BROADCAST));
    expect([rig.descriptor(TX_RING, 0), rig.csr(0) & 0xa000]).toEqual([{ status: 0x4300, detail: 0x08000000 }, 0xa000]);
    expect([rig.bcr(4) & 0x8000, rig.cable.sent.length]).toEqual([0, 0]);
  });

  test('may bring its own checksum, which the wire does not carry', () => {
    const rig = new PcnetRig();
    rig.start({ mode: 0x0008 });
    rig.transmit(frameTo(BROADCAST, 104));
    rig.transmit(frameTo(BROADCAST, 104), { first: 1, flags: 0x2000 });
    expect(rig.cable.sent.map(({ length }) => length)).toEqual([100, 104]);
  });

  test('interrupts where the last descriptor asks for it, if it is to be so', () => {
    const rig = new PcnetRig();
    rig.start({ extended: 0xc000 });
    rig.transmit(frameTo(BROADCAST));
    rig.wait();
    expect(rig.csr(0) & 0x200).toBe(0);
    rig.transmit(frameTo(BROADCAST), { first: 1, flags: 0x1000 });
    rig.wait();
    expect(rig.csr(0) & 0x200).toBe(0x200);
  });
});

describe('loopback', () => {
  test('gives frames back with their checksum', () => {
    const rig = new PcnetRig();
    rig.start({ mode: 0x0044 });
    rig.give();
    const frame = frameTo(MAC, 32);
    rig.transmit(frame);
    expect(rig.descriptor(RX_RING, 0)).toEqual({ status: 0x340, detail: 36 });
    expect(rig.view.getUint32(RX_BUFFERS + 32, true)).toBe(crc32(frame));
    expect(rig.cable.sent).toEqual([]);
    rig.cable.arrive(frameTo(MAC));
    expect(rig.descriptor(RX_RING, 1).status).toBe(0x8000);
  });

  test('tells of a wrong one', () => {
    const rig = new PcnetRig();
    rig.start({ mode: 0x004c });
    rig.give();
    rig.transmit(frameTo(MAC, 64));
    expect(rig.descriptor(RX_RING, 0).status).toBe(0x4b40);
  });
});

describe('interrupts', () => {
  test('come while CSR3 lets them, and INEA is set', () => {
    const rig = new PcnetRig();
    rig.start();
    rig.give();
    rig.cable.arrive(frameTo(MAC));
    expect(rig.irq.level).toBe(true);
    rig.setCsr(3, 0x0400);
    expect([rig.irq.level, rig.csr(0) & 0x480]).toEqual([false, 0x400]);
    rig.setCsr(3, 0);
    rig.setCsr(0, 0);
    expect([rig.irq.level, rig.csr(0) & 0xc0]).toEqual([false, 0x80]);
  });

  test('a stop clears them', () => {
    const rig = new PcnetRig();
    rig.start();
    rig.give();
    rig.cable.arrive(frameTo(MAC));
    rig.setCsr(0, 4);
    expect([rig.csr(0), rig.irq.level]).toEqual([4, false]);
  });
});

/** The halves of a filter that lets a group through, by a CRC bit by bit (data sheet, "Logical Address Filter"). */
function filterFor(address: readonly number[]): number[] {
  let crc = 0xffffffff;
  for (const byte of address)
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (((crc ^ (byte >> bit)) & 1) !== 0 ? 0xedb88320 : 0);
  const index = crc >>> 26;
  return [0, 1, 2, 3].map((n) => (n === index >> 4 ? 1 << (index & 15) : 0));
}
