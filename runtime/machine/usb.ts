import { Uhci, type UhciOptions } from '../devices/uhci/index.ts';
import { UsbHid } from '../devices/usb-hid/index.ts';
import { KeyboardReports } from '../devices/usb-hid/keyboard.ts';
import { MouseReports, TabletReports } from '../devices/usb-hid/pointer.ts';
import type { Reports } from '../devices/usb-hid/reports.ts';
import { UsbStorage } from '../devices/usb-storage/index.ts';
import { KEYBOARD_CREDIT, MOUSE_CREDIT } from '../host/stream.ts';
import type { UsbDevice } from '../usb/device.ts';
import type { Board, Part } from './board.ts';
import { devicePath } from './boot-paths.ts';
import type { UsbInput } from './models.ts';
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

/** The controller with what is plugged in, if the configuration has any: input first, then disks. */
export function usbParts(board: Board): Part[] {
  const { usb, drives = [] } = board.config;
  const disks = drives.filter((drive) => drive.interface === 'usb').sort((a, b) => a.index - b.index);
  if (usb === undefined && disks.length === 0) return [];
  const inputs = (usb ?? []).map((input) => inputDevice(board, input));
  const place = placeOf(board);
  const storage = disks.map(({ name, serial = '', bootIndex }, n) => {
    board.bootsFrom(
      bootIndex,
      `${devicePath('usb', place.device, place.function)}/storage@${inputs.length + n + 1}/channel@0/disk@0,0`,
    );
    return new UsbStorage({ name, serial, port: board.blockPort(name) });
  });
  const devices = [...inputs, ...storage];
  return [...devices, new Uhci({ ...board, place, irq: board.pciIrq(place.device, PIN), devices })];
}

function inputDevice(board: Board, input: UsbInput): UsbDevice & Part {
  const name = usbInputPorts[input];
  return new UsbHid({ ...board, name, reports: reports[input](board, name) });
}
