import type { Timers } from '../../network/host.ts';
import type { UserNetworkOptions, WispNetworkOptions } from '../../network/options.ts';
import { UserNetwork } from '../../network/user.ts';
import { planUserNetwork } from '../../network/user-plan.ts';
import { ConfigurationError } from '../../util/errors.ts';
import { PageSockets } from './sockets.ts';
import { WispRelay } from './wisp/relay.ts';
import { WispSockets } from './wisp/sockets.ts';

/**
 * A user-mode network in a page: DHCP and names for guests, and web servers by `fetch`.
 * @throws ConfigurationError that names what cannot be
 */
export async function openPageNetwork(options: UserNetworkOptions, timers: Timers): Promise<UserNetwork> {
  if (options.tftp !== undefined) throw new ConfigurationError('a page has no folders; leave out tftp');
  return await openWith(new PageSockets(), options, timers);
}

/**
 * Opens a user-mode network in a page with connections of any kind, by way of a relay of the wisp protocol.
 * @param log hears when the relay is lost
 * @throws ConfigurationError if there is no relay
 */
export async function openWispNetwork(
  { url }: WispNetworkOptions,
  timers: Timers,
  log: (message: string) => void,
): Promise<UserNetwork> {
  const relay = await WispRelay.open(String(url), timers, log);
  return await openWith(new WispSockets(relay, timers), { type: 'user' }, timers);
}

async function openWith(sockets: PageSockets, options: UserNetworkOptions, timers: Timers): Promise<UserNetwork> {
  const random = () => crypto.getRandomValues(new Uint32Array(1))[0]!;
  return await UserNetwork.open(planUserNetwork(options), { timers, random, sockets, files: undefined });
}
