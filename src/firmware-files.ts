import { DirectoryEntry } from '../runtime/devices/fw-cfg/registers.ts';
import { isBoardFile } from '../runtime/machine/board-files.ts';
import { ConfigurationError } from './errors.ts';
import { checkImage, checkObject } from './option-checks.ts';
import type { Image } from './options.ts';

/** With a 0 after it a name fills its place in the directory. */
const LONGEST_NAME = DirectoryEntry.nameBytes - 1;
/** Keys of fw_cfg are 14 bits wide, and the board has some; QEMU's limit is about as low. */
const MOST_FILES = 64;

/**
 * Files that a machine's owner gives firmware and systems.
 * @throws ConfigurationError
 */
export function checkFirmwareFiles(files: Readonly<Record<string, Image>>): void {
  checkObject('firmwareFiles', files, ['names of files']);
  const all = Object.entries(files);
  if (all.length > MOST_FILES)
    throw new ConfigurationError(`firmwareFiles has ${all.length} files; there may be ${MOST_FILES}`);
  for (const [name, image] of all) {
    checkName(name);
    checkImage(`firmwareFiles['${name}']`, image);
  }
}

function checkName(name: string): void {
  if (!/^[!-~]+$/.test(name) || name.length > LONGEST_NAME)
    throw new ConfigurationError(
      `'${name}' is no name of a firmware file; give up to ${LONGEST_NAME} ASCII characters`,
    );
  if (isBoardFile(name)) throw new ConfigurationError(`the firmware file '${name}' is the machine's own; give another`);
}
