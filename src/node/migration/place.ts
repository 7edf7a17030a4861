import { ConfigurationError } from '../../errors.ts';
import type { ListenAddress } from '../../listen-address.ts';

/** Where a machine goes to, or comes from: QEMU's URIs of migrations. */
export type MigrationPlace =
  | { readonly kind: 'socket'; readonly address: ListenAddress }
  | { readonly kind: 'exec'; readonly command: string }
  | { readonly kind: 'file'; readonly path: string };

/**
 * The place of a text such as `tcp:host:4444`, `unix:/tmp/machine`, `exec:cat > machine` or `file:machine`.
 * @throws ConfigurationError
 */
export function migrationPlace(text: string): MigrationPlace {
  const [, kind, rest] = /^(unix|exec|file):(.+)$/s.exec(text) ?? [];
  if (kind === 'unix') return { kind: 'socket', address: { path: rest } };
  if (kind === 'exec') return { kind, command: rest };
  if (kind === 'file') return { kind, path: rest };
  const [, host = '', port = ''] = /^tcp:(.*):(\d+)$/s.exec(text) ?? [];
  if (port !== '' && Number(port) < 65_536)
    return { kind: 'socket', address: { host: host.replace(/^\[(.*)\]$/, '$1') || '127.0.0.1', port: Number(port) } };
  throw new ConfigurationError(
    `a machine cannot go to or come from '${text}'; give tcp:HOST:PORT, unix:PATH, exec:COMMAND or file:FILE`,
  );
}
