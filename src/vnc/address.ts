import { hostOf, type ListenAddress, OWN_HOST } from '../options/listen-address.ts';
import { ConfigurationError } from '../util/errors.ts';

/** The port of display 0, and that of its WebSocket. */
const FIRST_PORT = 5900;
const FIRST_WEBSOCKET = 5700;
const MOST_DISPLAY = 65_535 - FIRST_PORT;

/** Where a display's viewers come to. */
export interface VncPlace {
  readonly address: ListenAddress;
  /** For TCP: the last display that may be taken instead. */
  readonly lastPort?: number;
  /** Viewers in pages. */
  readonly websocket?: ListenAddress;
  /** The last port that may be taken instead for these. */
  readonly lastWebsocketPort?: number;
}

/**
 * The place of a text such as `:1`, `127.0.0.1:1` or `unix:/tmp/vnc`, QEMU's numbers of displays.
 * @param to the last display that may be taken instead
 * @param websocket `on`, or a port
 * @throws ConfigurationError
 */
export function vncPlace(text: string, to?: string, websocket = 'off'): VncPlace {
  const [, path] = /^unix:(.+)$/s.exec(text) ?? [];
  const [, host, display] = /^(.*):(\d+)$/.exec(text) ?? [];
  if (path !== undefined) {
    if (to !== undefined) throw new ConfigurationError('to= is for displays of TCP; leave it out');
    return { address: { path }, ...websocketAt(OWN_HOST, websocket, undefined) };
  }
  if (display === undefined || Number(display) > MOST_DISPLAY)
    throw new ConfigurationError(
      `'${text}' is no display; give [HOST]:N, which is port ${FIRST_PORT} + N, or unix:PATH`,
    );
  const name = hostOf(host) ?? OWN_HOST;
  const last = to === undefined ? undefined : lastDisplay(to, Number(display));
  return {
    address: { host: name, port: FIRST_PORT + Number(display) },
    ...(last !== undefined && { lastPort: FIRST_PORT + last }),
    ...websocketAt(name, websocket, FIRST_WEBSOCKET + Number(display)),
    ...(last !== undefined && websocket === 'on' && { lastWebsocketPort: FIRST_WEBSOCKET + last }),
  };
}

function lastDisplay(to: string, display: number): number {
  if (/^\d+$/.test(to) && Number(to) >= display && Number(to) <= MOST_DISPLAY) return Number(to);
  throw new ConfigurationError(`to=${to} is no display; give a number from ${display} to ${MOST_DISPLAY}`);
}

function websocketAt(host: string, text: string, usual: number | undefined): { websocket?: ListenAddress } {
  if (text === 'off') return {};
  if (text === 'on' && usual !== undefined && usual < 65_536) return { websocket: { host, port: usual } };
  if (/^\d+$/.test(text) && Number(text) < 65_536) return { websocket: { host, port: Number(text) } };
  throw new ConfigurationError(`websocket=${text} is no port; give websocket=PORT`);
}
