import { bigEndian } from './bytes.ts';
import { Operation } from './operations.ts';
import { blockRange } from './range.ts';

/** Commands that the host sends blocks with. */
const writes: readonly number[] = [
  ...[Operation.write6, Operation.write10, Operation.write12, Operation.write16],
  ...[Operation.writeAndVerify10, Operation.writeAndVerify12, Operation.writeAndVerify16],
];
const verifications: readonly number[] = [Operation.verify10, Operation.verify12, Operation.verify16];
/** BYTCHK of VERIFY: the blocks are compared with those of the host (SBC-3, 5.22). */
const COMPARES = 0x02;
/** NDOB of WRITE SAME(16): the blocks become zeros. */
const NO_DATA = 0x01;
/** Commands with parameters, whose length stands in so many bytes at an offset. */
const parameters: Readonly<Record<number, readonly [at: number, bytes: number]>> = {
  [Operation.modeSelect6]: [4, 1],
  [Operation.modeSelect10]: [7, 2],
  [Operation.sendDiagnostic]: [3, 2],
  [Operation.unmap]: [7, 2],
};

/** Bytes that a host sends with a command: buses that the target asks for data need it before the command is executed. */
export function bytesFromHost(block: Uint8Array, blockBytes: number): number {
  const operation = block[0]!;
  if (writes.includes(operation)) return blockRange(block).count * blockBytes;
  if (verifications.includes(operation)) return (block[1]! & COMPARES) === 0 ? 0 : blockRange(block).count * blockBytes;
  if (operation === Operation.writeSame16 && (block[1]! & NO_DATA) !== 0) return 0;
  if (operation === Operation.writeSame10 || operation === Operation.writeSame16) return blockBytes;
  const length = parameters[operation];
  return length === undefined ? 0 : bigEndian(block, ...length);
}
