import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Answer } from './exchange.ts';

const folderOf = (address: string): string => fileURLToPath(new URL('.', address));

/** Folders of the page, by the beginnings of their addresses; the longest are first. */
const folders: readonly (readonly [prefix: string, folder: string])[] = [
  ['/page/vendor/novnc/', join(folderOf(import.meta.resolve('@novnc/novnc')), '..')],
  ['/page/vendor/xterm/', join(folderOf(import.meta.resolve('@xterm/xterm/package.json')))],
  ['/page/vendor/xterm-fit/', join(folderOf(import.meta.resolve('@xterm/addon-fit/package.json')))],
  ['/page/', fileURLToPath(new URL('../../page', import.meta.url))],
];

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
};

/** In a frame of another page a click that is meant for that one would be this one's. Terminals and viewers set styles. */
const policy = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' blob: data:",
  "connect-src 'self' ws: wss:",
  "frame-ancestors 'none'",
  "form-action 'self'",
].join('; ');

/** A file of the page of the fleet; it has nothing that is secret. Undefined: there is none at this address. */
export async function pageFile(pathname: string): Promise<Answer | undefined> {
  const path = pathname === '/' ? '/page/index.html' : pathname;
  const [prefix, folder] = folders.find(([prefix]) => path.startsWith(prefix)) ?? [];
  const type = types[extname(path)];
  if (prefix === undefined || folder === undefined || type === undefined) return undefined;
  const file = normalize(join(folder, path.slice(prefix.length)));
  if (!file.startsWith(join(folder, sep))) return undefined;
  const body = await readFile(file).catch(() => undefined);
  const headers = {
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache',
  };
  return body && { type, body, headers };
}
