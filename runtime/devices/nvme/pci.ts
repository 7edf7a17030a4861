import type { ConfigRegister } from '../pci/function.ts';
import { Msix } from './registers.ts';

/** PCI identification: QEMU's controller. */
export const Pci = { vendorId: 0x1b36, deviceId: 0x0010, revision: 2, classCode: 0x010802 } as const;

const EXPRESS = { at: 0x80, id: 0x10 } as const;
const POWER = { at: 0x60, id: 0x01 } as const;

/** The first capability, where there is MSI-X, and where there is not. */
export const firstCapability = (hasMessages: boolean): number => (hasMessages ? Msix.at : EXPRESS.at);
/** The one after that of MSI-X. */
export const AFTER_MESSAGES = EXPRESS.at;

/** Capabilities besides MSI-X, as QEMU's device has them: of PCI Express (an endpoint of version 2), and of power (D0 and D3). */
export const capabilityRegisters: readonly ConfigRegister[] = [
  { offset: EXPRESS.at, size: 4, value: EXPRESS.id | (POWER.at << 8) | (2 << 16) },
  { offset: EXPRESS.at + 4, size: 4, value: 0x10008000 },
  { offset: EXPRESS.at + 12, size: 4, value: 0x00000411 },
  { offset: EXPRESS.at + 16, size: 4, value: 0x00110000 },
  { offset: EXPRESS.at + 36, size: 4, value: 0x00300000 },
  { offset: POWER.at, size: 4, value: POWER.id | (3 << 16) },
  { offset: POWER.at + 4, size: 4, value: 8, writable: 3 },
];
