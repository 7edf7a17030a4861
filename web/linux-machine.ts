import type { MachineOptions } from '../src/options/options.ts';

/** The machine that the page's Linux has been booted on when the page was built: the page goes on from there with the same settings. */
export const linuxMachine = { memory: 128, network: [{ backend: { type: 'user' } }] } as const satisfies MachineOptions;

/** The kernel's command line. Without its own tests of cryptography it boots in half the time; pages that are free are cleared, so that a state is small. */
export const LINUX_APPEND = 'console=ttyS0 cryptomgr.notests init_on_free=1 quiet';
