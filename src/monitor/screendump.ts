import type { Command } from './command.ts';
import { MonitorError } from './error.ts';

const formats = ['ppm', 'png'] as const;
type Format = (typeof formats)[number];

/** The screen as a file. */
export const screendumpCommand: Command = {
  names: ['screendump'],
  usage: 'filename [-f format]',
  help: 'save screen as image file, in PPM or the specified format (png, ppm)',
  parameters: [
    { name: 'filename', type: 'file' },
    { name: 'f', type: 'option' },
  ],
  run: async ({ words }, { machine, options }) => {
    const format = words.f ?? 'ppm';
    if (!(formats as readonly string[]).includes(format))
      throw new MonitorError(`Error: invalid parameter value '${format}'; give ${formats.join(' or ')}`);
    await options.writeFile(words.filename, [await machine.screen[format as Format]()]);
  },
};
