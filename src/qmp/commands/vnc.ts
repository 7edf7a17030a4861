import { connectedActions, DISPLAY, serverOf } from '../../monitor/vnc.ts';
import type { VncControl } from '../../vnc/control.ts';
import { passwordEnd } from '../../vnc/expiry.ts';
import type { Arguments, JsonObject, QmpCommand, QmpContext } from '../command.ts';
import { QmpError } from '../error.ts';

function queryVnc(vnc: VncControl | undefined): JsonObject {
  if (vnc === undefined) return { enabled: false };
  const { servers, auth, clients } = vnc.info;
  const { websocket: _, ...server } = servers[0];
  return { enabled: true, auth, ...server, clients: clients.map(({ client }) => client) };
}

function queryServers(vnc: VncControl | undefined): JsonObject[] {
  if (vnc === undefined) return [];
  const { servers, auth, clients } = vnc.info;
  const listening = servers.map((server) => ({ ...server, auth }));
  return [{ id: DISPLAY, auth, server: listening, clients: clients.map(({ client }) => client) }];
}

/** QEMU tells no reason. */
function setPassword({ options }: QmpContext, text: string, display?: string): void {
  try {
    const server = serverOf(options.vnc, display);
    if (server === undefined) throw new QmpError('VNC is not active');
    server.setPassword(text);
  } catch {
    throw new QmpError('Could not set password');
  }
}

function checkProtocol(args: Arguments): void {
  if (args.oneOf('protocol', ['vnc', 'spice']) === 'spice')
    throw new QmpError('SPICE is not in use', 'DeviceNotActive');
}

/** Viewers who are there stay: QEMU knows nothing else for VNC. */
function checkConnected(args: Arguments): void {
  if (args.textIfGiven('connected') === undefined) return;
  if (args.oneOf('connected', connectedActions) !== 'keep') throw new QmpError("Invalid parameter 'connected'");
}

/** Commands about the server for VNC viewers. */
export const vncCommands: readonly QmpCommand[] = [
  { name: 'query-vnc', run: (_, { options }) => queryVnc(options.vnc) },
  { name: 'query-vnc-servers', run: (_, { options }) => queryServers(options.vnc) },
  {
    name: 'set_password',
    parameters: { protocol: 'string', password: 'string', connected: 'string?', display: 'string?' },
    run: (args, context) => {
      checkProtocol(args);
      checkConnected(args);
      setPassword(context, args.text('password'), args.textIfGiven('display'));
    },
  },
  {
    name: 'change-vnc-password',
    parameters: { password: 'string' },
    run: (args, context) => setPassword(context, args.text('password')),
  },
  {
    name: 'expire_password',
    parameters: { protocol: 'string', time: 'string', display: 'string?' },
    run: (args, { options }) => {
      checkProtocol(args);
      const server = serverOf(options.vnc, args.textIfGiven('display'));
      if (server === undefined) throw new QmpError('Could not set password expire time');
      server.expirePassword(passwordEnd(args.text('time'), Date.now()));
    },
  },
];
