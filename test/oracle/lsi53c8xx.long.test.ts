import { expect, test } from 'vitest';
import { LsiRig, Reg } from '../runtime/devices/lsi53c8xx/lsi-rig.ts';
import { PORTS } from '../runtime/devices/network/card-rig.ts';
import { qemuVersion } from './qemu-guest.ts';
import { qtestAnswers } from './qtest.ts';

const TIMEOUT = 60_000;
/** Slot 3: behind the display adapter. */
const CONFIGURATION = 0x80001800;
const REGISTERS = 0x100;
/** SFBR, which QEMU cannot read back. */
const unreadable: readonly number[] = [0x08];

type Access = readonly ['read' | 'write', offset: number, value?: number];

const all: readonly number[] = Array.from({ length: REGISTERS }, (_, n) => n).filter((n) => !unreadable.includes(n));
const reads: readonly Access[] = all.map((offset) => ['read', offset]);
/** Without those that reset, abort, or start SCRIPTS or the timer. */
const plain = all.filter((n) => ![0x01, 0x08, 0x14, 0x2f, 0x3b, 0x49].includes(n));
const writes = (value: (offset: number) => number): readonly Access[] =>
  plain.map((offset) => ['write', offset, value(offset) & 0xff]);

const accesses: readonly Access[] = [
  ...reads,
  ...writes((offset) => offset * 37 + 5),
  ...reads,
  ...writes(() => 0xff),
  ...reads,
  ...writes(() => 0),
  // Reasons of interrupts: the timer, the reset of the bus, an abort; what is told of them, before they are read.
  ...([
    ['write', Reg.enable1, 2],
    ['write', 0x49, 1],
    ['read', 0x14],
    ['read', Reg.reason1],
  ] as const),
  ...([
    ['write', 0x01, 8],
    ['read', 0x14],
    ['read', 0x0d],
    ['read', Reg.reason0],
    ['write', 0x01, 0],
  ] as const),
  ...([
    ['read', 0x0d],
    ['write', 0x14, 0x80],
    ['read', 0x14],
    ['read', Reg.dmaStatus],
    ['write', 0x14, 0x20],
  ] as const),
  ...([
    ['read', 0x14],
    ['read', Reg.signal],
    ['read', 0x14],
    ['write', 0x14, 0x40],
  ] as const),
  ...reads,
];

function ours(): string[] {
  const rig = new LsiRig();
  rig.device.reset();
  return accesses.map(([kind, offset, value]) => {
    if (kind === 'read') return `0x${rig.ports.read(PORTS + offset, 1).toString(16)}`;
    rig.ports.write(PORTS + offset, 1, value!);
    return '';
  });
}

async function theirs(): Promise<string[]> {
  const configure = (offset: number, value: number) => [
    `outl 0xcf8 0x${(CONFIGURATION + offset).toString(16)}`,
    `outl 0xcfc 0x${value.toString(16)}`,
  ];
  const setUp = [...configure(0x10, PORTS), ...configure(4, 7)];
  const steps = accesses.map(([kind, offset, value]) => {
    const port = `0x${(PORTS + offset).toString(16)}`;
    return kind === 'read' ? `inb ${port}` : `outb ${port} 0x${value!.toString(16)}`;
  });
  const answers = await qtestAnswers([...setUp, ...steps], ['-device', 'lsi53c895a,addr=3']);
  return answers.slice(setUp.length);
}

test.skipIf(!qemuVersion()?.startsWith('7.2'))(
  "registers of the lsi53c895a are as QEMU's",
  async () => {
    const [own, others] = [ours(), await theirs()];
    expect(new Set(others).size).toBeGreaterThan(100);
    for (const [n, [kind, offset]] of accesses.entries())
      if (kind === 'read') expect.soft(own[n], `${n}: register ${offset.toString(16)}`).toBe(others[n]);
  },
  TIMEOUT,
);
