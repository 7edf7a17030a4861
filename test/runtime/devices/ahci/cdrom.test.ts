import { expect, test } from 'vitest';
import { AhciRig, cdrom, DATA, Is, Port } from './ahci-rig.ts';

const PACKET = 0xa0;
const DMA = 1;
const read = (block: number, count: number) => [0x28, 0, 0, 0, 0, block, 0, 0, count, 0, 0, 0];

/** A drive whose guest has been told of the medium. */
function ready(): AhciRig {
  const rig = new AhciRig(cdrom(50)).start();
  rig.write(Port.is, 0xffffffff);
  return rig;
}

test('tells what it is', () => {
  const rig = ready();
  expect(rig.read(Port.sig)).toBe(0xeb140101);
  rig.issue(0xa1, { regions: [[DATA, 512]] });
  expect([rig.data(2)[1], rig.moved(), rig.read(Port.ci)]).toEqual([0x85, 512, 0]);
  rig.issue(0xec);
  expect([rig.read(Port.tfd), rig.registersFis.slice(5, 7)]).toEqual([0x441, [0x14, 0xeb]]);
});

test('reads by DMA', () => {
  const rig = ready();
  rig.issue(PACKET, { features: DMA, packet: read(17, 3), regions: [[DATA, 3 * 2048]] });
  rig.settle();
  expect(rig.data(3 * 2048)).toEqual(rig.medium.bytes.slice(17 * 2048, 20 * 2048));
  expect([rig.read(Port.ci), rig.read(Port.is), rig.read(Port.tfd), rig.moved()]).toEqual([0, 1, 0x50, 3 * 2048]);
});

test('reads by programmed I/O, in blocks as the registers want them', () => {
  const rig = ready();
  const limit = { 5: 0x00, 6: 0x08 };
  rig.issue(PACKET, { packet: read(4, 2), regions: [[DATA, 2 * 2048]], fis: limit });
  rig.settle();
  expect(rig.data(2 * 2048)).toEqual(rig.medium.bytes.slice(4 * 2048, 6 * 2048));
  expect([rig.read(Port.ci), rig.read(Port.is), rig.received(0x20 + 16, 2)]).toEqual([
    0,
    Is.registers | Is.pioSetup,
    [0, 8],
  ]);
});

test('a reply may have an odd number of bytes', () => {
  const rig = ready();
  rig.issue(PACKET, { packet: [0x12, 0, 0, 0, 5], regions: [[DATA, 36]], fis: { 5: 36 } });
  expect([rig.moved(), [...rig.data(6)]]).toEqual([5, [5, 0x80, 0, 0x21, 31, 0]]);
});

test('a packet that fails is an error, and its sense tells why', () => {
  const rig = ready();
  rig.issue(PACKET, { features: DMA, packet: read(200, 1), regions: [[DATA, 2048]] });
  expect([rig.read(Port.tfd), rig.read(Port.ci)]).toEqual([0x5041, 1]);
  rig.write(Port.cmd, 0x10);
  rig.write(Port.cmd, 0x11);
  rig.issue(PACKET, { packet: [0x03, 0, 0, 0, 18], regions: [[DATA, 18]], fis: { 5: 18 } });
  expect([rig.data(3)[2], rig.data(13)[12]]).toEqual([5, 0x21]);
});

test('a packet without its flag comes from the regions', () => {
  const rig = ready();
  rig.bytes.set([0x12, 0, 0, 0, 36], DATA);
  rig.issue(PACKET, {
    regions: [
      [DATA, 12],
      [DATA + 0x1000, 36],
    ],
    fis: { 5: 36 },
  });
  expect([...rig.data(2, DATA + 0x1000)]).toEqual([5, 0x80]);
});

test('the host changes the medium', () => {
  const rig = ready();
  const test = { packet: [0, 0, 0, 0] };
  rig.medium.insert(false);
  rig.issue(PACKET, test);
  expect(rig.read(Port.tfd)).toBe(0x2041);
});
