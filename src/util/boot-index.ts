import { checkedInteger } from './checks.ts';
import { ConfigurationError } from './errors.ts';

/** QEMU's numbers have 31 bits. */
const MOST_BOOT_INDEX = 0x7fffffff;

/** @throws ConfigurationError */
export function checkedBootIndex(name: string, bootIndex: number): number {
  return checkedInteger(name, bootIndex, 0, MOST_BOOT_INDEX);
}

/** @throws ConfigurationError for two devices with one number */
export function checkBootIndices(devices: readonly { readonly bootIndex?: number; readonly name: string }[]): void {
  const seen = new Map<number, string>();
  for (const { bootIndex, name } of devices) {
    if (bootIndex === undefined) continue;
    const other = seen.get(bootIndex);
    if (other !== undefined)
      throw new ConfigurationError(
        `${other} and ${name} both have the number ${bootIndex} in the order of booting; give each its own (bootIndex, bootindex=)`,
      );
    seen.set(bootIndex, name);
  }
}
