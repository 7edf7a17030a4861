import type { ObjectStore } from '../../src/store.ts';

/** A store in which some calls do something else. */
export function changedStore(store: ObjectStore, calls: Partial<ObjectStore>): ObjectStore {
  return {
    place: store.place,
    get: (key) => store.get(key),
    put: (key, bytes) => store.put(key, bytes),
    find: (key) => store.find(key),
    list: (prefix) => store.list(prefix),
    remove: (key) => store.remove(key),
    move: (from, to) => store.move(from, to),
    removeUnfinished: (age) => store.removeUnfinished(age),
    ...calls,
  };
}

/**
 * Objects in memory.
 * @param now milliseconds, for their ages
 */
export function memoryStore(now: () => number = () => 0): ObjectStore {
  const objects = new Map<string, { readonly bytes: Uint8Array; readonly at: number }>();
  const put = async (key: string, bytes: Uint8Array) => void objects.set(key, { bytes, at: now() });
  const find = (key: string) => {
    const found = objects.get(key);
    return found && { key, bytes: found.bytes.length, age: now() - found.at };
  };
  return {
    ...{ place: 'memory', put },
    get: async (key) => objects.get(key)?.bytes,
    find: async (key) => find(key),
    list: async (prefix) => [...objects.keys()].filter((key) => key.startsWith(prefix)).map((key) => find(key)!),
    remove: async (key) => void objects.delete(key),
    async move(from, to) {
      const found = objects.get(from);
      if (found === undefined) return;
      await put(to, found.bytes);
      objects.delete(from);
    },
    removeUnfinished: async () => {},
  };
}
