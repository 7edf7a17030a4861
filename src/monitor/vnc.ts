import { messageOf } from '../errors.ts';
import type { VncEndpoint } from '../vnc/endpoint.ts';
import { passwordEnd } from '../vnc/expiry.ts';
import type { Command, CommandContext } from './command.ts';
import { MonitorError } from './error.ts';

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
  return `default:\n${listening.join('')}${viewers.join('')}`;
}

function setPassword({ options: { vnc } }: CommandContext, text: string): void {
  if (vnc === undefined)
    throw new MonitorError('Error: Could not set password: there is no VNC server; start with -vnc');
  try {
    vnc.setPassword(text);
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
      if ((words.connected ?? 'keep') !== 'keep')
        throw new MonitorError("Error: Parameter 'connected' expects 'keep' when setting VNC password");
      setPassword(context, words.password);
      return '';
    },
  },
  {
    names: ['expire_password'],
    usage: 'protocol time [-d display]',
    help: 'set vnc password expire-time',
    parameters: [protocol, { name: 'time', type: 'word' }, display],
    run: ({ words }, { options }) => {
      checkProtocol(words.protocol);
      if (options.vnc === undefined)
        throw new MonitorError('Error: Could not set password expire time: there is no VNC server; start with -vnc');
      options.vnc.expirePassword(passwordEnd(words.time, Date.now()));
      return '';
    },
  },
];
