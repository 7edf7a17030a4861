import { gdbAddress, usualGdbPlace } from '../gdb/address.ts';
import type { Command } from './command.ts';
import { MonitorError } from './error.ts';

/** Lets gdb attach, or no longer. */
export const gdbserverCommand: Command = {
  names: ['gdbserver'],
  usage: '[device]',
  help: "start gdbserver on given device (default 'tcp::1234'), stop with 'none'",
  parameters: [{ name: 'device', type: 'word', optional: true }],
  run: async ({ words: { device = usualGdbPlace } }, { options }) => {
    if (options.listenForGdb === undefined) throw new MonitorError('Error: there is no gdbserver here');
    await options.listenForGdb(device === 'none' ? null : gdbAddress(device));
    return device === 'none' ? 'Disabled gdbserver\n' : `Waiting for gdb connection on device '${device}'\n`;
  },
};
