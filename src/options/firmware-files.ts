import { DirectoryEntry } from '../../runtime/devices/fw-cfg/registers.ts';
import { isBoardFile, ROM_FOLDER } from '../../runtime/machine/board-files.ts';
import { shown } from '../util/checks.ts';
import { atOption, ConfigurationError } from '../util/errors.ts';
import { checkImage, type Image } from '../util/image.ts';

/** With a 0 after it a name fills its place in the directory. */
const LONGEST_NAME = DirectoryEntry.nameBytes - 1;
/** Twice as many as QEMU has room for by default (`x-file-slots`). */
const MOST_FILES = 64;

/**
 * Files that a machine's owner gives firmware and systems.
 * @param hasFirmware whether there is firmware that runs option ROMs
 * @throws ConfigurationError
 */
export function checkFirmwareFiles(files: Readonly<Record<string, Image>>, hasFirmware: boolean): void {
  const isPlain = typeof files === 'object' && files !== null && !Array.isArray(files) && !(files instanceof Map);
  if (!isPlain)
    throw new ConfigurationError(`firmwareFiles is ${shown(files)}; it must be an object with names of files`);
  const all = Object.entries(files);
  if (all.length > MOST_FILES)
    throw new ConfigurationError(`firmwareFiles has ${all.length} files; there may be ${MOST_FILES}`);
  for (const [name, image] of all) atOption(name, () => checkFile(name, image, hasFirmware));
}

function checkFile(name: string, image: Image, hasFirmware: boolean): void {
  checkName(name);
  checkImage(`firmwareFiles['${name}']`, image);
  if (name.startsWith(ROM_FOLDER) && !hasFirmware)
    throw new ConfigurationError(
      `the option ROM '${name}' is run by firmware, which this machine starts without; give a BIOS (boot.bios, -bios)`,
    );
}

function checkName(name: string): void {
  if (!/^[!-~]+$/.test(name) || name.length > LONGEST_NAME)
    throw new ConfigurationError(
      `'${name}' is no name of a firmware file; give up to ${LONGEST_NAME} ASCII characters without spaces`,
    );
  if (isBoardFile(name)) throw new ConfigurationError(`the firmware file '${name}' is the machine's own; give another`);
}
