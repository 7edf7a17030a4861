import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { FleetError } from '../error.ts';
import { Registry } from './registry.ts';
import { type ScreenKind, ScreenMessage, screenChannel, toScreen, viewerChannel } from './screen-messages.ts';

/** Milliseconds between two looks at where the machine runs, and until a picture must have come. */
const [LOOK, PATIENCE] = [2000, 10_000];

/** Callbacks of a connection with a screen. */
export interface ViewListener {
  /** What the VNC server says. */
  data(bytes: Uint8Array): void;
  /** It is over; empty: the machine's host has ended it without a word. */
  end(why: string): void;
}

/** A connection with the VNC server of a machine, wherever that runs. */
export class MachineView implements AsyncDisposable {
  readonly #name: string;
  readonly #id = randomBytes(16).toString('hex');
  readonly #redis: Redis;
  readonly #hearing: Redis;
  readonly #listener: ViewListener;
  #timer: NodeJS.Timeout | undefined;
  #isOpen = true;

  private constructor(name: string, connect: () => Redis, listener: ViewListener) {
    this.#name = name;
    this.#listener = listener;
    this.#redis = connect();
    this.#hearing = connect();
    this.#hearing.on('messageBuffer', (_, message: Buffer) => this.#hear(message));
  }

  /** @throws FleetError if the machine does not run */
  static async open(name: string, connect: () => Redis, listener: ViewListener): Promise<MachineView> {
    return await MachineView.#ask(name, connect, ScreenMessage.open, listener);
  }

  static async #ask(name: string, connect: () => Redis, kind: ScreenKind, listener: ViewListener) {
    const view = new MachineView(name, connect, listener);
    try {
      await view.#begin(kind);
      return view;
    } catch (error) {
      await view[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The picture of a machine's screen, as PNG. @throws FleetError if there is none */
  static async picture(name: string, connect: () => Redis): Promise<Uint8Array> {
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    // It may come while the question is still on its way.
    promise.catch(() => {});
    const fail = (why: string) => reject(new FleetError(why));
    const view = await MachineView.#ask(name, connect, ScreenMessage.picture, { data: resolve, end: fail });
    const timer = setTimeout(fail, PATIENCE, `the host of ${name} has not answered in time`);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      await view[Symbol.asyncDispose]();
    }
  }

  async #begin(kind: ScreenKind): Promise<void> {
    const registry = new Registry(this.#redis);
    const { token } = await registry.find(this.#name);
    await this.#hearing.subscribe(viewerChannel(this.#id));
    await this.#say(kind);
    const look = async () => {
      const now = await registry.look(this.#name);
      if (now?.token !== token || now.owner === '') this.#end(`${this.#name} does not run there any more`);
      else await registry.use(this.#name);
    };
    this.#timer = setInterval(() => void look().catch(() => {}), LOOK).unref();
  }

  #hear(message: Buffer): void {
    if (message[0] === ScreenMessage.end) this.#end(message.subarray(1).toString());
    else this.#listener.data(message.subarray(1));
  }

  #end(why: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#listener.end(why);
  }

  /** Sends to the VNC server. */
  async send(bytes: Uint8Array): Promise<void> {
    await this.#say(ScreenMessage.bytes, bytes);
  }

  async #say(kind: ScreenKind, bytes?: Uint8Array): Promise<void> {
    if ((await this.#redis.publish(screenChannel(this.#name), toScreen(kind, this.#id, bytes))) === 0)
      throw new FleetError(`${this.#name} does not run now; 'rawiron-fleet ps' says why`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOpen = false;
    clearInterval(this.#timer);
    await this.#say(ScreenMessage.end).catch(() => {});
    for (const redis of [this.#hearing, this.#redis]) redis.disconnect();
  }
}
