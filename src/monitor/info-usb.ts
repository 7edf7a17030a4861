import { usbInputPorts } from '../../runtime/machine/resources.ts';
import type { CommandContext } from './command.ts';

/** Megabits a second: the controller has USB 1.1. */
const FULL_SPEED = 12;

const products: Readonly<Record<string, string>> = {
  [usbInputPorts.tablet]: 'USB Tablet',
  [usbInputPorts.mouse]: 'USB Mouse',
  [usbInputPorts.keyboard]: 'USB Keyboard',
};
const DISK = 'USB MSD';

/** What is plugged in, port by port, with the addresses that the guest has given, as QEMU's `info usb` shows it. */
export async function infoUsb({ machine }: CommandContext): Promise<string> {
  const components = await machine.examine('componentNames');
  if (!components.includes('uhci')) return 'Error: USB support not enabled\n';
  const disks = machine.drives.map(({ name }) => name).filter((name) => name.startsWith('usb'));
  const plugged = components.filter((name) => Object.hasOwn(products, name) || disks.includes(name));
  const lines = plugged.map(async (name, n) => {
    const { usb } = (await machine.examine('stateOf', name)) as unknown as { usb: { address: number } };
    return `  Device 0.${usb.address}, Port ${n + 1}, Speed ${FULL_SPEED} Mb/s, Product ${products[name] ?? DISK}\n`;
  });
  return (await Promise.all(lines)).join('');
}
