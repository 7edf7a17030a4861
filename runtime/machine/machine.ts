import { STATE_BYTES, WORD_COUNT, Word } from '../../translator/abi/state.ts';
import type { Cpu } from '../cpu/cpu.ts';
import type { CpuModel } from '../cpu/model.ts';
import { randomBytes, setRandomKey } from '../cpu/random.ts';
import { ALONE } from '../cpu/topology.ts';
import type { Debugger } from '../debug/debugger.ts';
import type { Inspection } from '../debug/inspection.ts';
import { type CpuRegisters, readRegisters } from '../debug/registers.ts';
import type { ScreenUpdate } from '../devices/vga/picture.ts';
import { Engine } from '../exec/engine.ts';
import { recordsWithin } from '../exec/residence.ts';
import type { BootState } from '../firmware/load/index.ts';
import { HostDoor } from '../host/door.ts';
import type { Delivery, ToMachine } from '../host/messages.ts';
import { ports } from '../host/ports.ts';
import { Mmu } from '../memory/mmu.ts';
import { PhysicalMemory } from '../memory/physical.ts';
import { allocateShared } from '../memory/ram.ts';
import { Tables } from '../memory/tables.ts';
import { checkComponents, loadComponents, type SavedComponents, saveComponents } from '../snapshot/components.ts';
import type { Component } from '../snapshot/describe.ts';
import type { VirtualClock } from '../time/clock.ts';
import { EventQueue } from '../time/events.ts';
import { guestRegisters } from './backdoor.ts';
import { applyBoot, applyWake } from './boot.ts';
import { CodeLog } from './code-log.ts';
import type { MachineConfig, MachineHost, Metrics, RunResult } from './config.ts';
import { DescribedState } from './described-state.ts';
import { engineOptions } from './engine-options.ts';
import type { Examination } from './examination.ts';
import { loadGuest } from './guest.ts';
import { GuestLog } from './guest-log.ts';
import { type History, makeHistory } from './history.ts';
import { makeCpu } from './make-cpu.ts';
import { metricsOf } from './metrics.ts';
import { apicIdsOf, modelOf } from './model-of.ts';
import type { DeviceShelf } from './optional-devices.ts';
import { makePanel, type Panel } from './panel.ts';
import { Pc } from './pc.ts';
import { type PhysicalLayout, physicalLayout } from './physical-layout.ts';
import { Processors } from './processors.ts';
import { RunLoop } from './run-loop.ts';
import { Schedule } from './schedule.ts';
import { makeTape, type Tape } from './tape.ts';
import { Transfer } from './transfer.ts';
import { Visitors } from './visitors.ts';
import { connectXen } from './xen.ts';

/** Virtual nanoseconds that an answer of the host's takes with instruction time. */
const HOST_LATENCY = 100_000;

/** One PC: a synchronous object that lives alone in its isolate. Powered on when made. */
export class MachineCore {
  /** With the state of the processor that runs. */
  readonly cpu: Cpu;
  readonly processors: Processors;
  readonly mmu: Mmu;
  readonly memory: PhysicalMemory;
  readonly engine: Engine;
  readonly pc: Pc;
  readonly clock: VirtualClock;
  readonly events = new EventQueue();
  readonly door: HostDoor;
  /** The words of translator/abi/state.ts. */
  readonly state: Int32Array;
  readonly #described: DescribedState;
  /** Moves it to another process, or from there. */
  readonly transfer: Transfer;
  readonly #config: MachineConfig;
  readonly #model: CpuModel;
  readonly #host: MachineHost;
  readonly #schedule: Schedule;
  /** Records the machine, or replays it. */
  readonly #tape: Tape | null;
  readonly #panel: Panel;
  /** The state that a reset starts with; null: that of the firmware. */
  readonly #guest: BootState | null;
  readonly #loop: RunLoop;
  readonly #visitors: Visitors;
  /** Its past, where it can be come back from: instructions are counted, and nothing records it. */
  readonly #history: History | null;
  readonly #log: GuestLog;
  readonly #shelf: DeviceShelf;

  /** Throws BootError if the images cannot be booted. `devices` has the modules of the devices of its configuration. */
  constructor(config: MachineConfig, host: MachineHost, devices: DeviceShelf) {
    this.#shelf = devices;
    this.#config = config;
    this.#model = modelOf(config);
    this.#host = host;
    const buffer = allocateShared(STATE_BYTES);
    this.state = new Int32Array(buffer, 0, WORD_COUNT);
    this.#schedule = new Schedule({ config, host, state: this.state, events: this.events });
    this.clock = this.#schedule.clock;
    this.#guest = loadGuest(config);
    this.#tape = makeTape(config, this.#schedule, (message) => host.send(message));
    this.#log = new GuestLog(config, (lines) => {
      if (!this.#history?.isTravelling) host.guestLog?.(lines);
    });
    this.door = new HostDoor({
      clock: this.clock,
      events: this.events,
      send: (message) => {
        this.#log.tracer.sent(message);
        if (!this.#tape?.takes(message) && !this.#history?.isRepeated(message)) host.send(message);
      },
      delivered: this.#schedule.instructionTime ? (delivery) => this.#delivered(delivery) : undefined,
      latency: this.#schedule.instructionTime ? HOST_LATENCY : undefined,
    });
    const layout = this.#layOut();
    this.memory = new PhysicalMemory(layout.map);
    const options = engineOptions(config, host, this.#schedule.pacing);
    this.mmu = new Mmu(this.state, layout.map, new Tables(recordsWithin(options.cacheBytes)));
    this.pc = this.#makePc(layout);
    this.pc.plugboard.onChanged = (devices) => host.plugged?.(devices, this.pc.pciSlots);
    this.cpu = this.#makeCpu(buffer);
    this.processors = this.#makeProcessors();
    this.#log.attach(this.cpu, layout.map);
    setRandomKey(this.state, config.randomKey ?? []);
    const { ram } = layout.map;
    this.#described = new DescribedState(this.processors, this.pc, ram);
    const described = this.#described;
    this.#tape?.connect({ devices: () => described.devices, ram, door: this.door });
    this.#panel = this.#makePanel();
    this.transfer = new Transfer(ram, {
      ...{ takeInput: () => this.door.takeInput(), save: () => saveComponents(described.devices) },
      check: (saved) => checkComponents(described.devices, saved),
      load: (saved) => this.#replace(described.devices, saved),
    });
    this.engine = new Engine(this.cpu, this.mmu, this.pc.interrupts, options);
    this.engine.stops.mayHoldInterrupts = this.#tape === null;
    const { state, events, door, pc, engine, clock, processors } = this;
    const [schedule, tape] = [this.#schedule, this.#tape];
    this.#history = makeHistory(config, {
      ...{ schedule, door, tape, ram, stops: engine.stops, plugboard: pc.plugboard },
      save: () => saveComponents(described.devices),
      load: (saved) => this.#loadParts(described.devices, saved),
      go: (until) => this.#loop.go(until),
      reset: () => this.reset(),
    });
    const codeLog = new CodeLog({ state, engine, mmu: this.mmu, interrupts: pc.interrupts, log: this.#log });
    this.#loop = new RunLoop({
      ...{ state, engine, events, door, pc, processors, schedule, tape, codeLog, history: this.#history },
      wake: () => this.#wake(),
    });
    this.#visitors = new Visitors({
      ...{ state, engine, pc, mmu: this.mmu, cpu: this.cpu, components: () => this.components, log: this.#log },
      ...{ processors, panel: this.#panel, history: this.#history, mayChange: tape === null, devices: this.#shelf },
      now: () => clock.now(),
    });
    pc.interrupts.onPending = (processor = 0) => processors.interrupted(processor);
    if (config.awaitsState) ram.watchUntouched();
    else this.#boot();
  }

  #layOut(): PhysicalLayout {
    const layout = physicalLayout(this.#config);
    const { bytes, ramBytes } = layout.map.ram;
    // Equal pages of its memory and of others' may be kept once from now on.
    if (this.#config.memoryMerge && !this.#host.memory?.merge(bytes.subarray(0, ramBytes)))
      this.#host.log(
        'memoryMerge: this system keeps no equal pages once; it takes Linux with KSM, and Node 26.1 or later',
      );
    return layout;
  }

  /** All state of the machine, described: saved, loaded and compared as one list (snapshot/components.ts). */
  get components(): readonly Component[] {
    return this.#described.all;
  }

  #makePc(layout: PhysicalLayout): Pc {
    const request = (result: RunResult) => {
      this.#loop.power = result;
      this.#callAttention();
    };
    return new Pc({
      config: this.#config,
      devices: this.#shelf,
      clock: this.clock,
      events: this.events,
      layout,
      apicIds: apicIdsOf(this.#config),
      signals: {
        nmi: (processor) => this.processors.requestNmi(processor),
        init: (processor) => this.processors.requestInit(processor),
        startUp: (processor, vector) => this.processors.requestStartUp(processor, vector),
      },
      power: {
        powerOff: () => request({ reason: 'poweroff' }),
        suspend: () => {
          this.#tellSuspension('suspend');
          this.#callAttention();
        },
        wake: () => this.pc.powerManagement.wake(),
        reset: () => request({ reason: 'reset-requested' }),
        exit: (code) => request({ reason: 'exit', code }),
      },
      guestError: (what, value) => this.#log.deviceError(what, value),
      door: this.door,
      registers: guestRegisters(this.state),
      random: (target) => this.#fillRandom(target),
      setRandomKey: (key) => setRandomKey(this.state, key),
      resetProcessor: (processor) => this.processors.requestReset(processor),
      reported: (report) => {
        if (!this.#history?.isTravelling) this.#host.processorReported?.(report);
      },
      releaseMemory: (bytes) => this.#host.memory?.release(bytes) ?? false,
    });
  }

  #delivered(delivery: Delivery): void {
    this.#tape?.delivered(delivery);
    this.#history?.entered();
  }

  #makePanel(): Panel {
    const requestReset = () => {
      this.#loop.power = { reason: 'reset-requested', byCaller: true };
    };
    const touched = () => this.#history?.cut();
    const buttons = { pc: this.pc, requestNmi: () => this.processors.pressNmi(), requestReset, touched };
    return makePanel(buttons, this.door, this.#tape, (value) =>
      this.arrive({ type: 'input', port: ports.panel.name, value }),
    );
  }

  /** With instruction time by the numbers of RDRAND, so that runs are alike. */
  #fillRandom(target: Uint8Array): void {
    if (this.#schedule.instructionTime === null && this.#host.random) this.#host.random(target);
    else randomBytes(this.state, target);
  }

  #makeCpu(buffer: ArrayBufferLike): Cpu {
    const { state, mmu, pc } = this;
    const [schedule, model] = [this.#schedule, this.#model];
    const { topology = ALONE } = this.#config;
    const onShutdown: Cpu['onShutdown'] = (exceptions) => {
      this.#loop.exceptions = exceptions;
      this.#callAttention();
    };
    return makeCpu({ buffer, state, mmu, pc, schedule, model, topology, onShutdown });
  }

  #makeProcessors(): Processors {
    const { cpu, clock, events, pc } = this;
    const processors = new Processors({
      ...{ cpu, clock, events, localApics: pc.localApics },
      isInterruptPending: () => pc.interrupts.pending,
      callAttention: () => this.#callAttention(),
      boot: () => this.#boot([]),
      holdsTurn: () => this.engine.stops.isSteppingAlone || this.engine.stops.isDue,
    });
    const { hyperV, xen } = pc.hypervisor;
    connectXen(xen, cpu, this.mmu, () => processors.current);
    if (hyperV !== null) hyperV.countersAgree = () => processors.countersAgree;
    return processors;
  }

  #boot(contents = this.#config.memoryContents): void {
    applyBoot(this.cpu, this.memory, this.pc.ports, this.#guest, contents);
  }

  /** As if the reset button was pressed; a directly loaded guest is loaded again. */
  reset(): void {
    this.#restart(() => this.pc.reset());
    this.#boot();
  }

  /** No code runs, and none does until something wakes the machine. */
  get isSuspended(): boolean {
    return this.pc.powerManagement.isSuspended;
  }

  /** Firmware finds what the system left for it; without firmware the system goes on where it has said. */
  #wake(): void {
    this.#restart(() => this.pc.wake());
    if (this.#guest && !applyWake(this.cpu, this.memory, this.pc.ports, this.#guest)) this.#boot([]);
    this.#tellSuspension('wake');
  }

  /** Not what is gone through once more. */
  #tellSuspension(event: 'suspend' | 'wake'): void {
    if (!this.#history?.isTravelling) this.#host.suspension?.(event);
  }

  /** All but memory is as when the machine was turned on. */
  #restart(resetDevices: () => void): void {
    this.#log.reset();
    this.#loop.power = null;
    this.#schedule.instructionTime?.settle();
    resetDevices();
    this.processors.reset();
    this.engine.graph.cache.dropAll();
  }

  /** Somebody presses the reset button. True: the reset comes when the guest next runs ('reset-requested'), as it is recorded. */
  pressReset(): boolean {
    if (!this.#panel.isDirect) this.#panel.press({ action: 'reset' });
    else this.#history?.replaced();
    return !this.#panel.isDirect;
  }

  /** All state; between two calls of `run`. */
  save(): SavedComponents {
    return saveComponents(this.components);
  }

  /** Throws an Error that names what doesn't fit of a saved state; nothing changes. */
  check(saved: SavedComponents): void {
    checkComponents(this.components, saved);
  }

  /** Puts a saved state in the place of the present one. Throws an Error that names what doesn't fit; nothing has changed then. */
  load(saved: SavedComponents): void {
    this.#replace(this.components, saved);
  }

  #replace(parts: readonly Component[], saved: SavedComponents): void {
    checkComponents(parts, saved);
    this.#history?.replaced();
    this.#loadParts(parts, saved);
  }

  #loadParts(parts: readonly Component[], saved: SavedComponents): void {
    loadComponents(parts, saved);
    this.#loop.power = null;
    this.#loop.exceptions = [];
    this.#schedule.loaded();
    this.door.loaded();
  }

  /** Another host takes the place of the one that was there. A state is to be loaded before it runs. */
  changeHost(): void {
    for (const part of [this.#schedule, this.door, this.pc, this.#log]) part.changeHost();
    for (const asked of [this.transfer, this.#visitors, this.#history]) asked?.forget();
  }

  /**
   * Makes `run` come back ('slice') when so many instructions have run in all; only with instruction time. Without `icountSleep` it also
   * comes back ('halted') where nothing ends a halt.
   */
  stopAt(instructions: number): void {
    this.#schedule.instructionTime!.limit = instructions;
  }

  /** Executed so far; undefined where they are not counted. */
  get instructionsRun(): number | undefined {
    return this.#schedule.instructionTime?.instructions;
  }

  /**
   * Sets the number of instructions at which the machine stops for whoever limits how much it may run. No effect without
   * instruction time.
   */
  capInstructions(most: number): void {
    const { instructionTime } = this.#schedule;
    if (instructionTime) instructionTime.cap = most;
  }

  /** Forgets all that was made of guest code; between two calls of `run`. */
  dropCode(): void {
    this.engine.graph.cache.dropHandlers();
  }

  /** Runs until something needs the host, or until the host's time is `until`. A debugger may have it go back. */
  run(until: number): RunResult {
    this.mmu.ram.unwatchUntouched();
    return this.#history ? this.#history.run(until) : this.#loop.go(until);
  }

  /** The guest was kept from its processor for so long; between two calls of `run`. Time made of instructions has stood still. */
  rested(nanoseconds: number): void {
    if (this.#schedule.instructionTime === null) this.processors.addStolenTime(nanoseconds);
  }

  /** It was told to stand still; between two calls of `run`. */
  stands(): void {
    this.#tape?.stands();
  }

  #callAttention(): void {
    Atomics.store(this.state, Word.attention, 1);
  }

  /** A message from the host; between two calls of `run`. */
  arrive(message: ToMachine): void {
    this.#log.tracer.arrived(message);
    if (this.#history?.holds(message)) return;
    if (this.#tape === null) this.door.arrive(message);
    // Recorded input comes after now: what takes effect now has been done, and would not be again in a replay.
    else if (!this.#tape.isReplay) this.door.arrive(message, this.clock.now() + 1);
  }

  memoryRead(physical: number, length: number): Uint8Array {
    return this.memory.read(physical, length);
  }

  /** The changes of the screen since the last call; null: there is none. */
  screenUpdate(): ScreenUpdate | null {
    return this.pc.screen.update();
  }

  /** The processor's registers; between two calls of `run`. */
  registers(): CpuRegisters {
    return readRegisters(this.cpu, this.mmu.map.isA20Open);
  }

  metrics(): Metrics {
    return metricsOf(this.engine, this.mmu, this.instructionsRun ?? 0);
  }

  /** Answers an inspector's questions. */
  get inspection(): Inspection {
    return this.#visitors.inspection;
  }

  /** Answers a monitor. */
  get examination(): Examination {
    return this.#visitors.examination;
  }

  /** Does what a debugger asks. */
  get debugging(): Debugger {
    return this.#visitors.debugging;
  }

  dispose(): void {
    this.engine.dispose();
  }
}
