import type { CommandContext } from './command.ts';

/** The contents of the translation cache, laid out as QEMU's `info jit`; host code is JavaScript, in characters. */
export async function infoJit({ machine }: CommandContext): Promise<string> {
  const { translations, bytes, characters, nodes, pages, translated, invalidation, walks } =
    await machine.translations.stats();
  const average = (total: number) => (translations === 0 ? 0 : Math.round(total / translations));
  const expansion = bytes === 0 ? 0 : characters / bytes;
  const rows: readonly (readonly [name: string, value: number | string])[] = [
    ['gen code size', `${characters} characters`],
    ['TB count', translations],
    ['TB avg target size', `${average(bytes)} bytes`],
    ['TB avg host size', `${average(characters)} characters (expansion ratio: ${expansion.toFixed(1)})`],
    ['decoded', `${nodes} instructions in ${pages} pages`],
  ];
  const counts: typeof rows = [
    ['TB made', translated],
    ['TB invalidate count', invalidation.droppedTranslations],
    ['TLB misses', walks],
  ];
  const lines = (of: typeof rows) => of.map(([name, value]) => `${name.padEnd(20)}${value}\n`).join('');
  return `Translation buffer state:\n${lines(rows)}\nStatistics:\n${lines(counts)}`;
}
