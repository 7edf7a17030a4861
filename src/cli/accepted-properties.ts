import type { DeviceModel } from '../../runtime/machine/catalogue/index.ts';
import { ConfigurationError } from '../index.ts';
import { hasAddress } from './pci-addresses.ts';

/** A property of QEMU's devices that may ask for what is so here anyway, and for nothing else. */
interface AcceptedProperty {
  readonly name: string;
  /** The models that have it. */
  readonly of: RegExp | 'pci';
  readonly value: RegExp;
  /** A sentence for the error message that says how it is here. */
  readonly instead: string;
}

const anything = /^/;
const on = /^(on|true|yes|auto)$/;
const off = /^(off|false|no|auto)$/;
const virtio = /^virtio-.*-pci$/;
const disk = /^(ide-hd|ide-cd|virtio-blk-pci|nvme|usb-storage|floppy)$/;
const network = /^virtio-net-pci$/;
/** Properties of a network card that turn off work which the card may leave to its driver. */
const offloads = ['csum', 'guest_csum', 'gso', 'host_tso4', 'guest_tso4', 'mrg_rxbuf', 'event_idx'] as const;

const rows: readonly AcceptedProperty[] = [
  { name: 'multifunction', of: 'pci', value: off, instead: 'each device is a function of a slot of its own' },
  { name: 'rombar', of: 'pci', value: /^1$/, instead: 'a ROM has a base address register' },
  { name: 'disable-legacy', of: virtio, value: off, instead: 'both interfaces of virtio are there' },
  { name: 'disable-modern', of: virtio, value: off, instead: 'both interfaces of virtio are there' },
  { name: 'ioeventfd', of: virtio, value: anything, instead: '' },
  { name: 'num-queues', of: /^virtio-blk-pci$/, value: /^1$/, instead: 'it has one queue' },
  { name: 'iothread', of: /^virtio-blk-pci$/, value: anything, instead: '' },
  { name: 'scsi', of: /^virtio-blk-pci$/, value: off, instead: 'it takes no commands of SCSI' },
  { name: 'mq', of: network, value: off, instead: 'it has one queue in each direction' },
  ...offloads.map((name) => ({
    name,
    of: network,
    value: on,
    instead: 'the card offers it, and drivers may leave it',
  })),
  { name: 'write-cache', of: disk, value: on, instead: 'what is written stays when the guest flushes' },
  { name: 'logical_block_size', of: disk, value: /^512$/, instead: 'sectors have 512 bytes' },
  { name: 'physical_block_size', of: disk, value: /^512$/, instead: 'sectors have 512 bytes' },
  { name: 'share-rw', of: disk, value: off, instead: 'an image is that of one machine' },
  { name: 'removable', of: /^usb-storage$/, value: off, instead: 'the disk says that it stays in its drive' },
  { name: 'drive-type', of: /^floppy$/, value: /^(144|auto)$/, instead: 'it is a drive of 1.44 MB' },
  { name: 'vgamem_mb', of: /^VGA$/, value: /^16$/, instead: 'the adapter has 16 MB of memory' },
  { name: 'iobase', of: /^ne2k_isa$/, value: /^(0x300|768)$/, instead: 'the first card is at port 0x300' },
  { name: 'irq', of: /^ne2k_isa$/, value: /^9$/, instead: 'the first card has IRQ 9' },
];

function isOf({ of }: AcceptedProperty, model: DeviceModel): boolean {
  return of === 'pci' ? hasAddress(model) : of.test(model);
}

/** The names of those that a model has. */
export function acceptedProperties(model: DeviceModel): readonly string[] {
  return rows.filter((row) => isOf(row, model)).map(({ name }) => name);
}

/** @throws ConfigurationError for one that asks for something else than what is so */
export function checkAccepted(model: DeviceModel, given: Readonly<Record<string, string>>): void {
  for (const row of rows) {
    const { name, value, instead } = row;
    const asked = given[name];
    if (asked === undefined || !isOf(row, model) || value.test(asked)) continue;
    throw new ConfigurationError(`${name}=${asked} is not supported for ${model}: ${instead}; leave it out`);
  }
}
