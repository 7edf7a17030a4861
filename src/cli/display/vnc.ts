import { ConfigurationError, listenForVnc, type Machine, type VncServer } from '../../index.ts';
import { type ListenAddress, placeText } from '../../options/listen-address.ts';
import { vncPlace } from '../../vnc/address.ts';
import type { Flag } from '../flag.ts';
import { parseProperties, parseSwitch } from '../properties.ts';
import type { Settings } from '../settings.ts';

const sharings = ['allow-exclusive', 'force-shared', 'ignore'] as const;

/** Flags of the server for VNC viewers. */
export const vncFlags: readonly Flag[] = [
  {
    names: ['vnc'],
    argument:
      '[HOST]:N|unix:PATH|none[,to=N][,password=on][,websocket=on|PORT][,share=allow-exclusive|force-shared|ignore]',
    help: 'show the screen to VNC viewers',
    details:
      'The port is 5900 + N of HOST (default: 127.0.0.1), or with to= the first free one up to that. password=on: nobody is let in before the monitor has set one. websocket: for viewers in pages, at port 5700 + N or PORT, which has such a page itself.',
    apply: (settings, text) => withVnc(settings, text),
  },
];

/** @throws ConfigurationError for what is no display */
export function withVnc(settings: Settings, text: string): Settings {
  const properties = parseProperties(text, 'vnc', ['to', 'password', 'websocket', 'share']);
  const { vnc = '', to, password = 'off', websocket, share = 'allow-exclusive' } = properties;
  if (vnc === 'none') return { ...settings, vnc: null };
  const known = sharings.find((name) => name === share);
  if (known === undefined)
    throw new ConfigurationError(`share=${share} is not supported; it is one of ${sharings.join(', ')}`);
  // A property without a "=" has its own name as value.
  const asksPassword = parseSwitch('password', password);
  const { address, ...others } = vncPlace(vnc, to, websocket === 'websocket' ? 'on' : websocket);
  return { ...settings, vnc: { address, ...others, share: known, ...(asksPassword && { password: '' }) } };
}

const NO_ADAPTER =
  '-vnc, -display web: there is no display adapter; it takes firmware, as with a disk or -bios, and no -vga none';
const NONE_CAME =
  '-vnc: the machine that -incoming names has no display adapter, and cannot get one; leave -vnc out, or start it with -vga std where it comes from';

/** Lets viewers come, as -vnc says; undefined: it says nothing. */
export async function openVnc(
  machine: Machine,
  { vnc, incoming = 'defer', machine: { name } }: Settings,
  note: (message: string) => void,
): Promise<VncServer | undefined> {
  if (!vnc) return undefined;
  if (!machine.screen.isThere) throw new ConfigurationError(incoming === 'defer' ? NO_ADAPTER : NONE_CAME);
  const log = (message: string) => note(`rawiron: ${message}`);
  const server = await listenForVnc(machine, vnc.address, { ...vnc, ...(name !== undefined && { name }), log });
  const { address, websocketAddress } = server;
  const page = websocketAddress ? `, and browsers at ${pageUrl(websocketAddress)}` : '';
  log(`VNC viewers may connect at ${placeText(address)}${page}`);
  return server;
}

function pageUrl(address: ListenAddress): string {
  if ('path' in address) return placeText(address);
  const { host, port } = address;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}/`;
}
