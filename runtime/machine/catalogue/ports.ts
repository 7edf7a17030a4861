import type { DeviceRow } from './row.ts';

const portProperties = { chardev: '', index: '', iobase: '', irq: '' };

/** Devices at ports of the ISA bus. */
export const portDevices = {
  'isa-debug-exit': {
    bus: 'isa',
    help: 'a write there ends the program, with exit code 2 * value + 1',
    only: 'isa-debug-exit device',
    properties: { iobase: '0x501', iosize: '2' },
  },
  'isa-debugcon': {
    bus: 'isa',
    help: 'what is written there goes to a -chardev',
    only: 'isa-debugcon device',
    properties: { iobase: '0xe9', chardev: '' },
  },
  'isa-serial': {
    bus: 'isa',
    help: 'the next serial port, or that of the index (0: COM1), on a -chardev',
    properties: portProperties,
  },
  'isa-parallel': { bus: 'isa', help: 'the parallel port, on a -chardev', properties: portProperties },
} as const satisfies Readonly<Record<string, DeviceRow>>;
