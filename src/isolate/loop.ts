import type { ProcessorReport } from '../../runtime/devices/cpu-hot-plug/index.ts';
import { ports } from '../../runtime/host/ports.ts';
import { Word } from '../../translator/abi/state.ts';
import type { MachineCore, MachineHost, PluggedDevice, RunResult, Shutdown } from '../machine-core.ts';
import { ConfigurationError } from '../util/errors.ts';
import { type Answers, callByName } from './answers.ts';
import { DriveLink } from './drive-link.ts';
import type { IsolateOptions } from './isolate-options.ts';
import type { LoopThread } from './loop-thread.ts';
import { MachineTime } from './machine-time.ts';
import { OutputBatches } from './output.ts';
import type { ThreadProbe } from './probe.ts';
import { Profiles } from './profiles.ts';
import type { Command, Exit, MessageEnd, Report, Reset } from './protocol.ts';
import { RESET_BYTES, SHUTDOWN_CODE } from './protocol.ts';
import { reportError } from './remote-calls.ts';
import { Limiter } from './run-limits.ts';
import { takeMessages } from './taking.ts';
import { Turns } from './turns.ts';
import { callBack, Wake } from './wake.ts';

const encoder = new TextEncoder();

/** Makes the machine, and runs it as told by messages until it is stopped. Resolves then: whether it was told to end. */
export async function runIsolate(options: IsolateOptions): Promise<boolean> {
  const loop = new MachineLoop(options);
  let wasTold = false;
  try {
    if (options.prepare !== undefined) await options.prepare(options.config);
    // Its verifier and parser are not needed otherwise.
    loop.create(options.config.check ? (await import('./check.ts')).check : undefined);
    await loop.run();
    wasTold = true;
  } catch (error) {
    options.port.postMessage({ type: 'failed', error: reportError(error) });
  }
  loop.close((wasTold && options.takeCore) || ((core) => core.dispose()));
  return wasTold;
}

class MachineLoop {
  readonly #options: IsolateOptions;
  readonly #thread: LoopThread;
  readonly #port: MessageEnd<Report, Command>;
  readonly #time: MachineTime;
  readonly #turns: Turns;
  readonly #output: OutputBatches;
  readonly #drives: DriveLink;
  readonly #profiles = new Profiles(() => this.#probe());
  #core!: MachineCore;
  #limiter!: Limiter;
  #slept = 0;
  /** Told to run, and stopped all the same by `freeze`. */
  #running = false;
  #frozen = false;
  /** The guest has turned it off: it waits for a reset. */
  #isOff = false;
  #stopped = false;
  #exited = false;
  #haltReported = false;
  /** As it was told last. */
  #isSuspended = false;
  /** Wakes a loop that waits for a message. */
  #onMessage: () => void = () => {};

  constructor(options: IsolateOptions) {
    this.#options = options;
    this.#thread = options.thread;
    this.#port = options.port;
    this.#turns = new Turns(options.thread);
    this.#time = new MachineTime(options.thread.nanoseconds, options.deadlines);
    this.#drives = new DriveLink(options.drives, options.config);
    this.#output = new OutputBatches((port, bytes) => this.#port.postMessage({ type: 'output', port, bytes }));
  }

  create(check: MachineHost['check']): void {
    const pacing = this.#time.hasTicker ? 'poll' : 'jumps';
    this.#core = this.#options.createCore({ pacing, ...this.#options.config }, this.#host(check));
    this.#limiter = new Limiter(this.#thread, this.#core, this.#options.config.memoryBytes);
    this.#port.onmessage = ({ data }) => this.#receive(data);
    this.#port.postMessage({ type: 'ready', state: this.#core.state });
    this.#drives.connect(this.#core.state, (message) => {
      this.#turns.came();
      this.#core.arrive(message);
      this.#onMessage();
    });
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      if (this.#goesOn && !this.#output.stalled) await this.#step();
      else await this.#nextMessage();
    }
  }

  /** @param takeCore what becomes of the core, if it has been made */
  close(takeCore: (core: MachineCore) => void): void {
    if (this.#core) takeCore(this.#core);
    this.#profiles.close();
    this.#port.close();
    this.#drives.close();
  }

  async #step(): Promise<void> {
    const { rest } = this.#limiter;
    if (rest > 0) return await this.#rest(rest);
    this.#time.startSlice(Math.min(this.#turns.within, this.#limiter.slice * 1e6));
    const result = this.#runCore();
    this.#time.endSlice();
    this.#output.flush();
    this.#tellSuspended();
    this.#act(result);
    this.#checkLimits();
    const idle = result.reason === 'halted' || result.reason === 'waiting';
    const asleep = idle && this.#goesOn && !this.#output.stalled;
    if (asleep) await this.#sleep(result.wakeAt ?? Infinity);
    await this.#turn();
  }

  async #turn(): Promise<void> {
    // Whoever set the word sent a message first, maybe to the other port than the next one who set it.
    const reasons = Atomics.exchange(this.#core.state, Word.wake, 0);
    if (reasons & Wake.message) this.#turns.called();
    await this.#turns.take(reasons !== 0 && !this.#takeMessages());
  }

  /** False: the event loop has something to do. It may not deliver in its next turn what has come since its last one looked. */
  #takeMessages(): boolean {
    const haveDrives = this.#drives.take();
    return takeMessages(this.#port, (command) => this.#receive(command)) && haveDrives;
  }

  async #sleep(wakeAt: number): Promise<void> {
    const nanoseconds = wakeAt - this.#time.now();
    if (nanoseconds <= 0) return;
    this.#slept += await this.#sleepFor(nanoseconds / 1e6 + this.#limiter.slack);
    const isEarly = this.#time.now() < wakeAt;
    if (isEarly) this.#time.shareDeadline();
  }

  /** Nanoseconds that it has slept. */
  async #sleepFor(milliseconds: number): Promise<number> {
    const start = this.#thread.nanoseconds();
    this.#time.isAsleep = true;
    await this.#thread.sleep(this.#core.state, this.#nextMessage(), Math.min(milliseconds, this.#turns.within / 1e6));
    this.#time.isAsleep = false;
    return this.#thread.nanoseconds() - start;
  }

  /** The guest has had its share of the processor: its time goes on, as on a busy host. */
  async #rest(milliseconds: number): Promise<void> {
    this.#core.rested(await this.#sleepFor(milliseconds));
    this.#time.shareDeadline();
    await this.#turn();
  }

  #runCore(): RunResult {
    const start = this.#thread.nanoseconds();
    const result = this.#core.run(this.#time.sliceEnd);
    this.#limiter.ran((this.#thread.nanoseconds() - start) / 1e6);
    return result;
  }

  #checkLimits(): void {
    const limit = this.#goesOn ? this.#limiter.reached() : null;
    if (limit === null) return;
    this.#pause();
    this.#port.postMessage({ type: 'limit', limit });
  }

  #nextMessage(): Promise<void> {
    return new Promise((resolve) => {
      this.#onMessage = resolve;
    });
  }

  #act(result: RunResult): void {
    switch (result.reason) {
      case 'halted':
        this.#reportHalt(result);
        break;
      case 'poweroff':
        this.#turnOff({ reason: 'poweroff', code: 0 });
        break;
      case 'exit':
        this.#exit({ reason: 'exit', code: result.code ?? 0 });
        break;
      case 'shutdown':
        this.#shutDown({ exceptions: result.exceptions ?? [], registers: this.#core.registers() });
        break;
      case 'reset-requested':
        if (result.byCaller) this.#reset({ reason: 'caller' });
        else if (this.#reboots) this.#reset({ reason: 'guest' });
        else this.#turnOff({ reason: 'reset', code: 0 });
        break;
      case 'debug':
        this.#pause();
        this.#port.postMessage({ type: 'debug', stop: result.stop! });
    }
  }

  #tellSuspended(): void {
    const { isSuspended } = this.#core;
    if (isSuspended === this.#isSuspended) return;
    this.#isSuspended = isSuspended;
    this.#port.postMessage({ type: 'suspended', isSuspended });
  }

  #tellSuspension(event: 'suspend' | 'wake'): void {
    this.#isSuspended = event === 'suspend';
    this.#output.flush();
    this.#output.sent(RESET_BYTES);
    this.#port.postMessage({ type: event });
    if (this.#output.stalled) callBack(this.#core.state);
  }

  /** A guest may report without end, as it may reset: it waits for its listeners too. */
  #tellReport(report: ProcessorReport): void {
    this.#output.flush();
    this.#output.sent(RESET_BYTES);
    this.#port.postMessage({ type: 'processor-report', report });
    if (this.#output.stalled) callBack(this.#core.state);
  }

  #tellPlugged(devices: readonly PluggedDevice[], pciSlots: Readonly<Record<string, number>>): void {
    this.#drives.plugged(devices.flatMap((device) => ('drive' in device ? [device.drive.name] : [])));
    this.#output.flush();
    this.#port.postMessage({ type: 'plugged', devices, pciSlots });
  }

  get #reboots(): boolean {
    return this.#options.config.rebootAction === 'reset';
  }

  #shutDown(shutdown: Shutdown): void {
    if (this.#reboots) this.#reset({ reason: 'shutdown', shutdown });
    else this.#turnOff({ reason: 'shutdown', code: SHUTDOWN_CODE, shutdown });
  }

  #turnOff(exit: Exit): void {
    this.#isOff = this.#options.config.shutdownAction === 'pause';
    if (!this.#isOff) this.#exit(exit);
    else {
      this.#pause();
      this.#port.postMessage({ type: 'off', exit });
    }
  }

  #reportHalt({ forGood: dead = false }: RunResult): void {
    if (dead && !this.#haltReported) {
      this.#port.postMessage({ type: 'halt', halt: { registers: this.#core.registers() } });
    }
    this.#haltReported = dead;
  }

  #reset(reset: Reset): void {
    this.#core.reset();
    this.#haltReported = this.#isOff = false;
    this.#output.sent(RESET_BYTES);
    this.#port.postMessage({ type: 'reset', reset });
  }

  #exit(exit: Exit): void {
    this.#exited = true;
    this.#pause();
    this.#port.postMessage({ type: 'exit', exit });
  }

  #pause(): void {
    this.#running = false;
    this.#setClock();
  }

  get #goesOn(): boolean {
    return this.#running && !this.#frozen;
  }

  #setClock(): void {
    if (this.#goesOn) this.#time.resume();
    else this.#time.pause();
  }

  async #freeze(): Promise<void> {
    this.#frozen = true;
    this.#setClock();
    await this.#drives.allAnswered();
  }

  #thaw(): void {
    this.#frozen = false;
    this.#setClock();
  }

  #checkAlive(): void {
    if (this.#exited) throw new Error('the machine has ended');
  }

  #resume(): void {
    this.#checkAlive();
    if (this.#isOff) throw new ConfigurationError('Resetting the Virtual Machine is required');
    this.#running = true;
    this.#setClock();
  }

  /** Never within core.run(): messages come in turns of the event loop, or are taken between two runs (taking.ts). */
  #receive(command: Command): void {
    this.#turns.came();
    switch (command.type) {
      case 'call':
        void this.#answer(command);
        break;
      case 'input':
      case 'completion':
        this.#core.arrive(command);
        break;
      case 'taken':
        this.#output.taken(command.length);
        break;
      case 'stop':
        this.#stopped = true;
    }
    this.#onMessage();
  }

  async #answer({ id, name, args }: Command & { type: 'call' }): Promise<void> {
    try {
      const call = this.#calls[name] as (...args: readonly unknown[]) => unknown;
      const value = call(...args);
      this.#tellSuspended();
      // What is there at once is sent at once: before whatever comes of the call.
      this.#port.postMessage({ type: 'answer', id, value: value instanceof Promise ? await value : value });
    } catch (error) {
      this.#port.postMessage({ type: 'refusal', id, error: reportError(error) });
    }
  }

  readonly #calls: Answers = {
    run: () => this.#resume(),
    pause: () => {
      this.#checkAlive();
      this.#pause();
      this.#core.stands();
      // Before the answer, which may be the last that somebody hears.
      this.#output.flush();
    },
    reset: () => {
      this.#checkAlive();
      if (!this.#core.pressReset()) this.#reset({ reason: 'caller' });
    },
    freeze: () => this.#freeze(),
    thaw: () => this.#thaw(),
    answered: (drive) => this.#drives.answered(drive),
    save: () => this.#core.save(),
    check: (saved) => this.#core.check(saved),
    load: (saved) => {
      this.#checkAlive();
      this.#core.load(saved);
      this.#haltReported = this.#isOff = false;
    },
    metrics: () => this.#core.metrics(),
    ask: (name, args) => callByName(this.#core.inspection, name, args),
    examine: (name, args, processor) =>
      this.#core.processors.look(processor, () => callByName(this.#core.examination, name, args)),
    debug: (name, args, processor) =>
      this.#core.processors.borrow(processor, () => callByName(this.#core.debugging, name, args)),
    transfer: (name, args) => callByName(this.#core.transfer, name, args),
    startProfile: (interval) => this.#profiles.start(interval),
    stopProfile: (number) => this.#profiles.stop(number),
    heap: () => this.#probe().heap(),
    slept: () => this.#slept,
    limit: (limits) => this.#limiter.set(limits),
    memoryRead: (physical, length) => this.#core.memoryRead(physical, length),
    screen: () => this.#core.screenUpdate(),
  };

  #probe(): ThreadProbe {
    const { probe } = this.#thread;
    if (!probe) throw new Error('this host takes no profiles');
    return probe;
  }

  #host(check: MachineHost['check']): MachineHost {
    return {
      nanoseconds: () => this.#time.now(),
      send: (message) => {
        if (message.type === 'output') this.#addOutput(message.port, message.bytes, message.isWhole);
        else if (message.type === 'request' && this.#drives.has(message.port)) this.#drives.ask(message);
        else this.#port.postMessage(message);
      },
      ...(this.#thread.memory && { memory: this.#thread.memory }),
      guestLog: (lines) => this.#addOutput(ports.guestLog.name, encoder.encode(lines)),
      suspension: (event) => this.#tellSuspension(event),
      processorReported: (report) => this.#tellReport(report),
      plugged: (devices, pciSlots) => this.#tellPlugged(devices, pciSlots),
      deadlineChanged: (nanoseconds) => this.#time.setCoreDeadline(nanoseconds),
      random: (target) => void crypto.getRandomValues(target as Uint8Array<ArrayBuffer>),
      log: (message) => this.#port.postMessage({ type: 'log', message }),
      ...(check && { check }),
    };
  }

  #addOutput(port: string, bytes: Uint8Array, isWhole = false): void {
    const first = !this.#output.pending;
    if (isWhole) this.#output.addWhole(port, bytes);
    else this.#output.add(port, bytes);
    if (this.#output.stalled) callBack(this.#core.state);
    if (first && !isWhole) this.#time.awaitOutput();
  }
}
