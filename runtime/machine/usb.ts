import { Ehci } from '../devices/ehci/index.ts';
import { Uhci, type UhciOptions } from '../devices/uhci/index.ts';
import { UsbHid } from '../devices/usb-hid/index.ts';
import { KeyboardReports } from '../devices/usb-hid/keyboard.ts';
import { MouseReports, TabletReports } from '../devices/usb-hid/pointer.ts';
import type { Reports } from '../devices/usb-hid/reports.ts';
import { UsbStorage } from '../devices/usb-storage/index.ts';
import { Xhci } from '../devices/xhci/index.ts';
import { hostBlockPort } from '../host/block-port.ts';
import { ports } from '../host/ports.ts';
import type { UsbBus } from '../usb/bus.ts';
import type { UsbDevice } from '../usb/device.ts';
import type { UsbSpeed } from '../usb/packets.ts';
import type { Board, Part } from './board.ts';
import { devicePath } from './boot-paths.ts';
import { USB_DISKS, type UsbInput, usbControllers, usbInputNames } from './catalogue/usb.ts';
import type { MachineConfig } from './config.ts';
import { drivesAt } from './drives.ts';
import type { PlugBus } from './plugboard.ts';
import { nameOfPlugged, type PluggedUsbDevice } from './plugged.ts';
import { placeUsb, type UsbBusPlan } from './usb-plan.ts';

const reports: Readonly<Record<UsbInput, (board: Board, name: string) => Reports>> = {
  tablet: ({ door }, name) => new TabletReports('pointer', door.stream(ports.usb.tablet(name))),
  mouse: ({ door }, name) => new MouseReports('pointer', door.stream(ports.usb.mouse(name))),
  keyboard: (board, name) => new KeyboardReports({ ...board, name, line: board.door.stream(ports.usb.keyboard(name)) }),
};

/** Interrupts: INTD# of UHCI and EHCI, INTA# of xHCI. */
const [OLD_PIN, XHCI_PIN] = [4, 1];

/** A controller with its bus. */
interface Controller {
  readonly part: Part & { readonly usbBus: UsbBus };
  readonly place: UhciOptions['place'];
  readonly speed: UsbSpeed;
}

/** Controllers with these buses, and what is plugged in at the start. */
export function usbParts(board: Board, buses: readonly UsbBusPlan[]): Part[] {
  const controllers = new Map(buses.map((bus) => [bus.name, makeController(board, bus)]));
  const configured = usbDevices(board.config, buses);
  const diskPorts = Array.from({ length: USB_DISKS }, (_, n) => `usb${n}`);
  board.plugboard.connect('usb', plugBus(board, controllers), [...Object.values(usbInputNames), ...diskPorts]);
  for (const device of configured) {
    noteBoot(board, controllers.get(device.bus)!, device);
    board.plugboard.configure(device);
  }
  const parts = [...controllers.values()].map(({ part }) => part);
  // What is there from the start is found as after power-on.
  for (const part of parts) part.reset();
  return parts;
}

/**
 * The devices that are plugged in at the start, each in the port that it names, or in the next free one: input first, then disks.
 */
function usbDevices(config: MachineConfig, buses: readonly UsbBusPlan[]): PluggedUsbDevice[] {
  const { usb = [], usbPorts = {} } = config;
  const disks = drivesAt('usb', config);
  return placeUsb(buses, [
    ...usb.map((input) => ({ type: 'usb-input' as const, input, ...usbPorts[usbInputNames[input]] })),
    ...disks.map((drive) => ({ type: 'usb-disk' as const, drive, ...usbPorts[drive.name] })),
  ]);
}

/** Where PCI has the UHCI: in the PIIX3, as its function 2, or in the slot that the configuration names. */
function placeOfUhci(board: Board): UhciOptions['place'] {
  const isMoved = board.config.pciSlots?.uhci !== undefined;
  return isMoved ? { device: board.pciSlot('uhci'), function: 0 } : { device: 1, function: 2 };
}

function makeController(board: Board, { model, name: bus }: UsbBusPlan): Controller {
  if (model === 'piix3-usb-uhci') {
    const place = placeOfUhci(board);
    return { part: new Uhci({ ...board, bus, place, irq: board.pciIrq(place.device, OLD_PIN) }), place, speed: 'full' };
  }
  const device = board.pciSlot(usbControllers[model].slot);
  const options = { ...board, bus, device, mmio: board.pciMmio };
  const part =
    model === 'usb-ehci'
      ? new Ehci({ ...options, irq: board.pciIrq(device, OLD_PIN) })
      : new Xhci({ ...options, model, irq: board.pciIrq(device, XHCI_PIN) });
  return { part, place: { device, function: 0 }, speed: 'high' };
}

/** Firmware may boot from a disk. */
function noteBoot(board: Board, { place }: Controller, device: PluggedUsbDevice): void {
  if (device.type !== 'usb-disk') return;
  const path = devicePath('usb', place.device, place.function);
  board.bootsFrom(device.drive.bootIndex, `${path}/storage@${device.port}/channel@0/disk@0,0`);
}

/** The bus for devices to be plugged in: each goes to the bus that it names. */
function plugBus(board: Board, controllers: ReadonlyMap<string, Controller>): PlugBus<PluggedUsbDevice> {
  return {
    plug(device) {
      const controller = controllers.get(device.bus);
      if (controller === undefined) throw new Error(`Bus '${device.bus}' not found`);
      const made = makeDevice(board, device, controller.speed);
      controller.part.usbBus.plug(device.port, made);
      return made;
    },
    unplug: ({ bus, port }) => controllers.get(bus)!.part.usbBus.unplug(port),
  };
}

function makeDevice(board: Board, device: PluggedUsbDevice, speed: UsbSpeed): UsbDevice & Part {
  const name = nameOfPlugged(device);
  if (device.type === 'usb-input')
    return new UsbHid({ ...board, name, speed, reports: reports[device.input](board, name) });
  const { serial = '', medium } = device.drive;
  return new UsbStorage({ name, speed, serial, port: hostBlockPort(board.door, name, medium) });
}
