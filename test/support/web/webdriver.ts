import type { BrowserClient } from './client.ts';

/** Milliseconds that a script may take; the tests have limits of their own. */
const SCRIPT_LIMIT = 600_000;

/** A client of W3C WebDriver (sections 8 to 15), with what the tests need of it. */
export class WebDriver implements BrowserClient {
  readonly #session: string;
  /** The tab that commands go to. */
  #tab = '';

  readonly version: string;

  private constructor(session: string, version: string) {
    this.#session = session;
    this.version = version;
  }

  /** Begins a session with a driver at an address such as "http://127.0.0.1:PORT", with these capabilities. */
  static async connect(address: string, alwaysMatch: object): Promise<WebDriver> {
    const request = { capabilities: { alwaysMatch } };
    const { sessionId, capabilities } = await send<Session>('POST', `${address}/session`, request);
    const client = new WebDriver(`${address}/session/${sessionId}`, capabilities.browserVersion);
    await client.#post('timeouts', { script: SCRIPT_LIMIT });
    return client;
  }

  async open(url: string): Promise<string> {
    const { handle } = await this.#post<{ handle: string }>('window/new', { type: 'window' });
    await this.#goTo(handle);
    await this.#post('url', { url });
    // WebKit's driver may answer before the new tab has begun with it.
    const loaded = `new Promise((resolve) => {
      const look = () => (location.href !== 'about:blank' && document.readyState === 'complete' ? resolve('') : setTimeout(look, 20));
      look();
    })`;
    await this.evaluate(handle, loaded);
    return handle;
  }

  async evaluate(tab: string, expression: string): Promise<string> {
    await this.#goTo(tab);
    const script = `const done = arguments[0]; (async () => (${expression}))().then(
      (value) => done({ value }), (error) => done({ error: String(error) }));`;
    const answer = await this.#post<{ value: string; error?: string }>('execute/async', { script, args: [] });
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.value;
  }

  async close(tab: string): Promise<void> {
    await this.#goTo(tab);
    await send('DELETE', `${this.#session}/window`);
    this.#tab = '';
  }

  async press(tab: string, value: string): Promise<void> {
    await this.#goTo(tab);
    const actions = (['keyDown', 'keyUp'] as const).map((type) => ({ type, value }));
    await this.#post('actions', { actions: [{ type: 'key', id: 'keyboard', actions }] });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await send('DELETE', this.#session).catch(() => {});
  }

  async #goTo(handle: string): Promise<void> {
    if (this.#tab !== handle) await this.#post('window', { handle });
    this.#tab = handle;
  }

  #post<Value>(command: string, body: object): Promise<Value> {
    return send('POST', `${this.#session}/${command}`, body);
  }
}

interface Session {
  readonly sessionId: string;
  readonly capabilities: { readonly browserVersion: string };
}

/** One command (section 6.3). Throws with the error that the driver names. */
async function send<Value>(method: 'POST' | 'DELETE', address: string, body?: object): Promise<Value> {
  const response = await fetch(address, { method, ...(body && { body: JSON.stringify(body) }) });
  const { value } = (await response.json()) as { value: Value & { error?: string; message?: string } };
  if (!response.ok) throw new Error(`${value.error}: ${value.message}`);
  return value;
}
