import { type AcpiImage, type Blob, RSDP_ALIGNMENT, TABLES_ALIGNMENT } from '../devices/power/image.ts';
import { BoardFile } from './board-files.ts';

/** The files that firmware gets the blobs as. */
const files: Readonly<Record<Blob, string>> = { rsdp: BoardFile.rsdp, tables: BoardFile.acpiTables };

const COMMAND_BYTES = 128;
const NAME_BYTES = 56;
const Command = { allocate: 1, addPointer: 2, addChecksum: 3 } as const;
const Zone = { high: 1, below1MB: 2 } as const;

/**
 * The file `etc/table-loader`: commands that have firmware place ACPI tables where it likes and link them (QEMU,
 * hw/acpi/bios-linker-loader.c, "BiosLinkerLoaderEntry"; little-endian).
 */
export function tableLoader(image: AcpiImage): Uint8Array {
  const { rsdp, tables } = files;
  const commands = [
    command(Command.allocate, [rsdp], [RSDP_ALIGNMENT], [Zone.below1MB]),
    command(Command.allocate, [tables], [TABLES_ALIGNMENT], [Zone.high]),
    ...image.pointers.map(({ blob, at }) => command(Command.addPointer, [files[blob], tables], [at], [4])),
    ...image.checksums.map(({ blob, at, start, length }) => {
      return command(Command.addChecksum, [files[blob]], [at, start, length], []);
    }),
  ];
  return Uint8Array.from(commands.flatMap((bytes) => [...bytes]));
}

/** A command with its operands: files, doublewords, bytes. */
function command(
  code: number,
  files: readonly string[],
  words: readonly number[],
  lastBytes: readonly number[],
): Uint8Array {
  const bytes = new Uint8Array(COMMAND_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, code, true);
  files.forEach((file, n) => {
    bytes.set(
      Array.from(file, (character) => character.charCodeAt(0)),
      4 + n * NAME_BYTES,
    );
  });
  const after = 4 + files.length * NAME_BYTES;
  words.forEach((word, n) => {
    view.setUint32(after + 4 * n, word, true);
  });
  bytes.set(lastBytes, after + 4 * words.length);
  return bytes;
}
