import type { FolderAnswer, FolderQuestion } from '../../runtime/host/folder-port.ts';
import type { Saved } from '../../runtime/snapshot/describe.ts';
import { ConfigurationError } from '../errors.ts';
import type { Host } from '../host.ts';
import { NinepClientState } from '../ninep/client.ts';
import { Errno, FolderError } from '../ninep/errno.ts';
import { SavedFolderError, type SharedFolder } from '../ninep/folder.ts';
import { NinepSession } from '../ninep/session.ts';
import { SharedFiles } from './files.ts';
import { MissingOriginError } from './memory/restored-tree.ts';
import { noFolder } from './no-folder.ts';
import { isInMemory, type MemorySource, type SharePlan } from './options.ts';
import { Waiting } from './server/waiting.ts';
import { ShareError } from './share-error.ts';

/** What opens folders. */
export type ShareHost = Pick<Host, 'openFolder' | 'addressOf' | 'decompressor'>;

/** How a folder is opened. */
export interface ShareOpening {
  /** What is in memory comes with the state of another machine, which is loaded next. */
  readonly awaitsState: boolean;
  /** Takes what the user should know. */
  log(message: string): void;
}

/** A folder with more than this in memory, in bytes, is not saved: the snapshot is made in memory. */
const MOST_SAVED = 1 << 30;

/** A folder that a guest may mount, at the host's side. */
export class MachineShare {
  readonly plan: SharePlan;
  /** The files, if they are in memory. */
  readonly files: SharedFiles | undefined;
  readonly #host: ShareHost;
  readonly #session: NinepSession;
  readonly #log: (message: string) => void;
  /** Those that wait for the server of the folder. */
  readonly #waiting: Waiting;
  /** It begins when a state is loaded. */
  #isAwaited: boolean;

  private constructor(plan: SharePlan, folder: SharedFolder, made: ShareHome, isAwaited: boolean) {
    this.plan = plan;
    this.#host = made.host;
    this.#waiting = made.waiting;
    this.#log = made.log;
    this.#session = new NinepSession(folder, plan.isReadOnly);
    this.files = isInMemory(plan.source) ? new SharedFiles(plan.tag, this.#session) : undefined;
    this.#isAwaited = isAwaited;
  }

  /** @throws ConfigurationError */
  static async open(plan: SharePlan, host: ShareHost, { awaitsState, log }: ShareOpening): Promise<MachineShare> {
    const home = { host, waiting: new Waiting(), log: (message: string) => log(`the share '${plan.tag}': ${message}`) };
    const isAwaited = awaitsState && isInMemory(plan.source);
    const share = new MachineShare(plan, await folderOf(plan, home, isAwaited), home, isAwaited);
    if (!isAwaited) await share.#fill();
    return share;
  }

  /** Puts the files of the plan into it. */
  async #fill(): Promise<void> {
    const { source } = this.plan;
    if (!isInMemory(source)) return;
    for (const [path, file] of Object.entries(source.files))
      await this.files!.writeFile(path, file).catch((error: unknown) => {
        if (!(error instanceof ShareError)) throw error;
        const advice = error.code === 'ENOSPC' ? ' (capacity)' : '';
        throw new ConfigurationError(`shares: ${error.message}${advice}`);
      });
  }

  /** Answers what the machine asks. */
  async answer(asked: FolderQuestion): Promise<FolderAnswer | undefined> {
    if (asked.type === 'message') return await this.#session.exchange(asked.bytes, asked.room, asked.number);
    // Nobody waits for its answers any more.
    this.#waiting.end();
    await this.#session.reset();
    return undefined;
  }

  /** Whether something is asked for now. */
  get isBusy(): boolean {
    return this.#session.isBusy;
  }

  /**
   * What the guest has open in a folder of the host is in no state.
   * @throws ConfigurationError if it has mounted one
   */
  checkSavable(): void {
    const { states } = this.#session.client.folder;
    if (states === null && this.#session.isMounted)
      throw new ConfigurationError(
        `the guest has mounted the folder '${this.plan.tag}', and what it has open there is in no snapshot; have it unmount the folder first`,
      );
    if (states !== null && states.bytes > MOST_SAVED)
      this.#fail(`${states.bytes} bytes of it would have to be in a snapshot; ${MOST_SAVED} are possible`);
  }

  #fail(problem: string): never {
    throw new ConfigurationError(`the share '${this.plan.tag}': ${problem}`);
  }

  /**
   * The folder, if it is in memory, and what the guest has open there; nothing must be under way but what waits for a server.
   * @throws ConfigurationError
   */
  save(): Saved | undefined {
    this.checkSavable();
    return this.#session.client.save();
  }

  /**
   * What a saved state makes of it; undefined: it has nothing of it.
   * @throws ConfigurationError if it cannot be had, or is none
   */
  async staged(saved: Saved | undefined): Promise<NinepClientState> {
    const { client } = this.#session;
    if (!isInMemory(this.plan.source)) {
      if (saved !== undefined && NinepClientState.isMounted(saved))
        this.#fail(
          'the snapshot was taken while the guest had it mounted, in memory; it cannot go on with another folder',
        );
      return new NinepClientState(client.folder);
    }
    if (saved !== undefined) return this.#restored(saved);
    // A state of an earlier version of the format has no folders.
    return new NinepClientState(this.#isAwaited ? await folderOf(this.plan, this.#home, false) : client.folder);
  }

  get #home(): ShareHome {
    return { host: this.#host, waiting: this.#waiting, log: this.#log };
  }

  #restored(saved: Saved): NinepClientState {
    try {
      return this.#session.client.restored(saved);
    } catch (error) {
      if (error instanceof MissingOriginError)
        this.#fail('files of a web server are in the snapshot, and it does not say which server; give it (server)');
      if (error instanceof FolderError && error.errno === Errno.noSpace)
        this.#fail('the snapshot has more files than there is room for; give it more (capacity)');
      if (!(error instanceof SavedFolderError || error instanceof FolderError)) throw error;
      return this.#fail(`what the snapshot has of it is not what a folder has: ${error.message}`);
    }
  }

  /** Has another state from now on; the former one. */
  exchange(client: NinepClientState): NinepClientState {
    const former = this.#session.client;
    this.#session.client = client;
    return former;
  }

  /**
   * It keeps the state that it has got in the place of a former one.
   * @throws ConfigurationError if the plan's files cannot be put into a folder that begins so
   */
  async keep(former: NinepClientState): Promise<void> {
    this.#waiting.end();
    await this.#session.reset(former);
    if (!this.#isAwaited) return;
    this.#isAwaited = false;
    await this.#fill();
  }

  /** Who waits for a server waits no more. */
  async close(): Promise<void> {
    this.#waiting.end();
    await this.#session.close();
  }
}

/** What a folder is opened with. */
interface ShareHome {
  readonly host: ShareHost;
  readonly waiting: Waiting;
  log(message: string): void;
}

/** @param isAwaited what is in memory comes with a state: the folder is empty until then */
async function folderOf({ source }: SharePlan, home: ShareHome, isAwaited: boolean): Promise<SharedFolder> {
  if (source === undefined) return noFolder;
  if (isInMemory(source)) return await memoryFolderOf(source, home, isAwaited);
  return await home.host.openFolder(source.folder, source);
}

async function memoryFolderOf(
  { capacity, server }: MemorySource,
  home: ShareHome,
  isAwaited: boolean,
): Promise<SharedFolder> {
  const { MemoryFolder } = await import('./memory/folder.ts');
  if (server === undefined) return new MemoryFolder(capacity);
  const { contentsOfServer, filesOfServer } = await import('./server/server-folder.ts');
  const entries = isAwaited ? [] : await filesOfServer(server, home);
  return new MemoryFolder(capacity, { entries, originOf: contentsOfServer(server, home) });
}
