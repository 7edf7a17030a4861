import type { AddressSpace } from '../machine-core.ts';
import type { Arguments } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { MonitorError } from './error.ts';
import { formatItem, formatValue, type MemoryFormat } from './memory-format.ts';

/** Addresses of the two spaces: how many digits they are shown with, and the bits that they have. */
const spaces: Readonly<Record<AddressSpace, { digits: number; bits: number }>> = {
  linear: { digits: 8, bits: 32 },
  physical: { digits: 16, bits: 36 },
};

/** Bytes read at a time when memory is saved. */
const PIECE = 1 << 20;
/** Bytes that are shown at most; and instructions that are asked for at a time, which the machine stands still for. */
const LONGEST_DUMP = 1 << 20;
const INSTRUCTIONS = 1 << 8;
const LONGEST_INSTRUCTION = 15;
/** Characters of a text; what follows them is the next one. */
const LONGEST_TEXT = 1 << 12;

const addressOf = (value: bigint, space: AddressSpace): number => Number(BigInt.asUintN(spaces[space].bits, value));

async function dump(space: AddressSpace, { numbers, format }: Arguments, context: CommandContext): Promise<string> {
  const address = addressOf(numbers.addr, space);
  const itemBytes = format.letter === 'i' ? LONGEST_INSTRUCTION : format.size;
  if (format.count * itemBytes > LONGEST_DUMP)
    throw new MonitorError(`${format.count} items are too many to show; save them with pmemsave or memsave`);
  if (format.letter === 'i') return disassemble(space, address, format.count, context);
  if (format.letter === 's') return strings(space, address, format.count, context);
  return items(space, address, format, context);
}

function shown(space: AddressSpace, address: number): string {
  return address.toString(16).padStart(spaces[space].digits, '0');
}

async function items(
  space: AddressSpace,
  start: number,
  format: MemoryFormat,
  { examine }: CommandContext,
): Promise<string> {
  const size = format.letter === 'c' ? 1 : format.size;
  // As in QEMU, characters are as many as the bytes of the items.
  const lineBytes = format.size === 1 ? 8 : 16;
  const length = format.count * format.size;
  let text = '';
  for (let done = 0; done < length; done += lineBytes) {
    const at = start + done;
    const bytes = await examine('read', space, at, Math.min(lineBytes, length - done));
    if (bytes === null) return `${text}${shown(space, at)}: Cannot access memory\n`;
    const values = Array.from({ length: bytes.length / size }, (_, n) => valueAt(bytes, n * size, size));
    text += `${shown(space, at)}: ${values.map((value) => formatItem(value, { ...format, size })).join(' ')}\n`;
  }
  return text;
}

function valueAt(bytes: Uint8Array, at: number, size: number): bigint {
  return bytes.subarray(at, at + size).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** Texts that end with a zero byte, one a line. One that doesn't end goes on in the next line. */
async function strings(
  space: AddressSpace,
  start: number,
  count: number,
  { examine }: CommandContext,
): Promise<string> {
  let text = '';
  let at = start;
  for (let n = 0; n < count; n++) {
    let string = '';
    const first = at;
    while (string.length < LONGEST_TEXT) {
      const byte = (await examine('read', space, at++, 1))?.[0];
      if (byte === undefined) return `${text}${shown(space, first)}: Cannot access memory\n`;
      if (byte === 0) break;
      string += String.fromCharCode(byte);
    }
    text += `${shown(space, first)}: ${JSON.stringify(string)}\n`;
  }
  return text;
}

/** Bytes of an instruction that a line shows. */
const LINE_BYTES = 8;
const BYTES_WIDTH = 25;

async function disassemble(
  space: AddressSpace,
  start: number,
  count: number,
  { examine }: CommandContext,
): Promise<string> {
  let [text, at] = ['', start];
  for (let done = 0; done < count; done += INSTRUCTIONS) {
    const wanted = Math.min(INSTRUCTIONS, count - done);
    const instructions = await examine('disassemble', space, at, wanted);
    for (const instruction of instructions) {
      text += instructionLines(at, instruction);
      at += instruction.bytes.length;
    }
    if (instructions.length < wanted) return `${text}0x${at.toString(16).padStart(8, '0')}: Cannot access memory\n`;
  }
  return text;
}

/** One line, or more where the instruction's bytes need them. */
function instructionLines(at: number, { bytes, text }: { readonly bytes: Uint8Array; readonly text: string }): string {
  const lines = Array.from({ length: Math.ceil(bytes.length / LINE_BYTES) }, (_, n) => {
    const part = bytes.subarray(n * LINE_BYTES, (n + 1) * LINE_BYTES);
    const digits = Array.from(part, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const address = `0x${(at + n * LINE_BYTES).toString(16).padStart(8, '0')}:  ${digits}`;
    return n === 0 ? `${address.padEnd('0x00000000:  '.length + BYTES_WIDTH)}${text}\n` : `${address}\n`;
  });
  return lines.join('');
}

async function save(space: AddressSpace, { numbers, words }: Arguments, context: CommandContext): Promise<void> {
  const start = addressOf(numbers.addr, space);
  await context.options.writeFile(words.filename, pieces(space, start, Number(numbers.size), context));
}

/** Memory piece by piece: all of it at once could be 4 GB. */
async function* pieces(
  space: AddressSpace,
  start: number,
  length: number,
  context: CommandContext,
): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < length; done += PIECE) {
    yield await readPiece(space, start + done, Math.min(PIECE, length - done), context);
  }
}

/** Where no physical memory is QEMU saves what the bus reads as; a linear address must be mapped. */
async function readPiece(
  space: AddressSpace,
  address: number,
  length: number,
  { examine }: CommandContext,
): Promise<Uint8Array> {
  const bytes = await examine('read', space, address, length);
  if (bytes !== null) return bytes;
  if (space === 'linear') throw new Error(`Invalid addr 0x${shown(space, address)}/size ${length} specified`);
  return await examine('readBus', address, length);
}

/** As Unix's `sum` of BSD: the sum so far turns by a bit to the right, then a byte is added. */
async function sum({ numbers }: Arguments, { examine }: CommandContext): Promise<string> {
  const [start, size] = [numbers.start, numbers.size].map(Number);
  let total = 0;
  for (let done = 0; done < size; done += PIECE) {
    const bytes = await examine('readBus', start + done, Math.min(PIECE, size - done));
    total = bytes.reduce((before, byte) => (((before >>> 1) | (before << 15)) + byte) & 0xffff, total);
  }
  return `${String(total).padStart(5, '0')}\n`;
}

async function physicalAddress({ numbers }: Arguments, { examine }: CommandContext): Promise<string> {
  const found = await examine('physicalAddress', addressOf(numbers.addr, 'linear'));
  return found === null ? 'Unmapped\n' : `gpa: ${found === 0 ? '0' : `0x${found.toString(16)}`}\n`;
}

const address = { name: 'addr', type: 'number' } as const;
const format = { name: 'fmt', type: 'format' } as const;
const saved = [address, { name: 'size', type: 'integer' }, { name: 'filename', type: 'word' }] as const;

/** Commands that show or save memory, and values. */
export const memoryCommands: readonly Command[] = [
  {
    names: ['x'],
    usage: '/fmt addr',
    help: "virtual memory dump starting at 'addr'",
    parameters: [format, address],
    run: (args, context) => dump('linear', args, context),
  },
  {
    names: ['xp'],
    usage: '/fmt addr',
    help: "physical memory dump starting at 'addr'",
    parameters: [format, address],
    run: (args, context) => dump('physical', args, context),
  },
  {
    names: ['print', 'p'],
    usage: '/fmt expr',
    help: 'print expression value (use $reg for CPU register access)',
    parameters: [format, { name: 'val', type: 'number' }],
    run: (args) => `${formatValue(args.numbers.val, args.format.letter)}\n`,
  },
  {
    names: ['memsave'],
    usage: 'addr size file',
    help: "save to disk virtual memory dump starting at 'addr' of size 'size'",
    parameters: saved,
    run: (args, context) => save('linear', args, context),
  },
  {
    names: ['pmemsave'],
    usage: 'addr size file',
    help: "save to disk physical memory dump starting at 'addr' of size 'size'",
    parameters: saved,
    run: (args, context) => save('physical', args, context),
  },
  {
    names: ['sum'],
    usage: 'addr size',
    help: 'compute the checksum of a memory region',
    parameters: [
      { name: 'start', type: 'integer' },
      { name: 'size', type: 'integer' },
    ],
    run: sum,
  },
  {
    names: ['gva2gpa'],
    usage: 'addr',
    help: 'print the guest physical address corresponding to a guest virtual address',
    parameters: [address],
    run: physicalAddress,
  },
];
