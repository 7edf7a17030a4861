import { ringBufferOf } from '../../machine/character-devices.ts';
import type { Arguments, QmpCommand } from '../command.ts';
import { QmpError } from '../error.ts';

type Format = 'utf8' | 'base64';

function formatOf(args: Arguments): Format {
  const format = args.textIfGiven('format') ?? 'utf8';
  if (format === 'utf8' || format === 'base64') return format;
  throw new QmpError(`Parameter 'format' does not accept value '${format}'`);
}

function bytesOf(text: string, format: Format): Uint8Array {
  if (format === 'utf8') return new TextEncoder().encode(text);
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    throw new QmpError('Base64 data contains invalid characters');
  }
}

function textOf(bytes: Uint8Array, format: Format): string {
  if (format === 'utf8') return new TextDecoder().decode(bytes);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/** Commands about character devices. */
export const chardevCommands: readonly QmpCommand[] = [
  { name: 'query-chardev', run: (_, { options }) => options.characterDevices?.list() ?? [] },
  {
    name: 'query-chardev-backends',
    run: (_, { options }) => (options.characterDevices?.kinds ?? []).map((name) => ({ name })),
  },
  {
    name: 'ringbuf-read',
    parameters: { device: 'string', size: 'integer', format: 'string?' },
    run: (args, { options }) => {
      const buffer = ringBufferOf(options.characterDevices, args.text('device'));
      if (args.number('size') <= 0) throw new QmpError('size must be greater than zero');
      return textOf(buffer.read(args.number('size')), formatOf(args));
    },
  },
  {
    name: 'ringbuf-write',
    parameters: { device: 'string', data: 'string', format: 'string?' },
    run: (args, { options }) => {
      const buffer = ringBufferOf(options.characterDevices, args.text('device'));
      buffer.write(bytesOf(args.text('data'), formatOf(args)));
    },
  },
];
