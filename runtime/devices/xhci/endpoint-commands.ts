import { EndpointState } from './contexts.ts';
import { address64 } from './registers.ts';
import { type CommandParts, forSlot, type RunCommand } from './slot-commands.ts';
import type { EndpointFields } from './state.ts';
import { Code, endpointOf, type Trb, TrbControl } from './trb.ts';

/** A command for an endpoint of a slot, in one of these states. */
function forEndpoint(
  states: readonly number[],
  run: (parts: CommandParts, trb: Trb, endpoint: EndpointFields, place: { slot: number; index: number }) => number,
): RunCommand {
  return forSlot((parts, trb, slot) => {
    const index = endpointOf(trb);
    if (index === 0) return Code.trb;
    const endpoint = parts.endpoints.find(slot, index);
    if (endpoint === undefined || endpoint.state === EndpointState.disabled) return Code.endpointNotEnabled;
    return states.includes(endpoint.state) ? run(parts, trb, endpoint, { slot, index }) : Code.contextState;
  });
}

/** 4.6.8: a halt of the host's side is over. The device's own is cleared by a request. */
export const resetEndpoint = forEndpoint([EndpointState.halted], ({ contexts }, { control }, endpoint, place) => {
  endpoint.state = EndpointState.stopped;
  if ((control & TrbControl.preserve) === 0) endpoint.done = 0;
  contexts.writeEndpoint(place.slot, place.index, endpoint);
  return Code.success;
});

/** 4.6.9. */
export const stopEndpoint = forEndpoint([EndpointState.running], ({ endpoints }, _, __, { slot, index }) => {
  endpoints.stop(slot, index);
  return Code.success;
});

/** Bits of a stream's kind, which stand beside the cycle bit. */
const STREAM_MASK = 0xe;

/** 4.6.10: the ring goes on at another place. */
export const setDequeue = forEndpoint(
  [EndpointState.stopped, EndpointState.error],
  ({ contexts }, { parameterLow, parameterHigh, status }, endpoint, { slot, index }) => {
    if ((parameterLow & STREAM_MASK) !== 0 || status >>> 16 !== 0) return Code.trb;
    Object.assign(endpoint, {
      state: EndpointState.stopped,
      dequeue: address64(parameterLow & 0xfffffff0, parameterHigh),
      cycle: (parameterLow & 1) !== 0,
      done: 0,
    });
    contexts.writeEndpoint(slot, index, endpoint);
    return Code.success;
  },
);
