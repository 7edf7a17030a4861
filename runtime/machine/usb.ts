import { Uhci } from '../devices/uhci/index.ts';
import { UsbHid } from '../devices/usb-hid/index.ts';
import { KeyboardReports } from '../devices/usb-hid/keyboard.ts';
import { MouseReports, TabletReports } from '../devices/usb-hid/pointer.ts';
import type { Reports } from '../devices/usb-hid/reports.ts';
import { UsbStorage } from '../devices/usb-storage/index.ts';
import { KEYBOARD_CREDIT, MOUSE_CREDIT } from '../host/stream.ts';
import type { UsbDevice } from '../usb/device.ts';
import type { Board, Part } from './board.ts';
import type { UsbInput } from './models.ts';
import { usbInputPorts } from './resources.ts';

const reports: Readonly<Record<UsbInput, (board: Board, name: string) => Reports>> = {
  tablet: ({ door }, name) => new TabletReports('pointer', door.stream(name, MOUSE_CREDIT)),
  mouse: ({ door }, name) => new MouseReports('pointer', door.stream(name, MOUSE_CREDIT)),
  keyboard: ({ door }, name) => new KeyboardReports('keyboard', door.stream(name, KEYBOARD_CREDIT)),
};

/** Where PCI has the controller, and its interrupt: function 2 of the PIIX3, INTD#. */
const [DEVICE, PIN] = [1, 4];

/** The controller with what is plugged in, if the configuration has any: input first, then disks. */
export function usbParts(board: Board): Part[] {
  const { usb, drives = [] } = board.config;
  const disks = drives.filter((drive) => drive.interface === 'usb').sort((a, b) => a.index - b.index);
  if (usb === undefined && disks.length === 0) return [];
  const inputs = (usb ?? []).map((input) => inputDevice(board, input));
  const storage = disks.map(({ name, serial = '', bootIndex }, n) => {
    board.bootsFrom(bootIndex, `/usb@1,2/storage@${inputs.length + n + 1}/channel@0/disk@0,0`);
    return new UsbStorage({ name, serial, port: board.blockPort(name) });
  });
  const devices = [...inputs, ...storage];
  return [...devices, new Uhci({ ...board, irq: board.pciIrq(DEVICE, PIN), devices })];
}

function inputDevice(board: Board, input: UsbInput): UsbDevice & Part {
  const name = usbInputPorts[input];
  return new UsbHid({ ...board, name, reports: reports[input](board, name) });
}
