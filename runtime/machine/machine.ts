import { Eflags, Halt, Nmi, STATE_BYTES, WORD_COUNT, Word } from '../../translator/abi/state.ts';
import { cpuComponent, modelRegisterComponent } from '../cpu/component.ts';
import { Cpu } from '../cpu/cpu.ts';
import type { UndeliveredException } from '../cpu/interrupts.ts';
import type { CpuModel } from '../cpu/model.ts';
import { randomBytes } from '../cpu/random.ts';
import { Debugger } from '../debug/debugger.ts';
import { Inspection } from '../debug/inspection.ts';
import { type CpuRegisters, readRegisters } from '../debug/registers.ts';
import type { ScreenUpdate } from '../devices/vga/picture.ts';
import { isInterruptWaiting } from '../exec/dispatcher.ts';
import { Engine } from '../exec/engine.ts';
import type { BootState } from '../firmware/load/index.ts';
import { HostDoor } from '../host/door.ts';
import type { ToMachine } from '../host/messages.ts';
import { memoryComponent } from '../memory/component.ts';
import { Mmu } from '../memory/mmu.ts';
import { PhysicalMemory } from '../memory/physical.ts';
import { allocateShared } from '../memory/ram.ts';
import { checkComponents, loadComponents, type SavedComponents, saveComponents } from '../snapshot/components.ts';
import type { Component } from '../snapshot/describe.ts';
import { VirtualClock } from '../time/clock.ts';
import { EventQueue } from '../time/events.ts';
import { applyBoot } from './boot.ts';
import type { MachineConfig, MachineHost, Metrics, RunResult } from './config.ts';
import { engineOptions } from './engine-options.ts';
import { Examination } from './examination.ts';
import { loadGuest, modelOf } from './guest.ts';
import { GuestLog } from './guest-log.ts';
import { InstructionTime } from './instruction-time.ts';
import { JumpGrant } from './jump-grant.ts';
import { Pc } from './pc.ts';
import { type PhysicalLayout, physicalLayout } from './physical-layout.ts';
import { Transfer } from './transfer.ts';

/** Instructions between two looks at the clock with instruction time. */
const LONGEST_GRANT = 200_000;
/** Nanoseconds that the clocks of two threads may differ by. */
const NEAR = 100_000;
/** Virtual nanoseconds that an answer of the host's takes with instruction time. */
const HOST_LATENCY = 100_000;
const FPU_IRQ = 13;

/** One PC: a synchronous object that lives alone in its isolate. Powered on when made. */
export class MachineCore {
  readonly cpu: Cpu;
  readonly mmu: Mmu;
  readonly memory: PhysicalMemory;
  readonly engine: Engine;
  readonly pc: Pc;
  readonly clock: VirtualClock;
  readonly events = new EventQueue();
  readonly door: HostDoor;
  /** The words of translator/abi/state.ts. */
  readonly state: Int32Array;
  /** All state of the machine, described: saved, loaded and compared as one list (snapshot/components.ts). */
  readonly components: readonly Component[];
  /** Moves it to another process, or from there. */
  readonly transfer: Transfer;
  private readonly config: MachineConfig;
  private readonly model: CpuModel;
  private readonly host: MachineHost;
  private readonly time: InstructionTime | null;
  /** Where no other thread asks for attention. */
  private readonly jumps: JumpGrant | null;
  /** What a reset starts with; null: the firmware. */
  private readonly guest: BootState | null;
  /** The deadline last announced, and a nanosecond that makes one look new. */
  private deadline = Infinity;
  private nudge = 0;
  /** Guest code runs. */
  private inGuest = false;
  private power: RunResult | null = null;
  private inspector: Inspection | null = null;
  private examiner: Examination | null = null;
  private debuggerEnd: Debugger | null = null;
  /** What led to the shutdown that the CPU is in. */
  private exceptions: readonly UndeliveredException[] = [];
  private readonly log: GuestLog | null;
  /** Host time at which the CPU was left halted (instruction time only). */
  private haltedSince = -1;

  /** Throws BootError if the images cannot be booted. */
  constructor(config: MachineConfig, host: MachineHost) {
    this.config = config;
    this.model = modelOf(config);
    this.host = host;
    const buffer = allocateShared(STATE_BYTES);
    this.state = new Int32Array(buffer, 0, WORD_COUNT);
    this.time = config.icountShift === undefined ? null : new InstructionTime(this.state, config.icountShift);
    this.jumps = this.time === null && config.pacing === 'jumps' ? new JumpGrant(this.state) : null;
    this.guest = loadGuest(config);
    this.clock = new VirtualClock(this.time ?? host);
    this.clock.resume();
    this.log = config.log?.length ? new GuestLog(config.log, (lines) => host.guestLog?.(lines)) : null;
    this.door = new HostDoor({
      clock: this.clock,
      events: this.events,
      send: (message) => host.send(message),
      latency: this.time ? HOST_LATENCY : undefined,
    });
    const layout = physicalLayout(config);
    this.memory = new PhysicalMemory(layout.map);
    this.mmu = new Mmu(this.state, layout.map);
    this.pc = this.makePc(layout);
    this.cpu = this.makeCpu(buffer);
    this.log?.attach(this.cpu, layout.map);
    this.state.set(config.randomKey ?? [], Word.randomKey);
    const processor = [cpuComponent(this.cpu), modelRegisterComponent(this.cpu)];
    const devices = [...processor, ...this.pc.components];
    this.components = [...devices, memoryComponent(layout.map.ram)];
    this.transfer = new Transfer(layout.map.ram, {
      save: () => saveComponents(devices),
      load: (saved) => this.loadParts(devices, saved),
    });
    this.engine = new Engine(this.cpu, this.mmu, this.pc.interrupts, {
      ...engineOptions(config, host),
      pacing: this.time ? 'budget' : (config.pacing ?? 'poll'),
      ...config.engineOptions,
    });
    // With IF clear the request is seen when IF is set again, by whoever sets it.
    this.pc.interrupts.onPending = () => {
      if (isInterruptWaiting(this.state, this.pc.interrupts)) this.callAttention();
    };
    this.events.onEarlier = (deadline) => this.deadlineEarlier(deadline);
    this.boot();
  }

  private makePc(layout: PhysicalLayout): Pc {
    const request = (result: RunResult) => {
      this.power = result;
      this.callAttention();
    };
    return new Pc({
      config: this.config,
      clock: this.clock,
      events: this.events,
      layout,
      apic: this.model.features.has('apic'),
      nmi: () => this.requestNmi(),
      power: {
        powerOff: () => request({ reason: 'poweroff' }),
        reset: () => request({ reason: 'reset-requested' }),
        exit: (code) => request({ reason: 'exit', code }),
      },
      guestError: (what, value) => this.log?.deviceError(what, value),
      door: this.door,
      random: (target) => this.fillRandom(target),
    });
  }

  /** With instruction time by the numbers of RDRAND, so that runs are alike. */
  private fillRandom(target: Uint8Array): void {
    if (this.time === null && this.host.random) this.host.random(target);
    else randomBytes(this.state, target);
  }

  private requestNmi(): void {
    this.state[Word.nmi] |= Nmi.pending;
    this.callAttention();
  }

  private makeCpu(buffer: ArrayBufferLike): Cpu {
    const fpuError = this.pc.irqs.input(FPU_IRQ);
    const ports = this.pc.ports as Cpu['ports'] & Parameters<GuestLog['ports']>[0];
    return new Cpu({
      state: this.state,
      doubles: new Float64Array(buffer),
      memory: this.mmu,
      ports: this.log?.ports(ports) ?? ports,
      nanoseconds: () => this.clock.now(),
      model: this.model,
      localApic: this.pc.localApic,
      hypervisor: this.pc.hypervisor,
      onShutdown: (exceptions) => {
        this.exceptions = exceptions;
        this.callAttention();
      },
      fpuErrorLine: (active) => fpuError.set(active),
    });
  }

  private boot(): void {
    if (this.guest) applyBoot(this.cpu, this.memory, this.pc.ports, this.guest);
  }

  /** As if the reset button was pressed; a directly loaded guest is loaded anew. */
  reset(): void {
    this.log?.reset();
    this.power = null;
    this.time?.settle();
    this.pc.reset();
    this.cpu.reset();
    this.engine.graph.cache.dropAll();
    this.boot();
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
    this.loadParts(this.components, saved);
  }

  private loadParts(parts: readonly Component[], saved: SavedComponents): void {
    loadComponents(parts, saved);
    this.power = null;
    this.exceptions = [];
    this.haltedSince = -1;
    this.door.loaded();
  }

  /** Makes `run` come back ('slice') when so many instructions have run in all; only with instruction time. */
  stopAt(instructions: number): void {
    this.time!.limit = instructions;
  }

  /** Runs until something needs the host, or until the host's time is `until`. */
  run(until: number): RunResult {
    for (;;) {
      const result = this.service(until);
      if (result !== null) return result;
      this.grant();
      const reason = this.runGuest();
      if (reason === 'debug') return { reason, stop: this.engine.stops.take()! };
      if (reason !== 'halted') continue;
      const halted = this.halt();
      if (halted !== null) return halted;
    }
  }

  private runGuest(): ReturnType<Engine['dispatcher']['run']> {
    this.inGuest = true;
    try {
      return this.engine.dispatcher.run();
    } finally {
      this.inGuest = false;
    }
  }

  /** Instructions or jumps until the next look at what is due. */
  private grant(): void {
    if (this.time) this.time.grant(this.events.nextDeadline() - this.clock.now(), LONGEST_GRANT);
    else this.jumps?.grant(this.host.nanoseconds());
  }

  /** Does what is due between two stretches of guest code; a result if the host must act. */
  private service(until: number): RunResult | null {
    const { state } = this;
    Atomics.store(state, Word.attention, 0);
    if (this.haltedSince >= 0) this.passHaltedTime();
    this.events.runDue(this.clock.now());
    if (this.door.isWaiting) return { reason: 'waiting' };
    if (this.power !== null) {
      const result = this.power;
      this.power = null;
      return result;
    }
    if (state[Word.halted] === Halt.shutdown) return { reason: 'shutdown', exceptions: this.exceptions };
    if (Atomics.load(state, Word.wake) !== 0) return { reason: 'attention' };
    if (this.host.nanoseconds() >= until || this.isAtLimit()) return { reason: 'slice' };
    this.announce(this.events.nextDeadline());
    return null;
  }

  private isAtLimit(): boolean {
    return this.time !== null && this.time.instructions >= this.time.limit;
  }

  /** The CPU waits for an interrupt: null if a device is due at once. */
  private halt(): RunResult | null {
    if (this.state[Word.halted] === Halt.shutdown) return null;
    const deadline = this.events.nextDeadline();
    const wait = deadline - this.clock.now();
    if (wait <= 0) return null;
    const result = { reason: 'halted', forGood: this.isHaltedForGood() } as const;
    if (deadline === Infinity) return result;
    if (this.config.icountSleep === false) {
      this.time?.skip(wait);
      return null;
    }
    const now = this.host.nanoseconds();
    if (this.time) this.haltedSince = now;
    return { ...result, wakeAt: now + wait };
  }

  /** Nothing that devices may do ends the halt. */
  private isHaltedForGood(): boolean {
    return !this.pc.canInterrupt((this.state[Word.eflags]! & Eflags.if) !== 0);
  }

  /** Instruction time goes on with the host's while the CPU is halted, but not past the next event. */
  private passHaltedTime(): void {
    const passed = this.host.nanoseconds() - this.haltedSince;
    this.haltedSince = -1;
    this.time!.skip(Math.max(0, Math.min(passed, this.events.nextDeadline() - this.clock.now())));
  }

  /** Running code looks at what is due by itself, now and then. */
  private get isCounting(): boolean {
    return this.time !== null || this.jumps !== null;
  }

  private callAttention(): void {
    Atomics.store(this.state, Word.attention, 1);
  }

  /** Outside of guest code `service` comes next, which looks for itself: a call of the ticker's thread would be for nothing. */
  private deadlineEarlier(deadline: number): void {
    if (!this.inGuest) return;
    if (this.isCounting) this.callAttention();
    else this.announce(deadline);
  }

  /** Tells the host when it is to ask for attention; again if it is about to, for it may have asked a little early. */
  private announce(deadline: number): void {
    if (this.isCounting) return;
    const isNear = deadline - this.clock.now() < NEAR;
    if (deadline === this.deadline && !isNear) return;
    this.deadline = deadline;
    this.nudge ^= 1;
    this.host.deadlineChanged?.(this.toHost(deadline) + this.nudge);
  }

  private toHost(time: number): number {
    return time + (this.host.nanoseconds() - this.clock.now());
  }

  /** A message from the host; between two calls of `run`. */
  arrive(message: ToMachine): void {
    this.door.arrive(message);
  }

  memoryRead(physical: number, length: number): Uint8Array {
    return this.memory.read(physical, length);
  }

  /** What has changed on the screen since the last call; null: there is no display adapter. */
  screenUpdate(): ScreenUpdate | null {
    return this.pc.display?.screenUpdate() ?? null;
  }

  /** The processor's registers; between two calls of `run`. */
  registers(): CpuRegisters {
    return readRegisters(this.cpu, this.mmu.map.isA20Open);
  }

  metrics(): Metrics {
    const { engine, mmu } = this;
    return {
      instructions: this.time?.instructions ?? 0,
      dispatcher: engine.dispatcher.metrics,
      code: { ...engine.graph.cache.size, decoded: engine.graph.decoded, handlers: engine.handlers.size },
      invalidation: engine.graph.cache.metrics,
      translations: engine.tiering?.metrics ?? {},
      memory: { walks: mmu.walks, tlbEntries: mmu.tlb.size },
    };
  }

  /** Answers an inspector's questions. */
  get inspection(): Inspection {
    const { state, engine, mmu, cpu, clock } = this;
    this.inspector ??= new Inspection({ state, engine, mmu, cpu, now: () => clock.now() });
    return this.inspector;
  }

  /** Answers a monitor. */
  get examination(): Examination {
    const { cpu, mmu, pc, components } = this;
    this.examiner ??= new Examination({ cpu, mmu, pc, components, requestNmi: () => this.requestNmi() });
    return this.examiner;
  }

  /** Does what a debugger asks. */
  get debugging(): Debugger {
    const { cpu, mmu, engine } = this;
    this.debuggerEnd ??= new Debugger({ cpu, mmu, engine });
    return this.debuggerEnd;
  }

  dispose(): void {
    this.engine.dispose();
  }
}

/** Makes a core, powered on, at its first instruction. Throws BootError if the images cannot be booted. */
export function createMachine(config: MachineConfig, host: MachineHost): MachineCore {
  return new MachineCore(config, host);
}
