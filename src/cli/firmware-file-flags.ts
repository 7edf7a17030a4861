import { basename } from 'node:path';
import { ConfigurationError, type Image } from '../index.ts';
import type { Flag } from './flags.ts';
import { parseProperties } from './properties.ts';
import { machine, type Settings } from './settings.ts';

/** Firmware runs what is in this folder of fw_cfg as option ROMs. */
const ROMS = 'genroms/';

/** Flags for what firmware and systems find in fw_cfg. */
export const firmwareFileFlags: readonly Flag[] = [
  {
    names: ['fw_cfg'],
    argument: '[name=]NAME,file=FILE|string=TEXT',
    help: 'a file that firmware and systems find in fw_cfg, such as opt/org.example/test; Linux has it below /sys/firmware/qemu_fw_cfg/by_name',
    apply: applyFile,
  },
  {
    names: ['option-rom'],
    argument: 'FILE',
    help: "an option ROM that firmware runs after those of cards, such as iPXE's",
    apply: (settings, text) => {
      const { romfile = '' } = parseProperties(text, 'romfile', []);
      return withFile(settings, ROMS + basename(romfile), romfile);
    },
  },
];

function applyFile(settings: Settings, text: string): Settings {
  const { name = '', file, string } = parseProperties(text, 'name', ['file', 'string']);
  if ((file === undefined) === (string === undefined))
    throw new ConfigurationError(
      `'${text}' has ${file === undefined ? 'no content' : 'two contents'}; give file=FILE or string=TEXT`,
    );
  return withFile(settings, name, file ?? new TextEncoder().encode(string));
}

function withFile(settings: Settings, name: string, image: Image): Settings {
  const { firmwareFiles = {} } = settings.machine;
  if (Object.hasOwn(firmwareFiles, name)) throw new ConfigurationError(`there is a firmware file '${name}' already`);
  return machine(settings, { firmwareFiles: { ...firmwareFiles, [name]: image } });
}
