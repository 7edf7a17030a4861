import { hostOf, type ListenAddress, OWN_HOST } from '../options/listen-address.ts';
import { ConfigurationError } from '../util/errors.ts';

/** The default address of `-s`, and of the monitor's `gdbserver`. */
export const usualGdbPlace = 'tcp::1234';

/**
 * The address of a text such as `tcp::1234` or `unix:/tmp/gdb`. That it listens and doesn't wait goes without saying, as in QEMU.
 * @throws ConfigurationError
 */
export function gdbAddress(text: string): ListenAddress {
  const [place = '', ...properties] = text.split(',');
  const [, kind, path = '', host = '', port = ''] = /^(?:(unix):(.+)|tcp:(.*):(\d+))$/s.exec(place) ?? [];
  const isKnown = properties.every((property) => /^(server(=on)?|wait=off|nowait|nodelay(=on)?)$/.test(property));
  if (isKnown && kind !== undefined) return { path };
  if (isKnown && port !== '' && Number(port) < 65_536) return { host: hostOf(host) ?? OWN_HOST, port: Number(port) };
  throw new ConfigurationError(`gdb cannot attach at '${text}'; give tcp:HOST:PORT or unix:PATH`);
}
