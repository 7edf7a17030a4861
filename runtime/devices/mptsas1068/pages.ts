import { Id, PageType, PHYS } from './registers.ts';

/** The controller and its drives, as far as pages tell of them. */
export interface Adapter {
  /** Its slot on the PCI bus. */
  readonly device: number;
  /** Numbers of the targets that are there. */
  readonly targets: readonly number[];
}

/** A page; those of a phy or of a device have addresses. */
export interface Page {
  readonly type: number;
  readonly number: number;
  readonly version: number;
  /** With its header. */
  readonly bytes: number;
  readonly of?: 'phy' | 'device';
  /** Writes what is not zero; `phy` is the number of the phy, or of the device's. */
  readonly write?: (page: DataView, adapter: Adapter, phy: number) => void;
}

/** Forms of addresses of pages, in their upper four bits. */
const AddressForm = { shift: 28, nextHandle: 0, busAndTarget: 1, handle: 2, phyNumber: 0, phyIndex: 1 } as const;
const NO_HANDLE = 0xffff;

/** Link rates of SAS: none, and 1.5 and 3 Gbit/s. A byte has the most, and the least. */
const LinkRate = { failed: 0x02, least: 0x08, most: 0x09 } as const;
const RATES = (LinkRate.most << 4) | LinkRate.least;
const DeviceInfo = { none: 0, endDevice: 0x0001, sspTarget: 0x0400 } as const;
const TARGET_INFO = DeviceInfo.endDevice | DeviceInfo.sspTarget;
/** The device is present, and its number is mapped and stays. */
const DEVICE_FLAGS = 0x0007;
/** The only function of the chip, without RAID. */
const UNIT_FLAGS = 0x41;
const ADAPTER_ORDER = 0x100;

const PHY_DATA_0 = { at: 16, bytes: 16 } as const;
const PHY_DATA_1 = { at: 20, bytes: 12 } as const;

function writeText(page: DataView, at: number, text: string): void {
  for (let n = 0; n < text.length; n++) page.setUint8(at + n, text.charCodeAt(n));
}

/** Locally assigned addresses (NAA 3) of the company that QEMU's are of, then the target, counted from 1, and the slot. */
function writeSasAddress(page: DataView, at: number, { device }: Adapter, target = -1): void {
  page.setUint32(at, ((target + 1) << 16) | (device << 8), true);
  page.setUint32(at + 4, 0x35254000, true);
}

const phyHandle = (phy: number): number => phy + 1;
/** The handle of a phy's device; 0: there is none. */
const deviceHandle = ({ targets }: Adapter, phy: number): number => (targets.includes(phy) ? phy + 1 + PHYS : 0);
const infoOf = ({ targets }: Adapter, phy: number): number => (targets.includes(phy) ? TARGET_INFO : DeviceInfo.none);
const phys: readonly number[] = Array.from({ length: PHYS }, (_, phy) => phy);

const { ioUnit, ioc, manufacturing, sasIoUnit, sasDevice, sasPhy } = PageType;

function writeChip(page: DataView): void {
  page.setUint16(4, Id.deviceId, true);
  page.setUint8(6, Id.revision);
}

const manufacturingPages: readonly Page[] = [
  {
    ...{ type: manufacturing, number: 0, version: 0, bytes: 76 },
    write(page) {
      writeText(page, 4, 'rawiron SAS1068');
      writeText(page, 20, '1.0');
      writeText(page, 28, 'rawiron SAS1068');
      writeText(page, 44, 'rawiron');
      writeText(page, 60, '0000111122223333');
    },
  },
  { type: manufacturing, number: 1, version: 0, bytes: 260 },
  { type: manufacturing, number: 2, version: 0, bytes: 12, write: writeChip },
  { type: manufacturing, number: 3, version: 0, bytes: 12, write: writeChip },
  { type: manufacturing, number: 4, version: 5, bytes: 112 },
  {
    ...{ type: manufacturing, number: 5, version: 2, bytes: 24 },
    write: (page, adapter) => writeSasAddress(page, 4, adapter),
  },
  { type: manufacturing, number: 6, version: 0, bytes: 8 },
  { type: manufacturing, number: 7, version: 0, bytes: 36 },
  { type: manufacturing, number: 8, version: 0, bytes: 8 },
  { type: manufacturing, number: 9, version: 0, bytes: 8 },
  { type: manufacturing, number: 10, version: 0, bytes: 8 },
];

const ioUnitPages: readonly Page[] = [
  {
    ...{ type: ioUnit, number: 0, version: 0, bytes: 12 },
    write(page, { device }) {
      writeText(page, 4, 'rawiron');
      page.setUint8(11, device << 3);
    },
  },
  { type: ioUnit, number: 1, version: 2, bytes: 8, write: (page) => page.setUint32(4, UNIT_FLAGS, true) },
  {
    ...{ type: ioUnit, number: 2, version: 2, bytes: 32 },
    write(page, { device }) {
      page.setUint32(8, ADAPTER_ORDER, true);
      page.setUint8(13, device << 3);
    },
  },
  { type: ioUnit, number: 3, version: 1, bytes: 12 },
  { type: ioUnit, number: 4, version: 0, bytes: 20 },
];

const controllerPages: readonly Page[] = [
  {
    ...{ type: ioc, number: 0, version: 1, bytes: 28 },
    write(page) {
      page.setUint16(12, Id.vendorId, true);
      page.setUint16(14, Id.deviceId, true);
      page.setUint8(16, Id.revision);
      page.setUint32(20, Id.classCode, true);
      page.setUint16(24, Id.subsystemVendorId, true);
      page.setUint16(26, Id.subsystemId, true);
    },
  },
  { type: ioc, number: 1, version: 3, bytes: 16 },
  { type: ioc, number: 2, version: 4, bytes: 12 },
  { type: ioc, number: 3, version: 0, bytes: 8 },
  { type: ioc, number: 4, version: 0, bytes: 8 },
  { type: ioc, number: 5, version: 0, bytes: 12 },
  { type: ioc, number: 6, version: 1, bytes: 60 },
];

const sasUnitPages: readonly Page[] = [
  {
    ...{ type: sasIoUnit, number: 0, version: 4, bytes: PHY_DATA_0.at + PHYS * PHY_DATA_0.bytes },
    write(page, adapter) {
      page.setUint8(12, PHYS);
      for (const phy of phys) {
        const at = PHY_DATA_0.at + PHY_DATA_0.bytes * phy;
        const handle = deviceHandle(adapter, phy);
        page.setUint8(at, phy);
        page.setUint8(at + 3, handle === 0 ? LinkRate.failed : LinkRate.most);
        page.setUint32(at + 4, infoOf(adapter, phy), true);
        page.setUint16(at + 8, handle, true);
        page.setUint16(at + 10, handle, true);
      }
    },
  },
  {
    ...{ type: sasIoUnit, number: 1, version: 7, bytes: PHY_DATA_1.at + PHYS * PHY_DATA_1.bytes },
    write(page, adapter) {
      page.setUint8(16, PHYS);
      for (const phy of phys) {
        const at = PHY_DATA_1.at + PHY_DATA_1.bytes * phy;
        page.setUint8(at, phy);
        page.setUint8(at + 3, RATES);
        page.setUint32(at + 4, infoOf(adapter, phy), true);
      }
    },
  },
  { type: sasIoUnit, number: 2, version: 6, bytes: 20 },
  { type: sasIoUnit, number: 3, version: 6, bytes: 44 },
];

const phyPages: readonly Page[] = [
  {
    ...{ type: sasPhy, number: 0, version: 1, bytes: 36, of: 'phy' },
    write(page, adapter, phy) {
      const handle = deviceHandle(adapter, phy);
      page.setUint16(8, handle, true);
      writeSasAddress(page, 12, adapter);
      page.setUint16(20, handle, true);
      page.setUint8(22, phy);
      page.setUint32(24, handle === 0 ? DeviceInfo.none : DeviceInfo.endDevice, true);
      page.setUint8(28, RATES);
      page.setUint8(29, RATES);
    },
  },
  { type: sasPhy, number: 1, version: 1, bytes: 28, of: 'phy' },
];

const devicePages: readonly Page[] = [
  {
    ...{ type: sasDevice, number: 0, version: 5, bytes: 36, of: 'device' },
    write(page, adapter, phy) {
      writeSasAddress(page, 12, adapter, phy);
      page.setUint16(20, phyHandle(phy), true);
      page.setUint8(22, phy);
      page.setUint16(24, deviceHandle(adapter, phy), true);
      page.setUint8(26, phy);
      page.setUint32(28, TARGET_INFO, true);
      page.setUint16(32, DEVICE_FLAGS, true);
      page.setUint8(34, phy);
    },
  },
  {
    ...{ type: sasDevice, number: 1, version: 0, bytes: 48, of: 'device' },
    write(page, adapter, phy) {
      writeSasAddress(page, 12, adapter, phy);
      page.setUint16(24, deviceHandle(adapter, phy), true);
      page.setUint8(26, phy);
    },
  },
  {
    ...{ type: sasDevice, number: 2, version: 1, bytes: 20, of: 'device' },
    write: (page, adapter, phy) => writeSasAddress(page, 8, adapter, phy),
  },
];

const pages: readonly Page[] = [
  ...manufacturingPages,
  ...ioUnitPages,
  ...controllerPages,
  ...sasUnitPages,
  ...phyPages,
  ...devicePages,
];

/** The page of a type and a number, if there is one. */
export function findPage(type: number, number: number): Page | undefined {
  return pages.find((page) => page.type === type && page.number === number);
}

/** Whether there are pages of a type. */
export function hasPages(type: number): boolean {
  return pages.some((page) => page.type === type);
}

/** Whether a page is of a type whose length does not stand in its header's second byte. */
export function isExtended({ type }: Page): boolean {
  return type > PageType.mask;
}

/** The phy that an address of the page names: 0 where it needs none; null: there is none, or no device at it. */
export function phyOf({ of }: Page, adapter: Adapter, address: number): number | null {
  if (of === undefined) return 0;
  const phy = of === 'phy' ? namedPhy(address) : phyOfDevice(adapter, address);
  const isThere = of === 'phy' ? phys.includes(phy) : adapter.targets.includes(phy);
  return isThere ? phy : null;
}

/** The number that an address of a phy has; -1: none. */
function namedPhy(address: number): number {
  const form = address >>> AddressForm.shift;
  if (form === AddressForm.phyNumber) return address & 0xff;
  return form === AddressForm.phyIndex ? address & 0xffff : -1;
}

/** The phy of the device that an address names; a number that no phy has: there is none. */
function phyOfDevice(adapter: Adapter, address: number): number {
  const ofHandle = (handle: number) => handle - 1 - PHYS;
  const form = address >>> AddressForm.shift;
  const handle = address & 0xffff;
  if (form === AddressForm.handle) return ofHandle(handle);
  // The upper byte is the bus, which is 0.
  if (form === AddressForm.busAndTarget) return handle;
  if (form !== AddressForm.nextHandle) return -1;
  const from = handle === NO_HANDLE ? 0 : ofHandle(handle) + 1;
  return phys.find((phy) => phy >= from && adapter.targets.includes(phy)) ?? -1;
}

/** The bytes of a page of a phy. */
export function pageData(page: Page, adapter: Adapter, phy: number): Uint8Array {
  const { type, number, version, bytes, write } = page;
  const data = new DataView(new ArrayBuffer(bytes));
  data.setUint8(0, version);
  data.setUint8(2, number);
  if (isExtended(page)) {
    data.setUint8(3, PageType.extended);
    data.setUint16(4, bytes / 4, true);
    data.setUint8(6, type);
  } else {
    data.setUint8(1, bytes / 4);
    data.setUint8(3, type);
  }
  write?.(data, adapter, phy);
  return new Uint8Array(data.buffer);
}
