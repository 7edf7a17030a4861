import { E1000 } from '../../../../runtime/devices/e1000/index.ts';
import { Ne2000Pci } from '../../../../runtime/devices/ne2000/index.ts';
import { Pcnet } from '../../../../runtime/devices/pcnet/index.ts';
import { Rtl8139 } from '../../../../runtime/devices/rtl8139/index.ts';
import { loadComponents, saveComponents } from '../../../../runtime/snapshot/components.ts';
import type { Component } from '../../../../runtime/snapshot/describe.ts';
import { randomFrom } from '../../../support/samples.ts';
import { BROADCAST, type CardRig, frameTo, MAC, MEMORY_BYTES, MMIO, PORTS } from './card-rig.ts';
import { HostRig } from './host-rig.ts';
import { packetFrame } from './packets.ts';
import { Vmxnet3Driver } from './vmxnet3-rig.ts';

const STEPS = 3000;

type Access = (offset: number, size: 1 | 2 | 4, value?: number) => void;

/** A card whose registers a guest gone wild may reach, most of all those that start something. */
interface Subject {
  readonly component: Component;
  readonly access: Access;
  /** Offsets of registers, the likely ones. */
  readonly offsets: readonly number[];
  readonly rings: readonly number[];
  /** Brings the card up as a driver does. */
  start(): void;
  /** Sends a packet of a size that the card can put together, in segments of a size and with a tag if it can do that. */
  send?(packet: Packet): void;
}

interface Packet {
  readonly length: number;
  readonly headerBytes: number;
  readonly segmentBytes: number;
  /** To be cut into segments. */
  readonly isLarge: boolean;
}

/** Where the ring and the bytes of such a packet are. */
const [SEND_RING, SEND_DATA] = [0xf0000, 0x20000];

const vmxnet3Commands = [
  ...[0xcafe0000, 0xcafe0000, 0xcafe0001, 0xcafe0002, 0xcafe0003, 0xcafe0004, 0xcafe0005, 0xcafe0009, 0xf00d0001],
  ...[0xf00d0002, 0xf00d0003, 0xf00d0008, 0],
];
const OWNED = 0x80000000;
/** The second word of an RTL8139's descriptor: with this tag. */
const TAGGED = 0x00022301;

const byPorts =
  (rig: CardRig): Access =>
  (offset, size, value) =>
    value === undefined ? void rig.ports.read(PORTS + offset, size) : rig.ports.write(PORTS + offset, size, value);

/** By their names: cards that are made on a rig. */
export const subjects: Readonly<Record<string, (rig: CardRig) => Subject>> = {
  rtl8139: (rig) => {
    const card = new Rtl8139({ ...rig.board, device: 3 });
    rig.enable(card.pciFunction, [PORTS, MMIO]);
    const access = byPorts(rig);
    return {
      component: card.component,
      access,
      offsets: [0x10, 0x14, 0x20, 0x30, 0x37, 0x38, 0x3c, 0x3e, 0x40, 0x44, 0x48, 0x50, 0x54, 0xd9, 0xe0, 0xe4],
      rings: [0x20, 0x30, 0xe4],
      start: () => {
        access(0x37, 1, 0x0c);
        access(0x44, 4, 0x0f);
      },
      send: ({ length, segmentBytes, isLarge }) => {
        access(0x37, 1, 0x00);
        access(0x37, 1, 0x0c);
        access(0xe0, 2, 0x03);
        access(0x20, 4, SEND_RING);
        access(0x24, 4, 0);
        rig.bytes.set(packetFrame({ protocol: 'tcp', data: [] }), SEND_DATA);
        rig.view.setUint16(SEND_DATA + 16, Math.min(length, 0xffff) - 14);
        const command = isLarge ? 0x98000000 | (segmentBytes << 16) : 0x90000000;
        const first = length >> 1;
        rig.put(SEND_RING, (OWNED | first) >>> 0, TAGGED, SEND_DATA, 0);
        rig.put(SEND_RING + 16, (command | (length - first)) >>> 0, TAGGED, SEND_DATA + first, 0);
        rig.put(SEND_RING + 32, 0);
        access(0xd9, 1, 0x40);
      },
    };
  },
  ne2k_pci: (rig) => {
    const card = new Ne2000Pci({ ...rig.board, device: 3 });
    rig.enable(card.pciFunction, [PORTS]);
    const access = byPorts(rig);
    return {
      component: card.component,
      access,
      offsets: Array.from({ length: 0x20 }, (_, n) => n),
      rings: [0x01, 0x02],
      start: () => {
        access(0, 1, 0x22);
        access(0x0c, 1, 0x1c);
        access(0x01, 1, 0x46);
        access(0x02, 1, 0x80);
        access(0x04, 1, 0x40);
        access(0x06, 1, 0x01);
        access(0, 1, 0x26);
      },
    };
  },
  pcnet: (rig) => {
    const card = new Pcnet({ ...rig.board, device: 3 });
    rig.enable(card.pciFunction, [PORTS, MMIO]);
    const access = byPorts(rig);
    const set = (csr: number, value: number) => {
      access(0x12, 2, csr);
      access(0x10, 2, value);
    };
    const start = (style: number) => {
      // A reset, whatever the width of its registers is.
      access(0x14, 2);
      access(0x18, 4);
      access(0x12, 2, 20);
      access(0x16, 2, style);
      // An initialization block of 32 bits with rings of 16, at 3000h and 4000h; with 16 bits it is another one.
      rig.put(0x2000, 0x40400000, 0x12005452, 0x00005634, 0, 0, 0x3000, 0x4000);
      set(1, 0x2000);
      set(2, 0);
      set(0, 0x43);
    };
    return {
      component: card.component,
      access,
      offsets: Array.from({ length: 16 }, (_, n) => 0x10 + 2 * (n & 7)),
      rings: [0x10, 0x12],
      start: () => start(rig.bytes[0x100]! & 3),
      send: ({ length, headerBytes, segmentBytes }) => {
        start(2);
        const first = 1 + (length % 0x1000);
        rig.put(0x4000, SEND_DATA, ((0x8200 | (headerBytes & 0xf0)) << 16) | ((0x10000 - first) & 0xffff), 0);
        rig.put(0x4010, SEND_DATA, (0x8100 << 16) | ((0x10000 - (1 + (segmentBytes % 0x1000))) & 0xffff), 0);
        rig.put(0x3000, 0x8000, 0x8000f000, 0);
        set(0, 0x48);
      },
    };
  },
  vmxnet3: (rig) => {
    const driver = new Vmxnet3Driver(rig, true);
    const { component } = driver.device;
    return {
      component,
      access: (offset, size, value) => {
        const region = rig.regions.find(({ base }) => base === MMIO + (offset & 0x2000 ? 0x2000 : offset & 0x1000));
        if (value === undefined) region?.read(offset & 0xfff, size);
        // Commands that mean something, now and then.
        else region?.write(offset & 0xfff, size, offset === 0x1020 ? vmxnet3Commands[value % 13]! : value);
      },
      offsets: vmxnet3Offsets,
      rings: [0x1010, 0x1018],
      start: () => {
        driver.command(0xcafe0002);
        driver.start({
          features: 5,
          mode: 0x1f,
          guest: rig.bytes[0x100]! & 3,
          sendQueues: 1 + (rig.bytes[0x101]! & 7),
        });
        driver.give(32);
      },
      send: ({ length, headerBytes, segmentBytes, isLarge }) => {
        driver.command(0xcafe0002);
        driver.start();
        const packet = new Uint8Array(Math.max(length, 54));
        packet.set(packetFrame({ protocol: 'tcp', data: [] }));
        new DataView(packet.buffer).setUint16(16, Math.min(length, 0xffff) - 14);
        const pieces = [packet.subarray(0, length >> 1), packet.subarray(length >> 1)];
        driver.send(pieces, (segmentBytes << 18) >>> 0, headerBytes | (isLarge ? 0xc00 : 0x800));
      },
    };
  },
  e1000: (rig) => {
    const card = new E1000({ ...rig.board, device: 3 });
    rig.enable(card.pciFunction, [MMIO, PORTS]);
    const access: Access = (offset, size, value) => {
      const [region] = rig.regions;
      if (value === undefined) region!.read(offset, size);
      else region!.write(offset, size, value);
    };
    return {
      component: card.component,
      access,
      offsets: [
        ...[0, 8, 0x10, 0x14, 0x20, 0xc0, 0xc4, 0xc8, 0xd0, 0xd8, 0x100, 0x400, 0x2800, 0x2808, 0x2810, 0x2818],
        ...[0x3800, 0x3808, 0x3810, 0x3818, 0x4074, 0x5000, 0x5200, 0x5400, 0x5404, 0x5600],
      ],
      rings: [0x2800, 0x3800],
      start: () => {
        access(0x100, 4, 0x801a);
        access(0x400, 4, 0x0a);
        access(0x2808, 4, 128);
        access(0x3808, 4, 128);
      },
      send: ({ length, headerBytes, segmentBytes, isLarge }) => {
        access(0, 4, 0x40000240);
        access(0x400, 4, 0x0a);
        for (const [n, value] of [SEND_RING, 0, 128].entries()) access(0x3800 + 4 * n, 4, value);
        access(0x3810, 4, 0);
        rig.put(SEND_RING, 0, 0, 0x20000000, (headerBytes << 8) | (segmentBytes << 16));
        rig.put(SEND_RING + 16, SEND_DATA, 0, 0x69100000 | (isLarge ? 0x04000000 : 0) | length, 0x01230000);
        access(0x3818, 4, 2);
      },
    };
  },
};

const vmxnet3Offsets = [
  ...[0x0, 0x8, 0x600, 0x600, 0x608, 0x800, 0xa00, 0x1010, 0x1018, 0x1020, 0x1028, 0x1030, 0x1038, 0x1040],
  ...[0x2000, 0x200c, 0x3000],
];

/** Most of all one at the limits. */
function anyPacket(pick: (most: number) => number): Packet {
  return {
    length: pick(4) === 0 ? 0x10010 - pick(32) : 14 + pick(3000),
    headerBytes: pick(2) === 0 ? 0 : pick(64),
    segmentBytes: pick(4) === 0 ? pick(32) : 32 + pick(1500),
    isLarge: pick(2) === 0,
  };
}

/** A step of a driver, or of one gone wild: registers, descriptors, frames, time. */
function step(rig: HostRig, { access, offsets, rings, start, send }: Subject, random: () => number): void {
  const pick = (most: number): number => Math.floor(random() * most);
  const word = (): number => (pick(3) === 0 ? pick(0x100000000) : pick(0x1000));
  const size = ([1, 2, 4] as const)[pick(3)]!;
  switch (pick(10)) {
    case 0:
      access(offsets[pick(offsets.length)]!, size);
      break;
    case 1:
    case 2:
      access(offsets[pick(offsets.length)]!, size, word());
      break;
    case 3:
      access(pick(0x100), size, word());
      break;
    case 4:
      access(rings[pick(rings.length)]!, 4, pick(16) === 0 ? word() : 0x1000 * pick(16));
      break;
    case 5:
      for (let n = pick(64); n > 0; n--) rig.put(16 * pick(0x1000), word(), word(), pick(MEMORY_BYTES), 0);
      break;
    case 6:
      rig.arrive(
        pick(2) === 0
          ? frameTo(pick(2) === 0 ? MAC : BROADCAST, 14 + pick(pick(8) === 0 ? 0xfff0 : 1600))
          : packetFrame({ protocol: 'tcp', data: [1, 2, 3] }),
      );
      break;
    case 7:
      rig.advance(pick(200_000));
      break;
    case 8:
      if (pick(4) === 0) start();
      if (pick(20) === 0) rig.setLink(pick(4) > 0);
      break;
    case 9:
      send?.(anyPacket(pick));
  }
}

/** The result of guests gone wild. */
export interface Outcome {
  /** Frames that were sent. */
  readonly sent: number;
  /** States that were not the same when they were loaded and saved again. */
  readonly differences: number;
}

/** Lets guests from seeds `first` up to `end` run wild on a card. */
export function runWild(name: string, first: number, end: number): Outcome {
  let [sent, differences] = [0, 0];
  for (let seed = first; seed < end; seed++) {
    const random = randomFrom(seed);
    const rig = new HostRig();
    const subject = subjects[name]!(rig);
    for (let n = 0; n < STEPS; n++) step(rig, subject, random);
    sent += rig.sent;
    const saved = saveComponents([subject.component]);
    const copy = subjects[name]!(new HostRig());
    loadComponents([copy.component], saved);
    if (copy.component.compare(saved[subject.component.name]!).length > 0) differences++;
  }
  return { sent, differences };
}
