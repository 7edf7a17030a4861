import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openByTenant } from '../confined/confined-machine.ts';
import { FleetError } from '../error.ts';
import { FolderStore } from '../folder-store.ts';
import { FleetGateway } from '../gateway/gateway.ts';
import { FleetHost } from '../machines/host.ts';
import { MachineNetworks } from '../machines/networks.ts';
import { FleetWorker } from '../worker.ts';
import { hostFlags, memoryOf } from './host.ts';
import { logFlags, serverLog } from './server-log.ts';
import {
  asked,
  confinementFlags,
  confinementOf,
  type Flags,
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
  ...logFlags,
  unconfined: confinementFlags.unconfined!,
};

/** Milliseconds between two looks whether the Redis answers. */
const LOOK = 20;

/** A whole fleet in one process tree: a Redis of its own, one worker, one host and a gateway with the ports of machines. */
export async function devCommand(args: readonly string[]): Promise<number> {
  const words = parsed(args, devFlags);
  const { store } = placeOf(words);
  const port = number(words, 'port') ?? 6379;
  const folder = join(store instanceof FolderStore ? store.place : ownFolder, 'redis');
  await refuseSecond(folder);
  const gatewayPort = number(words, 'gateway') ?? 8090;
  if (await isTaken(gatewayPort)) throw new FleetError(`port ${gatewayPort} is taken; give another one (--gateway)`);
  await using _redis = await startRedis(folder, port);
  const place = { redis: `redis://127.0.0.1:${port}`, store };
  const slots = number(words, 'slots') ?? availableParallelism();
  const memory = memoryOf(words);
  using kept = serverLog(words, place, 'dev');
  const common = { connect: kept.connect, store, log: kept.write };
  const confinement = await confinementOf(words, place, kept.write);
  const open = openByTenant(confinement, false, kept.write);
  await using host = await FleetHost.start({ ...common, memory, open });
  await using worker = await FleetWorker.start({ ...common, slots, confinement });
  const address = '127.0.0.1';
  await using gateway = await FleetGateway.listen({ ...common, address, port: gatewayPort });
  await using _networks = await MachineNetworks.start({ connect: common.connect, address, log: kept.write });
  kept.write(`host ${host.id}, ${(memory / 2 ** 30).toFixed(1)} GB for machines`);
  kept.write(`worker ${worker.name}, ${slots} jobs at a time, ${place.redis}, ${store.place}`);
  kept.write(`page http://127.0.0.1:${gateway.port}`);
  kept.write('ready; Ctrl-C ends it');
  await asked();
  return 0;
}

/** The file that says at which port the Redis of a folder is. */
const portFile = (folder: string): string => join(folder, 'port');

/** @throws FleetError if another Redis has the folder: two of them would write over each other's data */
async function refuseSecond(folder: string): Promise<void> {
  const port = Number(await readFile(portFile(folder), 'utf8').catch(() => ''));
  if (port === 0 || !(await isTaken(port))) return;
  throw new FleetError(
    `a fleet has this store already, with its Redis at port ${port}; give a second one a store and ports of its own (--store, --port, --gateway)`,
  );
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
  await writeFile(portFile(folder), `${port}`);
  await answering(server, port);
  return {
    async [Symbol.asyncDispose]() {
      const gone = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGTERM');
      await gone;
      await rm(portFile(folder), { force: true });
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

/** Resolves when connections are taken. @throws FleetError if the server has ended */
async function answering(server: ChildProcess, port: number): Promise<void> {
  while (!(await isAnswered(port))) {
    if (server.exitCode !== null) throw new FleetError(`redis-server has ended with exit code ${server.exitCode}`);
    await wait(LOOK);
  }
}

function isAnswered(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(port, '127.0.0.1');
    probe.once('error', () => resolve(false));
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
  });
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(true));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(false)));
  });
}
