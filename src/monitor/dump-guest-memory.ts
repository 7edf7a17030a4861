import { type DumpFormat, formatError } from '../memory-dump/formats.ts';
import { messageOf } from '../util/errors.ts';
import type { Arguments } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { MonitorError, openErrorText } from './error.ts';

/** Formats of files besides ELF, by the flags that ask for them. */
const formats = { z: 'kdump-zlib', l: 'kdump-lzo', s: 'kdump-snappy', w: 'win-dmp' } as const;

/** The arguments of the command besides the path, and whether it is waited for. */
export interface DumpRequest {
  readonly format: DumpFormat;
  readonly paging: boolean;
  readonly begin: number | undefined;
  readonly length: number | undefined;
  readonly detach: boolean;
}

/** Dumps the guest's memory to a file. Rejects with an Error in QEMU's words. */
export async function dumpMemory(
  path: string,
  { format, paging, begin, length, detach }: DumpRequest,
  { machine, options }: Pick<CommandContext, 'machine' | 'options'>,
): Promise<void> {
  if (format !== 'elf' && (paging || begin !== undefined || length !== undefined))
    throw new Error("kdump-compressed format doesn't support paging or filter");
  if (format !== 'elf') throw new Error(formatError(format));
  // Larger ones reach beyond all memory.
  const inNumbers = (value: number) => Math.min(value, Number.MAX_SAFE_INTEGER);
  const range = {
    ...(begin !== undefined && { begin: inNumbers(begin) }),
    ...(length !== undefined && { length: inNumbers(length) }),
  };
  const begun = Promise.withResolvers<void>();
  const write = (pieces: AsyncIterable<Uint8Array>) =>
    options.writeFile(path, noticed(pieces, begun.resolve)).catch((error: unknown) => {
      throw new Error(openErrorText(error));
    });
  const written = machine.memoryDumps.write(write, { paging, ...range });
  written.catch(() => {});
  // What fails before it has begun is told, though nobody waits for the end.
  await (detach ? Promise.race([begun.promise, written]) : written);
}

async function* noticed(pieces: AsyncIterable<Uint8Array>, hasBegun: () => void): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    hasBegun();
    yield piece;
  }
}

async function dump({ words, numbers, flags }: Arguments, context: CommandContext): Promise<void> {
  const asked = Object.entries(formats).filter(([flag]) => flags.has(flag));
  if (asked.length > 1) throw new MonitorError("Error: only one of '-z|-l|-s|-w' can be set");
  const number = (name: string) => (numbers[name] === undefined ? undefined : Number(numbers[name]));
  const request: DumpRequest = {
    ...{ format: asked[0]?.[1] ?? 'elf', paging: flags.has('p'), detach: flags.has('d') },
    ...{ begin: number('begin'), length: number('length') },
  };
  await dumpMemory(words.filename, request, context).catch((error: unknown) => {
    throw new MonitorError(`Error: ${messageOf(error)}`);
  });
}

/** `dump-guest-memory`: memory and registers, for a debugger. */
export const dumpGuestMemoryCommand: Command = {
  names: ['dump-guest-memory'],
  usage: '[-p] [-d] filename [begin length]',
  help: "dump guest memory into file 'filename', an ELF core (-p: by the guest's page tables; -d: do not wait for completion; begin, length: only these physical addresses)",
  parameters: [
    ...['p', 'd', 'w', 'z', 'l', 's'].map((name) => ({ name, type: 'flag' }) as const),
    { name: 'filename', type: 'file' },
    { name: 'begin', type: 'number', optional: true },
    { name: 'length', type: 'number', optional: true },
  ],
  run: dump,
};

/** `info dump`. */
export function infoDump({ machine }: CommandContext): string {
  const { status, completed, total } = machine.memoryDumps.progress;
  const finished = status === 'active' ? `Finished: ${((100 * completed) / (total || 1)).toFixed(2)} %\n` : '';
  return `Status: ${status}\n${finished}`;
}
