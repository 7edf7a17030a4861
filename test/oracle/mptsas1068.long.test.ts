import { expect, test } from 'vitest';
import {
  block10,
  CHAIN,
  DIAGNOSTIC,
  keys,
  LAST,
  LAST_OF_PART,
  MptsasRig,
  Place,
  pageMessage,
  Reg,
  SIMPLE,
  taskMessage,
  WIDE,
} from '../runtime/devices/mptsas1068/mptsas-rig.ts';
import { MMIO, PORTS } from '../runtime/devices/network/card-rig.ts';
import { qemuVersion } from './qemu-guest.ts';
import { qtestAnswers } from './qtest.ts';

const TIMEOUT = 120_000;
/** Slot 3: behind the display adapter. */
const CONFIGURATION = 0x80001800;
/** Drives: their numbers, models, and addresses, which are those that the rig's have. */
const drives = [
  [0, 'scsi-hd', '0x3525400000010300'],
  [3, 'scsi-hd', '0x3525400000040300'],
  [5, 'scsi-cd', '0x3525400000060300'],
] as const;

/** An access to a register, to the configuration space or to memory, or time for what is under way. */
type Access =
  | readonly ['read', offset: number]
  | readonly ['write', offset: number, value: number]
  | readonly ['configuration', offset: number]
  | readonly ['put', address: number, words: readonly number[]]
  | readonly ['get', address: number, words: number]
  | readonly ['wait'];

const registers: readonly Access[] = Array.from({ length: 32 }, (_, n) => ['read', 4 * n] as const);
const configuration: readonly Access[] = [0, 8, 0xc, 0x2c, 0x34, 0x3c, 0x40, 0x44, 0x48, 0x4c].map(
  (offset) => ['configuration', offset] as const,
);

/** A message by the doorbell, and its reply of so many words; interrupts are looked at on the way. */
function handshake(message: readonly number[], words: number): Access[] {
  const look: Access[] = [['read', Reg.interruptStatus]];
  const acknowledged: Access[] = [['write', Reg.interruptStatus, 0], ...look];
  return [
    ['write', Reg.doorbell, 0x42000000 | (message.length << 16)],
    ...look,
    ...acknowledged,
    ['read', Reg.doorbell],
    ...message.map((word) => ['write', Reg.doorbell, word >>> 0] as const),
    ...look,
    ...Array.from({ length: 2 * words }, () => [['read', Reg.doorbell], ...acknowledged] as Access[]).flat(),
    ['read', Reg.doorbell],
    ...acknowledged,
  ];
}

const IOC_INIT = [0x02000004, 0x00010800, 0x11, 0x80, 0, 0];
const facts = (context: number) => handshake([0x03000000, 0, context], 20);
const frame = (n: number) => Place.replies + 128 * n;
const frames = (count: number): Access[] =>
  Array.from({ length: count }, (_, n) => ['write', Reg.replies, frame(n)] as const);

/** A message in a frame; the reply queue afterwards, and the frames of replies that came. The frames are given again. */
function post(message: readonly number[], waits = 3): Access[] {
  return [
    ['put', Place.requests, [...message.map((word) => word >>> 0), ...Array<number>(32 - message.length).fill(0)]],
    ['write', Reg.requests, Place.requests],
    ...Array.from({ length: waits }, () => ['wait'] as const),
    ...[Reg.interruptStatus, Reg.doorbell, Reg.replies, Reg.replies].map((offset) => ['read', offset] as const),
    ['get', frame(0), 12],
    ['get', Place.sense, 5],
    ['read', Reg.interruptStatus],
    ['put', frame(0), Array<number>(12).fill(0xeeeeeeee)],
    ['put', Place.sense, Array<number>(5).fill(0xeeeeeeee)],
  ];
}

interface Asked {
  readonly place?: number;
  readonly unit?: number;
  readonly control?: number;
  readonly length?: number;
  readonly list?: readonly number[];
  readonly chainOffset?: number;
  readonly waits?: number;
}

const READ = 0x02000000;
const WRITE = 0x01000000;

/** Steps that execute a SCSI IO request; then the controller begins anew, with a frame for a reply. */
function scsi(command: readonly number[], asked: Asked = {}): Access[] {
  const { place = 0, unit = 0, control = READ, length = 0, list = [LAST | length, Place.data] } = asked;
  const block = new Uint8Array(16);
  block.set(command);
  const words = new Uint32Array(block.buffer);
  const head = [((asked.chainOffset ?? 0) << 16) | place, 0x1200 | command.length, 0x77, unit << 8, 0, control];
  return [
    ...post([...head, ...words, length, Place.sense, ...list], asked.waits),
    ['write', Reg.doorbell, 0x40000000],
    ...handshake(IOC_INIT, 5),
    ...frames(1),
    ...post([0x01000000, 0x0200, 0x33, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    ...frames(1),
    // Of the reset.
    ...post([0, 0x1206, 0x78, 0, 0, 0, 0, 0, 0, 0, 0, Place.sense, LAST, 0]),
    ...frames(1),
  ];
}

const INQUIRY = (room: number) => [0x12, 0, 0, 0, room, 0];

const messages: readonly Access[] = [
  ...configuration,
  ...registers,
  ...facts(1),
  ...handshake([0x05000000, 0, 2], 10),
  ...handshake([0x05000000, 0x00070000, 3], 10),
  ...handshake([0x05000000, 0x00080000, 4], 10),
  ...handshake(IOC_INIT, 5),
  ...facts(5),
  ...handshake([0x06000000, 0x00020000, 6], 5),
  ...handshake([0x07000001, 0, 7], 8),
  ...frames(1),
  ...post([0x07000000, 0, 8]),
  ...frames(1),
  ...post([0x03000000, 0, 9]),
  ...post([0x03000000, 0, 10]),
  ['read', Reg.doorbell],
  ...handshake(IOC_INIT, 5),
  ['write', Reg.doorbell, 0x40000000],
  ['read', Reg.doorbell],
  ...facts(11),
  ...post([0x03000000, 0, 12]),
  ['write', Reg.doorbell, 0x40000000],
  ...frames(129),
  ['read', Reg.doorbell],
  ['write', Reg.diagnostic, 4],
  ['read', Reg.doorbell],
  ...facts(13),
  ...[0xff, ...keys, 0xff, ...keys.slice(0, 3), 0, ...keys, 4, ...keys].flatMap(
    (key) =>
      [
        ['write', Reg.sequence, key],
        ['read', Reg.diagnostic],
      ] as const,
  ),
  ...[0, 1, 8, 0xf, 0xffffffff].flatMap(
    (mask) =>
      [
        ['write', Reg.interruptMask, mask],
        ['read', Reg.interruptMask],
      ] as const,
  ),
  ...registers,
];

const types = [0, 1, 2, 9, 0x0f, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15];
const addresses: Readonly<Record<number, readonly number[]>> = {
  18: [8, 9, 11, 12, 14, 0xffff, 0x10000000, 0x10000003, 0x10000004, 0x10000100, 0x20000009, 0x2000000a, 0x2000000e],
  19: [0, 3, 7, 8, 0x10000005, 0x10000008, 0x20000000],
};
const ask = (message: readonly number[]): Access[] => [
  ['put', Place.page, Array<number>(66).fill(0xeeeeeeee)],
  ...handshake(message, 6),
  ['get', Place.page, 66],
];
/** Types whose page 0 has names, or, in QEMU's of the controller, the class code's field left out: only its header is compared. */
const ownPages: readonly number[] = [0, 1, 9];
const pages: readonly Access[] = types.flatMap((type) =>
  Array.from({ length: 12 }, (_, number) => number).flatMap((number) => {
    const action = number === 0 && ownPages.includes(type) ? 0 : 1;
    return (addresses[type] ?? [0]).flatMap((address) => ask(pageMessage(type, number, address, action)));
  }),
);
const actions: readonly Access[] = [0, 1, 2, 3, 4, 5, 6, 7, 8].flatMap((action) => [
  ...ask(pageMessage(0, 2, 0, action)),
  ...ask(pageMessage(0x10, 0, 0, action)),
  ...ask(pageMessage(0x12, 0, 0x10000001, action)),
  ...ask(pageMessage(0, 9, 0, action)),
  ...ask(pageMessage(2, 0, 0, action)),
]);

const requests: readonly Access[] = [
  ...handshake(IOC_INIT, 5),
  ...frames(1),
  ...scsi([0, 0, 0, 0, 0, 0], { control: 0 }),
  ...scsi([0, 0, 0, 0, 0, 0], { control: 0 }),
  ...scsi(INQUIRY(36), { length: 36 }),
  ...scsi([0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0], { length: 16 }),
  ...[1, 8, 0xff, 0x100, 0x103].flatMap((place) => scsi(INQUIRY(36), { length: 36, place })),
  ...scsi(INQUIRY(36), { length: 36, unit: 1 }),
  ...scsi(block10(0x28, 0, 1), { length: 512, unit: 1 }),
  ...scsi(block10(0x28, 0, 1), { length: 512, waits: 20 }),
  ...scsi(block10(0x2a, 0, 1), { length: 512, control: WRITE, waits: 20 }),
  ...scsi(block10(0x28, 0, 1), { length: 511 }),
  ...scsi(block10(0x28, 0, 1), { length: 512, control: WRITE }),
  ...scsi([0xff, 0, 0, 0, 0, 0], { control: 0 }),
  ...scsi([0x12, 0, 5, 0, 36, 0], { length: 36 }),
  // Lists: other elements, elements without bytes, too short ones, parts, and a part that is none.
  ...scsi(block10(0x28, 0, 1), { length: 512, list: [CHAIN | 512, Place.data] }),
  ...scsi(block10(0x28, 0, 1), { length: 512, list: [SIMPLE, Place.data, LAST | 512, Place.data] }),
  ...scsi(block10(0x28, 0, 1), { length: 512, list: [LAST | 500, Place.data] }),
  ...scsi(block10(0x28, 0, 1), { length: 512, list: [LAST | WIDE | 512, Place.data, 0], waits: 20 }),
  ...scsi(block10(0x28, 0, 1), { length: 512, list: [LAST_OF_PART | 500, Place.data] }),
  ['put', Place.page, [SIMPLE | 100, Place.data, LAST | 112, Place.data]],
  ...scsi(block10(0x28, 0, 1), {
    ...{ length: 512, list: [LAST_OF_PART | 300, Place.data, CHAIN | 16, Place.page], chainOffset: 14, waits: 20 },
  }),
  ...scsi(block10(0x28, 0, 1), {
    ...{ length: 512, list: [LAST_OF_PART | 300, Place.data, SIMPLE | 16, Place.page], chainOffset: 14 },
  }),
];

const tasks: readonly Access[] = [
  ...handshake(IOC_INIT, 5),
  ...Array.from({ length: 10 }, (_, type) => [
    ...[{}, { target: 1 }, { bus: 1 }, { target: 9 }, { unit: 1 }].flatMap((place) => [
      ...frames(1),
      ...post([...taskMessage(type, place), 5]),
    ]),
  ]).flat(),
];

const all = { messages, pages: [...handshake(IOC_INIT, 5), ...pages, ...actions], requests, tasks };

const hex = (value: number) => `0x${(value >>> 0).toString(16)}`;

function ours(accesses: readonly Access[]): string[] {
  const rig = new MptsasRig(true);
  return accesses.map((access) => {
    switch (access[0]) {
      case 'read':
        return hex(rig.read(access[1]));
      case 'configuration':
        return hex(rig.device.pciFunction.read(access[1], 4));
      case 'write':
        rig.write(access[1], access[2]);
        return '';
      case 'put':
        rig.put(access[1], ...access[2]);
        return '';
      case 'get':
        return Buffer.from(rig.bytes.subarray(access[1], access[1] + 4 * access[2])).toString('hex');
      default:
        rig.advance(100_000);
        return '';
    }
  });
}

/** Steps of qtest for an access; the last one has its answer. */
function stepsOf(access: Access): string[] {
  switch (access[0]) {
    case 'read':
      return [`readl ${hex(MMIO + access[1])}`];
    case 'configuration':
      return [`outl 0xcf8 ${hex(CONFIGURATION + access[1])}`, 'inl 0xcfc'];
    case 'write':
      return [`writel ${hex(MMIO + access[1])} ${hex(access[2])}`];
    case 'put': {
      const words = new Uint8Array(Uint32Array.from(access[2]).buffer);
      return [`write ${hex(access[1])} ${words.length} 0x${Buffer.from(words).toString('hex')}`];
    }
    case 'get':
      return [`read ${hex(access[1])} ${4 * access[2]}`];
    default:
      return [`inb ${hex(PORTS + Reg.interruptMask)}`];
  }
}

async function theirs(accesses: readonly Access[]): Promise<string[]> {
  const configure = (offset: number, value: number) => [
    `outl 0xcf8 ${hex(CONFIGURATION + offset)}`,
    `outl 0xcfc ${hex(value)}`,
  ];
  const setUp = [
    ...configure(0x10, PORTS),
    ...configure(0x14, MMIO),
    ...configure(0x18, DIAGNOSTIC),
    ...configure(4, 7),
  ];
  const steps = accesses.map(stepsOf);
  const media = drives.flatMap(([id, model, wwn]) => [
    ...['-blockdev', `driver=null-co,node-name=d${id},size=1048576,read-zeroes=on`],
    ...['-device', `${model},drive=d${id},bus=s.0,scsi-id=${id},wwn=${wwn}`],
  ]);
  const answers = await qtestAnswers([...setUp, ...steps.flat()], ['-device', 'mptsas1068,id=s,addr=3', ...media]);
  let at = setUp.length;
  return steps.map((own, n) => {
    at += own.length;
    const answer = answers[at - 1]!;
    const access = accesses[n]!;
    if (access[0] === 'get') return answer.slice(2).padStart(8 * access[2], '0');
    return access[0] === 'read' || access[0] === 'configuration' ? answer : '';
  });
}

test.skipIf(!qemuVersion()?.startsWith('7.2')).each(Object.entries(all))(
  "%s of the mptsas1068 are as QEMU's",
  async (_name, accesses) => {
    const [own, others] = [ours(accesses), await theirs(accesses)];
    expect(new Set(others).size).toBeGreaterThan(20);
    for (const [n, [kind, place = 0]] of accesses.entries())
      expect.soft(own[n], `${n}: ${kind} ${hex(place)}`).toBe(others[n]);
  },
  TIMEOUT,
);
