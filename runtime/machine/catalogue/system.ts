import type { DeviceRow } from './row.ts';

/** Devices for tests, and what is no device of a bus. */
export const systemDevices = {
  vmgenid: {
    bus: 'none',
    option: 'generationId',
    only: 'vmgenid',
    help: 'an ID that changes when the machine goes on from a copy of its state, so that Linux has other random numbers. It is there anyway; guid: that of the first start (auto: random)',
    properties: { guid: 'auto' },
  },
  loader: {
    bus: 'none',
    help: 'puts a file or a number (data) into memory whenever the machine is reset; an ELF file at its own addresses, unless force-raw=on. cpu-num: that processor begins there',
    properties: { file: '', addr: '0', data: '', 'data-len': '', 'data-be': '', 'force-raw': '', 'cpu-num': '' },
  },
  'pc-testdev': {
    bus: 'isa',
    option: 'pcTestdev',
    only: 'pc-testdev',
    help: 'what kvm-unit-tests asks for',
    linux: [],
  },
} as const satisfies Readonly<Record<string, DeviceRow>>;
