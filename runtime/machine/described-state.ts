import { memoryComponent } from '../memory/component.ts';
import type { GuestRam } from '../memory/ram.ts';
import { nameOfTwo } from '../snapshot/components.ts';
import type { Component } from '../snapshot/describe.ts';
import { refuseTwice } from './cards.ts';
import type { Pc } from './pc.ts';
import type { Processors } from './processors.ts';

/** All described state of a machine: saved, loaded and compared as one list. What is plugged in comes and goes. */
export class DescribedState {
  readonly #processors: readonly Component[];
  readonly #memory: Component;
  readonly #pc: Pc;

  /** Throws BootError where two have one name. */
  constructor(processors: Processors, pc: Pc, ram: GuestRam) {
    this.#processors = processors.components;
    this.#memory = memoryComponent(ram);
    this.#pc = pc;
    refuseTwice(nameOfTwo(this.all));
    pc.plugboard.hasState = (name) => this.#has(name);
  }

  get all(): readonly Component[] {
    return [...this.devices, this.#memory];
  }

  #has(name: string): boolean {
    return this.all.some((component) => component.name === name);
  }

  /** All but memory. */
  get devices(): readonly Component[] {
    return [...this.#processors, ...this.#pc.components];
  }
}
