import { address64, choice, describe, list, type StateOf, u8, u16, u32 } from '../snapshot/describe.ts';
import { CHANNELS, GRANT_FRAMES, Parameter } from './abi.ts';

/** What a channel is for. */
export const ChannelKind = { free: 0, unbound: 1, interdomain: 2, virq: 3, ipi: 4 } as const;

const channel = describe({
  kind: choice(Object.values(ChannelKind)),
  /** Of a virtual interrupt: its number. */
  number: u32,
  /** The processor that handles its events. */
  processor: u16,
});
export type ChannelState = StateOf<typeof channel>;

export const eventChannelsState = describe({ channels: list(CHANNELS, channel) });
export type EventChannelsState = StateOf<typeof eventChannelsState>;

/** Of one processor. */
const processor = describe({
  /** Of its structure; 0: it is in the shared page. */
  infoPlace: address64,
  /** The vector by which its local APIC is told of events; 0: none. */
  upcallVector: u8,
});
export type XenProcessorState = StateOf<typeof processor>;

/** Of the hypervisor, for so many processors. */
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
