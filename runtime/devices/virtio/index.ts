import { type AccessSize, allOnes } from '../../bus/ports.ts';
import { joinComponents } from '../../snapshot/components.ts';
import type { Component } from '../../snapshot/describe.ts';
import { becomeBusMaster, functionMemory, isBusMaster } from '../pci/bus-master.ts';
import { PciFunction } from '../pci/function.ts';
import { Msix, type MsixState, msixState } from '../pci/msix.ts';
import { portRange, registerRange } from '../pci/range.ts';
import { ACCESS_AT, Access, capabilityRegisters, MORE_AT, MORE_NEXT } from './capabilities.ts';
import type { VirtioDevice, VirtioOptions } from './device.ts';
import { DriverSide } from './driver-side.ts';
import { Features } from './features.ts';
import { legacyPorts } from './legacy.ts';
import { Virtqueue } from './queue.ts';
import {
  Feature,
  Isr,
  LEGACY_PORTS,
  MEMORY_BAR,
  MEMORY_BYTES,
  MSIX_BAR,
  NO_VECTOR,
  Status,
  VENDOR,
} from './registers.ts';
import { queueState, type VirtioState, virtioState } from './state.ts';
import { readStructure, writeStructure } from './structures.ts';

/** A transitional virtio device on PCI (4.1): the present interface in memory, and the legacy one at ports. */
export class VirtioFunction {
  readonly pciFunction: PciFunction;
  /** State of the function, without the device's own. */
  readonly component: Component;
  readonly queues: readonly Virtqueue[];
  readonly #options: VirtioOptions;
  readonly #device: VirtioDevice;
  readonly #state: VirtioState;
  readonly #features: Features;
  readonly #driver: DriverSide;
  readonly #msix: Msix | null;

  constructor(options: VirtioOptions, device: VirtioDevice) {
    this.#options = options;
    this.#device = device;
    const description = virtioState(device.queues.length);
    const state = description.create();
    this.#state = state;
    const messages = msixState(device.queues.length + 1);
    const messageState = messages.create();
    this.#msix = this.#makeMsix(messageState);
    this.component = joinComponents(`${options.name} virtio`, [
      messages.bind('msix', messageState),
      description.bind('virtio', state, { restored: () => device.restored?.() }),
    ]);
    this.#features = new Features(state, device.features ?? []);
    this.queues = device.queues.map((most, n) => this.#makeQueue(most, n));
    this.#driver = this.#makeDriverSide();
    this.pciFunction = this.#makeFunction();
    this.#clear();
  }

  /** Power on, or a hard reset. */
  reset(): void {
    this.#msix?.reset();
    this.#restart();
  }

  /** Power on, a hard reset, or a reset by the driver. */
  #restart(): void {
    this.#clear();
    this.#device.reset?.();
  }

  /** Whether the driver wants a feature. */
  has(feature: number): boolean {
    return this.#features.has(feature);
  }

  /** Whether the driver is ready, and the device works. */
  get isRunning(): boolean {
    return (this.#state.status & (Status.driverOk | Status.needsReset)) === Status.driverOk && this.#isMaster;
  }

  get #isMaster(): boolean {
    return isBusMaster(this.pciFunction);
  }

  /** The device's configuration is another one now. */
  configChanged(): void {
    this.#state.generation = (this.#state.generation + 1) & 0xff;
    if ((this.#state.status & Status.driverOk) !== 0) this.#interrupt(Isr.config, this.#state.configVector);
  }

  /** The driver has asked for what makes no sense: nothing is done for it any more before a reset (2.1.2). */
  fail(what: string, value: number): void {
    this.#options.guestError(`${this.#options.name} stops: ${what}`, value);
    if ((this.#state.status & Status.needsReset) !== 0) return;
    this.#state.status |= Status.needsReset;
    this.configChanged();
  }

  #clear(): void {
    const { queues } = this.#state;
    Object.assign(this.#state, virtioState(queues.length).create(), { queues });
    for (const [n, queue] of queues.entries()) {
      Object.assign(queue, queueState.create(), { size: this.queues[n].most });
    }
    this.#options.irq.set(false);
  }

  #makeQueue(most: number, n: number): Virtqueue {
    return new Virtqueue(most, this.#state.queues[n], {
      memory: functionMemory(this.#options.memory, () => this.pciFunction),
      isRunning: () => this.isRunning,
      hasIndirect: () => this.has(Feature.indirect),
      hasEventIndex: () => this.has(Feature.eventIndex),
      interrupt: () => this.#interrupt(Isr.queue, this.#state.queues[n].vector),
      fail: (what, value) => this.fail(what, value),
    });
  }

  #makeDriverSide(): DriverSide {
    return new DriverSide({
      name: this.#options.name,
      state: this.#state,
      device: this.#device,
      features: this.#features,
      queues: this.queues,
      vectors: this.#msix?.vectors ?? 0,
      hasVectors: () => this.#msix?.isEnabled ?? false,
      reset: () => this.#restart(),
      started: () => {
        for (const n of this.queues.keys()) this.#notify(n);
      },
      notify: (n) => this.#notify(n),
      becomeBusMaster: () => becomeBusMaster(this.pciFunction),
      takeIsr: () => this.#takeIsr(),
    });
  }

  #notify(queue: number): void {
    if (queue < this.queues.length && this.isRunning) this.#device.notified(queue);
  }

  /** With interrupts by messages the driver doesn't read the cause (4.1.4.5). */
  #interrupt(cause: number, vector: number): void {
    if (this.#msix?.isEnabled) {
      if (vector !== NO_VECTOR) this.#msix.raise(vector);
      return;
    }
    this.#state.isr |= cause;
    this.#options.irq.set(true);
  }

  #takeIsr(): number {
    const { isr } = this.#state;
    this.#state.isr = 0;
    this.#options.irq.set(false);
    return isr;
  }

  #makeFunction(): PciFunction {
    const { name, device, ports, mmio, bars = [] } = this.#options;
    const { type, deviceId, classCode } = this.#device.kind;
    const memory = (base: number) => ({
      name: `${name} memory`,
      base,
      length: MEMORY_BYTES,
      read: (offset: number, size: number) => readStructure(this.#driver, offset, size),
      write: (offset: number, size: number, value: number) => this.#writeStructure(offset, size, value),
    });
    return new PciFunction({
      name: `${name} pci`,
      device,
      function: 0,
      vendorId: VENDOR,
      deviceId,
      classCode,
      subsystemVendorId: VENDOR,
      subsystemId: type,
      interruptPin: 1,
      bars: [
        {
          index: 0,
          space: 'io',
          size: LEGACY_PORTS,
          range: portRange(ports, (base) => [legacyPorts(this.#driver, base)]),
        },
        { index: MEMORY_BAR, space: 'memory', size: MEMORY_BYTES, range: registerRange(mmio, memory) },
        ...(this.#msix === null ? [] : [this.#msix.baseAddress(mmio)]),
        ...bars,
      ],
      firstCapability: this.#msix === null ? MORE_NEXT : MORE_AT,
      registers: [...capabilityRegisters, ...(this.#msix?.registers ?? [])],
      changed: () => this.#messagesChanged(),
      messages: () => this.#msix?.messages() ?? [],
      forwarded: {
        offset: ACCESS_AT + Access.data,
        size: 4,
        read: () => this.#access(undefined),
        write: (value) => void this.#access(value),
      },
    });
  }

  #makeMsix(state: MsixState): Msix | null {
    const { sendMessage: send, name, guestError } = this.#options;
    if (send === undefined) return null;
    const place = { at: MORE_AT, next: MORE_NEXT, bar: MSIX_BAR };
    return new Msix({ ...place, name, state, guestError, send, pciFunction: () => this.pciFunction });
  }

  /** Messages take the place of the interrupt pin. */
  #messagesChanged(): void {
    if (this.#msix?.isEnabled) this.#options.irq.set(false);
    this.#msix?.changed();
  }

  #writeStructure(offset: number, size: number, value: number): void {
    if (!writeStructure(this.#driver, offset, size, value))
      this.#options.guestError(`${this.#options.name}: write of no register, at`, offset);
  }

  /** An access to memory by configuration space: a write of a value, or a read (4.1.4.9). */
  #access(value: number | undefined): number {
    const config = this.pciFunction;
    const offset = config.read(ACCESS_AT + Access.offset, 4);
    const size = config.read(ACCESS_AT + Access.length, 4);
    const isAccess = [1, 2, 4].includes(size) && offset % size === 0 && offset < MEMORY_BYTES;
    if (!isAccess || config.read(ACCESS_AT + Access.bar, 1) !== MEMORY_BAR) return 0;
    if (value === undefined) return readStructure(this.#driver, offset, size);
    this.#writeStructure(offset, size, (value & allOnes(size as AccessSize)) >>> 0);
    return 0;
  }
}
