import type { Command } from './command.ts';
import { MonitorError } from './error.ts';

const formats = ['ppm', 'png'] as const;
type Format = (typeof formats)[number];

/** The screen as a file. */
export const screendumpCommand: Command = {
  names: ['screendump'],
  usage: 'filename [-f format] [device [head]]',
  help: 'save screen as image file, in PPM or the specified format (png, ppm)',
  parameters: [
    { name: 'filename', type: 'file' },
    { name: 'f', type: 'option' },
    { name: 'device', type: 'word', optional: true },
    { name: 'head', type: 'integer', optional: true },
  ],
  run: async ({ words }, { machine, options }) => {
    const format = words.f ?? 'ppm';
    if (!(formats as readonly string[]).includes(format))
      throw new MonitorError(`Error: invalid parameter value '${format}'; give ${formats.join(' or ')}`);
    // No display has a name.
    if (words.device !== undefined) throw new MonitorError(`Error: Device '${words.device}' not found`);
    await options.writeFile(words.filename, [await machine.screen[format as Format]()]);
  },
};
