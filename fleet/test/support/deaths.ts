import type { ChildProcess } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import type { ConsolePart, MachineConsole } from '../../src/machines/console.ts';
import { FleetMachines } from '../../src/machines/machines.ts';
import { putCounter } from './counter-guest.ts';
import type { TestFleet } from './fleet.ts';

/** How much is done to how many hosts. */
export interface DeathSettings {
  readonly machines: number;
  readonly hosts: number;
  /** Seconds after which a silent host loses its machines. */
  readonly lease: number;
  /** Seconds between two checkpoints of a machine. */
  readonly every: number;
  /** Percent of a processor for each machine. */
  readonly processor: number;
  readonly blows: number;
  /** Moves that are asked for before each blow. */
  readonly moves: number;
  /** Milliseconds after which there are no more, once there were `least` moves and blows. */
  readonly within: number;
  readonly least?: number;
  random(): number;
}

/** The outcome. */
export interface DeathFigures {
  readonly killed: number;
  /** Hosts that stood still for longer than their lease, and for a moment. */
  readonly stopped: number;
  readonly paused: number;
  readonly shutDown: number;
  /** Times that a machine has gone on from a checkpoint. */
  readonly restarts: number;
  /** Times that one has moved. */
  readonly moves: number;
  readonly checkpoints: number;
  /** The last number of each machine. */
  readonly counts: readonly number[];
  /** Faults that were seen. */
  readonly faults: readonly string[];
}

/** Has guests count on hosts that are killed, stopped and started all the time, and looks at all that they have said. */
export async function sufferDeaths(fleet: TestFleet, settings: DeathSettings): Promise<DeathFigures> {
  await putCounter(fleet.store);
  const hosts = new BeatenHosts(fleet, settings);
  await using machines = new FleetMachines(fleet.connect, fleet.store);
  const names = Array.from({ length: settings.machines }, (_, n) => `m${n}`);
  const { every, processor } = settings;
  for (const name of names) await machines.start(name, { image: 'counter', every, limits: { processor } });
  const witnesses = names.map((name) => new Witness(name, machines.console(name)));
  for (const name of names) await machines.running(name);
  const began = performance.now();
  const sum = (of: (witness: Witness) => number) => witnesses.reduce((all, witness) => all + of(witness), 0);
  const { least = 0 } = settings;
  const isEnough = () => {
    const { killed, stopped } = hosts.figures;
    return killed + stopped >= least && sum(({ moves }) => moves) >= least;
  };
  for (let n = 0; n < settings.blows && (performance.now() - began < settings.within || !isEnough()); n++) {
    for (let move = 0; move < settings.moves; move++) await moveSome(machines, names, settings.random);
    await hosts.blow();
  }
  await hosts.recover();
  await Promise.all(witnesses.map((witness) => witness.hearsMore(fleet)));
  for (const witness of witnesses) await witness.close();
  return {
    ...hosts.figures,
    restarts: sum(({ restarts }) => restarts),
    moves: sum(({ moves }) => moves),
    checkpoints: sum(({ checkpoints }) => checkpoints),
    counts: witnesses.map(({ count }) => count),
    faults: witnesses.flatMap(({ faults }) => faults),
  };
}

/** Asks for some machine to move to some host, and does not wait for that. It may not run, or the host may be gone. */
async function moveSome(machines: FleetMachines, names: readonly string[], random: () => number): Promise<void> {
  const hosts = await machines.hosts();
  const some = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)];
  const to = some(hosts);
  if (to !== undefined) machines.move(some(names)!, to.id).catch(() => {});
}

/** Hosts to which all of this is done. */
class BeatenHosts {
  readonly figures = { killed: 0, stopped: 0, paused: 0, shutDown: 0 };
  readonly #fleet: TestFleet;
  readonly #settings: DeathSettings;
  readonly #hosts: ChildProcess[];
  /** Those that stand still. */
  readonly #stopped = new Set<number>();
  #waking: Promise<void>[] = [];

  constructor(fleet: TestFleet, settings: DeathSettings) {
    this.#fleet = fleet;
    this.#settings = settings;
    this.#hosts = Array.from({ length: settings.hosts }, () => this.#start());
  }

  #start(): ChildProcess {
    return this.#fleet.host(this.#settings.lease);
  }

  async blow(): Promise<void> {
    const { random, lease } = this.#settings;
    const n = Math.floor(random() * this.#hosts.length);
    const kind = random();
    if (!this.#stopped.has(n)) {
      if (kind < 0.4) this.#end(n, 'SIGKILL');
      else if (kind < 0.5) this.#end(n, 'SIGTERM');
      else if (kind < 0.85) this.#stop(n, lease * (1.3 + random()));
      else this.#stop(n, lease * 0.5 * random());
    }
    await wait(1000 * lease * (1 + 1.5 * random()));
  }

  #end(n: number, signal: 'SIGKILL' | 'SIGTERM'): void {
    this.figures[signal === 'SIGKILL' ? 'killed' : 'shutDown']++;
    this.#hosts[n]!.kill(signal);
    this.#hosts[n] = this.#start();
  }

  #stop(n: number, seconds: number): void {
    const host = this.#hosts[n]!;
    this.figures[seconds > this.#settings.lease ? 'stopped' : 'paused']++;
    host.kill('SIGSTOP');
    this.#stopped.add(n);
    const wake = async () => {
      await wait(seconds * 1000);
      host.kill('SIGCONT');
      this.#stopped.delete(n);
    };
    this.#waking.push(wake());
  }

  /** Resolves when all go on. */
  async recover(): Promise<void> {
    await Promise.all(this.#waking);
  }
}

/** Hears all that a machine says, and knows what it has to say. */
export class Witness {
  readonly faults: string[] = [];
  restarts = 0;
  moves = 0;
  checkpoints = 0;
  readonly #name: string;
  readonly #console: MachineConsole;
  readonly #listening: Promise<void>;
  #token = 0;
  /** Bytes that it has said, and those that its last checkpoint has. */
  #at = 0;
  #kept = 0;
  #mayMiss = false;

  constructor(name: string, console: MachineConsole) {
    this.#name = name;
    this.#console = console;
    this.#listening = this.#listen();
  }

  async #listen(): Promise<void> {
    for await (const part of this.#console.output('kept')) this.#hear(part);
  }

  #hear({ token, at, bytes, checkpoint, moved }: ConsolePart): void {
    const fault = (what: string) => void this.faults.push(`${this.#name}: ${what}`);
    if (token < this.#token) fault(`host ${token} speaks after host ${this.#token}`);
    if (moved !== undefined) {
      // It goes on as it was, unless a host had it in between from its checkpoint, where it has said nothing.
      if (token > this.#token + 1) this.#restart();
      if (at !== this.#at) fault(`it moves at ${at}, after ${this.#at}`);
      this.moves++;
      this.#token = token;
      return;
    }
    if (token > this.#token) {
      if (this.#token !== 0) this.#restart();
      this.#token = token;
    }
    if (checkpoint !== undefined) {
      this.checkpoints++;
      if (at < this.#kept || at > this.#at) fault(`a checkpoint at ${at}, after one at ${this.#kept}`);
      this.#kept = at;
      return;
    }
    if (this.#mayMiss && at > this.#at) this.#at = at;
    this.#mayMiss = false;
    if (at !== this.#at) fault(`byte ${at} follows byte ${this.#at} (checkpoint at ${this.#kept})`);
    const [said, due] = [Buffer.from(bytes).toString(), saidBetween(at, at + bytes.length)];
    if (said !== due) fault(`it says ${JSON.stringify(said)} in the place of ${JSON.stringify(due)}`);
    this.#at = at + bytes.length;
  }

  /** Redis loses its streams: some output before what comes next may be missing. */
  mayMiss(): void {
    this.#mayMiss = true;
  }

  #restart(): void {
    this.restarts++;
    this.#at = this.#kept;
  }

  /** Its last number. */
  get count(): number {
    return Math.floor(this.#at / LINE);
  }

  /** Resolves when it has said something more. One that doesn't is told with its record. */
  async hearsMore(fleet: TestFleet): Promise<void> {
    const [at, token] = [this.#at, this.#token];
    const began = performance.now();
    while (this.#token === token ? this.#at < at + 2 * LINE : this.#at < this.#kept + LINE) {
      if (performance.now() - began > STUCK) return void this.faults.push(await this.#silence(fleet));
      await wait(200);
    }
  }

  async #silence(fleet: TestFleet): Promise<string> {
    await using machines = new FleetMachines(fleet.connect, fleet.store);
    const record = await machines.find(this.#name).catch((error: unknown) => String(error));
    return `${this.#name} says nothing more: ${JSON.stringify(record)}`;
  }

  async close(): Promise<void> {
    await this.#console[Symbol.asyncDispose]();
    await this.#listening;
  }
}

/** Bytes of a number. */
const LINE = 9;
/** Milliseconds after which a machine is stuck, not slow: twenty machines begin again one after the other on a host that is busy. */
const STUCK = 600_000;

/** The output of a guest that counts. */
function saidBetween(from: number, to: number): string {
  const first = Math.floor(from / LINE);
  const count = Math.ceil(to / LINE) - first;
  const lines = Array.from(
    { length: count },
    (_, n) => `${(1 + first + n).toString(16).toUpperCase().padStart(8, '0')}\n`,
  );
  return lines.join('').slice(from - first * LINE, to - first * LINE);
}
