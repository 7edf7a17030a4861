import { randomBytes } from 'node:crypto';
import type { NetworkBackend } from '../../network/backend.ts';
import type { NetworkHost, Timers } from '../../network/host.ts';
import { connectHub, connectRelay, type OpenNetwork, openLimited } from '../../network/open-network.ts';
import type { NetworkBackendOptions, UserNetworkOptions } from '../../network/options.ts';
import { CapturedBackend } from '../../network/pcap.ts';
import { UserNetwork } from '../../network/user.ts';
import { planUserNetwork } from '../../network/user-plan.ts';
import { checkNames, checkText, shown } from '../../util/checks.ts';
import { ConfigurationError } from '../../util/errors.ts';
import { checkBootFolder, FolderFiles } from './boot-files.ts';
import { CaptureFile } from './capture-file.ts';
import { SocketBackend } from './socket-backend.ts';
import { NodeSockets } from './sockets.ts';

export type { OpenNetwork };

/** Node's time and turns. Timers don't keep a process alive. */
const timers: Timers = {
  now: () => performance.now(),
  after: (milliseconds, act) => {
    const timer = setTimeout(act, milliseconds).unref();
    return () => clearTimeout(timer);
  },
  soon: (act) => void setImmediate(act),
};

/**
 * Opens what a card is connected to.
 * @param log hears what goes wrong later
 * @throws ConfigurationError that names the option, the file, or the port that cannot be had
 */
export async function openNetwork(
  options: NetworkBackendOptions,
  log: (message: string) => void = () => {},
): Promise<OpenNetwork> {
  checkText('dump', options.dump);
  const { inner, limited, setBandwidth } = await openLimited(options, timers, () => openBackend(options, log));
  const user = inner instanceof UserNetwork ? inner : undefined;
  const port = inner instanceof SocketBackend ? inner.port : 0;
  return { backend: await captured(limited, options.dump, log), setBandwidth, user, port };
}

async function captured(
  backend: NetworkBackend,
  dump: string | undefined,
  log: (message: string) => void,
): Promise<NetworkBackend> {
  if (dump === undefined) return backend;
  try {
    return new CapturedBackend(backend, new CaptureFile(dump, log), Date.now);
  } catch (error) {
    await backend.close();
    throw error;
  }
}

async function openBackend(options: NetworkBackendOptions, log: (message: string) => void): Promise<NetworkBackend> {
  switch (options.type) {
    case 'user':
      return openUserNetwork(options);
    case 'socket':
      checkNames('a socket network', options, ['type', 'listen', 'connect', 'dump', 'bandwidth']);
      if ((options.listen === undefined) === (options.connect === undefined))
        throw new ConfigurationError('a socket network has listen or connect, one of them');
      return SocketBackend.open(options);
    case 'hub':
      return connectHub(options);
    case 'websocket':
      return connectRelay(options, timers, log);
    default:
      throw new ConfigurationError(
        `unknown type ${shown((options as { type: unknown }).type)} of a network; it is one of: user, socket, hub, websocket`,
      );
  }
}

async function openUserNetwork(options: UserNetworkOptions): Promise<UserNetwork> {
  const plan = planUserNetwork(options);
  if (plan.tftp !== undefined) await checkBootFolder(plan.tftp);
  const host: NetworkHost = {
    timers,
    sockets: new NodeSockets(),
    files: plan.tftp === undefined ? undefined : new FolderFiles(plan.tftp),
    random: () => randomBytes(4).readUInt32BE(),
  };
  return await UserNetwork.open(plan, host);
}
