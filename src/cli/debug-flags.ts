import { gdbAddress, usualGdbPlace } from '../gdb/address.ts';
import { parseBackend } from './backends/parse.ts';
import type { Flag } from './flag.ts';

/** Flags for debuggers. */
export const debugFlags: readonly Flag[] = [
  {
    names: ['s'],
    help: 'let gdb attach at port 1234 of 127.0.0.1',
    details: 'In gdb: target remote :1234. It is as -gdb tcp:127.0.0.1:1234.',
    apply: (settings) => ({ ...settings, gdb: gdbAddress(usualGdbPlace) }),
  },
  {
    names: ['S'],
    help: 'do not start the machine',
    details: 'gdb, or cont in the monitor, starts it.',
    apply: (settings) => ({ ...settings, startsPaused: true }),
  },
  {
    names: ['gdb'],
    argument: 'tcp:[HOST]:PORT|unix:PATH|stdio|chardev:ID',
    help: 'let gdb attach',
    details: 'Without HOST: at 127.0.0.1. stdio: gdb has started the program, by target remote | rawiron ….',
    apply: (settings, text) =>
      /^(stdio$|chardev:)/.test(text)
        ? { ...settings, gdbDevice: parseBackend(text) }
        : { ...settings, gdb: gdbAddress(text) },
  },
];
