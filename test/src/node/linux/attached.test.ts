import { describe, expect, test } from 'vitest';
import type { MachineOptions } from '../../../../src/index.ts';
import { attachedTo } from '../../../../src/node/linux/attached.ts';

const nothing = { drivers: [], disks: {}, cards: 0, dhcp: false, sounds: 0, tags: [], unserved: [] };
const image = new Uint8Array(512);
const user = { type: 'user' } as const;

test('a machine with nothing attached needs no drivers', () => {
  expect(attachedTo({})).toEqual(nothing);
});

describe('what is attached', () => {
  test.each<[string, MachineOptions, Partial<ReturnType<typeof attachedTo>>]>([
    ['a disk', { drives: ['disk.img'] }, { drivers: ['ata_piix', 'sd_mod'], disks: { sd: 1 } }],
    [
      'disks and a CD of several buses',
      {
        drives: [
          { image },
          { image, media: 'cdrom' },
          { image, interface: 'sata' },
          { image, interface: 'nvme' },
          { image, interface: 'virtio' },
          { image, interface: 'virtio' },
        ],
      },
      {
        drivers: ['ata_piix', 'sd_mod', 'sr_mod', 'ahci', 'nvme', 'virtio_pci', 'virtio_blk'],
        disks: { sd: 2, sr: 1, nvme: 1, vd: 2 },
      },
    ],
    [
      'a disk on the USB, with the usual controller',
      { drives: [{ image, interface: 'usb' }] },
      { drivers: ['usb_storage', 'sd_mod', 'uhci_hcd'], disks: { sd: 1 } },
    ],
    [
      'input on a controller that is named',
      { usb: ['tablet'], usbControllers: [{ model: 'usb-ehci' }] },
      { drivers: ['ehci_pci', 'hid_generic', 'usbhid', 'evdev'] },
    ],
    ['a card, by its default', { network: [{ backend: user }] }, { drivers: ['8139cp'], cards: 1, dhcp: true }],
    [
      'a card without IPv4',
      { network: [{ card: 'e1000', backend: { type: 'user', ipv4: false } }] },
      { drivers: ['e1000'], cards: 1 },
    ],
    [
      'cards on the ISA bus, at their places',
      { network: [{ card: 'ne2k_isa' }, { card: 'ne2k_isa' }] },
      { drivers: ['ne io=0x300,0x320 irq=9,10'], cards: 2 },
    ],
    [
      'a folder',
      { shares: [{ tag: 'host', files: {} }] },
      { drivers: ['virtio_pci', '9pnet_virtio', '9p'], tags: ['host'] },
    ],
    [
      'drives and cards of Xen, whose platform device is served by kernels that know Xen',
      { xen: true, drives: [{ image, interface: 'xen' }], network: [{ card: 'xen-net-device' }] },
      { drivers: ['xen_blkfront', 'xen_netfront'], disks: { xvd: 1 }, cards: 1 },
    ],
    ['sound', { soundCards: ['AC97'] }, { drivers: ['snd_intel8x0', 'snd_pcm_oss'], sounds: 1 }],
    [
      'devices of virtio',
      { balloon: true, rng: true, virtioPorts: [{}] },
      { drivers: ['virtio_pci', 'virtio_balloon', 'virtio_console', 'virtio_rng'] },
    ],
    ['what has no driver', { edu: {}, pcTestdev: true }, { unserved: ['edu', 'pc-testdev'] }],
  ])('%s', (_, options, expected) => {
    expect(attachedTo(options)).toEqual({ ...nothing, ...expected });
  });

  test('a parallel port that something is connected to', () => {
    expect(attachedTo({}, true)).toEqual({ ...nothing, drivers: ['parport_pc', 'lp'] });
  });
});

test.each<[string, MachineOptions]>([
  ['a disk', { drives: [{ image, interface: 'xen' }] }],
  ['a network card', { network: [{ card: 'xen-net-device', backend: user }] }],
])('%s of Xen in a machine without it is told of before its driver is looked for', (_, options) => {
  expect(() => attachedTo(options)).toThrow(/is for drivers of Xen.*give xen/);
});
