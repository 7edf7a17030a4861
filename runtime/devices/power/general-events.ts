import type { PortBus } from '../../bus/ports.ts';
import type { Component } from '../../snapshot/describe.ts';
import { GPE0, GPE0_PORT } from './registers.ts';
import { generalEventsState } from './state.ts';

/**
 * The block GPE0 of general-purpose events (ACPI specification 2.0, 4.7.4.1), where QEMU's PIIX4 has it: two bytes of status, which writing ones
 * clears, and two bytes that enable. As in QEMU those of the first byte raise the SCI, whether SCI_EN is set or not.
 */
export class GeneralEvents {
  readonly component: Component;
  readonly #state = generalEventsState.create();
  /** Called when it may want the SCI, or no longer. Set by who has that. */
  onChanged: () => void = () => {};

  constructor(ports: PortBus) {
    this.component = generalEventsState.bind('general events', this.#state);
    ports.register({
      name: 'acpi gpe0',
      first: GPE0_PORT,
      count: GPE0.bytes,
      read: (port) => this.#read(port - GPE0_PORT),
      write: (port, _size, value) => this.#write(port - GPE0_PORT, value),
    });
  }

  reset(): void {
    Object.assign(this.#state, generalEventsState.create());
    this.onChanged();
  }

  /** It wants the SCI. */
  get isAsserted(): boolean {
    const { status, enable } = this.#state;
    return (status & enable & 0xff) !== 0;
  }

  /** One of the events 0-7 has come. */
  raise(event: number): void {
    this.#state.status |= 1 << event;
    this.onChanged();
  }

  #read(offset: number): number {
    const { status, enable } = this.#state;
    return ((offset < GPE0.enable ? status : enable) >> (8 * (offset & 1))) & 0xff;
  }

  #write(offset: number, value: number): void {
    const state = this.#state;
    const shift = 8 * (offset & 1);
    if (offset < GPE0.enable) state.status &= ~(value << shift);
    else state.enable = (state.enable & ~(0xff << shift)) | (value << shift);
    this.onChanged();
  }
}
