import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { Guest, type Variant } from '../../support/guest.ts';
import { runQemu } from '../qemu-guest.ts';
import { type Case, suite } from './kernel.ts';
import { Layout } from './layout.ts';

/** The guest as a Multiboot image. */
export function imageOf(cases: readonly Case[]): Uint8Array {
  return assemble(suite(cases), { origin: Layout.image, bits: 32 }).bytes;
}

/** A guest's output, by the names of the cases. */
export function answersOf(cases: readonly Case[], text: string): Map<string, string> {
  const lines = text.split('\n').slice(1);
  return new Map(cases.map(({ name }, n) => [name, folded((lines[n] ?? '(nothing)').trim())]));
}

/** Words that come again and again, with their number. */
function folded(line: string): string {
  return line.replace(/(\S+)(?: \1(?!\S))+/g, (all, word: string) => `${word}*${all.split(' ').length}`);
}

/** The answers of a machine of ours. */
export async function askOurs(cases: readonly Case[], variant: Variant): Promise<Map<string, string>> {
  const guest = new Guest({ multiboot: imageOf(cases) }, variant);
  try {
    guest.runToEnd();
    return answersOf(cases, guest.text);
  } finally {
    await guest.dispose();
  }
}

/** The answers of qemu-system-i386, or undefined if there is none. `flags` are more of its command line. */
export function askQemu(cases: readonly Case[], flags: readonly string[] = []): Map<string, string> | undefined {
  const run = runQemu(imageOf(cases), ['-cpu', 'max', '-m', '16', ...flags], 20_000);
  return run && answersOf(cases, run.text);
}
