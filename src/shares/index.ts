import type { FolderQuestion } from '../../runtime/host/folder-port.ts';
import type { ToHost, ToMachine } from '../../runtime/host/messages.ts';
import { ConfigurationError } from '../errors.ts';
import type { Host } from '../host.ts';
import type { MachineConfig } from '../machine-core.ts';
import type { SharedFolder } from '../ninep/folder.ts';
import type { NinepSession } from '../ninep/session.ts';
import type { SharedFiles } from './files.ts';
import { noFolder } from './no-folder.ts';
import type { SharePlan } from './options.ts';
import { Waiting } from './server/waiting.ts';
import { ShareError } from './share-error.ts';

type ShareHost = Pick<Host, 'openFolder' | 'addressOf' | 'decompressor'>;

/** What the folders need of the machine that has them. */
interface MachineEnd {
  send(message: ToMachine): void;
  /** Takes what the user should know. */
  log(message: string): void;
}

/** The host's side of the folders that a machine's guest may mount. */
export class MachineShares {
  readonly #plans: readonly SharePlan[];
  readonly #host: ShareHost;
  readonly #sessions = new Map<string, NinepSession>();
  readonly #files = new Map<string, SharedFiles>();
  #machine: MachineEnd | undefined;
  /** Those that wait for the server of a folder, by its port. */
  readonly #waiting = new Map<string, Waiting>();
  #closed: Promise<unknown> | undefined;

  constructor(plans: readonly SharePlan[], host: ShareHost) {
    this.#plans = plans;
    this.#host = host;
  }

  /**
   * Opens the folders. Few machines have any, and pages load what serves them then.
   * @throws ConfigurationError
   */
  async open(): Promise<void> {
    if (this.#plans.length === 0) return;
    const { NinepSession } = await import('../ninep/session.ts');
    for (const plan of this.#plans) {
      const session = new NinepSession(await this.#folder(plan), plan.isReadOnly);
      this.#sessions.set(plan.name, session);
      await this.#fill(plan, session);
    }
  }

  async #folder({ name, tag, source }: SharePlan): Promise<SharedFolder> {
    if (source === undefined) return noFolder;
    if (!('files' in source)) return this.#host.openFolder(source.folder, source);
    const { MemoryFolder } = await import('./memory/folder.ts');
    const { capacity, server } = source;
    if (server === undefined) return new MemoryFolder(capacity);
    const log = (message: string) => this.#machine?.log(`the share '${tag}': ${message}`);
    const waiting = new Waiting();
    this.#waiting.set(name, waiting);
    const { filesOfServer } = await import('./server/server-folder.ts');
    return new MemoryFolder(capacity, await filesOfServer(server, { host: this.#host, waiting, log }));
  }

  async #fill({ tag, source }: SharePlan, session: NinepSession): Promise<void> {
    if (source === undefined || !('files' in source)) return;
    const { SharedFiles } = await import('./files.ts');
    const files = new SharedFiles(tag, session);
    this.#files.set(tag, files);
    for (const [path, file] of Object.entries(source.files))
      await files.writeFile(path, file).catch((error: unknown) => {
        if (!(error instanceof ShareError)) throw error;
        const advice = error.code === 'ENOSPC' ? ' (capacity)' : '';
        throw new ConfigurationError(`shares: ${error.message}${advice}`);
      });
  }

  /** The files of those that are in memory, by tag. */
  get files(): ReadonlyMap<string, SharedFiles> {
    return this.#files;
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
    const session = this.#sessions.get(port)!;
    const asked = question as FolderQuestion;
    // Nobody waits for its answers any more.
    if (asked.type === 'reset') this.#waiting.get(port)?.end();
    const answer = asked.type === 'reset' ? await session.reset() : await session.exchange(asked.bytes, asked.room);
    this.#machine?.send({ type: 'completion', id, answer });
  }

  /**
   * What the guest has open at the host is in no snapshot.
   * @throws ConfigurationError if it has mounted a folder
   */
  checkNothingMounted(): void {
    const mounted = this.#plans.find(({ name }) => this.#sessions.get(name)?.isMounted);
    if (mounted !== undefined)
      throw new ConfigurationError(
        `the guest has mounted the folder '${mounted.tag}', and what it has open there is in no snapshot; have it unmount the folder first`,
      );
  }

  /** Closes all. May be called again. */
  close(): Promise<unknown> {
    // Who waits for a server waits no more.
    for (const waiting of this.#waiting.values()) waiting.end();
    this.#closed ??= Promise.all([...this.#sessions.values()].map((session) => session.close()));
    return this.#closed;
  }
}
