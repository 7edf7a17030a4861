import { barIndex, pciHeaderOf } from '../machine/pci-header.ts';
import { pciIds } from '../machine/pci-ids.ts';
import type { BaseAddressView, PciFunctionView } from '../machine-core.ts';
import type { CommandContext } from './command.ts';
import { barEnds, pciHexadecimal, sortedBars } from './pci-text.ts';

/** PCI functions, as QEMU's `info pci` shows them. */
export async function infoPci({ machine }: CommandContext): Promise<string> {
  const ids = await pciIds(machine);
  return (await machine.examine('pciFunctions'))
    .map((view) => formatFunction(view, ids.get(view.number >> 3) ?? ''))
    .join('');
}

function formatFunction(view: PciFunctionView, id: string): string {
  const header = pciHeaderOf(view);
  const { vendor, device, subsystemVendor, subsystem, pin, line, className, classCode } = header;
  // Without a name it is decimal, as in QEMU; not so in the tree.
  const kind = className ?? `Class ${String(classCode).padStart(4, '0')}`;
  const ids = (...numbers: number[]) => numbers.map(pciHexadecimal).join(':');
  return [
    `  Bus  0, device ${String(view.number >> 3).padStart(3)}, function ${view.number & 7}:`,
    `    ${kind}: PCI device ${ids(vendor, device)}`,
    ...(subsystemVendor ? [`      PCI subsystem ${ids(subsystemVendor, subsystem)}`] : []),
    ...(pin ? [`      IRQ ${line}, pin ${' ABCD'.charAt(pin)}`] : []),
    ...sortedBars(view).map(formatBar),
    `      id "${id}"`,
    '',
  ].join('\n');
}

function formatBar(bar: BaseAddressView): string {
  const { space, prefetchable, wide } = bar;
  const digits = space === 'io' ? 4 : 8;
  const [first, last] = barEnds(bar).map((address) => address.toString(16).padStart(digits, '0'));
  const kind = space === 'io' ? 'I/O' : `${wide ? 64 : 32} bit ${prefetchable ? 'prefetchable ' : ''}memory`;
  return `      BAR${barIndex(bar)}: ${kind} at 0x${first} [0x${last}].`;
}
