import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A web server on the loopback with one file. */
export class WebServer implements AsyncDisposable {
  /** The contents that it serves. A test may put other bytes here, with another tag or none. */
  content: Uint8Array;
  etag: string | undefined = '"1"';
  lastModified: string | undefined;
  /** The ranges that it was asked for. */
  readonly asked: string[] = [];
  /** Answers in place of the file, one for each of the next requests. */
  readonly instead: Answer[] = [];
  readonly #server = createServer((request, response) => this.#answer(request, response));

  private constructor(content: Uint8Array) {
    this.content = content;
  }

  static async start(content: Uint8Array): Promise<WebServer> {
    const server = new WebServer(content);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  address(path = 'disk.img'): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${path}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.asked.push(request.headers.range ?? 'all');
    const answer = this.instead.shift() ?? this.send;
    answer(request, response);
  }

  /** Sends the part that is asked for. */
  readonly send: Answer = ({ headers }, response) => {
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '')!.map(Number);
    const size = this.content.length;
    if (this.etag !== undefined) response.setHeader('etag', this.etag);
    if (this.lastModified !== undefined) response.setHeader('last-modified', this.lastModified);
    if (from >= size) {
      response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
      return;
    }
    const part = this.content.subarray(from, to + 1);
    response.setHeader('content-range', `bytes ${from}-${from + part.length - 1}/${size}`);
    response.writeHead(206, { 'content-length': part.length }).end(part);
  };
}
