import { BACKEND_DOMAIN, CHANNELS, checkOwn, Errno, EventCall, SharedInfo, VIRQS, XenError } from './abi.ts';
import type { SharedInfoPage } from './shared-info.ts';
import type { ChannelState, EventChannelsState } from './state.ts';
import { ChannelKind } from './state.ts';

export interface EventChannelsOptions {
  readonly state: EventChannelsState;
  readonly page: SharedInfoPage;
  readonly processors: number;
  /** A processor is to handle events. */
  readonly wake: (processor: number) => void;
}

/** Arguments of a call, and where its results go. */
type Call = (channels: EventChannels, given: DataView) => void;

/** Numbers of kinds as a guest is told them (EVTCHNSTAT). */
const told: Readonly<Record<number, number>> = {
  [ChannelKind.free]: 0,
  [ChannelKind.unbound]: 1,
  [ChannelKind.interdomain]: 2,
  [ChannelKind.virq]: 4,
  [ChannelKind.ipi]: 5,
};

/** Lengths of what calls get, by their numbers. */
export const eventArguments: Readonly<Record<number, number>> = {
  [EventCall.bindInterdomain]: 12,
  [EventCall.bindVirq]: 12,
  [EventCall.close]: 4,
  [EventCall.send]: 4,
  [EventCall.status]: 24,
  [EventCall.allocateUnbound]: 8,
  [EventCall.bindIpi]: 8,
  [EventCall.bindProcessor]: 8,
  [EventCall.unmask]: 4,
  [EventCall.reset]: 2,
};

const calls: Readonly<Record<number, Call>> = {
  [EventCall.bindVirq]: (channels, given) => {
    const [virq, processor] = [given.getUint32(0, true), given.getUint32(4, true)];
    if (virq >= VIRQS) throw new XenError(Errno.invalid);
    if (channels.find(ChannelKind.virq, virq, processor) !== undefined) throw new XenError(Errno.exists);
    given.setUint32(8, channels.bind(ChannelKind.virq, virq, processor), true);
  },
  [EventCall.bindIpi]: (channels, given) => {
    given.setUint32(4, channels.bind(ChannelKind.ipi, 0, given.getUint32(0, true)), true);
  },
  [EventCall.allocateUnbound]: (channels, given) => {
    const [domain, remote] = [given.getUint16(0, true), given.getUint16(2, true)];
    checkOwn(domain);
    if (remote !== BACKEND_DOMAIN) throw new XenError(Errno.noEntry);
    given.setUint32(4, channels.bind(ChannelKind.unbound, 0, 0), true);
  },
  [EventCall.close]: (channels, given) => channels.close(given.getUint32(0, true)),
  [EventCall.send]: (channels, given) => channels.send(given.getUint32(0, true)),
  [EventCall.unmask]: (channels, given) => channels.unmask(given.getUint32(0, true)),
  [EventCall.bindProcessor]: (channels, given) => channels.move(given.getUint32(0, true), given.getUint32(4, true)),
  [EventCall.reset]: (channels, given) => {
    checkOwn(given.getUint16(0, true));
    channels.reset();
  },
  [EventCall.status]: (channels, given) => {
    checkOwn(given.getUint16(0, true));
    const { kind, processor, number } = channels.at(given.getUint32(4, true));
    given.setUint32(8, told[kind]!, true);
    given.setUint32(12, processor, true);
    given.setUint32(16, number, true);
  },
};

/** Event channels of the layout with two levels (Xen's event_channel.h), and who is at their other ends. */
export class EventChannels {
  readonly #options: EventChannelsOptions;
  /** Actions of back ends when the guest sends something, by the channel. They say it again after a load. */
  readonly #listeners = new Map<number, () => void>();

  constructor(options: EventChannelsOptions) {
    this.#options = options;
  }

  /** A call of the guest; its results are put into `given`. Throws XenError. */
  call(number: number, given: DataView): void {
    const call = calls[number];
    if (call === undefined) throw new XenError(Errno.noCall);
    call(this, given);
  }

  /** A channel that is used. Throws XenError. */
  at(channel: number): ChannelState {
    const found = channel > 0 && channel < CHANNELS ? this.#options.state.channels[channel] : undefined;
    if (found === undefined) throw new XenError(Errno.invalid);
    return found;
  }

  find(kind: number, number: number, processor: number): number | undefined {
    const n = this.#options.state.channels.findIndex(
      (one) => one.kind === kind && one.number === number && one.processor === processor,
    );
    return n < 0 ? undefined : n;
  }

  /** Takes a free channel for something. Throws XenError where all are used, or for a processor that there is not. */
  bind(kind: number, number: number, processor: number): number {
    const { state, processors } = this.#options;
    if (processor >= processors) throw new XenError(Errno.noEntry);
    const free = state.channels.findIndex((one, n) => n > 0 && one.kind === ChannelKind.free);
    if (free < 0) throw new XenError(Errno.noSpace);
    Object.assign(state.channels[free]!, { kind, number, processor });
    this.#options.page.setChannelBit(SharedInfo.pending, free, false);
    return free;
  }

  /** A back end takes the other end of a channel that the guest left to it; false where the guest has not. */
  connect(channel: number, heard: () => void): boolean {
    const found = channel > 0 && channel < CHANNELS ? this.#options.state.channels[channel]! : undefined;
    if (found?.kind !== ChannelKind.unbound && found?.kind !== ChannelKind.interdomain) return false;
    found.kind = ChannelKind.interdomain;
    this.#listeners.set(channel, heard);
    return true;
  }

  /** A back end leaves its end, if it has one still. */
  disconnect(channel: number): void {
    if (!this.#listeners.delete(channel)) return;
    const found = this.#options.state.channels[channel];
    if (found?.kind === ChannelKind.interdomain) found.kind = ChannelKind.unbound;
  }

  close(channel: number): void {
    if (this.at(channel).kind === ChannelKind.free) throw new XenError(Errno.invalid);
    this.#listeners.delete(channel);
    Object.assign(this.at(channel), { kind: ChannelKind.free, number: 0, processor: 0 });
  }

  reset(): void {
    for (const one of this.#options.state.channels)
      Object.assign(one, { kind: ChannelKind.free, number: 0, processor: 0 });
    this.#listeners.clear();
  }

  /** The state was loaded: nobody listens, until back ends say it again. */
  restored(): void {
    this.#listeners.clear();
  }

  /** The guest sends an event: to a back end, or to one of its own processors. */
  send(channel: number): void {
    const { kind } = this.at(channel);
    if (kind === ChannelKind.ipi) this.raise(channel);
    else if (kind === ChannelKind.interdomain) this.#listeners.get(channel)?.();
    else if (kind !== ChannelKind.unbound) throw new XenError(Errno.invalid);
  }

  /** Makes a channel pending: its processor is told, unless the guest has masked it or was told already. */
  raise(channel: number): void {
    const { page } = this.#options;
    if (page.setChannelBit(SharedInfo.pending, channel, true) || page.isMasked(channel)) return;
    this.#tell(channel);
  }

  /** A virtual interrupt of a processor. */
  raiseVirq(virq: number, processor: number): void {
    const channel = this.find(ChannelKind.virq, virq, processor);
    if (channel !== undefined) this.raise(channel);
  }

  unmask(channel: number): void {
    const { page } = this.#options;
    this.at(channel);
    if (!page.setChannelBit(SharedInfo.mask, channel, false)) return;
    const isPending = page.setChannelBit(SharedInfo.pending, channel, true);
    if (isPending) this.#tell(channel);
    else page.setChannelBit(SharedInfo.pending, channel, false);
  }

  /** Events of a channel go to another processor from now on. Throws XenError for those that belong to one. */
  move(channel: number, processor: number): void {
    const found = this.at(channel);
    if (processor >= this.#options.processors) throw new XenError(Errno.noEntry);
    if (found.kind === ChannelKind.ipi || found.kind === ChannelKind.free) throw new XenError(Errno.invalid);
    found.processor = processor;
  }

  /** A processor's structure is new: it is told again of what is pending. */
  tellAll(processor: number): void {
    const { page, state } = this.#options;
    for (const [channel, one] of state.channels.entries())
      if (one.kind !== ChannelKind.free && one.processor === processor && page.isWaiting(channel)) this.#tell(channel);
  }

  #tell(channel: number): void {
    const { page, wake } = this.#options;
    const { processor } = this.at(channel);
    if (page.select(processor, channel)) wake(processor);
  }
}
