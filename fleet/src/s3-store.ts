import { AwsClient } from 'aws4fetch';
import { StoreError } from './error.ts';
import { checkedKey, isKey, type ObjectStore, type StoredObject } from './store.ts';

/** A bucket, and who reads and writes in it. */
export interface BucketSettings {
  /** Address of the server, such as https://s3.example.com. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Begins the names of all objects; empty, or words with slashes between them. */
  readonly prefix: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

/** Times that a request is tried again whose server is busy, and milliseconds that one may take. */
const [RETRIES, PATIENCE] = [5, 60_000];

/** Objects in a bucket of a server that has the S3 protocol. */
export class S3Store implements ObjectStore {
  readonly place: string;
  readonly #address: string;
  readonly #prefix: string;
  readonly #client: AwsClient;

  constructor({ endpoint, bucket, prefix, region, accessKey, secretKey }: BucketSettings) {
    this.#prefix = prefix === '' ? '' : `${checkedKey(prefix)}/`;
    this.place = `s3://${bucket}/${prefix}`;
    this.#address = `${endpoint.replace(/\/+$/, '')}/${checkedKey(bucket)}`;
    const keys = { accessKeyId: accessKey, secretAccessKey: secretKey };
    this.#client = new AwsClient({ ...keys, service: 's3', region, retries: RETRIES });
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const answer = await this.#ask('GET', this.#path(key));
    return answer?.bytes;
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const answer = await this.#ask('PUT', this.#path(key), bytes);
    if (answer === undefined) throw new StoreError(`there is no bucket at ${this.#address}; make it first`);
  }

  async find(key: string): Promise<StoredObject | undefined> {
    const answer = await this.#ask('HEAD', this.#path(key));
    if (answer === undefined) return undefined;
    const [now, changed] = ['date', 'last-modified'].map((name) => Date.parse(answer.headers.get(name) ?? ''));
    return { key, bytes: Number(answer.headers.get('content-length')), age: now! - changed! };
  }

  async list(prefix: string): Promise<readonly StoredObject[]> {
    const found: StoredObject[] = [];
    let next: string | undefined;
    do {
      const words = new URLSearchParams({ 'list-type': '2', prefix: `${this.#prefix}${prefix}` });
      if (next !== undefined) words.set('continuation-token', next);
      const answer = await this.#ask('GET', `?${words}`);
      if (answer === undefined) throw new StoreError(`there is no bucket at ${this.#address}; make it first`);
      const page = textOf(answer.bytes);
      const now = Date.parse(answer.headers.get('date') ?? '');
      for (const [, entry] of page.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
        const key = fieldOf(entry!, 'Key')!.slice(this.#prefix.length);
        const [bytes, changed] = [Number(fieldOf(entry!, 'Size')), Date.parse(fieldOf(entry!, 'LastModified')!)];
        // Others may keep something in the bucket, too.
        if (isKey(key)) found.push({ key, bytes, age: now - changed });
      }
      next = fieldOf(page, 'NextContinuationToken');
    } while (next !== undefined);
    return found.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  async remove(key: string): Promise<void> {
    await this.#ask('DELETE', this.#path(key));
  }

  /** The server copies it. */
  async move(from: string, to: string): Promise<void> {
    const source = `${new URL(this.#address).pathname.replace(/^.*\//, '/')}${this.#path(from)}`;
    const answer = await this.#ask('PUT', this.#path(to), undefined, { 'x-amz-copy-source': source });
    if (answer === undefined) return;
    // A copy that fails after a while has a head of success (CopyObject, "Response and special errors").
    const failure = fieldOf(textOf(answer.bytes), 'Message');
    if (failure !== undefined) throw new StoreError(`${from} cannot be copied: ${failure}`);
    await this.remove(from);
  }

  /** An object is there as a whole or not at all. */
  async removeUnfinished(): Promise<void> {}

  #path(key: string): string {
    const name = `${this.#prefix}${checkedKey(key)}`;
    return `/${name.split('/').map(encodeURIComponent).join('/')}`;
  }

  /** Undefined: there is none. */
  async #ask(
    method: string,
    path: string,
    body?: Uint8Array,
    words: Readonly<Record<string, string>> = {},
  ): Promise<WholeAnswer | undefined> {
    const answer = await this.#fetch(method, path, body, words).catch((error: Error) => {
      throw new StoreError(`${this.#address} does not answer: ${messageOf(error)}`);
    });
    const { ok, status, statusText, headers, bytes } = answer;
    if (ok) return { headers, bytes };
    if (status === 404) return undefined;
    const text = textOf(bytes);
    const reason = fieldOf(text, 'Message') ?? fieldOf(text, 'Code') ?? statusText;
    throw new StoreError(`${method} ${this.#address}${path}: status ${status} ${reason}`.trim());
  }

  /** The connection may be lost in the middle of an answer, too. */
  async #fetch(
    method: string,
    path: string,
    body: Uint8Array | undefined,
    headers: Readonly<Record<string, string>>,
  ): Promise<Reply> {
    const answer = await this.#client.fetch(`${this.#address}${path}`, {
      ...{ method, headers, signal: AbortSignal.timeout(PATIENCE) },
      ...(body && { body: body as Uint8Array<ArrayBuffer> }),
    });
    const { ok, status, statusText } = answer;
    return { ok, status, statusText, headers: answer.headers, bytes: new Uint8Array(await answer.arrayBuffer()) };
  }
}

/** An answer with all of its body. */
interface WholeAnswer {
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

/** Any answer of the server. */
interface Reply extends WholeAnswer {
  readonly ok: boolean;
  readonly status: number;
  readonly statusText: string;
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** The reason of `fetch` is in the error's cause. */
const messageOf = ({ message, cause }: Error): string => (cause instanceof Error ? cause.message : message);

/** The text of an element of XML that holds no other one; undefined: there is none. Names and tokens have no characters that XML writes otherwise but &. */
function fieldOf(xml: string, name: string): string | undefined {
  const text = xml.match(new RegExp(`<${name}>([^<]*)</${name}>`))?.[1];
  return text?.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
