import type { SharedFiles } from '../shares/files.ts';
import type { ReadyImage } from './image.ts';
import type { ProcessOptions, TerminalSize } from './plan.ts';
import type { ContainerProcess } from './process.ts';
import { type BootMachine, type MachineSettings, RunningContainer } from './running.ts';

/** A container that runs: an image's command, in a machine of its own. */
export class Container implements AsyncDisposable {
  readonly #running: RunningContainer;

  private constructor(running: RunningContainer) {
    this.#running = running;
  }

  /**
   * @internal Starts one. The image's contents are closed when it ends, or does not start.
   * @throws ConfigurationError
   */
  static async start(image: ReadyImage, settings: MachineSettings, boot: BootMachine): Promise<Container> {
    try {
      return new Container(await RunningContainer.start(image, settings, boot));
    } catch (error) {
      await image.contents.close();
      throw error;
    }
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

  /** Files of volumes in memory (`files`, `server`), by their paths in the container; they are there when it has ended, too. */
  get volumes(): ReadonlyMap<string, SharedFiles> {
    return this.#running.volumes;
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
