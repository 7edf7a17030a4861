import { CAPTURE_FORMAT, checkCaptureFormat, type SoundCapture } from '../sound/capture.ts';
import type { SampleFormat } from '../sound/wav.ts';
import { messageOf } from '../util/errors.ts';
import type { Arguments } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { MonitorError } from './error.ts';

async function begin({ words, numbers }: Arguments, { machine, options }: CommandContext): Promise<void> {
  const { path, audiodev } = words;
  if (options.audiodev !== undefined && options.audiodev !== audiodev)
    throw new MonitorError(`Audiodev '${audiodev}' not found`);
  const { rate, bits, channels } = CAPTURE_FORMAT;
  const given = {
    rate: Number(numbers.frequency ?? rate),
    bits: Number(numbers.bits ?? bits),
    channels: Number(numbers.channels ?? channels),
  } as SampleFormat;
  try {
    checkCaptureFormat(given);
    await machine.sound.capture(path!, given);
  } catch (error) {
    throw new MonitorError(`${messageOf(error)}\nFailed to add wave capture`);
  }
}

/** The captures that go on, as QEMU's `info capture` shows them. */
export function infoCapture({ machine }: CommandContext): string {
  return machine.sound.captures.map((capture, n) => `[${n}]: ${captureText(capture)}\n`).join('');
}

function captureText({ format: { rate, bits, channels }, path, bytes }: SoundCapture): string {
  return `Capturing audio(${rate},${bits},${channels}) to ${path}: ${bytes} bytes`;
}

/** Commands that record what is played. */
export const captureCommands: readonly Command[] = [
  {
    names: ['wavcapture'],
    usage: 'path audiodev [frequency [bits [channels]]]',
    help: 'capture audio to a wave file (default frequency=44100 bits=16 channels=2)',
    parameters: [
      { name: 'path', type: 'file' },
      { name: 'audiodev', type: 'word' },
      { name: 'frequency', type: 'integer', optional: true },
      { name: 'bits', type: 'integer', optional: true },
      { name: 'channels', type: 'integer', optional: true },
    ],
    run: begin,
  },
  {
    names: ['stopcapture'],
    usage: 'capture index',
    help: 'stop capture',
    parameters: [{ name: 'index', type: 'integer' }],
    // Of one that isn't there QEMU says nothing either.
    run: async ({ numbers }, { machine }) => machine.sound.captures[Number(numbers.index)]?.stop(),
  },
];
