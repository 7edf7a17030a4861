import type { Host } from '../host.ts';
import { IsolatePool } from '../isolate/pool.ts';
import { optionNames } from '../options/kinds.ts';
import type { MachineOptions } from '../options/options.ts';
import { checkNames } from '../util/checks.ts';

/** Has an isolate start while `make` finds out what machine it is for, and makes that with the pool. */
export async function withEarlyIsolate<Made>(
  host: Host,
  changes: Partial<MachineOptions>,
  make: (pool: IsolatePool) => Promise<Made>,
): Promise<Made> {
  checkNames('changes', changes, optionNames);
  const { isolate = 'worker', name } = changes;
  const pool = new IsolatePool();
  if (isolate === 'worker') host.prepareIsolate?.(pool, name);
  try {
    const made = await make(pool);
    if (isolate === 'worker') host.prepareNext?.();
    return made;
  } finally {
    // The isolate ends with its machine; or now, if there is none, while nobody waits for it.
    void pool.close();
  }
}
