import { ConfigurationError, type ListenAddress } from '../index.ts';
import { parseBackend } from './backends/backend.ts';
import type { Flag } from './flags.ts';

/** QEMU's port for `-s`. It listens on all addresses there; here only this host's own programs can attach. */
const USUAL: ListenAddress = { host: '127.0.0.1', port: 1234 };

/** Flags for debuggers. */
export const debugFlags: readonly Flag[] = [
  {
    names: ['s'],
    help: 'let gdb attach at port 1234 of 127.0.0.1 (target remote :1234), as -gdb tcp:127.0.0.1:1234',
    apply: (settings) => ({ ...settings, gdb: USUAL }),
  },
  {
    names: ['S'],
    help: 'do not start the machine: gdb, or cont in the monitor, does',
    apply: (settings) => ({ ...settings, startsPaused: true }),
  },
  {
    names: ['gdb'],
    argument: 'tcp:[HOST]:PORT|unix:PATH',
    help: 'let gdb attach there; without HOST: at 127.0.0.1',
    apply: (settings, text) => ({ ...settings, gdb: gdbAddress(text) }),
  },
];

/**
 * The address of a text such as `tcp::1234`. That it listens and doesn't wait goes without saying, as in QEMU.
 * @throws ConfigurationError
 */
export function gdbAddress(text: string): ListenAddress {
  const backend = parseBackend(text.replace(/^tcp::/, 'tcp:127.0.0.1:'));
  if (backend.type === 'socket') return backend.address;
  throw new ConfigurationError(`gdb cannot attach at '${text}'; give tcp:HOST:PORT or unix:PATH`);
}
