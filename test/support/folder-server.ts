import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A web server on the loopback that has some files by their paths, without range requests. */
export class FolderServer implements AsyncDisposable {
  readonly files: Map<string, string | Uint8Array>;
  /** Paths that it was asked for. */
  readonly asked: string[] = [];
  readonly #server: Server;

  private constructor(files: Readonly<Record<string, string | Uint8Array>>) {
    this.files = new Map(Object.entries(files));
    this.#server = createServer(({ url = '' }, response) => {
      const path = url.slice(1);
      this.asked.push(path);
      const content = this.files.get(path);
      response.setHeader('access-control-allow-origin', '*');
      if (path.endsWith('.html')) response.setHeader('content-type', 'text/html');
      response.writeHead(content === undefined ? 404 : 200).end(content);
    });
  }

  static async start(files: Readonly<Record<string, string | Uint8Array>>): Promise<FolderServer> {
    const server = new FolderServer(files);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  address(path: string): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${path}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** An index with files of one directory: name, bytes, contents. */
export function indexOf(files: readonly (readonly [name: string, size: number, contents: string])[]): string {
  const fsroot = files.map(([name, size, contents]) => [name, size, 1e9, 0o100644, 0, 0, contents]);
  return JSON.stringify({ fsroot, version: 3, size: 0 });
}
