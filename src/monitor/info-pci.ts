import type { BaseAddressView, PciFunctionView } from '../../runtime/devices/pci/function.ts';
import { Header } from '../../runtime/devices/pci/registers.ts';
import type { CommandContext } from './command.ts';

/** Base class and sub-class (PCI Local Bus Specification 2.2, appendix D), in QEMU's words. */
export const pciClasses: Readonly<Record<number, string>> = {
  256: 'SCSI controller',
  257: 'IDE controller',
  512: 'Ethernet controller',
  768: 'VGA controller',
  1025: 'Audio controller',
  1536: 'Host bridge',
  1537: 'ISA bridge',
  1540: 'PCI bridge',
  1664: 'Bridge',
  3075: 'USB controller',
  3077: 'SMBus',
};

/** PCI functions, as QEMU's `info pci` shows them. */
export async function infoPci({ machine }: CommandContext): Promise<string> {
  return (await machine.examine('pciFunctions')).map(formatFunction).join('');
}

function formatFunction({ number, config, bars }: PciFunctionView): string {
  const view = new DataView(config.buffer, config.byteOffset);
  const word = (offset: number) => view.getUint16(offset, true);
  const [pin, line] = [config[Header.interruptPin], config[Header.interruptLine]];
  const kind = word(Header.classCode + 1);
  const subsystem = word(Header.subsystemVendorId);
  return [
    `  Bus  0, device ${String(number >> 3).padStart(3)}, function ${number & 7}:`,
    `    ${pciClasses[kind] ?? `Class ${hexadecimal(kind)}`}: PCI device ${hexadecimal(word(Header.vendorId))}:${hexadecimal(word(Header.deviceId))}`,
    ...(subsystem ? [`      PCI subsystem ${hexadecimal(subsystem)}:${hexadecimal(word(Header.subsystemId))}`] : []),
    ...(pin ? [`      IRQ ${line}, pin ${' ABCD'.charAt(pin)}`] : []),
    ...[...bars].sort((a, b) => indexOf(a) - indexOf(b)).map(formatBar),
    '      id ""',
    '',
  ].join('\n');
}

const hexadecimal = (value: number | bigint, digits = 4): string => value.toString(16).padStart(digits, '0');
const indexOf = ({ index }: BaseAddressView): number => (index === 'rom' ? 6 : index);

/** One that points nowhere is shown at the end of 64 bits, as QEMU has it. */
function formatBar(bar: BaseAddressView): string {
  const { space, prefetchable, size } = bar;
  const base = bar.base === 0 ? 2n ** 64n - 1n : BigInt(bar.base);
  const last = BigInt.asUintN(64, base + BigInt(size) - 1n);
  const digits = space === 'io' ? 4 : 8;
  const kind = space === 'io' ? 'I/O' : `32 bit ${prefetchable ? 'prefetchable ' : ''}memory`;
  return `      BAR${indexOf(bar)}: ${kind} at 0x${hexadecimal(base, digits)} [0x${hexadecimal(last, digits)}].`;
}
