import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { OPERATOR } from '../tenants/names.ts';
import { type Rights, scopes, type Tokens } from '../tenants/tokens.ts';

/** The cookie of the page, and what a WebSocket's protocol begins with that is a token: pages cannot give headers for those. */
const COOKIE = 'rawiron-token';
const PROTOCOL = 'token.';

/** How a gateway finds out the rights of who asks. */
export interface AuthoritySettings {
  readonly tokens: Tokens;
  /** Without a token everything is allowed, to programs of this computer and to pages that it gave. */
  readonly isOpen: boolean;
  /** Pages of other origins that may ask. */
  readonly origins: readonly string[];
}

const ALL: Rights = { tenant: OPERATOR, scopes };

/** Whether an address is this computer's own. */
export function isLoopback(address: string): boolean {
  return /^(127(\.\d{1,3}){3}|::1|localhost|(.+\.)?localhost)$/.test(address.toLowerCase());
}

/** Undefined: the request has no token, and needs one, or has one that is not valid. */
export async function rightsOf(
  request: IncomingMessage,
  { tokens, isOpen }: AuthoritySettings,
): Promise<Rights | undefined> {
  const token = tokenOf(request);
  if (token !== undefined) return await tokens.check(token);
  return isOpen ? ALL : undefined;
}

/** The header that gives a page its token, which its scripts cannot read; empty: that takes it away. */
export function cookieOf(token: string, isSecure: boolean): string {
  const end = token === '' ? 'Max-Age=0' : 'Max-Age=2592000';
  return `${COOKIE}=${token}; Path=/; HttpOnly; SameSite=Strict; ${end}${isSecure ? '; Secure' : ''}`;
}

/** The token of a request, by a header, a WebSocket's protocol, or the page's cookie. */
export function tokenOf({ headers }: IncomingMessage): string | undefined {
  const [, bearer] = headers.authorization?.match(/^Bearer +(\S+)$/i) ?? [];
  const protocols = headers['sec-websocket-protocol']?.split(/\s*,\s*/) ?? [];
  const protocol = protocols.find((name) => name.startsWith(PROTOCOL))?.slice(PROTOCOL.length);
  const cookies = headers.cookie?.split(/\s*;\s*/) ?? [];
  const cookie = cookies.find((text) => text.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
  return bearer ?? protocol ?? (cookie || undefined);
}

/**
 * Whether a page, if it is one, may ask: one of this gateway, or of a named origin. Where no token is needed, the name by which it was reached must be
 * one that nobody else can give to this computer.
 */
export function isWelcome({ headers }: IncomingMessage, { isOpen, origins }: AuthoritySettings): boolean {
  const { origin, host } = headers;
  if (isOpen && !isOwnName(hostname(`http://${host}`))) return false;
  if (origin === undefined || origins.includes(origin)) return true;
  return host !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}

const isOwnName = (name: string): boolean => isLoopback(name) || isIP(name) !== 0;

function hostname(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[(.*)\]$/, '$1') : '';
}
