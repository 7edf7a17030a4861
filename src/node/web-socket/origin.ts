import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { isLoopbackName } from '../../util/loopback.ts';

/**
 * Whether a page may connect without a password: one that this host gave, or the same address as the one asked for. Without this
 * any page that somebody opens in a browser here could use the machine.
 */
export function isOwnPage({ headers: { origin, host } }: IncomingMessage): boolean {
  // A program, not a page.
  if (origin === undefined) return true;
  const page = hostname(origin);
  if (page === null) return false;
  return isLoopbackName(page) || (isIP(bare(page)) !== 0 && page === hostname(`http://${host}`));
}

function hostname(url: string): string | null {
  return URL.canParse(url) ? new URL(url).hostname : null;
}

const bare = (name: string): string => name.replace(/^\[(.*)\]$/, '$1');
