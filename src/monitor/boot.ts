import type { Arguments } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { MonitorError } from './error.ts';

/** Letters that QEMU's machines can have, and those of a PC, of which there are three at most. */
const [anyDevice, pcDevices, MOST_DEVICES] = [/[a-p]/, 'abcdn', 3];

async function setBoot({ words }: Arguments, { machine }: CommandContext): Promise<string> {
  const letters = [...words.bootdevice];
  for (const [n, letter] of letters.entries()) {
    if (!anyDevice.test(letter)) throw new MonitorError(`Invalid boot device '${letter}'`);
    if (letters.indexOf(letter) < n) throw new MonitorError(`Boot device '${letter}' was given twice`);
  }
  if (letters.length > MOST_DEVICES) throw new MonitorError('Too many boot devices for PC');
  const unknown = letters.find((letter) => !pcDevices.includes(letter));
  if (unknown !== undefined) throw new MonitorError(`Invalid boot device for PC: '${unknown}'`);
  await machine.examine('setBootOrder', words.bootdevice);
  return `boot device list now set to ${words.bootdevice}\n`;
}

export const bootCommand: Command = {
  names: ['boot_set'],
  usage: 'bootdevice',
  help: 'define new values for the boot device list',
  parameters: [{ name: 'bootdevice', type: 'word' }],
  run: setBoot,
};
