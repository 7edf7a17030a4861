import type { Socket } from 'node:net';
import { WebSocketServer } from './websocket-server.ts';

/** A relay on the loopback: each binary message of one client goes to all others. */
export class RelayServer extends WebSocketServer {
  static async start(port = 0): Promise<RelayServer> {
    const relay = new RelayServer();
    await relay.listen(port);
    return relay;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/`;
  }

  /** Says something that is no frame to all. */
  say(text: string): void {
    for (const client of this.clients) this.sendText(client, text);
  }

  /** A binary message of the relay's own for all. */
  send(bytes: Uint8Array): void {
    for (const client of this.clients) this.sendBytes(client, bytes);
  }

  protected override received(payload: Buffer, from: Socket): void {
    for (const client of this.clients) if (client !== from) this.sendBytes(client, payload);
  }
}
