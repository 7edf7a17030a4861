import { memoryComponent } from '../memory/component.ts';
import type { GuestRam } from '../memory/ram.ts';
import type { Component } from '../snapshot/describe.ts';
import type { Pc } from './pc.ts';
import type { Processors } from './processors.ts';

/** All described state of a machine: saved, loaded and compared as one list. What is plugged in comes and goes. */
export class DescribedState {
  readonly #processors: readonly Component[];
  readonly #memory: Component;
  readonly #pc: Pc;

  constructor(processors: Processors, pc: Pc, ram: GuestRam) {
    this.#processors = processors.components;
    this.#memory = memoryComponent(ram);
    this.#pc = pc;
  }

  get all(): readonly Component[] {
    return [...this.devices, this.#memory];
  }

  /** All but memory. */
  get devices(): readonly Component[] {
    return [...this.#processors, ...this.#pc.components];
  }
}
