import { optionalCards } from './cards.ts';
import { disks } from './disks.ts';
import { displays } from './displays.ts';
import { networkCards } from './network.ts';
import { portDevices } from './ports.ts';
import type { DeviceRow } from './row.ts';
import { soundCards } from './sound.ts';
import { systemDevices } from './system.ts';
import { usbControllers, usbInputDevices } from './usb.ts';
import { virtioDevices } from './virtio.ts';
import { xenDevices } from './xen.ts';

const rows = {
  ...portDevices,
  ...displays,
  ...disks,
  ...networkCards,
  ...soundCards,
  ...virtioDevices,
  ...xenDevices,
  ...usbControllers,
  ...usbInputDevices,
  ...optionalCards,
  ...systemDevices,
} as const;

/** A device that `-device` adds, by its name there. */
export type DeviceModel = keyof typeof rows;
/** All of them, in the order of `-device help`. */
export const deviceRows: Readonly<Record<DeviceModel, DeviceRow>> = rows;
/** Their names. */
export const deviceModels = Object.keys(rows) as readonly DeviceModel[];

/** The device of one of its names; undefined: there is none. */
export function deviceModel(name: string): DeviceModel | undefined {
  return deviceModels.find((model) => model === name || deviceRows[model].aliases?.includes(name));
}

/** The name of `-device` for an option that adds one device; undefined: it adds none, or several. */
export function deviceOfOption(option: string): DeviceModel | undefined {
  return deviceModels.find((model) => deviceRows[model].option === option && deviceRows[model].value === undefined);
}
