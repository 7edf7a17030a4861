import type { DeviceRow } from './row.ts';

/** Virtio devices that are neither disks nor network cards, and the ports of one of them. */
export const virtioDevices = {
  'virtio-balloon-pci': {
    bus: 'pci',
    aliases: ['virtio-balloon'],
    slot: 'virtio-balloon',
    option: 'balloon',
    properties: { 'deflate-on-oom': 'off', 'free-page-reporting': 'off' },
    only: 'balloon device',
    help: "memory that the guest gives up when the monitor's balloon asks for it (virtio)",
    linux: ['virtio_pci', 'virtio_balloon'],
  },
  'virtio-serial-pci': {
    bus: 'pci',
    aliases: ['virtio-serial'],
    slot: 'virtio-serial',
    option: 'virtioPorts',
    only: 'virtio-serial-pci device, which has room for all ports',
    help: 'a console device, for virtconsole and virtserialport (virtio)',
    linux: ['virtio_pci', 'virtio_console'],
  },
  virtconsole: {
    bus: 'virtio-serial',
    help: 'a console of virtio-serial-pci on a -chardev',
    properties: { chardev: '', name: '' },
  },
  virtserialport: {
    bus: 'virtio-serial',
    help: 'a port of virtio-serial-pci on a -chardev, which programs of the guest find by its name',
    properties: { chardev: '', name: '' },
  },
  'virtio-rng-pci': {
    bus: 'pci',
    aliases: ['virtio-rng'],
    slot: 'virtio-rng',
    option: 'rng',
    plugType: 'pci-rng',
    only: 'entropy device',
    help: "random numbers of the host's for the guest (virtio)",
    properties: { rng: '' },
    linux: ['virtio_pci', 'virtio_rng'],
  },
  'virtio-9p-pci': {
    bus: 'pci',
    aliases: ['virtio-9p'],
    help: 'a folder of the host that the guest mounts by its tag, that of -fsdev id=ID (virtio)',
    properties: { fsdev: '', mount_tag: '' },
  },
} as const satisfies Readonly<Record<string, DeviceRow>>;
