import type { CommonSide } from './common.ts';
import type { VirtioDevice } from './device.ts';
import type { Features } from './features.ts';
import { type LegacySide, legacyAddresses } from './legacy.ts';
import type { Virtqueue } from './queue.ts';
import { LEGACY_PAGE_SHIFT, NO_VECTOR, Status } from './registers.ts';
import type { QueueState, VirtioState } from './state.ts';

/** The effects of the registers on the function. */
export interface DriverSideOptions {
  readonly name: string;
  readonly state: VirtioState;
  readonly device: VirtioDevice;
  readonly features: Features;
  readonly queues: readonly Virtqueue[];
  reset(): void;
  /** The driver is ready. */
  started(): void;
  notify(queue: number): void;
  /** The function may reach memory, whatever the driver has set. */
  becomeBusMaster(): void;
  takeIsr(): number;
  /** Interrupt messages that there are, and whether the guest wants them. */
  readonly vectors: number;
  hasVectors(): boolean;
}

/** A function's registers as a driver sees them, by either interface. */
export class DriverSide implements CommonSide, LegacySide {
  readonly #options: DriverSideOptions;
  readonly #state: VirtioState;

  constructor(options: DriverSideOptions) {
    this.#options = options;
    this.#state = options.state;
  }

  get name(): string {
    return this.#options.name;
  }

  get selected(): VirtioState {
    return this.#state;
  }

  get generation(): number {
    return this.#state.generation;
  }

  get status(): number {
    return this.#state.status;
  }

  /** A device that needs a reset says so until it gets it. Features that it cannot have are not agreed on (3.1.1). */
  set status(value: number) {
    const { state, features, reset, started } = this.#options;
    if (value === 0) {
      reset();
      return;
    }
    const before = state.status;
    const isRefused = (value & Status.featuresOk) !== 0 && !features.isAcceptable;
    const kept = isRefused ? value & ~Status.featuresOk : value;
    state.status = (kept & ~Status.needsReset) | (before & Status.needsReset);
    if ((state.status & ~before & Status.driverOk) !== 0) started();
  }

  offeredFeatures(word = 0): number {
    return this.#options.features.offered(word);
  }

  takenFeatures(word = 0): number {
    return this.#options.features.taken(word);
  }

  /** With one argument: those of the legacy interface, which has one word of them. */
  takeFeatures(word: number, value?: number): void {
    if ((this.#state.status & (Status.featuresOk | Status.driverOk)) !== 0) return;
    if (value === undefined) this.#options.features.takeLegacy(word);
    else this.#options.features.take(word, value);
  }

  get queueCount(): number {
    return this.#options.queues.length;
  }

  get queueSelect(): number {
    return this.#state.queueSelect;
  }

  set queueSelect(value: number) {
    this.#state.queueSelect = value;
  }

  get #queue(): QueueState | undefined {
    return this.#state.queues[this.#state.queueSelect];
  }

  /** The selected queue, while it may be set up. */
  get #open(): QueueState | undefined {
    return this.#queue?.isEnabled === false ? this.#queue : undefined;
  }

  get queueSize(): number {
    return this.#queue?.size ?? 0;
  }

  set queueSize(value: number) {
    if (this.#open) this.#open.size = value;
  }

  get legacyQueueSize(): number {
    return this.#options.queues[this.#state.queueSelect]?.most ?? 0;
  }

  get queueEnabled(): boolean {
    return this.#queue?.isEnabled ?? false;
  }

  set queueEnabled(_: boolean) {
    if (this.#open) this.#options.queues[this.#state.queueSelect]!.enable();
  }

  queueAddress(word: number): number {
    return this.#queue?.addresses[word] ?? 0;
  }

  setQueueAddress(word: number, value: number): void {
    if (this.#open) this.#open.addresses[word] = value;
  }

  get queuePage(): number {
    const { isEnabled = false, addresses = [] } = this.#queue ?? {};
    return isEnabled ? (addresses[0] >>> LEGACY_PAGE_SHIFT) + addresses[1] * 2 ** (32 - LEGACY_PAGE_SHIFT) : 0;
  }

  /** A page of 0 takes the queue away. */
  set queuePage(page: number) {
    const queue = this.#queue;
    if (queue === undefined) return;
    Object.assign(queue, { isEnabled: false, size: this.legacyQueueSize, next: 0, used: 0, asked: 0 });
    for (const [n, address] of legacyAddresses(page, queue.size).entries()) {
      queue.addresses[2 * n] = address % 2 ** 32;
      queue.addresses[2 * n + 1] = Math.floor(address / 2 ** 32);
    }
    if (page !== 0) this.#options.queues[this.#state.queueSelect]!.enable();
  }

  get configVector(): number {
    return this.#state.configVector;
  }

  set configVector(value: number) {
    this.#state.configVector = this.#vector(value);
  }

  get queueVector(): number {
    return this.#queue?.vector ?? NO_VECTOR;
  }

  set queueVector(value: number) {
    if (this.#queue) this.#queue.vector = this.#vector(value);
  }

  /** A driver reads back whether it can have a message (4.1.5.1.2). */
  #vector(value: number): number {
    return value < this.#options.vectors ? value : NO_VECTOR;
  }

  get hasVectors(): boolean {
    return this.#options.hasVectors();
  }

  notify(queue: number): void {
    this.#options.notify(queue);
  }

  becomeBusMaster(): void {
    this.#options.becomeBusMaster();
  }

  takeIsr(): number {
    return this.#options.takeIsr();
  }

  /** Beyond the configuration there are zeros. */
  readConfig(offset: number): number {
    return this.#options.device.config?.bytes()[offset] ?? 0;
  }

  writeConfig(offset: number, value: number): void {
    const { config } = this.#options.device;
    if (config !== undefined && offset < config.length) config.write?.(offset, value);
  }
}
