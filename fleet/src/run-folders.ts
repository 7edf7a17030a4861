import { LEAST_AGE } from './fossils.ts';
import { KEPT, RUNS, type Run } from './run.ts';
import { findRunRecord } from './run-records.ts';
import type { ObjectStore, StoredObject } from './store.ts';
import { fullName } from './tenants/names.ts';
import { tenantStore } from './tenants/store.ts';

/** Milliseconds after which a run that Redis does not know has left what nobody asks for any more: what it has written last is so old. */
const FORGOTTEN = KEPT * 1000 + LEAST_AGE;

/** The folders of runs in a tenant's part of the store. */
export interface RunFolders {
  /** Runs that Redis does not know, and which may be put back. */
  readonly kept: readonly Run[];
  /** Objects of runs that are forgotten. */
  readonly forgotten: readonly StoredObject[];
}

/**
 * Sorts out what runs of a tenant have left.
 * @param store that of all tenants
 * @param known runs that Redis knows
 */
export async function sortRunFolders(
  store: ObjectStore,
  tenant: string,
  known: ReadonlySet<string>,
): Promise<RunFolders> {
  const all = await tenantStore(store, tenant).list(RUNS);
  const folders = Map.groupBy(all, ({ key }) => fullName(tenant, key.split('/')[1]!));
  const [kept, forgotten]: [Run[], StoredObject[]] = [[], []];
  for (const [id, objects] of folders) {
    if (known.has(id)) continue;
    if (objects.every(({ age }) => age >= FORGOTTEN)) forgotten.push(...objects);
    else {
      const run = await findRunRecord(store, id);
      if (run !== undefined) kept.push(run);
    }
  }
  return { kept, forgotten };
}
