import type { ObjectStore } from '../store.ts';
import type { MachineRecord } from './record.ts';

/** Objects with records of machines. */
const PREFIX = 'machines/';

/**
 * Records of machines have the name, a number that no other machine of that name has had, and the token of the host that has written it: one that is late
 * does not write over the next one's.
 */
const keyOf = ({ name, born, token }: Pick<MachineRecord, 'name' | 'born' | 'token'>): string =>
  `${PREFIX}${name}/${born}/${token}`;

/** The machine's name, its number, and the token in the name of an object. */
function placeOf(key: string): { readonly name: string; readonly born: string; readonly token: number } | undefined {
  const [, name, born, token] = key.slice(PREFIX.length).match(/^(.+)\/([^/]+)\/(\d+)$/) ?? [];
  return name === undefined ? undefined : { name, born: born!, token: Number(token) };
}

/** Whether the store has records of machines. */
export async function hasStoredMachines(store: ObjectStore): Promise<boolean> {
  return (await new StoredMachines(store).list()).length > 0;
}

/**
 * The records of machines in the store, one for each, as it was at its last checkpoint or when it came to its host: what is left when Redis has lost its
 * own. One that says "gone" stands for a machine that is being removed.
 */
export class StoredMachines {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  async put(record: MachineRecord): Promise<void> {
    await this.#store.put(keyOf(record), new TextEncoder().encode(JSON.stringify(record)));
  }

  /** Removes what hosts before have written of a machine. */
  async removeOlder({ name, born, token }: MachineRecord): Promise<void> {
    for (const key of await this.#keysOf(name, born)) if (placeOf(key)!.token < token) await this.#store.remove(key);
  }

  /** Removes all records of a machine. */
  async remove({ name, born }: Pick<MachineRecord, 'name' | 'born'>): Promise<void> {
    for (const key of await this.#keysOf(name, born)) await this.#store.remove(key);
  }

  async #keysOf(name: string, born: string): Promise<readonly string[]> {
    return (await this.#store.list(`${PREFIX}${name}/${born}/`)).map(({ key }) => key);
  }

  /** The newest record of each machine that is not being removed. */
  async list(): Promise<readonly MachineRecord[]> {
    const newest = new Map<string, { readonly token: number; readonly age: number; readonly key: string }>();
    for (const { key, age } of await this.#store.list(PREFIX)) {
      const place = placeOf(key);
      if (place === undefined) continue;
      const machine = `${place.name}/${place.born}`;
      if (place.token >= (newest.get(machine)?.token ?? 0)) newest.set(machine, { token: place.token, age, key });
    }
    const found = await Promise.all(
      [...newest.values()].map(async ({ key, age }) => ({ age, record: await this.#read(key) })),
    );
    // A machine that was removed as its host wrote its record may have left that behind: the younger one of a name is the machine.
    const byName = new Map<string, MachineRecord>();
    for (const { record } of found.sort((a, b) => b.age - a.age))
      if (record !== undefined && record.wanted !== 'gone') byName.set(record.name, record);
    return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Lists of pieces that records name, those of machines that are being removed aside. */
  async manifests(): Promise<readonly string[]> {
    const keys = (await this.#store.list(PREFIX)).map(({ key }) => key);
    const records = await Promise.all(keys.map((key) => this.#read(key)));
    return records.flatMap((record) => (record === undefined || record.wanted === 'gone' ? [] : [record.manifest]));
  }

  /** Undefined: it has gone meanwhile. */
  async #read(key: string): Promise<MachineRecord | undefined> {
    const bytes = await this.#store.get(key);
    return bytes === undefined ? undefined : (JSON.parse(new TextDecoder().decode(bytes)) as MachineRecord);
  }
}
