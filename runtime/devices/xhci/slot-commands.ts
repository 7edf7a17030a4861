import type { UsbDevice } from '../../usb/device.ts';
import { Request } from '../../usb/requests.ts';
import {
  type Contexts,
  ENTRIES_SHIFT,
  type EndpointDescription,
  EndpointState,
  EndpointType,
  endpointDescription,
  type InputContext,
  LATENCY_MASK,
  SlotState,
  slotContext,
  TARGET_MASK,
} from './contexts.ts';
import type { Endpoints } from './endpoints.ts';
import { ENDPOINTS, SLOTS } from './registers.ts';
import type { RootHub } from './root-hub.ts';
import { type ConnectorFields, endpointState, type XhciState } from './state.ts';
import { Code, slotOf, type Trb, TrbControl } from './trb.ts';

/** The parts of the controller that commands work on. */
export interface CommandParts {
  readonly state: XhciState;
  readonly contexts: Contexts;
  readonly hub: RootHub;
  readonly endpoints: Endpoints;
}

/** A command's result: its completion code, and the slot where that is not the command's. */
export interface CommandResult {
  readonly code: number;
  readonly slot?: number;
}

export type RunCommand = (parts: CommandParts, trb: Trb) => CommandResult;

const SUCCESS: CommandResult = { code: Code.success };
/** Bits of an input control context: the slot, and endpoint 0. */
const [SLOT_BIT, CONTROL_BIT] = [1, 2];
/** The first context of an endpoint that a configuration brings. */
const FIRST_CONFIGURED = 2;

/** 4.6.3. */
export const enableSlot: RunCommand = ({ state }) => {
  const most = Math.min(SLOTS, state.configure & 0xff);
  for (let slot = 1; slot <= most; slot++) {
    if (state.slots[slot] !== SlotState.disabled) continue;
    state.slots[slot] = SlotState.enabled;
    return { code: Code.success, slot };
  }
  return { code: Code.noSlots, slot: 0 };
};

/** A command for a slot that must be enabled. */
export function forSlot(run: (parts: CommandParts, trb: Trb, slot: number) => number): RunCommand {
  return (parts, trb) => {
    const slot = slotOf(trb);
    const isThere = (parts.state.slots[slot] ?? SlotState.disabled) !== SlotState.disabled;
    return isThere ? { code: run(parts, trb, slot) } : { code: Code.slotNotEnabled, slot: 0 };
  };
}

/** 4.6.4. */
export const disableSlot = forSlot((parts, _, slot) => {
  release(parts, slot);
  parts.state.slots[slot] = SlotState.disabled;
  if (parts.contexts.has(slot)) parts.contexts.writeSlotState(slot, SlotState.disabled);
  return Code.success;
});

function release({ endpoints }: CommandParts, slot: number): void {
  const connector = endpoints.connectorOf(slot);
  if (connector === undefined) return;
  dropEndpoints(connector, 0);
  connector.slot = 0;
}

function dropEndpoints({ endpoints }: ConnectorFields, first: number): void {
  for (const endpoint of endpoints.slice(first)) Object.assign(endpoint, endpointState.create());
}

/** 4.6.5. A slot for a device that another one has is refused as QEMU does. */
export const addressDevice = forSlot((parts, trb, slot) => {
  const { state, contexts, hub } = parts;
  const isBlocked = (trb.control & TrbControl.blockAddress) !== 0;
  const before = state.slots[slot];
  if (before !== SlotState.enabled && (isBlocked || before !== SlotState.default)) return Code.contextState;
  const input = contexts.input(trb.parameter);
  const wanted = SLOT_BIT | CONTROL_BIT;
  if (input === null || input.drop !== 0 || (input.add & wanted) !== wanted || !contexts.has(slot))
    return Code.parameter;
  const endpoint = endpointDescription(input.context(1));
  if (endpoint.type !== EndpointType.control || endpoint.packet === 0) return Code.parameter;
  const connector = connectorFor(parts, input);
  if (typeof connector !== 'number') return connector.code;
  const other = state.connectors[connector]!.slot;
  if (other !== 0 && other !== slot) return Code.trb;
  const device = hub.find(connector);
  if (device === null || device === 'waiting') return Code.transaction;
  if (!isBlocked && !setAddress(device, slot)) return Code.transaction;
  release(parts, slot);
  enter(parts, { slot, connector, input, isBlocked });
  return Code.success;
});

/** The connector that an input context's slot is about. There are no hubs, so there is no route beyond a port. */
function connectorFor({ hub }: CommandParts, input: InputContext): number | CommandResult {
  const context = input.context(0);
  if (slotContext.route(context) !== 0) return { code: Code.parameter };
  return hub.connectorOf(slotContext.port(context) - 1) ?? { code: Code.transaction };
}

function setAddress(device: UsbDevice, address: number): boolean {
  device.setup(Uint8Array.of(0, Request.setAddress, address, 0, 0, 0, 0, 0));
  return device.in(0) instanceof Uint8Array;
}

function enter(
  { state, contexts }: CommandParts,
  entry: { slot: number; connector: number; input: InputContext; isBlocked: boolean },
): void {
  const { slot, connector, input, isBlocked } = entry;
  const { endpoints } = state.connectors[connector]!;
  state.connectors[connector]!.slot = slot;
  state.slots[slot] = isBlocked ? SlotState.default : SlotState.addressed;
  const control = input.context(1);
  Object.assign(endpoints[0]!, runningEndpoint(endpointDescription(control)));
  contexts.write(slot, 0, input.context(0));
  contexts.writeSlotState(slot, state.slots[slot]!);
  contexts.write(slot, 1, control);
  contexts.writeEndpoint(slot, 1, endpoints[0]!);
}

function runningEndpoint({ type, packet, dequeue, cycle }: EndpointDescription) {
  return { ...endpointState.create(), state: EndpointState.running, type, packet, dequeue, cycle };
}

/** 4.6.6. Nothing changes where a part of it is wrong. */
export const configureEndpoint = forSlot((parts, trb, slot) => {
  const { state, contexts, endpoints } = parts;
  const connector = endpoints.connectorOf(slot);
  if (connector === undefined || state.slots[slot]! < SlotState.addressed) return Code.contextState;
  if ((trb.control & TrbControl.deconfigure) !== 0) return deconfigure(parts, slot, connector);
  const input = contexts.input(trb.parameter);
  if (input === null || (input.drop & (SLOT_BIT | CONTROL_BIT)) !== 0 || (input.add & SLOT_BIT) === 0)
    return Code.parameter;
  if ((input.add & CONTROL_BIT) !== 0) return Code.parameter;
  const problem = endpointProblem(input);
  if (problem !== null) return problem;
  for (let index = FIRST_CONFIGURED; index <= ENDPOINTS; index++)
    configureOne(parts, { slot, connector, input, index });
  state.slots[slot] = SlotState.configured;
  const context = contexts.read(slot, 0);
  const entries = input.context(0)[0]! >>> ENTRIES_SHIFT;
  context[0] = (context[0]! & ((1 << ENTRIES_SHIFT) - 1)) | (entries << ENTRIES_SHIFT);
  contexts.write(slot, 0, context);
  contexts.writeSlotState(slot, SlotState.configured);
  return Code.success;
});

function deconfigure({ state, contexts }: CommandParts, slot: number, connector: ConnectorFields): number {
  dropEndpoints(connector, 1);
  for (let index = FIRST_CONFIGURED; index <= ENDPOINTS; index++)
    contexts.writeEndpoint(slot, index, connector.endpoints[index - 1]!);
  state.slots[slot] = SlotState.addressed;
  contexts.writeSlotState(slot, SlotState.addressed);
  return Code.success;
}

/** Nothing here has an endpoint that is isochronous: there is no bandwidth for one. */
function endpointProblem(input: InputContext): number | null {
  for (let index = FIRST_CONFIGURED; index <= ENDPOINTS; index++) {
    if ((input.add & (1 << index)) === 0) continue;
    const { type, packet, hasStreams } = endpointDescription(input.context(index));
    if (type === EndpointType.isochronousIn || type === EndpointType.isochronousOut) return Code.bandwidth;
    const isIn = type > EndpointType.control;
    const fits = type === EndpointType.control || isIn === ((index & 1) !== 0);
    if (type === 0 || !fits || packet === 0 || hasStreams) return Code.parameter;
  }
  return null;
}

function configureOne(
  { contexts }: CommandParts,
  part: { slot: number; connector: ConnectorFields; input: InputContext; index: number },
): void {
  const { slot, connector, input, index } = part;
  const endpoint = connector.endpoints[index - 1]!;
  const bit = 1 << index;
  if (((input.drop | input.add) & bit) === 0) return;
  Object.assign(endpoint, endpointState.create());
  if ((input.add & bit) !== 0) {
    const context = input.context(index);
    Object.assign(endpoint, runningEndpoint(endpointDescription(context)));
    contexts.write(slot, index, context);
  }
  contexts.writeEndpoint(slot, index, endpoint);
}

/** 4.6.7: what of the slot may change later, and the packets of endpoint 0. */
export const evaluateContext = forSlot(({ state, contexts, endpoints }, trb, slot) => {
  const connector = endpoints.connectorOf(slot);
  if (connector === undefined || state.slots[slot]! < SlotState.default) return Code.contextState;
  const input = contexts.input(trb.parameter);
  if (input === null || input.drop !== 0 || (input.add & (SLOT_BIT | CONTROL_BIT)) === 0) return Code.parameter;
  const control = input.context(1);
  const { packet } = endpointDescription(control);
  if ((input.add & CONTROL_BIT) !== 0 && packet === 0) return Code.parameter;
  if ((input.add & SLOT_BIT) !== 0) {
    const [context, given] = [contexts.read(slot, 0), input.context(0)];
    context[1] = (context[1]! & ~LATENCY_MASK) | (given[1]! & LATENCY_MASK);
    context[2] = (context[2]! & ~TARGET_MASK) | (given[2]! & TARGET_MASK);
    contexts.write(slot, 0, context);
  }
  if ((input.add & CONTROL_BIT) === 0) return Code.success;
  connector.endpoints[0]!.packet = packet;
  const context = contexts.read(slot, 1);
  context[1] = (context[1]! & 0xffff) | (packet << 16);
  contexts.write(slot, 1, context);
  return Code.success;
});

/** 4.6.11: the port was reset, and its device is at address 0. */
export const resetDevice = forSlot(({ state, contexts, endpoints }, _, slot) => {
  const connector = endpoints.connectorOf(slot);
  if (connector === undefined || state.slots[slot]! < SlotState.addressed) return Code.contextState;
  dropEndpoints(connector, 1);
  for (let index = FIRST_CONFIGURED; index <= ENDPOINTS; index++)
    contexts.writeEndpoint(slot, index, connector.endpoints[index - 1]!);
  state.slots[slot] = SlotState.default;
  const context = contexts.read(slot, 0);
  context[0] = (context[0]! & ((1 << ENTRIES_SHIFT) - 1)) | (1 << ENTRIES_SHIFT);
  contexts.write(slot, 0, context);
  contexts.writeSlotState(slot, SlotState.default);
  return Code.success;
});

export const noOperation: RunCommand = () => SUCCESS;
