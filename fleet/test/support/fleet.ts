import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Machine, type MachineOptions } from 'rawiron';
import { FolderStore } from '../../src/folder-store.ts';
import { putImage } from '../../src/images.ts';
import { connector } from '../../src/redis.ts';
import type { ObjectStore } from '../../src/store.ts';
import { freePort } from './ports.ts';
import type { S3Server } from './s3-server.ts';

const main = join(import.meta.dirname, '../../src/cli/main.ts');

/** Why there is no Redis here; empty if there is one. */
export const noRedis =
  spawnSync('redis-server', ['--version']).status === 0 ? '' : ' (there is no redis-server: npm run install-fleet)';

/** A Redis of a test's own on the loopback, which keeps its data in a folder. */
class TestRedis {
  readonly port: number;
  readonly #folder: string;
  #server: ChildProcess | undefined;

  constructor(port: number, folder: string) {
    this.port = port;
    this.#folder = folder;
  }

  start(): void {
    const data = ['--dir', this.#folder, '--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];
    const words = ['--port', `${this.port}`, '--bind', '127.0.0.1', ...data];
    this.#server = spawn('redis-server', words, { stdio: 'ignore' });
  }

  /** Number of its process. */
  get pid(): number {
    return this.#server!.pid!;
  }

  /** Its data are gone when it starts again. */
  async empty(): Promise<void> {
    await rm(join(this.#folder, 'appendonlydir'), { recursive: true, force: true });
  }

  /** Stops it for so many milliseconds. */
  async standStill(milliseconds: number): Promise<void> {
    this.#server?.kill('SIGSTOP');
    await wait(milliseconds);
    this.#server?.kill('SIGCONT');
  }

  /** Runs a function, and then begins again with what it had before: as after a kill that has lost what came last. */
  async forgetting(act: () => Promise<void>): Promise<void> {
    const [files, kept] = ['appendonlydir', 'kept'].map((name) => join(this.#folder, name)) as [string, string];
    cpSync(files, kept, { recursive: true });
    await act();
    await this.kill('SIGKILL');
    rmSync(files, { recursive: true });
    renameSync(kept, files);
    this.start();
  }

  /** @param ends whether it ends by that */
  async kill(signal: NodeJS.Signals, ends = true): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    if (!ends) return void server.kill(signal);
    const gone = new Promise((resolve) => server.once('exit', resolve));
    server.kill(signal);
    await gone;
    this.#server = undefined;
  }
}

/** A command that has ended, and what it said. */
export interface CommandEnd {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** A fleet on the loopback: a Redis, a store in a folder, workers and hosts, which are processes. */
export class TestFleet implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'fleet-'));
  readonly store = new FolderStore(join(this.folder, 'store'));
  readonly redis: TestRedis;
  readonly #children = new Set<ChildProcess>();
  #hosts = 0;

  readonly #server: S3Server | undefined;

  private constructor(port: number, server: S3Server | undefined) {
    this.redis = new TestRedis(port, this.folder);
    this.#server = server;
  }

  /** @param server has the store of its workers and hosts, in the place of the folder */
  static async start(server?: S3Server): Promise<TestFleet> {
    const fleet = new TestFleet(await freePort(), server);
    fleet.redis.start();
    return fleet;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.redis.port}`;
  }

  /** Connects to its Redis. */
  get connect() {
    return connector(this.url, () => {});
  }

  get environment(): Record<string, string> {
    const store = { RAWIRON_STORE: this.#server?.place ?? this.store.place };
    return { RAWIRON_REDIS: this.url, ...store, ...this.#server?.environment };
  }

  /** Starts a worker, which does jobs of tenants also where they cannot be confined well. */
  worker(slots: number, ...words: readonly string[]): ChildProcess {
    return this.#child(['worker', '--unconfined', '--slots', `${slots}`, ...words]);
  }

  /** Starts a host for machines, whose lease is of so many seconds, as if it were on a computer of its own. */
  host(lease: number, memory = '1G', name = `computer${this.#hosts++}`): ChildProcess {
    return this.#child(['host', '--unconfined', '--memory', memory, '--lease', `${lease}`, '--name', name]);
  }

  /** Starts a gateway at a port of the loopback. */
  gateway(port: number): ChildProcess {
    return this.#child(['gateway', '--listen', `127.0.0.1:${port}`]);
  }

  /** Starts a process, whose errors are kept. */
  heard(...words: readonly string[]): { readonly process: ChildProcess; text(): string } {
    const process = this.#child(words, 'pipe');
    let text = '';
    process.stderr!.on('data', (bytes: Buffer) => {
      text += bytes;
    });
    return { process, text: () => text };
  }

  #child(words: readonly string[], output: 'ignore' | 'pipe' = 'ignore'): ChildProcess {
    const child = this.#spawn(words, output);
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return child;
  }

  #spawn(words: readonly string[], output: 'ignore' | 'pipe', variables: Record<string, string> = {}): ChildProcess {
    return spawn(process.execPath, ['--conditions=rawiron-source', main, ...words], {
      stdio: ['ignore', output, output],
      env: { ...process.env, ...this.environment, ...variables },
    });
  }

  /** Runs the command to its end. */
  command(...words: readonly string[]): Promise<CommandEnd> {
    return this.commandWith({}, ...words);
  }

  /** Runs the command to its end, with more variables of its environment. */
  async commandWith(variables: Record<string, string>, ...words: readonly string[]): Promise<CommandEnd> {
    const child = this.#spawn(words, 'pipe', variables);
    const [output, errors] = await Promise.all([child.stdout!, child.stderr!].map(textOf));
    const code = child.exitCode ?? (await new Promise<number | null>((resolve) => child.once('exit', resolve)));
    return { code, output: output!, errors: errors! };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    await this.redis.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

/** Stores an image of the demo, which waits at its prompt. */
export async function putDemo(store: ObjectStore): Promise<void> {
  await putMachine(store, 'demo', {});
}

/** Stores an image of the demo with a network card, of which it does not know. */
export async function putNetworked(store: ObjectStore): Promise<void> {
  await putMachine(store, 'networked', { network: [{ card: 'e1000' }] });
}

async function putMachine(store: ObjectStore, name: string, options: Pick<MachineOptions, 'network'>): Promise<void> {
  await putImage(store, name, await snapshotOfDemo(options));
}

/** A snapshot of the demo, which waits at its prompt. */
export async function snapshotOfDemo(options: Pick<MachineOptions, 'network'> = {}): Promise<Uint8Array> {
  await using machine = await Machine.create({ memory: 16, boot: { demo: true }, ...options });
  await machine.start();
  await machine.serial.expect(/demo> $/);
  await machine.pause();
  return await machine.snapshot();
}
