import type { MachineOptions } from '../../../../src/index.ts';

/** A small machine with all devices that need nothing of the host. */
export const everyDevice: MachineOptions = {
  memory: 16,
  boot: { demo: true },
  drives: [{ media: 'cdrom' }, { interface: 'floppy' }],
  network: [
    { card: 'rtl8139' },
    { card: 'e1000' },
    { card: 'ne2k_pci' },
    { card: 'ne2k_isa' },
    { card: 'virtio-net-pci' },
  ],
  soundCards: ['sb16', 'AC97'],
  virtioPorts: [{ name: 'a' }],
  balloon: true,
  rng: true,
  debugConsole: { iobase: 0xe9 },
};
