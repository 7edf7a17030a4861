import { checkNames, shown } from '../util/checks.ts';
import { ConfigurationError } from '../util/errors.ts';
import type { NetworkBackend } from './backend.ts';
import type { Timers } from './host.ts';
import { NetworkHub } from './hub.ts';
import { LimitedBackend } from './limit.ts';
import type { HubNetworkOptions, NetworkBackendOptions, WebSocketNetworkOptions } from './options.ts';
import { RelayBackend } from './relay.ts';
import type { UserNetwork } from './user.ts';

/** A backend that a card can be connected to, with what can be done to it while it runs. */
export interface OpenNetwork {
  readonly backend: NetworkBackend;
  /** @param megabits of a million bits, a second in each direction; nothing: no limit */
  setBandwidth(megabits: number | undefined): void;
  /** The network itself where it is a user-mode network: its forwards tell which ports the host chose. */
  readonly user: UserNetwork | undefined;
  /** Where a socket network listens; 0 where it doesn't. */
  readonly port: number;
}

/** A backend with a limit of bandwidth, and the one that it limits. */
interface LimitedNetwork<Inner> extends Pick<OpenNetwork, 'setBandwidth'> {
  readonly inner: Inner;
  readonly limited: NetworkBackend;
}

/**
 * Opens a backend, of which each host has its own kinds, with a limit of bandwidth.
 * @throws ConfigurationError if the bandwidth cannot be, and what `open` throws
 */
export async function openLimited<Inner extends NetworkBackend>(
  { bandwidth }: Pick<NetworkBackendOptions, 'bandwidth'>,
  timers: Timers,
  open: () => Promise<Inner>,
): Promise<LimitedNetwork<Inner>> {
  checkBandwidth(bandwidth);
  const inner = await open();
  const limited = new LimitedBackend(inner, timers);
  const setBandwidth = (megabits: number | undefined) => {
    checkBandwidth(megabits);
    limited.setLimit(megabits);
  };
  setBandwidth(bandwidth);
  return { inner, limited, setBandwidth };
}

function checkBandwidth(megabits: number | undefined): void {
  if (megabits !== undefined && !(Number.isFinite(megabits) && megabits >= 0.01))
    throw new ConfigurationError(
      `bandwidth is ${shown(megabits)}; it must be a number of megabits a second, at least 0.01`,
    );
}

/** @throws ConfigurationError if it is no hub */
export function connectHub(options: HubNetworkOptions): NetworkBackend {
  checkNames('a network of a hub', options, ['type', 'hub', 'dump', 'bandwidth']);
  if (!(options.hub instanceof NetworkHub)) throw new ConfigurationError('hub is no NetworkHub; make one by new');
  return options.hub.connect();
}

/** @throws ConfigurationError if there is no relay */
export function connectRelay(
  options: WebSocketNetworkOptions,
  timers: Timers,
  log: (message: string) => void,
): Promise<NetworkBackend> {
  checkNames('a network of a relay', options, ['type', 'url', 'dump', 'bandwidth']);
  return RelayBackend.open(String(options.url), timers, log);
}
