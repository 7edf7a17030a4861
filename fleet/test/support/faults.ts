import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { FleetMachines } from '../../src/machines/machines.ts';
import { SubmittedRun } from '../../src/submit.ts';
import { putCounter } from './counter-guest.ts';
import { Witness } from './deaths.ts';
import { putDemo, type TestFleet } from './fleet.ts';
import { freePort } from './ports.ts';

/** The size of a fleet to which all kinds of faults are done. */
export interface FaultSettings {
  readonly machines: number;
  /** Jobs of a run; as one ends the next one is submitted. */
  readonly jobs: number;
  readonly hosts: number;
  readonly workers: number;
  /** Seconds. */
  readonly lease: number;
  /** Seconds between two checkpoints of a machine. */
  readonly every: number;
  /** Percent of a processor for each machine. */
  readonly processor: number;
  /** Hears of each fault as it is over. */
  told(figures: FaultFigures): void;
}

/** What a fault did. */
export interface FaultFigures {
  readonly name: string;
  readonly seconds: number;
  /** Times that machines have gone on from checkpoints, and that they have moved. */
  readonly restarts: number;
  readonly moves: number;
  /** Jobs that have ended meanwhile. */
  readonly jobs: number;
}

/** The outcome of all of them. */
export interface FaultsFigures {
  readonly faults: readonly string[];
  readonly jobs: number;
  /** Jobs that have failed, by their errors. */
  readonly errors: Readonly<Record<string, number>>;
}

/** Takes the time of a job that is short, but is not over at once. */
const JOB = `export default async ({ serial }, { number }) => {
  serial.write(\`echo job \${number}.\\r\`).catch(() => {});
  const [, told] = await serial.expect(/\\njob (\\d+)\\./);
  await new Promise((resolve) => setTimeout(resolve, 300));
  return Number(told);
};`;

/** Does each kind of fault to a fleet that has machines and jobs, and looks at all that both say. */
export async function sufferFaults(fleet: TestFleet, settings: FaultSettings): Promise<FaultsFigures> {
  await putCounter(fleet.store);
  await putDemo(fleet.store);
  const suffering = new Suffering(fleet, settings, await freePort());
  return await suffering.run();
}

class Suffering {
  readonly #fleet: TestFleet;
  readonly #settings: FaultSettings;
  readonly #gatewayPort: number;
  readonly #machines: FleetMachines;
  readonly #hosts: ChildProcess[];
  readonly #workers: ChildProcess[];
  #gateway: ChildProcess;
  #witnesses: readonly Witness[] = [];
  readonly #jobs: Jobs;
  readonly #faults: string[] = [];

  constructor(fleet: TestFleet, settings: FaultSettings, gatewayPort: number) {
    this.#fleet = fleet;
    this.#settings = settings;
    this.#gatewayPort = gatewayPort;
    this.#machines = new FleetMachines(fleet.connect, fleet.store);
    this.#hosts = Array.from({ length: settings.hosts }, (_, n) => this.#host(n));
    this.#workers = Array.from({ length: settings.workers }, () => fleet.worker(2));
    this.#gateway = fleet.gateway(gatewayPort);
    this.#jobs = new Jobs(fleet, settings.jobs);
  }

  #host(n: number): ChildProcess {
    return this.#fleet.host(this.#settings.lease, '4G', `host${n}`);
  }

  async run(): Promise<FaultsFigures> {
    const { machines: count, every, processor } = this.#settings;
    const names = Array.from({ length: count }, (_, n) => `m${n}`);
    for (const name of names) await this.#machines.start(name, { image: 'counter', every, limits: { processor } });
    this.#witnesses = names.map((name) => new Witness(name, this.#machines.console(name)));
    for (const name of names) await this.#machines.running(name);
    const jobs = this.#jobs.run();
    for (const [name, act] of this.#all) await this.#suffer(name, act);
    this.#jobs.end();
    await jobs;
    for (const witness of this.#witnesses) await witness.close();
    await this.#machines[Symbol.asyncDispose]();
    const faults = [...this.#faults, ...this.#jobs.faults, ...this.#witnesses.flatMap((witness) => witness.faults)];
    return { faults, jobs: this.#jobs.ended, errors: Object.fromEntries(this.#jobs.errors) };
  }

  get #all(): readonly (readonly [name: string, act: () => Promise<void>])[] {
    const { lease } = this.#settings;
    const { redis } = this.#fleet;
    const again = async (signal: NodeJS.Signals) => {
      await redis.kill(signal);
      await wait(1000);
      redis.start();
    };
    return [
      ['Redis is killed', () => again('SIGKILL')],
      ['Redis is restarted', () => again('SIGTERM')],
      ['Redis stands still for three leases', () => redis.standStill(3000 * lease)],
      ['the memory of Redis (50 MB) is full for two leases', () => this.#fillRedis(2000 * lease)],
      ['Redis is restarted empty', () => this.#emptyRedis()],
      ['each host is killed', () => this.#inTurn(this.#hosts, 'SIGKILL', (n) => this.#host(n))],
      ['each worker is killed', () => this.#inTurn(this.#workers, 'SIGKILL', () => this.#fleet.worker(2))],
      ['the gateway is killed', () => this.#killGateway()],
      ['each host is told to end', () => this.#inTurn(this.#hosts, 'SIGTERM', (n) => this.#host(n))],
    ];
  }

  async #suffer(name: string, act: () => Promise<void>): Promise<void> {
    const [before, began] = [this.#sums, performance.now()];
    await act();
    await Promise.all(this.#witnesses.map((witness) => witness.hearsMore(this.#fleet)));
    const after = this.#sums;
    this.#settings.told({
      ...{ name, seconds: Math.round((performance.now() - began) / 1000) },
      ...{ restarts: after.restarts - before.restarts, moves: after.moves - before.moves },
      jobs: after.jobs - before.jobs,
    });
  }

  get #sums(): { readonly restarts: number; readonly moves: number; readonly jobs: number } {
    const sum = (of: (witness: Witness) => number) => this.#witnesses.reduce((all, witness) => all + of(witness), 0);
    return { restarts: sum(({ restarts }) => restarts), moves: sum(({ moves }) => moves), jobs: this.#jobs.ended };
  }

  async #fillRedis(milliseconds: number): Promise<void> {
    const redis = this.#fleet.connect();
    await redis.config('SET', 'maxmemory', '50mb');
    const megabyte = Buffer.alloc(1 << 20);
    let size = 0;
    while (size < 64 && (await redis.append('filler', megabyte).catch(() => 0)) > 0) size++;
    if (size === 64) this.#faults.push('Redis takes more than its memory');
    await wait(milliseconds);
    await redis.del('filler');
    redis.disconnect();
  }

  async #emptyRedis(): Promise<void> {
    const { redis } = this.#fleet;
    await redis.kill('SIGKILL');
    await redis.empty();
    // What Redis had said last may not have been heard.
    for (const witness of this.#witnesses) witness.mayMiss();
    redis.start();
    const { code, output, errors } = await this.#fleet.command('adopt');
    if (code !== 0) this.#faults.push(`adopt: ${output}${errors}`);
    const count = (await this.#machines.list()).length;
    if (count !== this.#settings.machines) this.#faults.push(`${count} machines are back`);
  }

  /** Ends each process, and begins another one in its place when its machines and jobs go on. */
  async #inTurn(all: ChildProcess[], signal: NodeJS.Signals, next: (n: number) => ChildProcess): Promise<void> {
    for (const [n, child] of all.entries()) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill(signal);
      await gone;
      all[n] = next(n);
      const isHost = all === this.#hosts;
      if (isHost) await this.#hasBegun(`host${n}`);
      await Promise.all(this.#witnesses.map((witness) => witness.hearsMore(this.#fleet)));
    }
  }

  /** Resolves when a host tells of itself that is not the one before. */
  async #hasBegun(host: string): Promise<void> {
    const beats = async () => {
      const named = (await this.#machines.hosts()).filter(({ name }) => name === host);
      return named.map(({ id, beat }) => `${id} ${beat}`).join();
    };
    const before = await beats();
    for (const began = performance.now(); (await beats()) === before; await wait(200))
      if (performance.now() - began > 120_000) return void this.#faults.push(`${host} does not begin again`);
  }

  async #killGateway(): Promise<void> {
    this.#gateway.kill('SIGKILL');
    this.#gateway = this.#fleet.gateway(this.#gatewayPort);
    const names = async () => {
      const answer = await fetch(`http://127.0.0.1:${this.#gatewayPort}/machines`);
      return ((await answer.json()) as unknown[]).length;
    };
    for (const began = performance.now(); (await names().catch(() => 0)) !== this.#settings.machines; await wait(200))
      if (performance.now() - began > 120_000) return void this.#faults.push('the gateway does not begin again');
  }
}

/** Runs of jobs, one after the other. */
class Jobs {
  readonly faults: string[] = [];
  readonly errors = new Map<string, number>();
  ended = 0;
  readonly #fleet: TestFleet;
  readonly #count: number;
  #isEnding = false;

  constructor(fleet: TestFleet, count: number) {
    this.#fleet = fleet;
    this.#count = count;
  }

  /** Submits no more runs. */
  end(): void {
    this.#isEnding = true;
  }

  /** Resolves when the last one is over. */
  async run(): Promise<void> {
    const module = join(this.#fleet.folder, 'faults-job.ts');
    writeFileSync(module, JOB);
    while (!this.#isEnding) await this.#runOnce(module);
  }

  async #runOnce(module: string): Promise<void> {
    const { connect, store } = this.#fleet;
    await using run = await SubmittedRun.submit(connect, store, {
      ...{ image: 'demo', module, count: this.#count, timeout: 120 },
      // A worker that is killed costs its jobs a try.
      tries: 20,
    });
    const had = new Set<number>();
    for await (const { number, status, value, error } of run.results()) {
      if (had.has(number)) this.faults.push(`job ${number} has two results`);
      had.add(number);
      this.ended++;
      if (status === 'done' && value !== number) this.faults.push(`job ${number} gives ${value}`);
      if (status === 'failed') this.errors.set(error ?? '', (this.errors.get(error ?? '') ?? 0) + 1);
      if (status === 'failed' && !error) this.faults.push(`job ${number} fails without an error`);
    }
    if (had.size !== this.#count) this.faults.push(`${had.size} of ${this.#count} jobs have a result`);
  }
}
