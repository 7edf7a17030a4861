import { describe, expect, test } from 'vitest';
import { buildVideoBios } from '../../../../runtime/firmware/vgabios/index.ts';
import { Random } from '../../../support/random.ts';
import { printedByMachine } from '../../../support/video-bios/answers.ts';
import { buildImage } from '../../../support/video-bios/harness.ts';
import { BUFFER, FONT } from '../../../support/video-bios/places.ts';

/** Where a program keeps the number of its step. */
const STEP = 0x600;

/** Registers of a call of int 10h; those that are left out are 0, but ES (BUFFER). */
type Registers = Partial<Record<'ax' | 'bx' | 'cx' | 'dx' | 'di' | 'bp' | 'es', number>>;

/** A step of a program: a call, or a store to memory (linear address below 64 KB, words) or to a port (a word). */
type Step =
  | Registers
  | { readonly at: number; readonly words: readonly number[] }
  | { readonly port: number; readonly word: number };

function textOf(step: Step): string {
  if ('at' in step) return step.words.map((word, n) => `mov word [es:${step.at + 2 * n}], ${word}`).join('\n');
  if ('port' in step) return `mov dx, ${step.port}\nmov ax, ${step.word}\nout dx, ax`;
  const { ax = 0, bx = 0, cx = 0, dx = 0, di = 0, bp = 0, es = BUFFER } = step;
  return `push ${es}\npop es\nmov ax, ${ax}\nmov bx, ${bx}\nmov cx, ${cx}\nmov dx, ${dx}\nmov di, ${di}\nmov bp, ${bp}\nint 0x10`;
}

/** Does the steps; a division error ends the program with "divided" and the number of the step. */
function program(steps: readonly Step[]): string {
  const texts = steps.map((step, n) => `xor ax, ax\nmov es, ax\nmov word [es:${STEP}], ${n}\n${textOf(step)}\n`);
  return `
calls_start:
        xor     ax, ax
        mov     es, ax
        mov     word [es:0], .divided
${texts.join('')}
        mov     bx, ax
        call    print_word
        jmp     finish
.divided:
        mov     al, 'D'
        call    print
        xor     ax, ax
        mov     es, ax
        mov     bx, [es:${STEP}]
        call    print_word
        jmp     finish
`;
}

const rom = buildVideoBios();

async function run(steps: readonly Step[], vga: 'std' | 'cirrus' = 'std'): Promise<string> {
  const bios = vga === 'std' ? rom : buildVideoBios('cirrus');
  return await printedByMachine(buildImage(bios, program(steps)), 'translator', vga);
}

/** BIOS data: mode, columns, bytes of a page, the CRTC's port, last row, lines of a character, save pointer. */
const Bda = { mode: 0x449, columns: 0x44a, pageBytes: 0x44c, lastRow: 0x484, height: 0x485, save: 0x4a8 } as const;
const poke = (at: number, ...words: readonly number[]): Step => ({ at, words });
const dispi = (register: number, word: number): readonly Step[] => [
  { port: 0x1ce, word: register },
  { port: 0x1cf, word },
];

const graphics: readonly Step[] = [
  { ax: 0x0941, bx: 0x0e, cx: 3 },
  { ax: 0x0e42, bx: 7 },
  { ax: 0x0800 },
  { ax: 0x0601, bx: 0, cx: 0, dx: 0x184f },
];

/** Programs whose last call answers AX as the text says. */
const programs: Readonly<Record<string, readonly [answer: string, ...Step[]]>> = {
  'a line of VBE of CX pixels that wraps when it is rounded': [
    '024f',
    { ax: 0x4f02, bx: 0x101 },
    { ax: 0x4f06, cx: 0xffff },
  ],
  'the same, the smallest': ['024f', { ax: 0x4f02, bx: 0x101 }, { ax: 0x4f06, cx: 0xfff9 }],
  'a line of so many bytes that its planes wrap': [
    '024f',
    { ax: 0x4f02, bx: 0x102 },
    { ax: 0x4f06, bx: 2, cx: 0x2000 },
  ],
  'VBE where its extension is off': [
    '014f',
    { ax: 0x4f02, bx: 0x101 },
    ...dispi(4, 0),
    ...dispi(3, 0),
    { ax: 0x4f06, bx: 2, cx: 640 },
  ],
  'a mode of VBE in BIOS data alone': ['014f', { ax: 0x0003 }, poke(Bda.mode, 0x50ff), { ax: 0x4f06, bx: 1 }],
  'where the picture begins in such a mode': ['014f', { ax: 0x0003 }, poke(Bda.mode, 0x50ff), { ax: 0x4f07 }],
  'a font of no lines': ['1110', { ax: 0x0003 }, { ax: 0x1110, cx: 1, es: FONT }],
  'a font of one line, of which the screen has too many rows': [
    '1110',
    { ax: 0x0003 },
    { ax: 0x1110, bx: 0x0100, cx: 1, es: FONT },
  ],
  'a page of no bytes': ['1b1b', { ax: 0x0003 }, poke(Bda.pageBytes, 0), { ax: 0x1b00 }, { ax: 0x1b1b, bx: 1 }],
  'a font of graphics without lines': ['0601', { ax: 0x0010 }, { ax: 0x1121, cx: 0, es: FONT }, ...graphics],
  'a font of graphics with more lines than a character has': [
    '0601',
    { ax: 0x0010 },
    { ax: 0x1121, cx: 200, es: FONT },
    ...graphics,
  ],
  'no lines of a character in BIOS data': ['0601', { ax: 0x0010 }, poke(Bda.height, 0), ...graphics],
  'too many lines of a character in BIOS data': ['0601', { ax: 0x0012 }, poke(Bda.height, 0xffff), ...graphics],
  'no columns in BIOS data': ['0601', { ax: 0x0012 }, poke(Bda.columns, 0), ...graphics],
  'the retrace of a picture that has none': [
    '004f',
    { ax: 0x4f02, bx: 0x101 },
    { port: 0x3d4, word: 0x0011 },
    { port: 0x3d4, word: 0x0006 },
    { port: 0x3d4, word: 0xff10 },
    { port: 0x3d4, word: 0xff07 },
    { ax: 0x4f07, bx: 0x80 },
  ],
  'a list of modes without an end': [
    '0020',
    { ax: 0x4f00, es: 0x5000 },
    poke(Bda.save, 0x7000, 0),
    poke(0x700c, 0x0000, 0x5800),
    { ax: 0x0010 },
  ],
};

describe('what programs give ends', () => {
  test.each(Object.entries(programs))('%s', async (_, [answer, ...steps]) => {
    expect(await run(steps)).toBe(` ${answer}.`);
  });

  test('lines of no bytes on a CL-GD5446', async () => {
    const steps = [
      { ax: 0x4f02, bx: 0x101 },
      { port: 0x3d4, word: 0x0013 },
      { port: 0x3d4, word: 0x001b },
      { ax: 0x4f06, bx: 1 },
    ];
    expect(await run(steps, 'cirrus')).toBe(' 014f.');
  });
});

const edges = [0, 1, 2, 7, 8, 0x7f, 0x80, 0xff, 0x100, 0x1fff, 0x7fff, 0x8000, 0xfff8, 0xfff9, 0xfffe, 0xffff];
const functions = [
  0x00, 0x01, 0x02, 0x03, 0x05, 0x06, 0x07, 0x08, 0x0b, 0x0c, 0x0d, 0x0f, 0x10, 0x11, 0x12, 0x1a, 0x1b, 0x4f,
];
const modes = [0x03, 0x04, 0x06, 0x07, 0x0d, 0x10, 0x12, 0x13, 0x101, 0x102, 0x110, 0x111, 0x112];

/** Calls with registers that are mostly edges, in many modes. */
function storm(random: Random, count: number): Step[] {
  const register = (): number => (random.chance(70) ? random.pick(edges) : random.word() & 0xffff);
  return Array.from({ length: count }, (_, n): Step => {
    if (n % 12 === 0) return { ax: 0x4f02, bx: random.pick(modes) };
    const ax = (random.pick(functions) << 8) | (random.chance(70) ? random.below(0x31) : random.below(256));
    return {
      ax,
      bx: register(),
      cx: register(),
      dx: register(),
      di: register(),
      bp: register(),
      es: random.chance(50) ? FONT : BUFFER,
    };
  });
}

test.each([1, 2, 3, 4])('random calls return, seed %i', async (seed) => {
  const printed = await run(storm(new Random(seed), 600), seed > 2 ? 'cirrus' : 'std');
  expect(printed).toMatch(/^ [0-9a-f]{4}\.$/);
});
