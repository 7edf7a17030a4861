import { Id as E1000 } from '../../runtime/devices/e1000/registers.ts';
import { PciId as Ne2000 } from '../../runtime/devices/ne2000/registers.ts';
import { Id as Pcnet } from '../../runtime/devices/pcnet/registers.ts';
import { Id as Rtl8139 } from '../../runtime/devices/rtl8139/registers.ts';
import { Kind, VENDOR } from '../../runtime/devices/virtio/registers.ts';
import { Id as Vmxnet3 } from '../../runtime/devices/vmxnet3/registers.ts';
import type { PciCardModel } from '../../runtime/machine/catalogue/network.ts';

interface PciIds {
  readonly vendorId: number;
  readonly deviceId: number;
}

const idsOf: Readonly<Record<PciCardModel, PciIds>> = {
  rtl8139: Rtl8139,
  ne2k_pci: Ne2000,
  e1000: E1000,
  pcnet: Pcnet,
  vmxnet3: Vmxnet3,
  'virtio-net-pci': { vendorId: VENDOR, deviceId: Kind.network.deviceId },
};

/** PCI Firmware Specification 3.0, 5.1.1 and 5.1.2: marks, and offsets in the ROM's header and in what that points to. */
const ROM_MARK = 0xaa55;
const DATA_MARK = 'PCIR';
const At = { data: 0x18, vendor: 4, device: 6 } as const;
/** A byte of the header that iPXE keeps for the sum of all, which must be 0. */
const CHECKSUM = 6;

/**
 * A copy of a ROM for a card, with the card's numbers. Firmware takes a ROM only for the numbers that are in it, and those that
 * iPXE makes for cards with several numbers have zeros there. Nothing changes in what is no ROM of PCI.
 */
export function withCardIds(rom: Uint8Array, card: PciCardModel): Uint8Array {
  const own = rom.slice();
  const view = new DataView(own.buffer);
  const data = dataOf(view);
  if (data === undefined) return own;
  const { vendorId, deviceId } = idsOf[card];
  putWord(view, data + At.vendor, vendorId);
  putWord(view, data + At.device, deviceId);
  return own;
}

/** Where the ROM says what it is for. */
function dataOf(view: DataView): number | undefined {
  if (view.byteLength < At.data + 2 || view.getUint16(0, true) !== ROM_MARK) return undefined;
  const data = view.getUint16(At.data, true);
  if (data + At.device + 2 > view.byteLength) return undefined;
  const mark = String.fromCharCode(...new Uint8Array(view.buffer, data, DATA_MARK.length));
  return mark === DATA_MARK ? data : undefined;
}

/** Writes a word, low byte first, and keeps the sum of all bytes. */
function putWord(view: DataView, at: number, value: number): void {
  const before = view.getUint16(at, true);
  const more = (before & 0xff) + (before >> 8) - (value & 0xff) - (value >> 8);
  view.setUint8(CHECKSUM, view.getUint8(CHECKSUM) + more);
  view.setUint16(at, value, true);
}
