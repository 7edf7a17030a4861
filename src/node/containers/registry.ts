import { type ImageSource, imageOf } from '../../containers/layout.ts';
import {
  type Descriptor,
  fieldsOf,
  type ImageManifest,
  jsonOf,
  MOST_DOCUMENT,
  manifestTypes,
} from '../../containers/manifest.ts';
import { type ImageReference, referenceText } from '../../containers/reference.ts';
import { type Bytes, verified, wholeOf } from '../../containers/streams.ts';
import { ConfigurationError, messageOf } from '../../util/errors.ts';
import type { Progress } from '../../util/progress.ts';
import { nodeTools } from './image-tools.ts';

/** Where names of this registry are served; it is the one whose names and addresses differ. */
const DOCKER = { name: 'docker.io', host: 'registry-1.docker.io' };
/** Milliseconds in which a registry that is asked sends nothing, after which it is given up. */
const PATIENCE = 60_000;

/**
 * An image of a registry, by the distribution protocol (OCI distribution specification).
 * @param credentials name and password with a colon between them; undefined: none
 * @param patience milliseconds in which the registry may send nothing
 * @throws ConfigurationError
 */
export async function openRegistryImage(
  reference: ImageReference,
  credentials: string | undefined,
  progress: Progress,
  patience = PATIENCE,
): Promise<ImageSource> {
  const name = referenceText(reference);
  const registry = new Registry(reference, credentials, patience);
  progress(`Asking for ${name}`);
  const bytes = await registry.manifest();
  const image: ImageManifest = await imageOf(bytes, { name, document: (one) => registry.document(one) });
  return {
    name,
    isLocal: false,
    config: () => registry.blobWhole(image.config),
    layers: async () => image.layers.map((layer) => () => registry.blob(layer)),
  };
}

/** One repository of a registry. */
class Registry {
  readonly #reference: ImageReference;
  readonly #name: string;
  readonly #base: URL;
  readonly #credentials: string | undefined;
  readonly #patience: number;
  #authorization: string | undefined;

  constructor(reference: ImageReference, credentials: string | undefined, patience: number) {
    const { registry, repository } = reference;
    this.#reference = reference;
    this.#name = referenceText(reference);
    const host = registry === DOCKER.name ? DOCKER.host : registry;
    // As Docker: what cannot be read on the way needs no secrets.
    this.#base = new URL(`${isLoopback(host) ? 'http' : 'https'}://${host}/v2/${repository}/`);
    this.#credentials = credentials;
    this.#patience = patience;
  }

  /** The manifest, or index, of the name. One that was asked for by its digest is checked. */
  async manifest(): Promise<Uint8Array> {
    const { tag, digest } = this.#reference;
    const response = await this.#get(`manifests/${digest ?? tag}`, manifestTypes.join(', '));
    const bytes = await this.#limited(response, MOST_DOCUMENT);
    if (digest === undefined) return bytes;
    return await wholeOf(verified(once(bytes), { mediaType: '', digest, size: bytes.length }, this.#name, nodeTools));
  }

  async document(descriptor: Descriptor): Promise<Uint8Array> {
    const response = await this.#get(`manifests/${descriptor.digest}`, manifestTypes.join(', '));
    return await wholeOf(verified(this.#body(response), descriptor, this.#name, nodeTools));
  }

  async blobWhole(descriptor: Descriptor): Promise<Uint8Array> {
    if (descriptor.size > MOST_DOCUMENT)
      throw new ConfigurationError(`${this.#name}: the configuration has ${descriptor.size} bytes`);
    return await wholeOf(this.blob(descriptor));
  }

  async *blob(descriptor: Descriptor): Bytes {
    yield* verified(this.#body(await this.#get(`blobs/${descriptor.digest}`)), descriptor, this.#name, nodeTools);
  }

  async #limited(response: Response, most: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of this.#body(response)) {
      length += part.length;
      if (length > most) throw new ConfigurationError(`${this.#name}: an answer is longer than ${most} bytes`);
      parts.push(part);
    }
    return Buffer.concat(parts);
  }

  async #get(path: string, accept?: string): Promise<Response> {
    const first = await this.#fetch(path, accept);
    if (first.status !== 401) return this.#checked(first);
    await first.body?.cancel();
    this.#authorization = await this.#authorize(first.headers.get('www-authenticate') ?? '');
    return this.#checked(await this.#fetch(path, accept));
  }

  async #fetch(path: string, accept?: string): Promise<Response> {
    const headers = {
      ...(accept && { accept }),
      ...(this.#authorization && { authorization: this.#authorization }),
    };
    return await this.#ask(new URL(path, this.#base), headers);
  }

  async #ask(url: URL, headers: Record<string, string>): Promise<Response> {
    const abort = new AbortController();
    const asked = fetch(url, { headers, signal: abort.signal });
    try {
      return await this.#soon(asked);
    } catch (error) {
      abort.abort();
      throw this.#failure(`${url.host} cannot be reached`, error);
    }
  }

  /** The bytes of an answer. However long they take in all, none of them may take too long. */
  async *#body(response: Response): Bytes {
    const reader = response.body?.getReader();
    if (reader === undefined) return;
    try {
      for (;;) {
        const { value, done } = await this.#soon(reader.read());
        if (done) return;
        yield value;
      }
    } catch (error) {
      throw this.#failure(`${new URL(response.url).host} breaks off`, error);
    } finally {
      // This closes the connection, unless all has come.
      void reader.cancel().catch(() => {});
    }
  }

  /** Waits for the registry's next data, as long as the patience lasts. */
  async #soon<Sent>(sent: Promise<Sent>): Promise<Sent> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`it has sent nothing for ${this.#patience / 1000} s`)),
      this.#patience,
    );
    try {
      return await Promise.race([sent, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  #failure(what: string, error: unknown): ConfigurationError {
    return new ConfigurationError(`${this.#name}: ${what}: ${messageOf((error as Error).cause ?? error)}`);
  }

  #checked(response: Response): Response {
    if (response.ok) return response;
    void response.body?.cancel();
    const { status } = response;
    const why =
      status === 401 || status === 403
        ? 'the registry lets nobody without the right name and password have it (--creds NAME:PASSWORD)'
        : status === 404
          ? 'the registry has no such image'
          : `the registry answers with ${status} ${response.statusText}`;
    throw new ConfigurationError(`${this.#name}: ${why}`);
  }

  /** Does what the registry asks for before it gives something (distribution specification: token authentication). */
  async #authorize(challenge: string): Promise<string> {
    if (challenge === '')
      throw new ConfigurationError(`${this.#name}: the registry lets nobody have it, and does not say how one may`);
    const [scheme = '', rest = ''] = challenge.split(/ (.*)/s);
    const basic = this.#credentials && `Basic ${Buffer.from(this.#credentials).toString('base64')}`;
    if (/^basic$/i.test(scheme)) {
      if (basic) return basic;
      throw new ConfigurationError(`${this.#name}: the registry asks for a name and password (--creds NAME:PASSWORD)`);
    }
    const fields = Object.fromEntries([...rest.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key!, value!]));
    const realm = URL.canParse(fields.realm ?? '') ? new URL(fields.realm!) : undefined;
    const isSafe =
      realm?.protocol === 'https:' ||
      (realm?.protocol === 'http:' && isLoopback(realm.host) && isLoopback(this.#base.host));
    if (!/^bearer$/i.test(scheme) || realm === undefined || !isSafe)
      throw new ConfigurationError(`${this.#name}: the registry asks for what cannot be given: ${challenge}`);
    if (fields.service) realm.searchParams.set('service', fields.service);
    realm.searchParams.set('scope', fields.scope ?? `repository:${this.#reference.repository}:pull`);
    const response = this.#checked(await this.#ask(realm, basic ? { authorization: basic } : {}));
    return `Bearer ${this.#token(await this.#limited(response, MOST_DOCUMENT), realm.host)}`;
  }

  /** The token of an answer, which goes into a header (RFC 6750, b64token, and what else is visible). */
  #token(answer: Uint8Array, host: string): string {
    const { token, access_token } = fieldsOf(jsonOf(answer, `${this.#name}: what ${host} answers`));
    const text = token ?? access_token;
    if (typeof text === 'string' && /^[!-~]+$/.test(text)) return text;
    throw new ConfigurationError(`${this.#name}: ${host} gives no token that can be used`);
  }
}

/** An address of this host alone, with its port. */
function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(host);
}

async function* once(bytes: Uint8Array): Bytes {
  yield bytes;
}
