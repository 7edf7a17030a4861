import { Header } from '../../runtime/devices/pci/registers.ts';
import type { BaseAddressView, PciFunctionView } from '../machine-core.ts';

/** Base class and sub-class (PCI Local Bus Specification 2.2, appendix D), in QEMU's words. */
const classes: Readonly<Record<number, string>> = {
  256: 'SCSI controller',
  257: 'IDE controller',
  262: 'SATA controller',
  512: 'Ethernet controller',
  768: 'VGA controller',
  1025: 'Audio controller',
  1536: 'Host bridge',
  1537: 'ISA bridge',
  1540: 'PCI bridge',
  1664: 'Bridge',
  3075: 'USB controller',
  3077: 'SMBus',
};

/** The fields of a function's configuration space. */
export interface PciHeader {
  readonly vendor: number;
  readonly device: number;
  /** 0: there is none. */
  readonly subsystemVendor: number;
  readonly subsystem: number;
  /** Base class and sub-class. */
  readonly classCode: number;
  /** Name of its class; undefined: it has no name here. */
  readonly className: string | undefined;
  /** 1-4 for INTA# to INTD#, 0 for none. */
  readonly pin: number;
  /** The IRQ that firmware has written there. */
  readonly line: number;
}

/** Reads what a function is. */
export function pciHeaderOf({ config }: PciFunctionView): PciHeader {
  const view = new DataView(config.buffer, config.byteOffset);
  const word = (offset: number) => view.getUint16(offset, true);
  const classCode = word(Header.classCode + 1);
  return {
    ...{ vendor: word(Header.vendorId), device: word(Header.deviceId) },
    ...{ subsystemVendor: word(Header.subsystemVendorId), subsystem: word(Header.subsystemId) },
    ...{ classCode, className: classes[classCode] },
    ...{ pin: config[Header.interruptPin]!, line: config[Header.interruptLine]! },
  };
}

/** Number of a base address register; that of the expansion ROM is 6. */
export function barIndex({ index }: BaseAddressView): number {
  return index === 'rom' ? 6 : index;
}
