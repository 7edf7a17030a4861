import type { FolderAnswer, FolderQuestion } from '../../runtime/host/folder.ts';
import type { Saved } from '../../runtime/snapshot/describe.ts';
import type { Host } from '../host.ts';
import { NinepClientState } from '../ninep/client.ts';
import { Errno, FolderError } from '../ninep/errno.ts';
import { SavedFolderError, type SharedFolder } from '../ninep/folder.ts';
import { NinepSession } from '../ninep/session.ts';
import { ConfigurationError, optionPath } from '../util/errors.ts';
import { SharedFiles } from './files.ts';
import { MissingOriginError } from './memory/restored-tree.ts';
import { noFolder } from './no-folder.ts';
import { isInMemory, type MemorySource, type SharePlan } from './options.ts';
import type { ServerContents } from './server/server-folder.ts';
import { ShareError } from './share-error.ts';

/** The functions of the host that open folders. */
export type ShareHost = Pick<Host, 'openFolder' | 'addressOf' | 'decompressor'>;

/** A folder that a guest may mount, at the host's side. */
export class MachineShare {
  readonly plan: SharePlan;
  /** The files, if they are in memory. */
  readonly files: SharedFiles | undefined;
  readonly #host: ShareHost;
  readonly #session: NinepSession;
  readonly #log: (message: string) => void;
  /** The server of the folder that it begins with. */
  #contents: ServerContents | undefined;
  /** A state is being loaded, from which the contents in memory come. */
  #isAwaited = false;
  /** The state that replaces the present one when the machine's device has it. */
  #next: NinepClientState | undefined;

  /** @param log takes what the user should know */
  constructor(plan: SharePlan, host: ShareHost, log: (message: string) => void) {
    this.plan = plan;
    this.#host = host;
    this.#log = (message) => log(`the share '${plan.tag}': ${message}`);
    this.#session = new NinepSession(noFolder, plan.isReadOnly);
    this.files = isInMemory(plan.source) ? new SharedFiles(plan.tag, this.#session) : undefined;
  }

  /**
   * Opens the folder.
   * @param awaitsState what is in memory comes with the state of another machine, which is loaded next
   * @throws ConfigurationError
   */
  async open(awaitsState: boolean): Promise<void> {
    this.#isAwaited = awaitsState && isInMemory(this.plan.source);
    this.#session.client = await this.#begun(this.#isAwaited);
  }

  /** How it begins; empty if it is only to be room for a state. */
  async #begun(isEmpty: boolean): Promise<NinepClientState> {
    const client = new NinepClientState(await this.#folder(isEmpty));
    if (!isEmpty) await this.#fill(client);
    return client;
  }

  async #folder(isEmpty: boolean): Promise<SharedFolder> {
    const { source } = this.plan;
    if (source === undefined) return noFolder;
    if ('open' in source) return await source.open();
    return isInMemory(source)
      ? await this.#memoryFolder(source, isEmpty)
      : await this.#host.openFolder(source.folder, source);
  }

  async #memoryFolder({ capacity, server }: MemorySource, isEmpty: boolean): Promise<SharedFolder> {
    const { MemoryFolder } = await import('./memory/folder.ts');
    if (server === undefined) return new MemoryFolder(capacity);
    const { ServerContents } = await import('./server/server-folder.ts');
    try {
      const contents = new ServerContents(server, { host: this.#host, log: this.#log });
      this.#contents = contents;
      return new MemoryFolder(capacity, { entries: isEmpty ? [] : await contents.files(), origins: contents });
    } catch (error) {
      throw error instanceof ConfigurationError
        ? new ConfigurationError(`${this.plan.where}.server: ${error.message}`, optionPath('server', error.option), {
            cause: error,
          })
        : error;
    }
  }

  /** Puts the plan's files into a folder in memory. */
  async #fill(client: NinepClientState): Promise<void> {
    const { source, tag } = this.plan;
    if (!isInMemory(source)) return;
    const files = new SharedFiles(tag, client);
    for (const [path, file] of Object.entries(source.files))
      await files.writeFile(path, file).catch((error: unknown) => {
        if (!(error instanceof ShareError)) throw error;
        const advice = error.code === 'ENOSPC' ? ' (capacity)' : '';
        throw new ConfigurationError(`shares: ${error.message}${advice}`);
      });
  }

  /** Answers what the machine asks. */
  async answer(asked: FolderQuestion): Promise<FolderAnswer | undefined> {
    if (asked.type === 'message') return await this.#session.exchange(asked.bytes, asked.room, asked.number);
    if (asked.type === 'restart' && this.#next !== undefined) this.#take(this.#next);
    else await leave(this.#session.client);
    return undefined;
  }

  /** Whether something is asked for now. */
  get isBusy(): boolean {
    return this.#session.client.order.isBusy;
  }

  /** Bytes that its files take in a state. */
  get bytes(): number {
    return this.#session.client.folder.states?.bytes ?? 0;
  }

  /**
   * Checks that the folder can be saved: files that the guest has open in a folder of the host cannot be.
   * @throws ConfigurationError if it has mounted one
   */
  checkSavable(): void {
    if (this.#session.client.folder.states === null && this.#session.isMounted)
      throw new ConfigurationError(
        `the guest has mounted the folder '${this.plan.tag}', and what it has open there is in no snapshot; have it unmount the folder first`,
      );
  }

  /**
   * The folder, if it is in memory, and what the guest has open there. Nothing may be under way but what waits for a server: that has
   * done nothing yet. A turn of the event loop after the last request this is so.
   * @throws ConfigurationError if it has too many files
   */
  save(): Saved | undefined {
    try {
      const saved = this.#session.client.save();
      return saved && { tag: this.plan.tag, client: saved };
    } catch (error) {
      if (error instanceof FolderError) this.#fail(error.message);
      throw error;
    }
  }

  #fail(problem: string): never {
    throw new ConfigurationError(`the share '${this.plan.tag}': ${problem}`);
  }

  /**
   * Makes ready what a saved state has of it; undefined: nothing.
   * @throws ConfigurationError if it cannot be had, or is none
   */
  async stage(saved: Saved | undefined): Promise<NinepClientState> {
    const { client } = this.#session;
    const its = saved && this.#clientOf(saved);
    if (!isInMemory(this.plan.source)) {
      if (its !== undefined && this.#checked(() => NinepClientState.isMounted(its)))
        this.#fail(
          'the snapshot was taken while the guest had mounted it, in memory; give no other folder in its place',
        );
      return new NinepClientState(client.folder, client.order);
    }
    // A state of an earlier version of the format has no folders.
    if (its === undefined)
      return this.#isAwaited ? await this.#begun(false) : new NinepClientState(client.folder, client.order);
    const restored = this.#checked(() => client.restored(its));
    if (this.#isAwaited) await this.#fill(restored);
    return restored;
  }

  /** The saved client of this share. The guest knows its device by its place among all, and a program by its tag. */
  #clientOf(saved: Saved): Saved {
    const { tag, client } = fieldsOf(saved);
    if (typeof tag !== 'string' || client === undefined) return this.#fail('what the snapshot has of it is none');
    if (tag !== this.plan.tag) this.#fail(`the snapshot has '${tag}' in its place; give the shares in the same order`);
    return client;
  }

  /** Does something with what was saved, which anybody may have made. */
  #checked<Result>(act: () => Result): Result {
    try {
      return act();
    } catch (error) {
      if (error instanceof MissingOriginError)
        this.#fail('files of a web server are in the snapshot, and it does not say which server; give it (server)');
      if (error instanceof FolderError && error.errno === Errno.noSpace)
        this.#fail('the snapshot has more files than there is room for; give it more (capacity)');
      if (!(error instanceof SavedFolderError || error instanceof FolderError)) throw error;
      return this.#fail(`what the snapshot has of it is not what a folder has: ${error.message}`);
    }
  }

  /** Has that state as soon as the machine has the same one: what it asks for before is still asked of the present one. */
  expect(staged: NinepClientState | undefined): void {
    this.#next = staged;
  }

  /** The machine has that state. */
  loaded(staged: NinepClientState): void {
    if (this.#next === staged) this.#take(staged);
  }

  #take(client: NinepClientState): void {
    const former = this.#session.client;
    this.#next = undefined;
    this.#isAwaited = false;
    this.#session.client = client;
    void leave(former);
  }

  /** Closes the share; requests that wait for a server fail. */
  async close(): Promise<void> {
    this.#contents?.interrupt();
    this.#session.client.folder.interrupt();
    await this.#session.close();
  }
}

function fieldsOf(saved: Saved): { readonly tag?: Saved; readonly client?: Saved } {
  return typeof saved === 'object' ? (saved as { readonly [name: string]: Saved }) : {};
}

/** Closes all that a client has, which waits for nothing any more. */
async function leave(client: NinepClientState): Promise<void> {
  client.folder.interrupt();
  await client.reset();
}
