import { Key } from './registers.ts';

/** Bytes, and the physical address that firmware is to copy them to. */
interface Piece {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** A kernel as fw_cfg has it: what is not there has the size 0. */
export interface KernelItems {
  readonly kernel: Piece;
  readonly initrd?: Piece | undefined;
  readonly commandLine?: Piece;
  readonly setup?: Piece;
  readonly entry?: number;
}

type Item = [key: number, content: Uint8Array];

/** The items that tell of a kernel. */
export function kernelItems({ kernel, initrd, commandLine, setup, entry = 0 }: KernelItems): Item[] {
  return [
    ...items([Key.kernelAddress, Key.kernelSize, Key.kernelData], kernel),
    ...items([Key.initrdAddress, Key.initrdSize, Key.initrdData], initrd),
    ...items([Key.commandLineAddress, Key.commandLineSize, Key.commandLineData], commandLine),
    ...items([Key.setupAddress, Key.setupSize, Key.setupData], setup),
    [Key.kernelEntry, littleEndian(entry, 4)],
  ];
}

const NOTHING: Piece = { address: 0, bytes: new Uint8Array(0) };

function items([address, size, data]: readonly [number, number, number], piece: Piece = NOTHING): Item[] {
  return [
    [address, littleEndian(piece.address, 4)],
    [size, littleEndian(piece.bytes.length, 4)],
    [data, piece.bytes],
  ];
}

/** The low `count` bytes of a value below 2^53, low first. */
export function littleEndian(value: number, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, byte) => Math.floor(value / 2 ** (8 * byte)) & 0xff);
}
