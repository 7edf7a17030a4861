import { type UsbInput, usbInputs } from '../runtime/machine/models.ts';
import { ConfigurationError } from './errors.ts';
import { checkedSome } from './option-checks.ts';
import type { MachineOptions } from './options.ts';

/** Ports of the controller. There are no hubs. */
const PORTS = 2;

/** @throws ConfigurationError */
export function checkedUsb(inputs: readonly UsbInput[], disks: number): readonly UsbInput[] {
  checkedSome('usb', 'USB device', inputs, usbInputs);
  const twice = inputs.find((input, n) => inputs.indexOf(input) < n);
  if (twice !== undefined) throw new ConfigurationError(`there can be one USB ${twice}; give each device once`);
  checkUsbPorts(inputs.length + disks);
  return inputs;
}

/** @throws ConfigurationError for more devices than there are ports */
function checkUsbPorts(count: number): void {
  if (count <= PORTS) return;
  throw new ConfigurationError(
    `the USB controller has ${PORTS} ports, and ${count} devices are to be plugged in; give it fewer`,
  );
}

/** Disks that are to be plugged in; what is no list of drives is told elsewhere. */
export function usbDisks(drives: MachineOptions['drives'] = []): number {
  return Array.isArray(drives) ? drives.filter((drive) => drive?.interface === 'usb').length : 0;
}
