import { ringBufferOf } from '../machine/character-devices.ts';
import type { Command, CommandContext } from './command.ts';
import { MonitorError } from './error.ts';

/** The backends of character devices. */
export function infoChardev({ options: { characterDevices } }: CommandContext): string {
  const devices = characterDevices?.list() ?? [];
  return devices.map(({ label, filename }) => `${label}: filename=${filename}\n`).join('');
}

const device = { name: 'device', type: 'word' } as const;

/** Most bytes that are shown at a time. */
const MOST_SHOWN = 1 << 20;

/** Characters that a terminal would obey are shown by their codes. */
function shown(text: string): string {
  const code = (character: string) => character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  return text.replace(/[\p{Cc}\\]/gu, (found) =>
    found === '\n' ? found : found === '\\' ? '\\\\' : `\\u${code(found)}`,
  );
}

/** Commands for ring buffers. */
export const chardevCommands: readonly Command[] = [
  {
    names: ['ringbuf_read'],
    usage: 'device size',
    help: 'Read from a ring buffer character device',
    parameters: [device, { name: 'size', type: 'integer' }],
    run: ({ words, numbers }, { options: { characterDevices } }) => {
      const buffer = ringBufferOf(characterDevices, words.device);
      if (numbers.size <= 0n) throw new MonitorError('Error: size must be greater than zero');
      const size = numbers.size > BigInt(MOST_SHOWN) ? MOST_SHOWN : Number(numbers.size);
      return `${shown(new TextDecoder().decode(buffer.read(size)))}\n`;
    },
  },
  {
    names: ['ringbuf_write'],
    usage: 'device data',
    help: 'Write to a ring buffer character device',
    parameters: [device, { name: 'data', type: 'word' }],
    run: ({ words }, { options: { characterDevices } }) => {
      ringBufferOf(characterDevices, words.device).write(new TextEncoder().encode(words.data));
      return '';
    },
  },
];
