import type { NetworkBackend } from '../network/backend.ts';
import type { Timers } from '../network/host.ts';
import { connectHub, connectRelay, type OpenNetwork, openLimited } from '../network/open-network.ts';
import type {
  ChannelNetworkOptions,
  NetworkBackendOptions,
  UserNetworkOptions,
  WispNetworkOptions,
} from '../network/options.ts';
import { checkNames, checkText } from '../util/checks.ts';
import { ConfigurationError } from '../util/errors.ts';
import { ChannelBackend } from './network/channel.ts';

const timers: Timers = {
  now: () => performance.now(),
  after: (milliseconds, act) => {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  },
  soon: (act) => void setTimeout(act),
};

/**
 * Opens what a network card is connected to.
 * @param log hears what goes wrong later
 * @throws ConfigurationError that names the option, also for what takes sockets or files
 */
export async function openNetwork(
  options: NetworkBackendOptions,
  log: (message: string) => void = () => {},
): Promise<OpenNetwork> {
  if (options.dump !== undefined) throw new ConfigurationError('a page has no files; leave out dump');
  const { limited, setBandwidth } = await openLimited(options, timers, () => openBackend(options, log));
  return { backend: limited, setBandwidth, user: undefined, port: 0 };
}

async function openBackend(options: NetworkBackendOptions, log: (message: string) => void): Promise<NetworkBackend> {
  switch (options.type) {
    case 'user':
      return openUserNetwork(options);
    case 'hub':
      return connectHub(options);
    case 'channel':
      return openChannel(options);
    case 'wisp':
      return openWispNetwork(options, log);
    case 'websocket':
      return connectRelay(options, timers, log);
    default:
      throw new ConfigurationError(
        `a page has no network of the type '${options.type}'; it is one of: user, wisp, hub, channel, websocket`,
      );
  }
}

function openChannel(options: ChannelNetworkOptions): NetworkBackend {
  checkNames('a network of a channel', options, ['type', 'name', 'bandwidth']);
  checkText('name', options.name);
  return new ChannelBackend(options.name ?? 'default');
}

/** Its code is loaded where it is asked for. */
async function openUserNetwork(options: UserNetworkOptions): Promise<NetworkBackend> {
  const { openPageNetwork } = await import('./network/user.ts');
  return await openPageNetwork(options, timers);
}

async function openWispNetwork(options: WispNetworkOptions, log: (message: string) => void): Promise<NetworkBackend> {
  checkNames('a network of a wisp relay', options, ['type', 'url', 'bandwidth']);
  const user = await import('./network/user.ts');
  return await user.openWispNetwork(options, timers, log);
}
