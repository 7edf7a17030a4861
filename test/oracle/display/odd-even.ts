import {
  FRAME_BUFFER,
  GRAPHICS,
  load,
  read,
  SEQUENCER,
  type Steps,
  set,
  start,
  store,
  write,
} from '../cirrus/steps.ts';

/** The three bits that odd and even addresses depend on, as they are in their registers. */
export interface OddEvenBits {
  /** Memory mode of the sequencer, bit 2: 0 writes even addresses to planes 0 and 2 and odd ones to 1 and 3. */
  readonly memoryMode: 0 | 4;
  /** Mode of the graphics controller, bit 4: 1 reads them from there. */
  readonly mode: 0 | 0x10;
  /** Its miscellaneous register, bit 1: 1 takes bit 0 out of the address in the planes. */
  readonly miscellaneous: 0 | 2;
}

/** The behaviour of an adapter with these bits. */
export interface OddEvenRow extends OddEvenBits {
  /** QEMU's answers: four addresses of four planes after two writes, and what two reads give. */
  readonly qemu: string;
  /** Ours, where they are others. */
  readonly ours?: string;
}

/**
 * QEMU looks at bit 4 of the graphics mode alone, for writes and addresses too, and writes one plane where hardware writes the two that the map
 * mask allows. Hardware has a bit for each (IBM, "PS/2 Hardware Interface Technical Reference", Video Subsystem: memory mode register,
 * graphics mode register, miscellaneous register).
 */
export const rows: readonly OddEvenRow[] = [
  {
    memoryMode: 0,
    mode: 0,
    miscellaneous: 0,
    qemu: '00000000 00000000 41414141 42424242, 0x41 0x42',
    ours: '00000000 00000000 41004100 00420042, 0x41 0x0',
  },
  {
    memoryMode: 0,
    mode: 0,
    miscellaneous: 2,
    qemu: '00000000 00000000 41414141 42424242, 0x41 0x42',
    ours: '00000000 41424142 00000000 00000000, 0x41 0x41',
  },
  {
    memoryMode: 0,
    mode: 0x10,
    miscellaneous: 0,
    qemu: '00000000 41420000 00000000 00000000, 0x41 0x42',
    ours: '00000000 00000000 41004100 00420042, 0x41 0x42',
  },
  {
    memoryMode: 0,
    mode: 0x10,
    miscellaneous: 2,
    qemu: '00000000 41420000 00000000 00000000, 0x41 0x42',
    ours: '00000000 41424142 00000000 00000000, 0x41 0x42',
  },
  { memoryMode: 4, mode: 0, miscellaneous: 0, qemu: '00000000 00000000 41414141 42424242, 0x41 0x42' },
  {
    memoryMode: 4,
    mode: 0,
    miscellaneous: 2,
    qemu: '00000000 00000000 41414141 42424242, 0x41 0x42',
    ours: '00000000 42424242 00000000 00000000, 0x42 0x42',
  },
  {
    memoryMode: 4,
    mode: 0x10,
    miscellaneous: 0,
    qemu: '00000000 41420000 00000000 00000000, 0x41 0x42',
    ours: '00000000 00000000 41414141 42424242, 0x41 0x42',
  },
  {
    memoryMode: 4,
    mode: 0x10,
    miscellaneous: 2,
    qemu: '00000000 41420000 00000000 00000000, 0x41 0x42',
    ours: '00000000 42424242 00000000 00000000, 0x42 0x42',
  },
];

const BYTES = 16;

/** An even and an odd address are written and read. */
export function stepsOf({ memoryMode, mode, miscellaneous }: OddEvenBits): Steps {
  return [
    ...start,
    ...set(SEQUENCER, 7, 0),
    write(FRAME_BUFFER, new Uint8Array(BYTES)),
    ...[0, 1, 3, 4].flatMap((index) => set(GRAPHICS, index, 0)),
    ...set(GRAPHICS, 8, 0xff),
    ...set(SEQUENCER, 2, 15),
    ...set(SEQUENCER, 4, 2 | memoryMode),
    ...set(GRAPHICS, 5, mode),
    ...set(GRAPHICS, 6, 5 | miscellaneous),
    store(1, 0xa0002, 0x41),
    store(1, 0xa0003, 0x42),
    load(1, 0xa0002),
    load(1, 0xa0003),
    ...set(GRAPHICS, 5, 0),
    read(FRAME_BUFFER, BYTES),
  ];
}

/** The answers to them, in short. */
export function answerOf(answers: readonly string[]): string {
  const [even, odd, planes] = answers.filter((answer) => answer !== '');
  return `${planes!.slice(2).match(/.{8}/g)!.join(' ')}, ${even} ${odd}`;
}
