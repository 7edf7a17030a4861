import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** Headers that let a page share memory between its threads. */
export const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
} as const;

/** Without `.mjs`, which many web servers don't know either: a browser takes no module that comes as anything else than JavaScript. */
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** A web server on the loopback. */
export interface Server extends AsyncDisposable {
  readonly url: string;
  /** The bytes that it has sent so far; a test may empty it. */
  readonly sent: Uint8Array[];
  /** Milliseconds before each answer; a test may change it. */
  delay: number;
}

/** Serves a folder, and files outside it by names of their own, with these headers on all that it answers. */
export async function serve(
  folder: string,
  headers: Readonly<Record<string, string>>,
  others: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<Server> {
  const sent: Uint8Array[] = [];
  const contentOf = async (path: string) => {
    const other = others[path];
    if (other instanceof Uint8Array) return other;
    return await readFile(other ?? join(folder, normalize(path)));
  };
  const answer = async (path: string, range: string | undefined, response: ServerResponse) => {
    const content = await contentOf(path).catch(() => undefined);
    const type = types[extname(path)] ?? 'application/octet-stream';
    const part = content && partOf(content, range);
    const [status, body] = part ? [206, part.bytes] : [content ? 200 : 404, content];
    const ranges = part && { 'content-range': part.range };
    if (body) sent.push(body);
    response.writeHead(status, { ...headers, ...ranges, 'content-type': type }).end(body);
  };
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost');
    if (served.delay > 0) await wait(served.delay);
    await answer(pathname === '/' ? '/index.html' : pathname, request.headers.range, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const served: Server = {
    ...{ url: `http://127.0.0.1:${port}/`, sent, delay: 0 },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return served;
}

/** The part that a request for a range asks for (RFC 9110, 14.2). */
function partOf(content: Uint8Array, range = ''): { bytes: Uint8Array; range: string } | undefined {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range)?.map(Number) ?? [];
  if (first === undefined || first >= content.length) return undefined;
  const bytes = content.subarray(first, last + 1);
  return { bytes, range: `bytes ${first}-${first + bytes.length - 1}/${content.length}` };
}
