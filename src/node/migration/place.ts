import { hostOf, type ListenAddress, OWN_HOST } from '../../options/listen-address.ts';
import { ConfigurationError } from '../../util/errors.ts';

/** Where a machine goes to, or comes from: QEMU's URIs of migrations. */
export type MigrationPlace =
  | { readonly kind: 'socket'; readonly address: ListenAddress }
  | { readonly kind: 'web-socket-server'; readonly address: ListenAddress; readonly origin?: string }
  | { readonly kind: 'web-socket'; readonly url: string }
  | { readonly kind: 'exec'; readonly command: string }
  | { readonly kind: 'file'; readonly path: string };

/**
 * The place of a text such as `tcp:host:4444`, `unix:/tmp/machine`, `exec:cat > machine` or `file:machine`; or `ws:127.0.0.1:4444`, where
 * a page dials this process, whichever way the machine goes, and `ws://host:4444`, which this process dials.
 * @throws ConfigurationError
 */
export function migrationPlace(text: string): MigrationPlace {
  const [, kind, rest] = /^(unix|exec|file):(.+)$/s.exec(text) ?? [];
  if (kind === 'unix') return { kind: 'socket', address: { path: rest } };
  if (kind === 'exec') return { kind, command: rest };
  if (kind === 'file') return { kind, path: rest };
  if (/^wss?:\/\//.test(text)) return { kind: 'web-socket', url: text };
  const [, protocol, host = '', port = '', origin] = /^(tcp|ws):(.*):(\d+)(?:,origin=(.+))?$/s.exec(text) ?? [];
  const isRight = protocol !== undefined && Number(port) < 65_536 && (origin === undefined || protocol === 'ws');
  if (!isRight)
    throw new ConfigurationError(
      `a machine cannot go to or come from '${text}'; give tcp:HOST:PORT, unix:PATH, exec:COMMAND, file:FILE, ws:HOST:PORT (where a page connects), or ws://HOST:PORT`,
    );
  const address = { host: hostOf(host) ?? OWN_HOST, port: Number(port) };
  if (protocol === 'tcp') return { kind: 'socket', address };
  return { kind: 'web-socket-server', address, ...(origin !== undefined && { origin }) };
}
