import { Guest, type Variant } from '../../support/guest.ts';
import type { Case } from '../protection/kernel.ts';
import { answersOf } from '../protection/run.ts';
import { runQemu } from '../qemu-guest.ts';
import { imageOf } from './vmm.ts';

/** The processor of our machines. */
export const processor = 'max,+npt,+nrip-save,+vmcb-clean,+flushbyasid';

/** The answers of a machine of ours. */
export async function askOurs(cases: readonly Case[], variant: Variant): Promise<Map<string, string>> {
  const guest = new Guest({ multiboot: imageOf(cases) }, variant, { cpu: processor });
  try {
    guest.runToEnd();
    return answersOf(cases, guest.text);
  } finally {
    await guest.dispose();
  }
}

/** The answers of qemu-system-i386, or undefined if there is none. */
export function askQemu(cases: readonly Case[]): Map<string, string> | undefined {
  const run = runQemu(imageOf(cases), ['-cpu', 'max', '-m', '16'], 20_000);
  return run && answersOf(cases, run.text);
}
