import { barIndex, type PciHeader } from '../machine/pci-header.ts';
import type { BaseAddressView, PciFunctionView } from '../machine-core.ts';

/** A number as names of devices have it, such as 8086. */
export function pciHexadecimal(value: number): string {
  return value.toString(16).padStart(4, '0');
}

/** The class of a function, in QEMU's words. */
export function pciClassText({ className, classCode }: PciHeader): string {
  return className ?? `Class ${pciHexadecimal(classCode)}`;
}

/** Base address registers by number. */
export function sortedBars({ bars }: PciFunctionView): BaseAddressView[] {
  return bars.toSorted((a, b) => barIndex(a) - barIndex(b));
}

/** Where one points to, first and last; one that points nowhere is at the end of 64 bits, as QEMU has it. */
export function barEnds({ base, size }: BaseAddressView): readonly [first: bigint, last: bigint] {
  const first = base === 0 ? 2n ** 64n - 1n : BigInt(base);
  return [first, BigInt.asUintN(64, first + BigInt(size) - 1n)];
}
