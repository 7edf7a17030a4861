import { plugProblem, unplugProblem } from '../hot-plug.ts';
import type { Command } from './command.ts';
import { MonitorError } from './error.ts';

/** Nothing can be plugged in or pulled out while the machine runs: what they say is why. */
export const deviceCommands: readonly Command[] = [
  {
    names: ['device_add'],
    usage: 'driver[,prop=value][,...]',
    help: 'add device, like -device on the command line',
    parameters: [{ name: 'device', type: 'rest' }],
    run: ({ words }, { machine }) => {
      const [model = ''] = words.device!.split(',');
      throw new MonitorError(`Error: ${plugProblem(machine, model.replace(/^driver=/, ''))}`);
    },
  },
  {
    names: ['device_del'],
    usage: 'device',
    help: 'remove device',
    parameters: [{ name: 'id', type: 'word' }],
    run: ({ words }, { machine }) => {
      throw new MonitorError(`Error: ${unplugProblem(machine, words.id!) ?? `Device '${words.id}' not found`}`);
    },
  },
];
