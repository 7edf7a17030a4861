import { UnderWay } from '../common.ts';
import type { Machine } from '../machine/machine.ts';
import { Bus } from './bus.ts';
import { DiskEvents } from './disk-events.ts';
import type { V86Host } from './host.ts';
import { type LoadEvents, openImage } from './images.ts';
import { inputOf } from './inputs.ts';
import { BusNetwork, relayOf } from './network.ts';
import { type ImageName, imageNames, imageRow } from './option-table.ts';
import { connectOutputs } from './outputs.ts';
import type { ConsolePort, PageLink, V86Page } from './page.ts';
import { checkOptions, planMachine } from './plan.ts';
import { Sampler } from './sampler.ts';
import { TextScreen } from './screen.ts';
import type { V86Image, V86Options } from './types.ts';

/** Events that are told only while somebody looks for them. */
const screenEvents: readonly string[] = ['screen-put-char', 'screen-set-size'];
const diskEvents: readonly string[] = ['ide-read-start', 'ide-read-end', 'ide-write-end'];

/** A listener for a port's output. */
interface Taker {
  readonly port: ConsolePort;
  take(bytes: Uint8Array): void;
}

const portOf = (machine: Machine, port: ConsolePort) => (port === 'serial0' ? machine.serial : machine.virtioPorts[0]);
const connectTaker = (machine: Machine, { port, take }: Taker) => void portOf(machine, port)?.on('data', take);

/** The machine of an emulator, from its options on, and what connects it with the bus. */
export abstract class EmulatorCore {
  /** Its bus: what pages call to hear of frames, and to send some. */
  readonly bus: Bus;
  /** The machine of the library, when it is made. */
  readonly machine: Promise<Machine>;
  readonly #host: V86Host;
  readonly #network: BusNetwork;
  readonly #textScreen: TextScreen;
  readonly #disks: DiskEvents;
  readonly #sampler = new Sampler();
  /** @internal */
  protected readonly page: V86Page | null;
  readonly #takers: Taker[] = [];
  /** The machine, before it runs. */
  #made: Machine | undefined;
  #isRunning = false;
  /** Its signal: it is destroyed. */
  readonly #end = new AbortController();
  readonly #underWay = new UnderWay();

  /**
   * @throws ConfigurationError that names an option that cannot be
   * @internal
   */
  constructor(options: V86Options, host: V86Host) {
    checkOptions(options);
    this.#host = host;
    this.bus = new Bus(
      (name, value) => this.#give(name, value),
      (name) => this.#wanted(name),
    );
    this.#textScreen = new TextScreen(this.bus);
    this.#disks = new DiskEvents(this.bus);
    this.#network = new BusNetwork({
      sent: (frame) => {
        this.bus.emit('net0-send', frame);
        this.bus.emit('eth-transmit-end', [frame.length]);
      },
      received: (length) => this.bus.emit('eth-receive-end', [length]),
    });
    this.page = host.openPage(options, this.#link());
    this.machine = this.#make(options);
    this.machine.catch((error: unknown) => this.failed(error as Error));
  }

  async #make(options: V86Options): Promise<Machine> {
    const plan = await planMachine(options, this.#network, this.#host, this.#loading(options));
    const machine = await ('state' in plan
      ? this.#host.restore(plan.state, plan.changes)
      : this.#host.create(plan.options));
    if (this.#end.signal.aborted) {
      await machine.stop();
      return machine;
    }
    this.#connect(machine);
    await this.page?.attach(machine);
    void this.#connectRelay(options);
    this.bus.emit('emulator-ready');
    if (options.autostart) await machine.start();
    // Who waits for the machine goes on before it is told.
    setTimeout(() => this.bus.emit('emulator-loaded'));
    return machine;
  }

  #connect(machine: Machine): void {
    machine.on('running', () => this.#tellRunning(true));
    machine.on('paused', () => this.#tellRunning(false));
    machine.on('exit', () => this.#tellRunning(false));
    machine.on('error', (error) => this.failed(error));
    connectOutputs(machine, this.bus);
    this.#made = machine;
    for (const taker of this.#takers) connectTaker(machine, taker);
    this.#sampler.attach(machine);
  }

  /** Reports whether the machine runs; one that has ended is reported as stopped. */
  #tellRunning(isRunning: boolean): void {
    if (isRunning === this.#isRunning) return;
    this.#isRunning = isRunning;
    this.bus.emit(isRunning ? 'emulator-started' : 'emulator-stopped');
  }

  /** The machine runs without its relay where that is not there. */
  async #connectRelay(options: V86Options): Promise<void> {
    const relay = relayOf(options);
    if (relay === undefined) return;
    const log = (message: string) => this.bus.emit('emulator-log', message);
    try {
      this.#network.connect(await this.#host.openNetwork(relay, log));
    } catch (error) {
      log(`the guest's network is connected to nothing: ${(error as Error).message}`);
    }
  }

  /** Opens an image for a drive of that option. @internal */
  protected open(name: ImageName, given: V86Image): ReturnType<typeof openImage> {
    return openImage(name, given, imageRow(name).wanted, this.#host, this.#loading({ [name]: given }));
  }

  #loading(options: V86Options): LoadEvents {
    const names = imageNames.filter((name) => options[name]);
    const isOf = (file: string, name: ImageName) => file === (options[name] as { readonly url?: string }).url;
    const place = (file: string) => ({
      file_index: names.findIndex((name) => isOf(file, name)),
      file_count: names.length,
      file_name: file,
    });
    return {
      signal: this.#end.signal,
      progress: (file, loaded, total) =>
        this.bus.emit('download-progress', {
          ...{ ...place(file), lengthComputable: total !== undefined, total: total ?? 0, loaded },
        }),
      failed: (file, request) => {
        if (!this.#end.signal.aborted) this.bus.emit('download-error', { ...place(file), request });
      },
    };
  }

  #link(): PageLink {
    return {
      onOutput: (port, take) => {
        if (this.#made) connectTaker(this.#made, { port, take });
        else this.#takers.push({ port, take });
      },
      send: (port, bytes) => this.do((machine) => portOf(machine, port)?.write(bytes)),
      withMachine: (act) => this.do(act),
    };
  }

  /** Without a listener it is an uncaught error of the program; nobody waits for what is destroyed. @internal */
  protected failed(error: Error): void {
    if (this.#end.signal.aborted) return;
    if (this.bus.has('emulator-error')) this.bus.emit('emulator-error', error);
    else
      queueMicrotask(() => {
        throw error;
      });
  }

  /** Does something when the machine is made. One that has ended, or was never made, does nothing. @internal */
  protected do(act: (machine: Machine) => unknown): void {
    void this.machine.then(act).catch(() => {});
  }

  /** Has the machine do something when it is made. Rejects if it is destroyed before, or was, which need not be handled. @internal */
  protected ask<Value>(act: (machine: Machine) => Promise<Value>): Promise<Value> {
    const asked = this.#underWay.during(() => this.machine.then(act));
    if (this.ended.aborted) this.#underWay.end();
    return asked;
  }

  /** Is aborted when it is destroyed. @internal */
  protected get ended(): AbortSignal {
    return this.#end.signal;
  }

  #give(name: string, value: unknown): void {
    const give = inputOf(name);
    this.do((machine) => give({ machine, network: this.#network }, value));
  }

  #wanted(name: string): void {
    if (screenEvents.includes(name)) this.watchScreen();
    if (diskEvents.includes(name)) this.#sampler.want(this.#disks.look);
  }

  /** The text of the screen, which somebody wants from now on. @internal */
  protected watchScreen(): TextScreen {
    this.#sampler.want(this.#textScreen.look);
    return this.#textScreen;
  }

  /** Whether it runs. */
  is_running(): boolean {
    return this.#isRunning;
  }

  /** Ends it for good, and frees all that it has. Nobody need have waited for what it was asked before. */
  async destroy(): Promise<void> {
    this.#end.abort();
    this.#underWay.end();
    this.page?.close();
    await this.#network.close();
    const machine = await this.machine.catch(() => undefined);
    await machine?.stop();
    this.#tellRunning(false);
  }
}
