import { ConfigurationError } from '../../errors.ts';
import type { Timers } from '../../network/host.ts';
import type { UserNetworkOptions } from '../../network/options.ts';
import { UserNetwork } from '../../network/user.ts';
import { planUserNetwork } from '../../network/user-plan.ts';
import { PageSockets } from './sockets.ts';

/**
 * A user-mode network in a page: DHCP and names for guests, and web servers by `fetch`.
 * @throws ConfigurationError that names what cannot be
 */
export async function openPageNetwork(options: UserNetworkOptions, timers: Timers): Promise<UserNetwork> {
  if (options.tftp !== undefined) throw new ConfigurationError('a page has no folders; leave out tftp');
  const random = () => crypto.getRandomValues(new Uint32Array(1))[0]!;
  return await UserNetwork.open(planUserNetwork(options), {
    ...{ timers, random, sockets: new PageSockets(), files: undefined },
  });
}
