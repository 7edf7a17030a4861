import type { Command } from './command.ts';
import { MonitorError } from './error.ts';

/** Writes the machine to a file, from which another one goes on (-incoming). This one stands still then. */
export const migrateCommand: Command = {
  names: ['migrate'],
  usage: '[-d] uri',
  help: 'migrate to URI (file:FILE; using -d to not wait for completion)',
  parameters: [
    { name: 'd', type: 'flag' },
    { name: 'uri', type: 'file' },
  ],
  run: async ({ words }, { machine, options }) => {
    const [, path] = /^file:(.+)$/s.exec(words.uri) ?? [];
    if (path === undefined) throw new MonitorError(`Error: cannot migrate to '${words.uri}'; give file:FILE`);
    await machine.pause();
    await options.writeFile(path, [await machine.snapshot()]);
  },
};
