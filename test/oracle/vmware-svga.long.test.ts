import { expect, test } from 'vitest';
import { Command, Register } from '../../runtime/devices/vmware-svga/registers.ts';
import { COMMANDS, END, FIRST, MEMORY, PORTS, SvgaRig } from '../runtime/devices/vmware-svga/svga-rig.ts';
import { qemuVersion } from './qemu-guest.ts';
import { qtestAnswers } from './qtest.ts';

const TIMEOUT = 60_000;
/** Slot 3: the machine has no other adapter. */
const CONFIGURATION = 0x80001800;

type Step =
  | readonly ['get', register: number]
  | readonly ['set', register: number, value: number]
  | readonly ['load', address: number]
  | readonly ['store', address: number, value: number];

/**
 * Registers that are the same in both. QEMU's has one depth, other capabilities and more scratch registers, tells X for Y of the cursor, and the size of the
 * frame buffer without what is behind the picture.
 */
const common: readonly number[] = [
  ...[Register.id, Register.enable, Register.width, Register.height, Register.maxWidth, Register.maxHeight],
  ...[Register.depth, Register.bitsPerPixel, Register.redMask, Register.greenMask, Register.blueMask],
  ...[Register.bytesPerLine, Register.frameBufferStart, Register.frameBufferOffset, Register.memoryBytes],
  ...[Register.fifoStart, Register.fifoBytes, Register.configurationDone, Register.sync, Register.busy],
  ...[Register.guestId, Register.cursorId, Register.cursorX, Register.cursorOn, Register.hostBitsPerPixel],
];
const readAll = common.map((register) => ['get', register] as const);

const header = (...words: readonly number[]): Step[] => words.map((word, n) => ['store', COMMANDS + 4 * n, word]);
const LINE = 4 * 640;
const picture = Array.from({ length: 12 }, (_, y) => Array.from({ length: 12 }, (_, x) => MEMORY + y * LINE + 4 * x))
  .flat()
  .map((address) => ['load', address] as const);

/**
 * Fills and copies, some of which overlap, or are not within the picture, and a cursor. The mode is the one that QEMU's screen has at first, as it takes
 * another one only when somebody looks.
 */
const commands = [
  ...[Command.rectangleFill, 0x00112233, 1, 1, 5, 4],
  ...[Command.rectangleFill, 0xff445566, 3, 2, 7, 1],
  ...[Command.rectangleCopy, 1, 1, 2, 2, 6, 5],
  ...[Command.rectangleCopy, 3, 3, 1, 2, 6, 5],
  ...[Command.rectangleFill, 0x00abcdef, 639, 479, 2, 1],
  ...[Command.rectangleCopy, 0, 470, 0, 0, 8, 11],
  ...[Command.update, 0, 0, 640, 480],
  ...[Command.defineCursor, 0, 0, 0, 32, 2, 1, 1, 1, 2, 3, 4],
  ...[Command.rectangleFill, 0x00778899, 0, 0, 1, 11],
];

const steps: readonly Step[] = [
  ['set', Register.id, 0x90000005],
  ['set', Register.width, 640],
  ['set', Register.height, 480],
  ['set', Register.width, 5000],
  ...readAll,
  ['set', Register.enable, 1],
  ...header(8, END, FIRST, FIRST),
  ['set', Register.configurationDone, 1],
  ...readAll,
  ...header(FIRST, END, FIRST, FIRST),
  ['set', Register.configurationDone, 1],
  ['set', Register.guestId, 0x5007],
  ['set', Register.cursorId, 9],
  ['set', Register.cursorX, 17],
  ['set', Register.cursorOn, 1],
  ['set', Register.cursorOn, 3],
  ...readAll,
  ...commands.map((word, n): Step => ['store', COMMANDS + FIRST + 4 * n, word]),
  ['store', COMMANDS + 8, FIRST + 4 * commands.length],
  ['set', Register.sync, 1],
  ['load', COMMANDS + 12],
  ...readAll,
  ...picture,
  ['set', Register.enable, 0],
  ['set', Register.configurationDone, 0],
  ...readAll,
];

function ours(): string[] {
  const rig = new SvgaRig();
  return steps.map(([kind, place, value = 0]) => {
    if (kind === 'get') return `0x${rig.get(place).toString(16)}`;
    if (kind === 'load') return `0x${rig.load(place).toString(16)}`;
    if (kind === 'set') rig.set(place, value);
    else rig.store(place, value);
    return '';
  });
}

async function theirs(): Promise<string[]> {
  const hex = (value: number): string => `0x${value.toString(16)}`;
  const configure = (offset: number, value: number) => [
    `outl 0xcf8 ${hex(CONFIGURATION + offset)}`,
    `outl 0xcfc ${hex(value)}`,
  ];
  const setUp = [
    ...[configure(0x10, PORTS), configure(0x14, MEMORY), configure(0x18, COMMANDS), configure(4, 7)].flat(),
  ];
  const lines = steps.map(([kind, place, value = 0]) => {
    if (kind === 'load') return [`readl ${hex(place)}`];
    if (kind === 'store') return [`writel ${hex(place)} ${hex(value >>> 0)}`];
    const port = hex(PORTS + 1);
    return [`outl ${hex(PORTS)} ${hex(place)}`, kind === 'get' ? `inl ${port}` : `outl ${port} ${hex(value >>> 0)}`];
  });
  const flags = ['-vga', 'none', '-device', 'vmware-svga,addr=3'];
  const answers = (await qtestAnswers([...setUp, ...lines.flat()], flags)).slice(setUp.length);
  return lines.map((group) => answers.splice(0, group.length).at(-1)!);
}

test.skipIf(!qemuVersion()?.startsWith('7.2'))(
  'registers and commands are as QEMU’s',
  { timeout: TIMEOUT },
  async () => {
    const [own, other] = [ours(), await theirs()];
    const told = (answers: readonly string[]) =>
      steps.flatMap((step, n) => (['get', 'load'].includes(step[0]) ? [`${n} ${step.join(' ')}: ${answers[n]}`] : []));
    expect(told(own)).toEqual(told(other));
  },
);
