import { ConfigurationError } from '../errors.ts';
import type { Timers } from '../network/host.ts';
import { connectHub, type OpenNetwork, openLimited } from '../network/open-network.ts';
import type { NetworkBackendOptions } from '../network/options.ts';

const timers: Timers = {
  now: () => performance.now(),
  after: (milliseconds, act) => {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  },
  soon: (act) => void setTimeout(act),
};

/**
 * Opens what a network card is connected to: in a page that is a hub between its machines.
 * @throws ConfigurationError that names the option, also for what takes sockets or files
 */
export async function openNetwork(options: NetworkBackendOptions): Promise<OpenNetwork> {
  if (options.type !== 'hub' || options.dump !== undefined)
    throw new ConfigurationError("a page has no sockets and files: its machines' networks are hubs, without dump");
  const { limited, setBandwidth } = await openLimited(options, timers, async () => connectHub(options));
  return { backend: limited, setBandwidth, user: undefined, port: 0 };
}
