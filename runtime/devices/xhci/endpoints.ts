import type { BusMemory } from '../../memory/bus-memory.ts';
import { type Contexts, EndpointState, SlotState } from './contexts.ts';
import type { RootHub } from './root-hub.ts';
import type { ConnectorFields, EndpointFields, XhciState } from './state.ts';
import { execute, type TransferOutcome } from './transfer.ts';
import { readTransfer, type TransferDescriptor } from './transfer-descriptor.ts';
import { type TargetedEvent, transferEvents } from './transfer-events.ts';
import { Code, TrbControl } from './trb.ts';

export interface EndpointsOptions {
  readonly state: XhciState;
  readonly memory: BusMemory;
  readonly contexts: Contexts;
  readonly hub: RootHub;
  readonly isRunning: () => boolean;
  readonly tell: (events: readonly TargetedEvent[]) => void;
  /** A ring is where no memory is, at an address. */
  readonly lost: (address: number) => void;
  /** There is more to do than is done at a time. */
  readonly later: () => void;
}

/** TRBs that are looked at before the guest goes on. */
const MOST_TRBS = 1024;

/** The endpoints of all devices, with their transfer rings (4.9.2, 4.11). */
export class Endpoints {
  readonly #options: EndpointsOptions;
  /** Derived, of the present round alone: TRBs that may still be looked at. */
  #budget = 0;
  /** Derived: a round is under way. */
  #isBusy = false;
  /** Derived: a device got ready in it. */
  #isKicked = false;

  constructor(options: EndpointsOptions) {
    this.#options = options;
  }

  /** The device context index of an endpoint, from 1 on; undefined: there is none. */
  find(slot: number, index: number): EndpointFields | undefined {
    return slot === 0 ? undefined : this.connectorOf(slot)?.endpoints[index - 1];
  }

  /** The connector of a slot's device; undefined if the slot has none yet. */
  connectorOf(slot: number): ConnectorFields | undefined {
    return this.#options.state.connectors.find((connector) => connector.slot === slot);
  }

  /** The guest has put something into a ring. False: there is no such endpoint. */
  ring(slot: number, index: number): boolean {
    const endpoint = this.find(slot, index);
    if (endpoint === undefined || endpoint.state === EndpointState.disabled) return false;
    // A stopped ring goes on (4.6.9).
    if (endpoint.state === EndpointState.stopped) {
      endpoint.state = EndpointState.running;
      this.#options.contexts.writeEndpoint(slot, index, endpoint);
    }
    endpoint.isArmed = endpoint.state === EndpointState.running;
    this.kick();
    return true;
  }

  /** Something may go on, at one connector or at all of them. */
  kick(only?: number): void {
    if (this.#isBusy) {
      this.#isKicked = true;
      return;
    }
    this.#isBusy = true;
    this.#budget = MOST_TRBS;
    this.#runAll(only);
    while (this.#isKicked && this.#budget > 0) {
      this.#isKicked = false;
      this.#runAll();
    }
    this.#isKicked = false;
    this.#isBusy = false;
    if (this.#budget <= 0) this.#options.later();
  }

  #runAll(only?: number): void {
    for (const [n, connector] of this.#options.state.connectors.entries()) {
      if (connector.slot === 0 || (only !== undefined && n !== only)) continue;
      for (const index of connector.endpoints.keys()) this.#run(n, index);
    }
  }

  #run(connector: number, index: number): void {
    const endpoint = this.#options.state.connectors[connector]!.endpoints[index]!;
    while (endpoint.isArmed && this.#budget > 0 && this.#options.isRunning())
      if (!this.#step(connector, index, endpoint)) return;
  }

  /** One transfer of a ring; whether there may be another one. */
  #step(connector: number, index: number, endpoint: EndpointFields): boolean {
    const { memory, lost } = this.#options;
    const transfer = readTransfer(memory, endpoint);
    if (typeof transfer === 'string') {
      this.#budget--;
      endpoint.isArmed = false;
      if (transfer === 'lost') lost(endpoint.dequeue);
      else if (transfer === 'endless') this.#fail(connector, index, Code.trb);
      return false;
    }
    this.#budget -= transfer.trbs.length;
    const outcome = this.#execute(connector, index, transfer);
    endpoint.done = outcome.done;
    if (outcome.code === null) return false;
    this.#end(connector, index, transfer, { code: outcome.code, done: outcome.done });
    return endpoint.isArmed;
  }

  #execute(connector: number, index: number, transfer: TransferDescriptor): TransferOutcome {
    const { memory, hub, state } = this.#options;
    const { slot, endpoints } = state.connectors[connector]!;
    const { type, packet, done } = endpoints[index]!;
    const device = hub.find(connector);
    if (device === 'waiting') return { code: null, done };
    const address = state.slots[slot]! >= SlotState.addressed ? slot : 0;
    // A device that has another address does not hear what is sent.
    if (device === null || device.address !== address) return { code: Code.transaction, done };
    return execute({ memory, device, endpoint: (index + 1) >> 1, type, packet }, transfer, done);
  }

  #end(
    connector: number,
    index: number,
    { trbs, next }: TransferDescriptor,
    outcome: { readonly code: number; readonly done: number },
  ): void {
    const { slot, endpoints } = this.#options.state.connectors[connector]!;
    const endpoint = endpoints[index]!;
    endpoint.done = 0;
    if (outcome.code === Code.success || outcome.code === Code.shortPacket) {
      Object.assign(endpoint, next);
      this.#options.contexts.writeEndpoint(slot, index + 1, endpoint);
    } else this.#stop(connector, index, outcome.code === Code.trb ? EndpointState.error : EndpointState.halted);
    this.#options.tell(transferEvents(trbs, outcome, who(slot, index + 1)));
  }

  /** A ring that has no transfer at all. */
  #fail(connector: number, index: number, code: number): void {
    const { slot, endpoints } = this.#options.state.connectors[connector]!;
    const { dequeue } = endpoints[index]!;
    this.#stop(connector, index, EndpointState.error);
    const trb = { address: dequeue, parameter: 0, parameterLow: 0, parameterHigh: 0, status: 0, control: 0 };
    this.#options.tell(transferEvents([trb], { code, done: 0 }, who(slot, index + 1)));
  }

  #stop(connector: number, index: number, state: number): void {
    const { slot, endpoints } = this.#options.state.connectors[connector]!;
    Object.assign(endpoints[index]!, { state, isArmed: false });
    this.#options.contexts.writeEndpoint(slot, index + 1, endpoints[index]!);
  }

  /** Stop Endpoint: tells how far the transfer has come that was under way (4.6.9). */
  stop(slot: number, index: number): void {
    const { state, memory, tell } = this.#options;
    const connector = state.connectors.findIndex((one) => one.slot === slot);
    const endpoint = state.connectors[connector]!.endpoints[index - 1]!;
    const transfer = endpoint.isArmed ? readTransfer(memory, endpoint) : 'empty';
    this.#stop(connector, index - 1, EndpointState.stopped);
    if (typeof transfer === 'string') return;
    tell(transferEvents(transfer.trbs, { code: Code.stopped, done: endpoint.done }, who(slot, index)));
  }
}

/** A slot and an endpoint as they stand in the last word of an event. */
const who = (slot: number, index: number): number =>
  (slot << TrbControl.slotShift) | (index << TrbControl.endpointShift);
