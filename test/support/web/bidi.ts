import type { BrowserClient } from './client.ts';

/** A client of WebDriver BiDi (W3C, "WebDriver BiDi", section 3), with what the tests need of it. */
export class Bidi implements BrowserClient {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #last = 0;
  #version = '';

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data as string) as Answer);
    socket.onclose = () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the browser has closed the connection'));
    };
  }

  /** Begins a session at an address such as "ws://127.0.0.1:PORT". */
  static async connect(address: string): Promise<Bidi> {
    const socket = new WebSocket(`${address}/session`);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error(`cannot connect to ${address}`));
    });
    const client = new Bidi(socket);
    const { capabilities } = (await client.#send('session.new', { capabilities: {} })) as Session;
    client.#version = capabilities.browserVersion;
    return client;
  }

  get version(): string {
    return this.#version;
  }

  async open(url: string): Promise<string> {
    const { context } = (await this.#send('browsingContext.create', { type: 'tab' })) as { context: string };
    await this.#send('browsingContext.navigate', { context, url, wait: 'complete' });
    return context;
  }

  async evaluate(context: string, expression: string): Promise<string> {
    const answer = (await this.#send('script.evaluate', {
      ...{ expression, target: { context }, awaitPromise: true, userActivation: true },
    })) as Evaluated;
    if (answer.type === 'exception') throw new Error(answer.exceptionDetails.text);
    return answer.result.value;
  }

  async close(context: string): Promise<void> {
    await this.#send('browsingContext.close', { context });
  }

  async press(context: string, value: string): Promise<void> {
    const actions = (['keyDown', 'keyUp'] as const).map((type) => ({ type, value }));
    await this.#send('input.performActions', { context, actions: [{ type: 'key', id: 'keyboard', actions }] });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#send('browser.close', {}).catch(() => {});
    this.#socket.close();
  }

  #send(method: string, params: object): Promise<unknown> {
    const id = ++this.#last;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(id, waiting);
    this.#socket.send(JSON.stringify({ id, method, params }));
    return waiting.promise;
  }

  #receive(answer: Answer): void {
    const waiting = answer.id === undefined ? undefined : this.#waiting.get(answer.id);
    if (waiting === undefined) return;
    this.#waiting.delete(answer.id!);
    if (answer.type === 'success') waiting.resolve(answer.result);
    else waiting.reject(new Error(`${answer.error}: ${answer.message}`));
  }
}

/** Events have no number; nobody asks for any. */
interface Answer {
  readonly id?: number;
  readonly type: 'success' | 'error' | 'event';
  readonly result?: unknown;
  readonly error?: string;
  readonly message?: string;
}

interface Session {
  readonly capabilities: { readonly browserVersion: string };
}

type Evaluated =
  | { readonly type: 'success'; readonly result: { readonly value: string } }
  | { readonly type: 'exception'; readonly exceptionDetails: { readonly text: string } };
