import { usbControllers, usbInputNames } from '../../runtime/machine/catalogue/usb.ts';
import { usbBusesOf } from '../../runtime/machine/usb-plan.ts';
import {
  ConfigurationError,
  type UsbControllerConfig,
  type UsbControllerModel,
  type UsbInput,
  type UsbInputOptions,
} from '../index.ts';
import { usbInputOf } from '../options/usb.ts';
import type { Flag } from './flag.ts';
import { parseInteger } from './properties.ts';
import { machine, type Settings } from './settings.ts';

const UHCI: UsbControllerModel = 'piix3-usb-uhci';

/** A UHCI without a name needs no list. */
function controllersOf({ machine: { usb, usbControllers } }: Settings): readonly UsbControllerConfig[] {
  return usbControllers ?? (usb === undefined ? [] : [{ model: UHCI }]);
}

/**
 * The settings with a controller, which may have a name; a second UHCI is the same.
 * @throws ConfigurationError if there is another one of its kind
 */
export function addUsbController(settings: Settings, model: UsbControllerModel = UHCI, id = ''): Settings {
  const controllers = controllersOf(settings);
  const other = controllers.find((one) => usbControllers[one.model].kind === usbControllers[model].kind);
  if (other && model !== UHCI)
    throw new ConfigurationError(
      `${model}: there is a controller of ${usbControllers[model].kind} already (${other.model}); give one`,
    );
  const controller = { model, ...(id && { id }) };
  if (other) {
    if (id === '') return settings;
    return machine(settings, { usbControllers: controllers.map((one) => (one === other ? controller : one)) });
  }
  const isAlone = model === UHCI && id === '' && controllers.length === 0;
  const listed = isAlone ? {} : { usbControllers: [...controllers, controller] };
  const before = settled(settings);
  return machine(before, { usb: before.machine.usb ?? [], ...listed });
}

/** Before there is one more controller: what has named no bus is on that of the last one. */
function settled(settings: Settings): Settings {
  const { usb = [], drives = [] } = settings.machine;
  const bus = busNames(settings).at(-1);
  if (bus === undefined) return settings;
  return machine(settings, {
    usb: usb.map((input) => ({ bus, ...usbInputOf(input) })),
    ...(drives.length > 0 && {
      drives: drives.map((drive) =>
        typeof drive !== 'string' && drive.interface === 'usb' ? { bus, ...drive } : drive,
      ),
    }),
  });
}

const busNames = ({ machine: { usb, usbControllers } }: Settings): string[] =>
  usbBusesOf({ usb, usbControllers }).map(({ name }) => name);

/** @throws ConfigurationError if there is no controller for it */
export function addUsbInput(settings: Settings, input: UsbInput, place: UsbPlaceOptions = {}): Settings {
  checkUsbBus(settings, usbInputNames[input], place.bus);
  const isPlaced = Object.keys(place).length > 0;
  const { usb = [] } = settings.machine;
  return machine(settings, { usb: [...usb, isPlaced ? { device: input, ...place } : input] });
}

/** Where a device is plugged in, and what it is called. */
type UsbPlaceOptions = Pick<UsbInputOptions, 'id' | 'bus' | 'port'>;

/** The place for `id=ID,bus=ID,port=N`. */
export function usbPlaceOf({ id = '', bus = '', port = '' }: Readonly<Record<string, string>>): UsbPlaceOptions {
  return { ...(id && { id }), ...(bus && { bus }), ...(port && { port: parseInteger('port', port) }) };
}

/** @throws ConfigurationError if there is no controller for the device, or no such bus */
export function checkUsbBus(settings: Settings, device: string, bus?: string): void {
  const names = busNames(settings);
  if (names.length === 0)
    throw new ConfigurationError(`there is no USB controller for ${device}; give -usb or -device qemu-xhci before it`);
  if (bus === undefined || names.includes(bus)) return;
  throw new ConfigurationError(
    `there is no bus '${bus}' for ${device}; give bus=${names.join(' or bus=')}, or leave it out`,
  );
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
    apply: (settings) => addUsbController(settings),
  },
  {
    names: ['usbdevice'],
    argument: 'tablet|mouse|keyboard',
    help: 'as -usb, with one of these',
    details: '-device usb-tablet, usb-mouse and usb-kbd are the newer spelling.',
    apply: addOld,
  },
];
