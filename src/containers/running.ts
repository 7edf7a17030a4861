import type { SerialPort } from '../isolate/serial.ts';
import type { Machine } from '../machine/machine.ts';
import type { MachineOptions } from '../options/options.ts';
import type { SharedFiles } from '../shares/files.ts';
import { untilAborted } from '../util/abort.ts';
import { hexDigits } from '../util/bytes.ts';
import { ConfigurationError } from '../util/errors.ts';
import { command, Port, portNames, ROOT_TAG, STREAMS, volumeTag } from './agent.ts';
import { checkExecOptions, checkTerminal } from './checks.ts';
import type { ReadyImage } from './image.ts';
import { ImageFolder, type LayerContents } from './image-folder.ts';
import type { ImageConfig } from './manifest.ts';
import {
  type ContainerSettings,
  containerScripts,
  execCommand,
  fileRoom,
  firstProcess,
  furtherProcess,
  mountPoints,
  type ProcessOptions,
  type ProcessPlan,
  sizeCommand,
  type TerminalSize,
} from './plan.ts';
import { ContainerProcess } from './process.ts';
import { signalName } from './signals.ts';
import type { UserLists } from './users.ts';

/** Random bytes of the host's that a container's kernel is given. */
const ENTROPY = 64;
/** Bytes of /etc/passwd and /etc/group that are looked at. */
const MOST_LIST = 1 << 20;

/** A container, with what its machine may take of the host. */
export interface MachineSettings extends ContainerSettings {
  /** Shown where the host shows names of threads. */
  readonly name?: string;
  /** Percent of one of the host's processors. Default: all of it. */
  readonly processor?: number;
  /** Milliseconds after which it is ended; `exited` rejects then. Default: none. */
  readonly timeLimit?: number;
  /** Ends its start, which rejects with the signal's reason then, or itself; `exited` rejects with it. */
  readonly signal?: AbortSignal;
}

/** Makes a machine that is booted and waits for its container, with these changes. */
export type BootMachine = (changes: Partial<MachineOptions>) => Promise<Machine>;

/** A container that runs, in a machine of its own. */
export class RunningContainer implements AsyncDisposable {
  /** Its first process: the container ends with it. */
  readonly main: ContainerProcess;
  readonly #machine: Machine;
  readonly #settings: MachineSettings;
  readonly #config: ImageConfig;
  readonly #lists: UserLists;
  /** Closed at the end. */
  readonly #contents: LayerContents;
  /** Processes by the numbers of their streams. */
  readonly #processes = new Map<number, ContainerProcess>();
  /** Numbers of streams that are in use, also by what a process that has ended has not read. */
  readonly #taken = new Set<number>();
  /** Called when streams may be free, or the container has ended. */
  readonly #waiting: (() => void)[] = [];
  #rest = '';
  #end: Promise<void> | undefined;

  private constructor(machine: Machine, settings: MachineSettings, image: ReadyImage, lists: UserLists) {
    this.#machine = machine;
    this.#settings = settings;
    this.#config = image.config;
    this.#contents = image.contents;
    this.#lists = lists;
    this.main = this.#begin(0, settings.terminal !== undefined);
    this.#port(Port.events).on('data', (bytes) => this.#hear(new TextDecoder().decode(bytes)));
    machine.exited.then(
      ({ reason }) => this.#fail(new Error(`the container's machine has ended (${reason})`)),
      (error: unknown) => this.#fail(error as Error),
    );
  }

  /**
   * Starts a container. The image's contents are closed when it ends; if it does not start, by the caller.
   * @throws ConfigurationError that says what cannot be had
   */
  static async start(image: ReadyImage, settings: MachineSettings, boot: BootMachine): Promise<RunningContainer> {
    const { config } = image;
    checkMountPoints(image, settings);
    const lists = await userLists(image);
    const fresh = { now: Date.now(), entropy: hexDigits(crypto.getRandomValues(new Uint8Array(ENTROPY))) };
    const process = firstProcess(settings, config, lists);
    const scriptsFor = (room: number) => containerScripts(settings, process, { ...fresh, room });
    // What is wrong is told before there is a machine.
    scriptsFor(0);
    const machine = await booted(boot(changesOf(image, settings)), settings.signal);
    const room = await checkedRoom(machine, settings);
    const container = new RunningContainer(machine, settings, image, lists);
    container.#heed(settings.signal);
    await untilAborted(settings.signal, machine.start());
    container.#limitTime();
    const scripts = scriptsFor(room);
    void container.#tell(Port.start, scripts.start);
    if (scripts.control !== '') void container.#tell(Port.control, scripts.control);
    return container;
  }

  /** The machine's own limit counts what its start takes, too. */
  #limitTime(): void {
    const { timeLimit } = this.#settings;
    if (timeLimit === undefined) return;
    const end = () => this.#fail(new Error(`the container was ended after ${timeLimit} ms (timeLimit)`));
    const timer = setTimeout(end, timeLimit);
    this.main.exited.catch(() => {}).finally(() => clearTimeout(timer));
  }

  #heed(signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    const abort = () => this.#fail(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort);
    this.main.exited.catch(() => {}).finally(() => signal.removeEventListener('abort', abort));
  }

  #port(name: string): SerialPort {
    return this.#machine.virtioPorts[1 + portNames.indexOf(name)]!;
  }

  #begin(stream: number, isTerminal: boolean): ContainerProcess {
    const console = this.#machine.virtioPorts[0]!;
    const process = isTerminal
      ? new ContainerProcess({ input: console, output: console, error: undefined }, true)
      : new ContainerProcess(
          {
            input: this.#port(Port.input(stream)),
            output: this.#port(Port.output(stream)),
            error: this.#port(Port.error(stream)),
          },
          false,
        );
    this.#processes.set(stream, process);
    this.#taken.add(stream);
    return process;
  }

  /** Sends a script to the machine; it is lost if the machine has ended. */
  async #tell(port: string, script: string): Promise<void> {
    await this.#port(port)
      .write(script)
      .catch(() => {});
  }

  /** Takes what the agent says. */
  #hear(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) {
      const [event, stream, code] = line.split(' ');
      if (event === 'exit') this.#ended(Number(stream), Number(code));
      if (event === 'free') this.#taken.delete(Number(stream));
    }
    this.#wake();
  }

  #ended(stream: number, code: number): void {
    const process = this.#processes.get(stream);
    this.#processes.delete(stream);
    process?.end(code);
    if (process === this.main) void this.stop();
  }

  /** All that runs has ended. */
  #fail(error: Error): void {
    for (const process of this.#processes.values()) process.fail(error);
    this.#processes.clear();
    this.#wake();
    void this.stop();
  }

  /**
   * Runs one more command in the container, three at a time at most. It ends with the container.
   * @throws ConfigurationError
   */
  async exec(options: ProcessOptions): Promise<ContainerProcess> {
    checkExecOptions(options);
    const plan: ProcessPlan = furtherProcess(options, this.#settings, this.#config, this.#lists);
    const { stream, process } = await this.#beginFurther();
    await this.#tell(Port.control, execCommand(stream, plan));
    if (!options.input) await process.stdin.close();
    return process;
  }

  /** Takes streams for one more command; waits for those of one that has ended, which are free a moment later. */
  async #beginFurther(): Promise<{ stream: number; process: ContainerProcess }> {
    for (;;) {
      if (!this.#processes.has(0)) throw new ConfigurationError('the container has ended');
      const stream = Array.from({ length: STREAMS }, (_, n) => n).find((n) => !this.#taken.has(n));
      if (stream !== undefined) return { stream, process: this.#begin(stream, false) };
      if (this.#processes.size >= STREAMS) throw new ConfigurationError(`${STREAMS - 1} commands run by exec already`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Sends its first process a signal, such as "TERM". As process 1 it gets only those that it has a handler for, and KILL. */
  async kill(signal = 'KILL'): Promise<void> {
    await this.#tell(Port.control, command('signal', signalName(signal)));
  }

  /** Files in memory that it has, by their paths in the container. */
  get volumes(): ReadonlyMap<string, SharedFiles> {
    const { shares } = this.#machine;
    const { volumes = [] } = this.#settings;
    const files = volumes.map(({ path }, n) => [path, shares.get(volumeTag(n))] as const);
    return new Map(files.filter((entry): entry is [string, SharedFiles] => entry[1] !== undefined));
  }

  /** Its terminal has this size from now on. */
  async resize(size: TerminalSize): Promise<void> {
    checkTerminal('the size', size);
    await this.#tell(Port.control, sizeCommand(size));
  }

  /** Ends it for good. May be called again. */
  async stop(): Promise<void> {
    this.#end ??= this.#machine.stop().finally(() => this.#contents.close());
    await this.#end;
  }

  /** Calls `stop()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** A machine that is there too late is stopped. */
async function booted(booting: Promise<Machine>, signal: AbortSignal | undefined): Promise<Machine> {
  try {
    return await untilAborted(signal, booting);
  } catch (error) {
    booting.then((machine) => machine.stop()).catch(() => {});
    throw error;
  }
}

/** The room for files; a container that is to have more is refused, as the kernel would end its processes. */
async function checkedRoom(machine: Machine, { capacity = 0 }: MachineSettings): Promise<number> {
  const room = fileRoom(machine.memoryBytes);
  if (capacity <= room) return room;
  await machine.stop();
  throw new ConfigurationError(
    `a machine of ${machine.memoryBytes >> 20} MB has room for files of ${room} bytes, not of ${capacity} (capacity); give it more memory`,
  );
}

/** The machine options that follow from a container's settings: volumes, network and ports. */
function changesOf(image: ReadyImage, settings: MachineSettings): Partial<MachineOptions> {
  const { volumes = [], network = 'none', ports = [], processor, name } = settings;
  if (network === 'none' && ports.length > 0)
    throw new ConfigurationError('a container without a network has no ports; give network user');
  const hostForward = ports.map(({ protocol = 'tcp', hostAddress = '127.0.0.1', hostPort, containerPort }) => ({
    protocol,
    hostAddress,
    hostPort,
    guestPort: containerPort,
  }));
  return {
    shares: [
      { tag: ROOT_TAG, readOnly: true, provider: { open: async () => new ImageFolder(image.tree, image.contents) } },
      ...volumes.map(({ path, ...source }, n) => ({
        ...source,
        tag: volumeTag(n),
        ...(source.folder !== undefined && { securityModel: 'none' as const }),
      })),
    ],
    network: [{ card: 'virtio-net-pci', ...(network === 'user' && { backend: { type: 'user', hostForward } }) }],
    ...(name !== undefined && { name }),
    ...(processor !== undefined && { limits: { processor } }),
  };
}

function checkMountPoints({ tree }: ReadyImage, settings: MachineSettings): void {
  const file = mountPoints(settings).find((path) => {
    const node = tree.find(path);
    return node !== undefined && !node.children;
  });
  if (file !== undefined)
    throw new ConfigurationError(`the image has a file at '${file}'; folders take the place of directories only`);
}

async function userLists(image: ReadyImage): Promise<UserLists> {
  return { passwd: await textOf(image, 'etc/passwd'), group: await textOf(image, 'etc/group') };
}

async function textOf({ tree, contents }: ReadyImage, path: string): Promise<string> {
  const node = tree.find(path);
  if (node?.contents === undefined) return '';
  const bytes = new Uint8Array(Math.min(node.size, MOST_LIST));
  await contents.read(node.contents.layer, bytes, node.contents.offset);
  return new TextDecoder().decode(bytes);
}
