import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { FleetError } from '../error.ts';
import { FolderStore } from '../folder-store.ts';
import { FleetGateway } from '../machines/gateway.ts';
import { FleetHost } from '../machines/host.ts';
import { FleetWorker } from '../worker.ts';
import { hostFlags, memoryOf } from './host.ts';
import {
  asked,
  connectorOf,
  type Flags,
  keptLog,
  log,
  number,
  ownFolder,
  parsed,
  placeFlags,
  placeOf,
} from './settings.ts';

export const devFlags: Flags = {
  store: placeFlags.store!,
  port: { value: 'N', help: 'of the Redis that it starts (6379)' },
  gateway: { value: 'N', help: 'port of the gateway and its page, on the loopback (8090)' },
  memory: hostFlags.memory!,
  slots: { value: 'N', help: 'jobs at the same time (one a processor)' },
};

/** A whole fleet in one process tree: a Redis of its own, one worker, one host and a gateway. */
export async function devCommand(args: readonly string[]): Promise<number> {
  const words = parsed(args, devFlags);
  const { store } = placeOf(words);
  const port = number(words, 'port') ?? 6379;
  await using _redis = await startRedis(join(store instanceof FolderStore ? store.place : ownFolder, 'redis'), port);
  const place = { redis: `redis://127.0.0.1:${port}`, store };
  const slots = number(words, 'slots') ?? availableParallelism();
  const memory = memoryOf(words);
  const gatewayPort = number(words, 'gateway') ?? 8090;
  if (await isTaken(gatewayPort)) throw new FleetError(`port ${gatewayPort} is taken; give another one (--gateway)`);
  using kept = keptLog(place, 'dev');
  const common = { connect: connectorOf(place), store, log: kept.write };
  await using host = await FleetHost.start({ ...common, memory });
  await using worker = await FleetWorker.start({ ...common, slots });
  await using gateway = await FleetGateway.listen({ ...common, address: '127.0.0.1', port: gatewayPort });
  log(`host ${host.id}, ${(memory / 2 ** 30).toFixed(1)} GB for machines`);
  log(`worker ${worker.name}, ${slots} jobs at a time, ${place.redis}, ${store.place}`);
  log(`page http://127.0.0.1:${gateway.port}`);
  log('ready; Ctrl-C ends it');
  await asked();
  return 0;
}

/** @throws FleetError if there is no redis-server, or the port is taken */
async function startRedis(folder: string, port: number): Promise<AsyncDisposable> {
  await mkdir(folder, { recursive: true });
  if (await isTaken(port)) throw new FleetError(`port ${port} is taken; give another one (--port)`);
  const settings = [
    '--port',
    `${port}`,
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--appendonly',
    'yes',
    '--appendfsync',
    'always',
    '--save',
    '',
  ];
  // Ctrl-C is for all of the terminal's processes; this one ends when its jobs have ended.
  const server = spawn('redis-server', settings, { stdio: ['ignore', 'ignore', 'inherit'], detached: true });
  await started(server);
  return {
    async [Symbol.asyncDispose]() {
      const gone = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGTERM');
      await gone;
    },
  };
}

function started(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('spawn', resolve);
    server.once('error', () =>
      reject(
        new FleetError(
          "there is no redis-server; install it (Debian: 'apt-get install redis-server'), or start a worker with --redis URL",
        ),
      ),
    );
  });
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(true));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(false)));
  });
}
