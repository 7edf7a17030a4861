import type { AskedProcessor } from '../../machine/types.ts';
import { openErrorText } from '../../monitor/error.ts';
import type { Arguments, QmpCommand, QmpContext } from '../command.ts';
import { QmpError } from '../error.ts';

/** Bytes of memory that are read at a time. */
const PIECE = 1 << 20;
/** The bytes of an address space: what is after them would fill the host's disk with nothing. */
const SPACE_BYTES = { linear: 2 ** 32, physical: 2 ** 36 } as const;

async function screendump(args: Arguments, { machine, options }: QmpContext): Promise<void> {
  const [device, head] = [args.textIfGiven('device'), args.numberIfGiven('head')];
  // No display has a name.
  if (device !== undefined) throw new QmpError(`Device '${device}' not found`, 'DeviceNotFound');
  if (head !== undefined) throw new QmpError("'head' must be specified together with 'device'");
  const format = args.textIfGiven('format') ?? 'ppm';
  if (format !== 'ppm' && format !== 'png') throw new QmpError(`Parameter 'format' does not accept value '${format}'`);
  await options.writeFile(args.text('filename'), [await machine.screen[format]()]);
}

async function saveMemory(
  space: 'linear' | 'physical',
  args: Arguments,
  { options, machine }: QmpContext,
  processor = 0,
): Promise<void> {
  const [address, size] = [args.number('val'), args.number('size')];
  if (address < 0 || size < 0 || address + size > SPACE_BYTES[space])
    throw new QmpError(`Invalid addr 0x${BigInt.asUintN(64, BigInt(address)).toString(16)}/size ${size} specified`);
  const bytes = pieces(space, address, size, machine.processor(processor));
  await options.writeFile(args.text('filename'), bytes).catch((error: unknown) => {
    throw new QmpError(openErrorText(error));
  });
}

/** Memory piece by piece: all of it at once could be more than the host has. */
async function* pieces(
  space: 'linear' | 'physical',
  start: number,
  size: number,
  { examine }: AskedProcessor,
): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < size; done += PIECE) {
    const [at, length] = [start + done, Math.min(PIECE, size - done)];
    const piece =
      space === 'physical' ? await examine('readBus', at, length) : await examine('read', space, at, length);
    if (piece === null)
      throw new QmpError(`Invalid addr 0x${start.toString(16).padStart(16, '0')}/size ${size} specified`);
    yield piece;
  }
}

const memory = { val: 'integer', size: 'integer', filename: 'string' } as const;

/** Commands that write files: the screen, memory. */
export const saveCommands: readonly QmpCommand[] = [
  {
    name: 'screendump',
    parameters: { filename: 'string', device: 'string?', head: 'integer?', format: 'string?' },
    run: screendump,
  },
  {
    name: 'memsave',
    parameters: { ...memory, 'cpu-index': 'integer?' },
    run: (args, context) => saveMemory('linear', args, context, args.processor(context.machine)),
  },
  { name: 'pmemsave', parameters: memory, run: (args, context) => saveMemory('physical', args, context) },
];
