import type { FolderQuestion } from '../../runtime/host/folder-port.ts';
import type { ToHost, ToMachine } from '../../runtime/host/messages.ts';
import type { Saved } from '../../runtime/snapshot/describe.ts';
import type { MachineConfig } from '../machine-core.ts';
import type { SharedFiles } from './files.ts';
import { isInMemory, type ShareOptions, type SharePlan } from './options.ts';
import type { MachineShare, ShareHost } from './share.ts';

/** What the folders need of the machine that has them. */
interface MachineEnd {
  send(message: ToMachine): void;
  /** Takes what the user should know. */
  log(message: string): void;
}

/** What is in folders in memory, and what the guest has open there, by the names of their ports. */
export type SavedShares = Readonly<Record<string, Saved>>;

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
    for (const plan of this.#plans)
      this.#shares.set(plan.name, await MachineShare.open(plan, this.#host, { awaitsState, log }));
  }

  /** The files of those that are in memory, by tag. */
  get files(): ReadonlyMap<string, SharedFiles> {
    const all = [...this.#shares.values()];
    return new Map(all.flatMap(({ plan: { tag }, files }) => (files === undefined ? [] : [[tag, files]])));
  }

  /** What the machine has to know of them. */
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
   * What the guest has open in a folder of the host is in no state.
   * @throws ConfigurationError if it has mounted one
   */
  checkSavable(): void {
    for (const share of this.#shares.values()) share.checkSavable();
  }

  /**
   * What is in those that are in memory now. The machine must be frozen.
   * @throws ConfigurationError if there is too much, or a folder of the host is mounted
   */
  async save(): Promise<SavedShares> {
    const all = [...this.#shares];
    // In the next turn all that can be done has been done.
    if (all.some(([, { isBusy }]) => isBusy)) await new Promise((resolve) => setTimeout(resolve));
    const saved = all.map(([name, share]) => [name, share.save()] as const);
    return Object.fromEntries(saved.filter((one): one is readonly [string, Saved] => one[1] !== undefined));
  }

  /**
   * Puts back what was in them, does something, and puts all as it was if that fails. The machine must be frozen.
   * @throws ConfigurationError if what was saved cannot be had; nothing was done then
   */
  async load(saved: SavedShares, act: () => Promise<void>): Promise<void> {
    const staged = await Promise.all(
      [...this.#shares].map(async ([name, share]) => ({ share, client: await share.staged(saved[name]) })),
    );
    const former = staged.map(({ share, client }) => ({ share, client: share.exchange(client) }));
    try {
      await act();
    } catch (error) {
      for (const { share, client } of former) share.exchange(client);
      throw error;
    }
    for (const { share, client } of former) await share.keep(client);
  }

  /** Those of a machine that is to go on from what is in these, beside this one. Folders of the host are this one's. */
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
