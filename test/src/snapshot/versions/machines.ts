import type { MachineOptions } from '../../../../src/index.ts';
import { VERSION } from '../../../../src/snapshot/layout.ts';
import {
  cirrusMachine,
  everyDevice,
  growingMachine,
  nvmeMachine,
  otherCards,
  usbDisk,
  vmwareMachine,
  xenInput,
} from '../../../support/every-device.ts';

/** By the names of their files: the machines whose snapshots are kept of this version. */
export const machines: Readonly<Record<string, MachineOptions>> = {
  [`${VERSION}.snapshot`]: everyDevice,
  [`${VERSION}-usb-disk.snapshot`]: usbDisk,
  [`${VERSION}-cirrus.snapshot`]: cirrusMachine,
  [`${VERSION}-vmware.snapshot`]: vmwareMachine,
  [`${VERSION}-nvme.snapshot`]: nvmeMachine,
  [`${VERSION}-cards.snapshot`]: otherCards,
  [`${VERSION}-xen.snapshot`]: xenInput,
  [`${VERSION}-processors.snapshot`]: growingMachine,
};
