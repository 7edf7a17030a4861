import type { Store } from './store.ts';
import { absolutePath, StoreError } from './tree.ts';

/** Types of messages (xs_wire.h). */
export const MessageType = {
  directory: 1,
  read: 2,
  getPermissions: 3,
  watch: 4,
  unwatch: 5,
  begin: 6,
  end: 7,
  domainPath: 10,
  write: 11,
  makeDirectory: 12,
  remove: 13,
  setPermissions: 14,
  watchEvent: 15,
  error: 16,
  isIntroduced: 17,
  resetWatches: 21,
} as const;

/** A message's header: type, number of the request, transaction, length of what follows. */
export const HEADER_BYTES = 16;
export const LONGEST_PAYLOAD = 4096;

/** Names of places that every guest may watch, though no node is there. */
const SPECIAL = /^@(introduceDomain|releaseDomain)$/;

/** A request of the guest's. */
export interface StoreRequest {
  readonly type: number;
  readonly transaction: number;
  /** Characters stand for bytes. */
  readonly payload: string;
}

interface Context {
  readonly store: Store;
  /** The guest's home directory. */
  readonly home: string;
  readonly transaction: number;
}

type Meaning = (context: Context, words: readonly string[]) => string;

const DONE = 'OK\0';

/** A node that is there. Throws StoreError. */
function existing({ store, home, transaction }: Context, [path = '']: readonly string[]): string {
  const absolute = absolutePath(path, home);
  if (store.get(absolute, transaction) === undefined) throw new StoreError('ENOENT');
  return absolute;
}

/** A node that the guest may change: below its home directory. Throws StoreError. */
function writable({ home }: Context, [path = '']: readonly string[]): string {
  const absolute = absolutePath(path, home);
  if (absolute !== home && !absolute.startsWith(`${home}/`)) throw new StoreError('EACCES');
  return absolute;
}

function watchPath({ home }: Context, path: string): string {
  return SPECIAL.test(path) ? path : absolutePath(path, home);
}

const meanings: Readonly<Record<number, Meaning>> = {
  [MessageType.directory]: (context, words) =>
    context.store
      .children(existing(context, words), context.transaction)
      .map((name) => `${name}\0`)
      .join(''),
  [MessageType.read]: (context, words) => context.store.get(existing(context, words), context.transaction)!,
  // The guest's own, which the back ends may read.
  [MessageType.getPermissions]: (context, words) => {
    existing(context, words);
    return 'n1\0r0\0';
  },
  [MessageType.setPermissions]: (context, words) => {
    existing(context, [writable(context, words)]);
    return DONE;
  },
  [MessageType.write]: (context, [path = '', ...value]) => {
    context.store.set(writable(context, [path]), value.join('\0'), context.transaction);
    return DONE;
  },
  [MessageType.makeDirectory]: (context, words) => {
    const path = writable(context, words);
    if (context.store.get(path, context.transaction) === undefined) context.store.set(path, '', context.transaction);
    return DONE;
  },
  [MessageType.remove]: (context, words) => {
    context.store.remove(existing(context, [writable(context, words)]), context.transaction);
    return DONE;
  },
  [MessageType.watch]: (context, [given = '', token = '']) => {
    context.store.watch({ given, token, path: watchPath(context, given) });
    return DONE;
  },
  [MessageType.unwatch]: (context, [given = '', token = '']) => {
    context.store.unwatch(watchPath(context, given), token);
    return DONE;
  },
  [MessageType.resetWatches]: ({ store }) => {
    store.forgetGuest();
    return DONE;
  },
  [MessageType.begin]: ({ store }) => `${store.begin()}\0`,
  [MessageType.end]: ({ store, transaction }, [happens = '']) => {
    if (happens !== 'T' && happens !== 'F') throw new StoreError('EINVAL');
    store.end(transaction, happens === 'T');
    return DONE;
  },
  [MessageType.domainPath]: (_, [number = '']) => {
    if (!/^\d+$/.test(number)) throw new StoreError('EINVAL');
    return `/local/domain/${number}\0`;
  },
  [MessageType.isIntroduced]: (_, [number = '']) => (number === '0' || number === '1' ? 'T\0' : 'F\0'),
};

/** Answers a message: the payload of the answer. Throws StoreError. */
export function answerStore(store: Store, home: string, { type, transaction, payload }: StoreRequest): string {
  const meaning = meanings[type];
  if (meaning === undefined) throw new StoreError('ENOSYS');
  return meaning({ store, home, transaction }, wordsOf(type, payload));
}

/** The parts that zeros separate; a value that is written has none behind it. */
function wordsOf(type: number, payload: string): string[] {
  const words = payload.split('\0');
  return type !== MessageType.write && words.at(-1) === '' ? words.slice(0, -1) : words;
}
