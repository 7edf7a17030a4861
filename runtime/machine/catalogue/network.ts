import type { DeviceRow } from './row.ts';

/** Network cards that there are. */
export const cardModels = [
  'rtl8139',
  'ne2k_pci',
  'ne2k_isa',
  'e1000',
  'pcnet',
  'virtio-net-pci',
  'vmxnet3',
  'xen-net-device',
] as const;
/** A network card, by its name. */
export type CardModel = (typeof cardModels)[number];
/** The cards on the PCI bus, which may have an option ROM. */
export type PciCardModel = Exclude<CardModel, 'ne2k_isa' | 'xen-net-device'>;
/** All of these. */
export const pciCardModels: readonly PciCardModel[] = cardModels.filter(isPciCard);

/** Whether a card is on the PCI bus: not on the ISA bus, nor an interface that drivers of Xen have. */
export function isPciCard(model: string): model is PciCardModel {
  return model !== 'ne2k_isa' && model !== 'xen-net-device';
}

/** Where ISA cards are: QEMU's places, ports and IRQ of each. */
export const isaCardPlaces = [
  { base: 0x300, irq: 9 },
  { base: 0x320, irq: 10 },
  { base: 0x340, irq: 11 },
  { base: 0x360, irq: 3 },
  { base: 0x280, irq: 4 },
  { base: 0x380, irq: 5 },
];

export interface PciCardRow extends DeviceRow {
  readonly plugType: 'pci-card';
  readonly linux: readonly string[];
  /** The file of Debian's package ipxe-qemu with iPXE's option ROM for it. */
  readonly ipxe: string;
}

const properties = { netdev: '', mac: '', id: '' };
const onPci = { bus: 'pci', plugType: 'pci-card', properties: { ...properties, romfile: '', bootindex: '' } } as const;

/** Their rows. */
export const networkCards: Readonly<
  Record<PciCardModel, PciCardRow> & Record<'ne2k_isa' | 'xen-net-device', DeviceRow>
> = {
  rtl8139: {
    ...onPci,
    help: 'a network card of Realtek (RTL8139C+), connected to -netdev id=ID',
    linux: ['8139cp'],
    ipxe: 'pxe-rtl8139.rom',
  },
  ne2k_pci: {
    ...onPci,
    help: 'an NE2000 on the PCI bus (RTL8029)',
    linux: ['ne2k_pci'],
    ipxe: 'pxe-ne2k_pci.rom',
  },
  ne2k_isa: {
    bus: 'isa',
    properties,
    help: 'an NE2000 on the ISA bus; the first is at port 0x300 with IRQ 9',
  },
  e1000: {
    ...onPci,
    aliases: ['e1000-82540em'],
    help: 'a PRO/1000 of Intel (82540EM)',
    linux: ['e1000'],
    ipxe: 'pxe-e1000.rom',
  },
  pcnet: {
    ...onPci,
    help: 'a PCnet-PCI II of AMD (Am79C970A), which many old systems have drivers for',
    linux: ['pcnet32'],
    ipxe: 'pxe-pcnet.rom',
  },
  'virtio-net-pci': {
    ...onPci,
    aliases: ['virtio-net'],
    help: 'a network card for guests with drivers of virtio',
    linux: ['virtio_pci', 'virtio_net'],
    ipxe: 'pxe-virtio.rom',
  },
  vmxnet3: {
    ...onPci,
    help: "VMware's paravirtual network card",
    linux: ['vmxnet3'],
    ipxe: 'pxe-vmxnet3.rom',
  },
  'xen-net-device': {
    bus: 'xen-bus',
    properties,
    help: 'a network interface for guests with drivers of Xen',
    linux: ['xen_netfront'],
  },
};
