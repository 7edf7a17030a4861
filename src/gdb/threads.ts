import type { GdbFeatures } from './target.ts';

/** Each processor is a thread of this one process, and called by the number after its own, as in QEMU. */
const PROCESS = 1;
/** A thread's name, alone or with its process. */
const NAME = /^(?:p(-1|[\da-f]+)(?:\.(-1|[\da-f]+))?|(-1|[\da-f]+))$/i;

/** The name of a processor's thread. */
export function threadName(processor: number, { multiprocess }: Pick<GdbFeatures, 'multiprocess'>): string {
  const thread = (processor + 1).toString(16);
  return multiprocess ? `p${PROCESS}.${thread}` : thread;
}

/** The processor of a thread's name, by its number; null: there is none. */
export function processorOf(name: string, processors: number): number | 'any' | null {
  const found = NAME.exec(name);
  if (found === null) return null;
  const [, process = '1', within = '-1', alone = within] = found;
  const thread = Number.parseInt(alone, 16);
  if (Number.parseInt(process, 16) > PROCESS || thread > processors) return null;
  return thread <= 0 ? 'any' : thread - 1;
}
