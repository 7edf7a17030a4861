import { address64, choice, describe, list, type StateOf, u8, u16, u32 } from '../snapshot/describe.ts';
import { CHANNELS, GRANT_FRAMES, Parameter } from './abi.ts';

/** Purposes of channels. */
export const ChannelKind = { free: 0, unbound: 1, interdomain: 2, virq: 3, ipi: 4 } as const;

const channel = describe({
  kind: choice(Object.values(ChannelKind)),
  /** The number of a virtual interrupt. */
  number: u32,
  /** The processor that handles its events. */
  processor: u16,
});
export type ChannelState = StateOf<typeof channel>;

export const eventChannelsState = describe({ channels: list(CHANNELS, channel) });
export type EventChannelsState = StateOf<typeof eventChannelsState>;

/** State of one processor. */
const processor = describe({
  /** The place of its structure; 0: it is in the shared page. */
  infoPlace: address64,
  /** The vector by which its local APIC is told of events; 0: none. */
  upcallVector: u8,
});
export type XenProcessorState = StateOf<typeof processor>;

/** State of the hypervisor, for so many processors. */
export const domainState = (processors: number) =>
  describe({
    /** Page of the shared structure; 0: the guest has put it nowhere. */
    sharedPage: u32,
    grantPages: list(GRANT_FRAMES, u32),
    /** Low and high words. */
    parameters: list(2 * Parameter.count, u32),
    processors: list(processors, processor),
  });
export type DomainState = StateOf<ReturnType<typeof domainState>>;
