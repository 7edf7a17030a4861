import type { FolderQuestion } from '../../runtime/host/folder.ts';
import type { ToHost, ToMachine } from '../../runtime/host/messages.ts';
import type { Saved } from '../../runtime/snapshot/describe.ts';
import type { MachineConfig } from '../machine-core.ts';
import { atOption, ConfigurationError } from '../util/errors.ts';
import type { SharedFiles } from './files.ts';
import { isInMemory, type ShareOptions, type SharePlan } from './options.ts';
import type { MachineShare, ShareHost } from './share.ts';

/** The machine's functions that its folders need. */
interface MachineEnd {
  send(message: ToMachine): void;
  /** Takes what the user should know. */
  log(message: string): void;
}

/** The contents of folders in memory, and the files that the guest has open there, by the names of their ports. */
export type SavedShares = Readonly<Record<string, Saved>>;

/** With more than this in folders in memory, in bytes, a machine is not saved: the snapshot is made in memory. */
const MOST_BYTES = 1 << 30;

/** The host's side of the folders that a machine's guest may mount. */
export class MachineShares {
  readonly #plans: readonly SharePlan[];
  readonly #host: ShareHost;
  readonly #shares = new Map<string, MachineShare>();
  #machine: MachineEnd | undefined;
  #closed: Promise<unknown> | undefined;

  constructor(plans: readonly SharePlan[], host: ShareHost) {
    this.#plans = plans;
    this.#host = host;
  }

  /**
   * Opens the folders. Few machines have any, and pages load what serves them then.
   * @param awaitsState what is in memory comes with the state of another machine, which is loaded next
   * @throws ConfigurationError
   */
  async open(awaitsState: boolean): Promise<void> {
    if (this.#plans.length === 0) return;
    const { MachineShare } = await import('./share.ts');
    const log = (message: string) => this.#machine?.log(message);
    for (const [n, plan] of this.#plans.entries()) {
      const share = new MachineShare(plan, this.#host, log);
      this.#shares.set(plan.name, share);
      await atOption(n, () => share.open(awaitsState));
    }
  }

  /** The files of those that are in memory, by tag. */
  get files(): ReadonlyMap<string, SharedFiles> {
    const all = [...this.#shares.values()];
    return new Map(all.flatMap(({ plan: { tag }, files }) => (files === undefined ? [] : [[tag, files]])));
  }

  /** The folders' part of the machine's configuration. */
  get config(): NonNullable<MachineConfig['shares']> {
    return this.#plans.map(({ name, tag }) => ({ name, tag }));
  }

  /** The way to the machine. */
  connect(machine: MachineEnd): void {
    this.#machine = machine;
  }

  /** Whether a port is of one of them. */
  has(port: string): boolean {
    return this.#plans.some(({ name }) => name === port);
  }

  /** Answers a request of the machine's for one of them. */
  async answer({ port, id, question }: ToHost & { type: 'request' }): Promise<void> {
    const answer = await this.#shares.get(port)!.answer(question as FolderQuestion);
    this.#machine?.send({ type: 'completion', id, answer });
  }

  /**
   * Checks that the folders can be saved: files that the guest has open in a folder of the host cannot be.
   * @throws ConfigurationError if it has mounted one, or there is more in memory than a snapshot may hold
   */
  checkSavable(): void {
    const all = [...this.#shares.values()];
    for (const share of all) share.checkSavable();
    const bytes = all.reduce((sum, share) => sum + share.bytes, 0);
    if (bytes > MOST_BYTES)
      throw new ConfigurationError(
        `${bytes} bytes of folders in memory would have to be in a snapshot; ${MOST_BYTES} are possible`,
      );
  }

  /**
   * The contents of folders in memory now. The machine must be frozen.
   * @throws ConfigurationError as checkSavable
   */
  async save(): Promise<SavedShares> {
    const all = [...this.#shares];
    // In the next turn of the event loop all that can be done has been done.
    if (all.some(([, { isBusy }]) => isBusy)) await new Promise((resolve) => setTimeout(resolve));
    this.checkSavable();
    const saved = all.map(([name, share]) => [name, share.save()] as const);
    return Object.fromEntries(saved.filter((one): one is readonly [string, Saved] => one[1] !== undefined));
  }

  /**
   * Makes ready what was saved. The function that it gives has a machine load the rest of the state, which is frozen; if that fails all is
   * as it was.
   * @throws ConfigurationError if what was saved cannot be had
   */
  async stage(saved: SavedShares): Promise<(load: () => Promise<void>) => Promise<void>> {
    const staged = await Promise.all(
      [...this.#shares].map(async ([name, share]) => ({ share, client: await share.stage(saved[name]) })),
    );
    return async (load) => {
      for (const { share, client } of staged) share.expect(client);
      try {
        await load();
      } catch (error) {
        for (const { share } of staged) share.expect(undefined);
        throw error;
      }
      for (const { share, client } of staged) share.loaded(client);
    };
  }

  /** The shares of a machine that is to go on from the contents of these, beside this one. Folders of the host are this one's. */
  get forked(): ShareOptions[] {
    return this.#plans.map(({ tag, source, isReadOnly }) => {
      if (!isInMemory(source)) return { tag };
      const { capacity, server } = source;
      return { tag, files: {}, capacity, readOnly: isReadOnly, ...(server && { server }) };
    });
  }

  /** Closes all. May be called again. */
  close(): Promise<unknown> {
    this.#closed ??= Promise.all([...this.#shares.values()].map((share) => share.close()));
    return this.#closed;
  }
}
