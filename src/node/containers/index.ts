import type { ProcessOptions, TerminalSize } from '../../containers/plan.ts';
import type { Host } from '../../host.ts';
import { memorySize } from '../../options/memory-size.ts';
import { checkedInteger, checkNames } from '../../util/checks.ts';
import { ConfigurationError } from '../../util/errors.ts';
import type { Progress } from '../assets/progress.ts';
import { inCache } from '../files/cache-problem.ts';
import { type MachineSettings, RunningContainer } from './container.ts';
import { ImageStore } from './image-store.ts';
import { type ImageRequest, imageFor, readyImage } from './images.ts';
import type { ContainerProcess } from './process.ts';

/** A container: its image, its first process, and what of the host it has. */
export interface ContainerOptions extends Omit<MachineSettings, 'memory'>, ImageRequest {
  /** Memory of its machine: megabytes, or a text such as "512M". What the container writes is in it, too. Default: 256. */
  readonly memory?: number | string;
}

const optionNames: readonly (keyof ContainerOptions)[] = [
  'image',
  'pull',
  'credentials',
  'command',
  'environment',
  'directory',
  'user',
  'input',
  'entrypoint',
  'hostname',
  'terminal',
  'volumes',
  'tmpfs',
  'network',
  'ports',
  'readOnly',
  'init',
  'memory',
  'processor',
  'timeLimit',
  'name',
];

async function started(
  request: ImageRequest,
  settings: MachineSettings,
  host: Host,
  progress: Progress,
): Promise<RunningContainer> {
  const store = new ImageStore();
  const ready = await readyImage(store, await imageFor(store, request, progress));
  try {
    return await RunningContainer.start(ready, settings, host, progress);
  } catch (error) {
    await ready.contents.close();
    throw error;
  }
}

/** A container that runs: an image's command, in a machine of its own. */
export class Container implements AsyncDisposable {
  readonly #running: RunningContainer;

  private constructor(running: RunningContainer) {
    this.#running = running;
  }

  /**
   * Runs an image's command, or another one in it.
   * @param progress hears what takes long: the image is had, the kernel boots the first time
   * @throws ConfigurationError
   */
  static async run(options: ContainerOptions, host: Host, progress: Progress = () => {}): Promise<Container> {
    checkNames('options', options, optionNames);
    const { memory, image, pull, credentials, ...settings } = options;
    if (typeof image !== 'string') throw new ConfigurationError('image must be a path, or a name in a registry');
    if (settings.timeLimit !== undefined) checkedInteger('timeLimit', settings.timeLimit, 1, 2 ** 31 - 1);
    const request = { image, credentials, ...(pull && { pull }) };
    const megabytes = memory === undefined ? undefined : Math.ceil(memorySize(memory) / 2 ** 20);
    const machine = { ...settings, ...(megabytes !== undefined && { memory: megabytes }) };
    return new Container(await inCache(() => started(request, machine, host, progress)));
  }

  /** The command's standard input. */
  get stdin(): WritableStream<Uint8Array> {
    return this.#running.main.stdin;
  }

  /** The command's standard output. The container waits while nobody reads. */
  get stdout(): ReadableStream<Uint8Array> {
    return this.#running.main.stdout;
  }

  /** Its errors, apart from the output; empty where it has a terminal. */
  get stderr(): ReadableStream<Uint8Array> {
    return this.#running.main.stderr;
  }

  /** Resolves when the command has ended, and the container with it: its exit code, or 128 and the number of the signal. */
  get exited(): Promise<number> {
    return this.#running.main.exited;
  }

  /**
   * Runs one more command in it, three at a time at most.
   * @throws ConfigurationError
   */
  exec(options: ProcessOptions): Promise<ContainerProcess> {
    return this.#running.exec(options);
  }

  /**
   * Sends its command a signal, such as "TERM". As process 1 it gets those alone that it has a handler for, and KILL, which is the default.
   * @throws ConfigurationError
   */
  kill(signal?: string): Promise<void> {
    return this.#running.kill(signal);
  }

  /** Its terminal has this size from now on. */
  resize(size: TerminalSize): Promise<void> {
    return this.#running.resize(size);
  }

  /** Ends it for good, whatever it does. May be called again. */
  stop(): Promise<void> {
    return this.#running.stop();
  }

  /** Calls `stop()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
