import { usbInputPorts } from '../../runtime/machine/resources.ts';
import type { CommandContext } from './command.ts';

/** Megabits a second: the controller has USB 1.1. */
const FULL_SPEED = 12;

const products = { tablet: 'USB Tablet', mouse: 'USB Mouse', keyboard: 'USB Keyboard', disk: 'USB MSD' } as const;

/** What is plugged in, port by port, with the addresses that the guest has given, as QEMU's `info usb` shows it. */
export async function infoUsb({ machine }: CommandContext): Promise<string> {
  if (!machine.usb.isThere) return 'Error: USB support not enabled\n';
  const lines = machine.usb.devices.map(async ({ device, drive, port, id, isNamed }) => {
    const name = device === 'disk' ? drive! : usbInputPorts[device];
    const state = (await machine.examine('stateOf', name)) as { usb: { address: number } } | undefined;
    const product = `${products[device]}${isNamed ? `, ID: ${id}` : ''}`;
    return `  Device 0.${state?.usb.address ?? 0}, Port ${port}, Speed ${FULL_SPEED} Mb/s, Product ${product}\n`;
  });
  return (await Promise.all(lines)).join('');
}
