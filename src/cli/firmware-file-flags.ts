import { basename } from 'node:path';
import { ROM_FOLDER } from '../../runtime/machine/board-files.ts';
import { ConfigurationError, type Image } from '../index.ts';
import type { Flag } from './flag.ts';
import { parseProperties } from './properties.ts';
import { machine, type Settings } from './settings.ts';

/** Characters of an option ROM's file name that are kept, at most. */
const LONGEST_PART = 40;

/** Flags for what firmware and systems find in fw_cfg. */
export const firmwareFileFlags: readonly Flag[] = [
  {
    names: ['fw_cfg'],
    argument: '[name=]NAME,file=FILE|string=TEXT',
    help: 'a file that the guest finds in fw_cfg',
    details:
      'Firmware and systems find it by its name, such as opt/org.example/test; Linux has it below /sys/firmware/qemu_fw_cfg/by_name.',
    apply: applyFile,
  },
  {
    names: ['option-rom'],
    argument: 'FILE',
    help: 'an option ROM that runs after those of cards',
    details: "iPXE's is one.",
    apply: applyRom,
  },
];

function applyFile(settings: Settings, text: string): Settings {
  const { name = '', file, string } = parseProperties(text, 'name', ['file', 'string']);
  if ((file === undefined) === (string === undefined))
    throw new ConfigurationError(
      `'${text}' has ${file === undefined ? 'no content' : 'two contents'}; give file=FILE or string=TEXT`,
    );
  if (file === '') throw new ConfigurationError(`'${text}' names no file; give file=FILE`);
  return withFile(settings, name, file ?? new TextEncoder().encode(string));
}

/** Its name in fw_cfg has what may be there of the file's, after a number that makes it another than any before. */
function applyRom(settings: Settings, text: string): Settings {
  const { romfile = '' } = parseProperties(text, 'romfile', []);
  if (romfile === '') throw new ConfigurationError('there is no name of a file; give FILE');
  const { length } = Object.keys(settings.machine.firmwareFiles ?? {});
  const name = basename(romfile)
    .replaceAll(/[^!-~]/g, '-')
    .slice(-LONGEST_PART);
  return withFile(settings, `${ROM_FOLDER}${length}-${name}`, romfile);
}

function withFile(settings: Settings, name: string, image: Image): Settings {
  const { firmwareFiles = {} } = settings.machine;
  if (Object.hasOwn(firmwareFiles, name)) throw new ConfigurationError(`there is a firmware file '${name}' already`);
  return machine(settings, { firmwareFiles: { ...firmwareFiles, [name]: image } });
}
