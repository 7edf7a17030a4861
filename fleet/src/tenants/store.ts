import { FOSSILS } from '../fossils.ts';
import { MANIFESTS, PIECES } from '../pieces.ts';
import type { ObjectStore, StoredObject } from '../store.ts';
import { OPERATOR } from './names.ts';

/** Objects of tenants are below this. */
export const TENANTS = 'tenants/';

/** Pieces of snapshots are common to all: only who names an image gets them, and a tenant can name its own images only. */
const COMMON = [PIECES, MANIFESTS].flatMap((prefix) => [prefix, `${FOSSILS}${prefix}`]);
const isCommon = (key: string): boolean => COMMON.some((prefix) => key.startsWith(prefix));

/** The part of a store that is a tenant's: images, modules of jobs and their results. */
export function tenantStore(store: ObjectStore, tenant: string): ObjectStore {
  if (tenant === OPERATOR) return store;
  const prefix = `${TENANTS}${tenant}/`;
  const placed = (key: string) => (isCommon(key) ? key : prefix + key);
  const own = (object: StoredObject) => ({
    ...object,
    key: object.key.startsWith(prefix) ? object.key.slice(prefix.length) : object.key,
  });
  return {
    place: store.place,
    get: (key) => store.get(placed(key)),
    put: (key, bytes) => store.put(placed(key), bytes),
    find: async (key) => {
      const found = await store.find(placed(key));
      return found && own(found);
    },
    list: async (start) => (await store.list(placed(start))).map(own),
    remove: (key) => store.remove(placed(key)),
    move: (from, to) => store.move(placed(from), placed(to)),
    removeUnfinished: (age) => store.removeUnfinished(age),
  };
}
