import type { Nvme } from '../devices/nvme/index.ts';
import type { VirtioBlock } from '../devices/virtio/block/index.ts';
import type { VirtioOptions } from '../devices/virtio/device.ts';
import type { Board, Part } from './board.ts';
import { type CardConfig, pciCard } from './cards.ts';
import { type DriveConfig, portOfDrive } from './drives.ts';
import { RNG_NAME } from './resources.ts';

/** A device on the PCI bus that can be plugged in and pulled out while the machine runs, with its slot. */
export type PluggedPciDevice = { readonly slot: number } & (
  | { readonly type: 'pci-card'; readonly card: CardConfig }
  /** With a controller of its own: virtio or NVMe. */
  | { readonly type: 'pci-disk'; readonly drive: DriveConfig }
  | { readonly type: 'pci-rng' }
);

/** The device, not yet on the bus. */
export function makePciDevice(board: Board, device: PluggedPciDevice): Part {
  if (device.type === 'pci-card') return pciCard(board, device.card, device.slot);
  if (device.type === 'pci-rng') {
    const { VirtioRng } = board.devices.module('virtioRng');
    return new VirtioRng({ ...virtioOptions(board, RNG_NAME, device.slot), random: board.random });
  }
  return device.drive.interface === 'nvme' ? nvme(board, device) : virtioDisk(board, device);
}

type PciDisk = PluggedPciDevice & { readonly type: 'pci-disk' };

/** A controller with one namespace. */
function nvme(board: Board, { drive, slot: device }: PciDisk): Nvme {
  const { name, serial = name } = drive;
  const { pciMmio: mmio, door } = board;
  const irq = board.pciIrq(device, 1);
  const { Nvme } = board.devices.module('nvme');
  return new Nvme({ ...board, name, device, mmio, irq, serial, port: portOfDrive(door, drive) });
}

function virtioDisk(board: Board, { drive, slot }: PciDisk): VirtioBlock {
  const { name, serial = '' } = drive;
  const { VirtioBlock } = board.devices.module('virtioBlock');
  return new VirtioBlock({ ...virtioOptions(board, name, slot), serial, port: portOfDrive(board.door, drive) });
}

/** The board's services for a virtio device in a slot. */
export function virtioOptions(board: Board, name: string, device: number): VirtioOptions {
  const { ports, pciMmio: mmio, memory, guestError, sendMessage } = board;
  return { name, device, ports, mmio, memory, guestError, sendMessage, irq: board.pciIrq(device, 1) };
}
