import { ConfigurationError } from '../util/errors.ts';
import type { MachineOptions } from './options.ts';

/** @throws ConfigurationError for a disk or a card of Xen in a machine without it */
export function checkXen({ xen = false, drives = [], network = [] }: MachineOptions): void {
  if (xen) return;
  const disk = drives.findIndex((drive) => typeof drive === 'object' && drive?.interface === 'xen');
  const card = network.findIndex((one) => one?.card === 'xen-net-device');
  const where = disk >= 0 ? `drives[${disk}]` : card >= 0 ? `network[${card}]` : undefined;
  if (where !== undefined)
    throw new ConfigurationError(
      `${where} is for drivers of Xen, which the machine has not; give xen (-machine xen=on)`,
    );
}
