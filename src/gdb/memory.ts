import type { AskedProcessor } from '../machine/types.ts';
import { hexDigits, latin1 } from '../util/bytes.ts';
import { PACKET_BYTES, unescapeData } from './packets.ts';

/** The address space of gdb's addresses: linear, or physical after `maintenance packet Qqemu.PhyMemMode:1`, as in QEMU. */
export type Space = 'linear' | 'physical';

const BAD_ADDRESS = 'E14';
const INVALID = 'E22';

interface Range {
  readonly address: number;
  readonly length: number;
  /** The data after the colon. */
  readonly data: string;
}

function rangeOf(text: string): Range | null {
  const [, address, length, data = ''] = /^([\da-f]+),([\da-f]+)(?::(.*))?$/is.exec(text) ?? [];
  if (address === undefined || length === undefined) return null;
  return { address: Number.parseInt(address, 16), length: Number.parseInt(length, 16), data };
}

/** `m`: reads memory. */
export async function readMemory({ examine }: AskedProcessor, space: Space, text: string): Promise<string> {
  const range = rangeOf(text);
  if (range === null) return INVALID;
  // gdb asks for the rest.
  const length = Math.min(range.length, PACKET_BYTES / 2);
  const bytes = await examine('read', space, range.address, length);
  return bytes === null ? BAD_ADDRESS : hexDigits(bytes);
}

/** The bytes after the colon of an `X` packet, where they are escaped. */
export function binaryData(data: string): Uint8Array {
  return latin1(unescapeData(data));
}

/** `M` and `X`: writes memory. `bytesOf` reads the data; null: they are none. */
export async function writeMemory(
  processor: AskedProcessor,
  space: Space,
  text: string,
  bytesOf: (data: string) => Uint8Array | null,
): Promise<string> {
  const range = rangeOf(text);
  const bytes = range && bytesOf(range.data);
  if (!range || !bytes || bytes.length !== range.length) return INVALID;
  return (await processor.debug('write', space, range.address, bytes)) ? 'OK' : BAD_ADDRESS;
}
