import { ConfigurationError, type UsbInput, type UsbInputOptions } from '../index.ts';
import type { Flag } from './flags.ts';
import { parseInteger } from './properties.ts';
import { machine, type Settings } from './settings.ts';

/** Names of -device. */
export const usbInputNames: Readonly<Record<UsbInput, string>> = {
  tablet: 'usb-tablet',
  mouse: 'usb-mouse',
  keyboard: 'usb-kbd',
};

/** The settings with a controller; a second one is the same. */
export function addUsbController(settings: Settings): Settings {
  return machine(settings, { usb: settings.machine.usb ?? [] });
}

/** @throws ConfigurationError if there is no controller for it */
export function addUsbInput(settings: Settings, input: UsbInput, place: UsbPlaceOptions = {}): Settings {
  checkUsbController(settings, usbInputNames[input]);
  const isPlaced = place.id !== undefined || place.port !== undefined;
  return machine(settings, { usb: [...settings.machine.usb!, isPlaced ? { device: input, ...place } : input] });
}

/** Where a device is plugged in, and what it is called. */
type UsbPlaceOptions = Pick<UsbInputOptions, 'id' | 'port'>;

/** Of `id=ID,port=N`. */
export function usbPlaceOf({ id = '', port = '' }: Readonly<Record<string, string>>): UsbPlaceOptions {
  return { ...(id && { id }), ...(port && { port: parseInteger('port', port) }) };
}

/** @throws ConfigurationError if there is no controller for the device */
export function checkUsbController(settings: Settings, device: string): void {
  if (settings.machine.usb !== undefined) return;
  throw new ConfigurationError(`there is no USB controller for ${device}; give -usb`);
}

/** The old spelling has the names of inputs as the library has them. */
function addOld(settings: Settings, text: string): Settings {
  const input = (Object.keys(usbInputNames) as UsbInput[]).find((name) => name === text);
  if (input === undefined)
    throw new ConfigurationError(`'${text}' is not there; it is one of: ${Object.keys(usbInputNames).join(', ')}`);
  return addUsbInput(addUsbController(settings), input);
}

export const usbFlags: readonly Flag[] = [
  {
    names: ['usb'],
    help: "the USB controller of Intel's PIIX3, with two ports",
    apply: addUsbController,
  },
  {
    names: ['usbdevice'],
    argument: 'tablet|mouse|keyboard',
    help: 'the same with one of these; -device usb-tablet, usb-mouse and usb-kbd are the newer spelling',
    apply: addOld,
  },
];
