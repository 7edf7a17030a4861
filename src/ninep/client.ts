import type { Saved } from '../../runtime/snapshot/describe.ts';
import { InOrder } from '../storage/in-order.ts';
import { Fids } from './fids.ts';
import { type FolderUse, SavedFolderError, type SharedFolder } from './folder.ts';
import { LEAST_MESSAGE, Message, MOST_MESSAGE } from './protocol.ts';

/** As many as a client may have on their way: its device has one for each descriptor of its queue. */
const MOST_REPLIES = 128;
/** Messages that change nothing: they are carried out once more where their reply is lost. */
const again: readonly number[] = [Message.read, Message.readDirectory];

/** The state of a folder's client: its numbers for files, and replies that wait. */
export class NinepClientState {
  readonly folder: SharedFolder;
  readonly fids: Fids;
  /** The largest message that client and server have agreed on, in bytes. */
  mostBytes = LEAST_MESSAGE;
  /** How often it has gone. */
  resets = 0;
  /** Its requests, and what the host does with the folder, come one after the other. */
  readonly order: InOrder;
  /**
   * The last replies by the numbers of their requests: what was asked for before a state was saved, and not answered in it, is asked
   * for again. Then it must not be done twice.
   */
  readonly #replies = new Map<number, Uint8Array>();

  /** @param order that of another client, which has had the same folder */
  constructor(folder: SharedFolder, order = new InOrder()) {
    this.folder = folder;
    this.order = order;
    this.fids = new Fids(folder);
  }

  /** Does something with the folder between two of its requests. */
  async between<Result>(act: (folder: SharedFolder) => Promise<Result>): Promise<Result> {
    return await this.order.run(() => act(this.folder).finally(() => this.folder.settle()));
  }

  /** Takes the reply to a request of some type. */
  replied(type: number, number: number, reply: Uint8Array): void {
    if (again.includes(type)) return;
    // Its own bytes: a reply is part of the room for one.
    this.#replies.set(number, reply.slice());
    for (const first of this.#replies.keys()) {
      if (this.#replies.size <= MOST_REPLIES) break;
      this.#replies.delete(first);
    }
  }

  /** The reply to a request that was done already; undefined: it was not, or may be done again. */
  replyTo(number: number): Uint8Array | undefined {
    return this.#replies.get(number);
  }

  /** It has gone: all that it had is closed, and its messages that wait are not done any more. */
  reset(): Promise<void> {
    this.resets++;
    return this.order.run(async () => {
      this.#replies.clear();
      await this.fids.clear();
      await this.folder.settle();
      this.mostBytes = LEAST_MESSAGE;
    });
  }

  /** All of it with the folder; undefined where that is in no state of a machine. */
  save(): Saved | undefined {
    const { states } = this.folder;
    if (states === null) return undefined;
    const { mostBytes } = this;
    const replies = [...this.#replies].map(([number, reply]): Saved => [number, reply]);
    const fids = [...this.fids.all].map(([number, { user }]): Saved => [number, user]);
    const uses = [...this.fids.all.values()].map(({ place, open }): FolderUse => ({ place, open }));
    return { mostBytes, fids, replies, folder: states.save(uses) };
  }

  /** Whether the client of a saved state had mounted the folder. */
  static isMounted(saved: Saved): boolean {
    return pairsOf(fieldsOf(saved).fids).length > 0;
  }

  /**
   * A client from its saved state, with a folder that has as much room as this one.
   * @throws FolderError if there is not enough
   * @throws SavedFolderError if it is none
   */
  restored(saved: Saved): NinepClientState {
    const { mostBytes, fids, replies, folder: savedFolder } = fieldsOf(saved);
    if (savedFolder === undefined) throw new SavedFolderError('it has no folder');
    const { folder, uses } = this.folder.states!.restored(savedFolder);
    const numbers = pairsOf(fids);
    if (numbers.length !== uses.length) throw new SavedFolderError('fids are missing');
    const client = new NinepClientState(folder);
    client.mostBytes = wordOf(mostBytes, LEAST_MESSAGE, MOST_MESSAGE);
    for (const [n, [number, user]] of numbers.entries()) client.fids.restore(wordOf(number), wordOf(user), uses[n]!);
    const known = pairsOf(replies);
    if (known.length > MOST_REPLIES) throw new SavedFolderError('it has too many replies');
    for (const [number, reply] of known) {
      if (!(reply instanceof Uint8Array)) throw new SavedFolderError('a reply is none');
      client.#replies.set(wordOf(number), reply);
    }
    return client;
  }
}

function fieldsOf(saved: Saved): Readonly<Record<string, Saved | undefined>> {
  if (typeof saved !== 'object' || saved === null) throw new SavedFolderError('it is none');
  return saved as Readonly<Record<string, Saved | undefined>>;
}

function pairsOf(saved: Saved | undefined): readonly (readonly [Saved, Saved])[] {
  if (!Array.isArray(saved) || !saved.every((pair) => Array.isArray(pair) && pair.length === 2))
    throw new SavedFolderError('a list is none');
  return saved;
}

function wordOf(saved: Saved | undefined, least = 0, most = 0xffffffff): number {
  const isWord = Number.isSafeInteger(saved) && (saved as number) >= least && (saved as number) <= most;
  if (!isWord) throw new SavedFolderError('a number is none');
  return saved as number;
}
