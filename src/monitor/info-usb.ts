import { usbInputNames } from '../../runtime/machine/catalogue/usb.ts';
import type { CommandContext } from './command.ts';

/**
 * The plugged-in devices, controller by controller and port by port, with the addresses that the guest has given, as QEMU's `info
 * usb` shows them.
 */
export async function infoUsb({ machine }: CommandContext): Promise<string> {
  const buses = await machine.examine('usbBuses');
  if (buses.length === 0) return 'Error: USB support not enabled\n';
  const ids = new Map(
    machine.usb.devices
      .filter(({ isNamed }) => isNamed)
      .map(({ id, device, drive }) => [device === 'disk' ? drive! : usbInputNames[device], `, ID: ${id}`]),
  );
  const lines = buses.flatMap(({ devices }, n) =>
    devices.map(
      ({ name, address, port, speed, product }) =>
        `  Device ${n}.${address}, Port ${port}, Speed ${speed} Mb/s, Product ${product}${ids.get(name) ?? ''}\n`,
    ),
  );
  return lines.join('');
}
