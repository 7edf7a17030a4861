import type { Redis } from 'ioredis';
import { findRun, isRunId, KEPT, keepRun, type Run, runFolder } from './run.ts';
import type { ObjectStore } from './store.ts';
import { tenantOf } from './tenants/names.ts';
import { tenantStore } from './tenants/store.ts';

/** A run's record in the store, by which it is known when Redis has lost its last second. */
const recordKey = (id: string): string => `${runFolder(id)}run.json`;

/** @param store that of all tenants */
export async function putRunRecord(store: ObjectStore, run: Run): Promise<void> {
  const text = new TextEncoder().encode(JSON.stringify(run));
  await tenantStore(store, tenantOf(run.id)).put(recordKey(run.id), text);
}

/** Undefined: there is none, or it is older than runs are kept. */
export async function findRunRecord(store: ObjectStore, id: string): Promise<Run | undefined> {
  const own = tenantStore(store, tenantOf(id));
  const found = await own.find(recordKey(id));
  if (found === undefined || found.age > KEPT * 1000) return undefined;
  const text = await own.get(recordKey(id));
  return text && (JSON.parse(new TextDecoder().decode(text)) as Run);
}

export async function removeRunRecord(store: ObjectStore, id: string): Promise<void> {
  await tenantStore(store, tenantOf(id)).remove(recordKey(id));
}

/**
 * A run of Redis; one that Redis has lost is put back from its record in the store, and whoever is up adds its jobs. Undefined: there is none, or it was
 * cancelled.
 */
export async function knownRun(redis: Redis, store: ObjectStore, id: string): Promise<Run | undefined> {
  const known = await findRun(redis, id);
  if (known !== undefined || !isRunId(id)) return known;
  const record = await findRunRecord(store, id);
  if (record !== undefined) await keepRun(redis, record, 0);
  return record;
}
