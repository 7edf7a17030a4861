import { messageOf } from '../util/errors.ts';
import type { VncControl } from '../vnc/control.ts';
import type { VncEndpoint } from '../vnc/endpoint.ts';
import { passwordEnd } from '../vnc/expiry.ts';
import type { Command, CommandContext } from './command.ts';
import { MonitorError } from './error.ts';

/** QEMU's name of a display that was given none. */
export const DISPLAY = 'default';

/** Actions on connected viewers when a password changes. QEMU has the first alone. */
export const connectedActions = ['keep', 'fail', 'disconnect'] as const;

/** The server of a display, or of the only one. Undefined: there is none. */
export function serverOf(vnc: VncControl | undefined, display: string | undefined): VncControl | undefined {
  return (display ?? DISPLAY) === DISPLAY ? vnc : undefined;
}

const place = ({ host, service, family }: VncEndpoint): string => `${host}:${service} (${family})`;

/** Where viewers may come, and who has. */
export function infoVnc({ options: { vnc } }: CommandContext): string {
  if (vnc === undefined) return 'None\n';
  const { servers, auth, clients } = vnc.info;
  const listening = servers.map(
    (server) => `  Server: ${place(server)}${server.websocket ? ' (Websocket)' : ''}\n    Auth: ${auth} (Sub: none)\n`,
  );
  const viewers = clients.map(
    ({ client }) => `  Client: ${place(client)}\n    x509_dname: none\n    sasl_username: none\n`,
  );
  return `${DISPLAY}:\n${listening.join('')}${viewers.join('')}`;
}

/** @throws MonitorError that says what could not be done */
function neededServer({ options }: CommandContext, display: string | undefined, what: string): VncControl {
  const server = serverOf(options.vnc, display);
  if (server !== undefined) return server;
  const why =
    options.vnc === undefined
      ? 'there is no VNC server; start with -vnc'
      : `there is no display '${display}'; the one that there is is called '${DISPLAY}'`;
  throw new MonitorError(`Error: Could not set ${what}: ${why}`);
}

function setPassword(context: CommandContext, text: string, display?: string): void {
  const server = neededServer(context, display, 'password');
  try {
    server.setPassword(text);
  } catch (error) {
    throw new MonitorError(`Error: Could not set password: ${messageOf(error)}; start with -vnc …,password=on`);
  }
}

/** `change vnc password TEXT`. */
export function changeVnc(target: string, text: string | undefined, context: CommandContext): void {
  if (target !== 'passwd' && target !== 'password') throw new MonitorError("Expected 'password' after 'vnc'");
  if (text === undefined) throw new MonitorError('the password is missing: change vnc password PASSWORD');
  setPassword(context, text);
}

function checkProtocol(protocol: string): void {
  if (protocol === 'spice') throw new MonitorError('Error: SPICE is not in use');
  if (protocol !== 'vnc') throw new MonitorError(`Error: invalid parameter value: ${protocol}`);
}

function checkConnected(action: string): void {
  if (!(connectedActions as readonly string[]).includes(action))
    throw new MonitorError(`Error: invalid parameter value: ${action}`);
  if (action !== 'keep') throw new MonitorError("Error: Invalid parameter 'connected'");
}

const protocol = { name: 'protocol', type: 'word' } as const;
const display = { name: 'd', type: 'option' } as const;

/** Commands about the password of VNC viewers. */
export const vncCommands: readonly Command[] = [
  {
    names: ['set_password'],
    usage: 'protocol password [-d display] [action-if-connected]',
    help: 'set vnc password',
    parameters: [
      protocol,
      { name: 'password', type: 'word' },
      display,
      { name: 'connected', type: 'word', optional: true },
    ],
    run: ({ words }, context) => {
      checkProtocol(words.protocol);
      checkConnected(words.connected ?? 'keep');
      setPassword(context, words.password, words.d);
      return '';
    },
  },
  {
    names: ['expire_password'],
    usage: 'protocol time [-d display]',
    help: 'set vnc password expire-time',
    parameters: [protocol, { name: 'time', type: 'word' }, display],
    run: ({ words }, context) => {
      checkProtocol(words.protocol);
      neededServer(context, words.d, 'password expire time').expirePassword(passwordEnd(words.time, Date.now()));
      return '';
    },
  },
];
