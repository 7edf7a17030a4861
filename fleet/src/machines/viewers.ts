import type { Duplex } from 'node:stream';
import { fromViewer, type ScreenKind, ScreenMessage } from './screen-messages.ts';
import type { MachineScreen } from './screens.ts';

/** Connections with a machine's screen at the same time, and bytes that go to a viewer at once. */
const [MOST_VIEWERS, MOST_BYTES] = [32, 256 << 10];

/** Sends a message to who asked. False: nobody hears it, or the machine is not on this host any more. */
export type ShowTo = (id: string, kind: ScreenKind, bytes: Uint8Array) => Promise<boolean>;

/** Those who look at a machine's screen, from wherever they are. */
export class Viewers {
  readonly #screen: MachineScreen;
  readonly #show: ShowTo;
  /** Undefined: it is being opened. */
  readonly #connections = new Map<string, Duplex | undefined>();

  constructor(screen: MachineScreen, show: ShowTo) {
    this.#screen = screen;
    this.#show = show;
  }

  /** A message of one of them. */
  hear(message: Uint8Array): void {
    const { kind, id, bytes } = fromViewer(message);
    if (kind === ScreenMessage.open) void this.#open(id);
    else if (kind === ScreenMessage.picture) void this.#picture(id);
    else if (kind === ScreenMessage.bytes) this.#connections.get(id)?.write(bytes);
    else this.#end(id);
  }

  /** Whoever leaves while it is being opened has it no more. */
  #end(id: string): void {
    this.#connections.get(id)?.destroy();
    this.#connections.delete(id);
  }

  async #open(id: string): Promise<void> {
    let why = '';
    try {
      if (this.#connections.size >= MOST_VIEWERS) throw new Error(`there are ${MOST_VIEWERS} viewers already`);
      this.#connections.set(id, undefined);
      const connection = await this.#screen.view();
      if (!this.#connections.has(id)) return void connection.destroy();
      this.#connections.set(id, connection);
      // VNC sends a picture when it is asked for one: nothing piles up.
      for await (const part of connection as AsyncIterable<Buffer>)
        if (!(await this.#showAll(id, part))) return this.#end(id);
    } catch (error) {
      why = (error as Error).message;
    } finally {
      this.#connections.delete(id);
      await this.#tell(id, ScreenMessage.end, new TextEncoder().encode(why));
    }
  }

  /** False: nobody is there any more. */
  async #showAll(id: string, part: Uint8Array): Promise<boolean> {
    for (let at = 0; at < part.length; at += MOST_BYTES)
      if (!(await this.#show(id, ScreenMessage.bytes, part.subarray(at, at + MOST_BYTES)))) return false;
    return true;
  }

  async #picture(id: string): Promise<void> {
    try {
      await this.#show(id, ScreenMessage.picture, await this.#screen.picture());
    } catch (error) {
      await this.#tell(id, ScreenMessage.end, new TextEncoder().encode((error as Error).message));
    }
  }

  /** Redis may be away, and the viewer with it. */
  async #tell(id: string, kind: ScreenKind, bytes: Uint8Array): Promise<void> {
    await this.#show(id, kind, bytes).catch(() => false);
  }

  close(): void {
    for (const id of this.#connections.keys()) this.#end(id);
  }
}
