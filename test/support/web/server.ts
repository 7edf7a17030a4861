import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

/** Headers that let a page share memory between its threads. */
export const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
} as const;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** A web server on the loopback. */
export interface Server extends AsyncDisposable {
  readonly url: string;
}

/** Serves a folder, and files outside it by names of their own, with these headers on all that it answers. */
export async function serve(
  folder: string,
  headers: Readonly<Record<string, string>>,
  others: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<Server> {
  const contentOf = async (path: string) => {
    const other = others[path];
    if (other instanceof Uint8Array) return other;
    return await readFile(other ?? join(folder, normalize(path)));
  };
  const answer = async (path: string, response: ServerResponse) => {
    const content = await contentOf(path).catch(() => undefined);
    const type = types[extname(path)] ?? 'application/octet-stream';
    response.writeHead(content ? 200 : 404, { ...headers, 'content-type': type }).end(content);
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost');
    void answer(pathname === '/' ? '/index.html' : pathname, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
