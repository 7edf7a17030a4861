import { Uhci, type UhciOptions } from '../devices/uhci/index.ts';
import { PORTS } from '../devices/uhci/registers.ts';
import { UsbHid } from '../devices/usb-hid/index.ts';
import { KeyboardReports } from '../devices/usb-hid/keyboard.ts';
import { MouseReports, TabletReports } from '../devices/usb-hid/pointer.ts';
import type { Reports } from '../devices/usb-hid/reports.ts';
import { UsbStorage } from '../devices/usb-storage/index.ts';
import { hostBlockPort } from '../host/block-port.ts';
import { KEYBOARD_CREDIT, MOUSE_CREDIT } from '../host/stream.ts';
import type { UsbDevice } from '../usb/device.ts';
import type { Board, Part } from './board.ts';
import { devicePath } from './boot-paths.ts';
import type { MachineConfig } from './config.ts';
import { drivesAt } from './drives.ts';
import type { UsbInput } from './models.ts';
import { nameOfPlugged, type PlugBus, type PluggedDevice } from './plugboard.ts';
import { usbInputPorts } from './resources.ts';

const reports: Readonly<Record<UsbInput, (board: Board, name: string) => Reports>> = {
  tablet: ({ door }, name) => new TabletReports('pointer', door.stream(name, MOUSE_CREDIT)),
  mouse: ({ door }, name) => new MouseReports('pointer', door.stream(name, MOUSE_CREDIT)),
  keyboard: ({ door }, name) => new KeyboardReports('keyboard', door.stream(name, KEYBOARD_CREDIT)),
};

/** The interrupt of the controller: INTD#. */
const PIN = 4;

/** Where PCI has the controller: in the PIIX3, as its function 2, or in the slot that the configuration names. */
function placeOf(board: Board): UhciOptions['place'] {
  const isMoved = board.config.pciSlots?.uhci !== undefined;
  return isMoved ? { device: board.pciSlot('uhci'), function: 0 } : { device: 1, function: 2 };
}

/** The controller with what is plugged in, if the configuration has any. */
export function usbParts(board: Board): Part[] {
  const configured = usbDevices(board.config);
  if (configured === null) return [];
  const place = placeOf(board);
  for (const device of configured) {
    if (device.type !== 'usb-disk') continue;
    const path = devicePath('usb', place.device, place.function);
    board.bootsFrom(device.drive.bootIndex, `${path}/storage@${device.port}/channel@0/disk@0,0`);
  }
  const uhci = new Uhci({ ...board, place, irq: board.pciIrq(place.device, PIN) });
  const diskPorts = Array.from({ length: PORTS }, (_, n) => `usb${n}`);
  board.plugboard.connect(usbBus(board, uhci), configured, [...Object.values(usbInputPorts), ...diskPorts]);
  return [uhci];
}

/** What is plugged in at the start: input first, then disks, each in the port that is told, or the next free one. Null: there is no controller. */
function usbDevices(config: MachineConfig): PluggedDevice[] | null {
  const { usb, usbPorts = {} } = config;
  const disks = drivesAt('usb', config);
  if (usb === undefined && disks.length === 0) return null;
  const devices = [
    ...(usb ?? []).map((input) => ({ type: 'usb-input' as const, input, port: 0 })),
    ...disks.map((drive) => ({ type: 'usb-disk' as const, drive, port: 0 })),
  ];
  const taken = new Set(Object.values(usbPorts));
  const nextFree = (): number => {
    let port = 1;
    while (taken.has(port)) port++;
    taken.add(port);
    return port;
  };
  return devices.map((device) => ({ ...device, port: usbPorts[nameOfPlugged(device)] ?? nextFree() }));
}

function usbBus(board: Board, uhci: Uhci): PlugBus {
  return {
    plug(device) {
      const made = makeDevice(board, device);
      uhci.plug(device.port, made);
      return made;
    },
    unplug: ({ port }) => uhci.unplug(port),
  };
}

function makeDevice(board: Board, device: PluggedDevice): UsbDevice & Part {
  const name = nameOfPlugged(device);
  if (device.type === 'usb-input') return new UsbHid({ ...board, name, reports: reports[device.input](board, name) });
  const { serial = '', medium } = device.drive;
  return new UsbStorage({ name, serial, port: hostBlockPort(board.door, name, medium) });
}
