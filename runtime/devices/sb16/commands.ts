import type { Dsp } from './dsp.ts';
import { COPYRIGHT, Pending, VERSION } from './registers.ts';

/** A command's action and how many bytes of parameters it takes. */
export interface Command {
  readonly parameters: number;
  run(dsp: Dsp, parameters: Uint8Array): void;
}

type Row = readonly [codes: readonly number[], parameters: number, run: Command['run']];

const lowFirst = (bytes: Uint8Array, at = 0): number => bytes[at]! | (bytes[at + 1]! << 8);
const highFirst = (bytes: Uint8Array): number => (bytes[0]! << 8) | bytes[1]!;

/** Samples of a byte in the compressed formats. */
const compressed = [
  { samples: 4, single: [0x16, 0x17], automatic: 0x1f },
  { samples: 2, single: [0x74, 0x75], automatic: 0x7d },
  { samples: 3, single: [0x76, 0x77], automatic: 0x7f },
] as const;

/** Transfers of cards before the Sound Blaster 16: 8 bits, unsigned. High speed makes no difference. */
const older: readonly Row[] = [
  [[0x14], 2, (dsp, p) => dsp.startOlder({ length: lowFirst(p) })],
  [[0x24], 2, (dsp, p) => dsp.startOlder({ length: lowFirst(p), isInput: true })],
  [[0x91], 0, (dsp) => dsp.startOlder({})],
  [[0x99], 0, (dsp) => dsp.startOlder({ isInput: true })],
  [[0x1c, 0x90], 0, (dsp) => dsp.startOlder({ isAutomatic: true })],
  [[0x2c, 0x98], 0, (dsp) => dsp.startOlder({ isAutomatic: true, isInput: true })],
  ...compressed.flatMap(({ samples, single, automatic }): Row[] => [
    [single, 2, (dsp, p) => dsp.startOlder({ length: lowFirst(p), samplesPerByte: samples })],
    [[automatic], 0, (dsp) => dsp.startOlder({ isAutomatic: true, samplesPerByte: samples })],
  ]),
  [[0x80], 2, (dsp, p) => dsp.startOlder({ length: lowFirst(p), movesNothing: true })],
];

const codesFrom = (first: number): number[] => Array.from({ length: 16 }, (_, n) => first + n);

/** "Sound Blaster Series Hardware Programming Guide", chapter 6. */
const rows: readonly Row[] = [
  ...older,
  [codesFrom(0xb0), 3, (dsp, p) => dsp.startTransfer(dsp.words, dsp.commandCode, p[0]!, lowFirst(p, 1))],
  [codesFrom(0xc0), 3, (dsp, p) => dsp.startTransfer(dsp.bytes, dsp.commandCode, p[0]!, lowFirst(p, 1))],
  [[0x10], 1, (dsp, p) => dsp.bytes.playDirectly((p[0]! - 0x80) << 8)],
  [[0x20], 0, (dsp) => dsp.answer(0x80)],
  [[0x40], 1, (dsp, p) => dsp.setRate(1e6 / (256 - p[0]!))],
  [[0x41, 0x42], 2, (dsp, p) => dsp.setRate(highFirst(p))],
  [[0x48], 2, (dsp, p) => dsp.setBlockSize(lowFirst(p))],
  [[0xd0], 0, (dsp) => dsp.bytes.pause()],
  [[0xd4], 0, (dsp) => dsp.bytes.resume()],
  [[0xd5], 0, (dsp) => dsp.words.pause()],
  [[0xd6], 0, (dsp) => dsp.words.resume()],
  [[0x45], 0, (dsp) => dsp.bytes.goOn()],
  [[0x47], 0, (dsp) => dsp.words.goOn()],
  [[0xda], 0, (dsp) => dsp.bytes.endWithBlock()],
  [[0xd9], 0, (dsp) => dsp.words.endWithBlock()],
  // The voice of this card is heard whatever these say; what was said can be asked for.
  [[0xd1], 0, (dsp) => dsp.setSpeaker(true)],
  [[0xd3], 0, (dsp) => dsp.setSpeaker(false)],
  [[0xd8], 0, (dsp) => dsp.answer(dsp.isSpeakerOn ? 0xff : 0)],
  [[0xe0], 1, (dsp, p) => dsp.answer(~p[0]! & 0xff)],
  [[0xe1], 0, (dsp) => dsp.answer(...VERSION)],
  [[0xe2], 1, (dsp, p) => dsp.identify(p[0]!)],
  [[0xe3], 0, (dsp) => dsp.answer(...Array.from(COPYRIGHT, (character) => character.charCodeAt(0)))],
  [[0xe4], 1, (dsp, p) => dsp.setTestRegister(p[0]!)],
  [[0xe8], 0, (dsp) => dsp.answer(dsp.testRegister)],
  [[0xf2], 0, (dsp) => dsp.interrupt(Pending.bytes)],
  [[0xf3], 0, (dsp) => dsp.interrupt(Pending.words)],
  [[0xf8], 0, (dsp) => dsp.answer(0)],
  // Of the signal processor that some cards have: it is not there. Bytes for a MIDI port go nowhere.
  [[0x0f], 1, (dsp) => dsp.answer(0)],
  [[0x04, 0x38], 1, () => {}],
  [[0x05, 0x0e], 2, () => {}],
];

export const commands: ReadonlyMap<number, Command> = new Map(
  rows.flatMap(([codes, parameters, run]) => codes.map((code) => [code, { parameters, run }] as const)),
);
