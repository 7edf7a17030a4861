import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Redis } from 'ioredis';
import { FleetError } from '../error.ts';
import type { FleetMachines } from '../machines/machines.ts';
import type { ProcessMetrics } from '../metrics.ts';
import type { ObjectStore } from '../store.ts';
import type { Rights, Scope } from '../tenants/tokens.ts';
import type { Bound, Bounds } from './bound.ts';

/** A request to a gateway, and the part of the fleet that it may be about. */
export interface Exchange {
  readonly rights: Rights;
  /** Whether it came with a token. */
  readonly hasToken: boolean;
  /** The parts of its path that its route names. */
  readonly names: readonly string[];
  readonly query: URLSearchParams;
  /** The header of that name: what is asked for is done once with it. */
  readonly idempotencyKey: string | undefined;
  readonly machines: FleetMachines;
  /** The part of the store that is the tenant's, and all of it. */
  readonly store: ObjectStore;
  readonly allStore: ObjectStore;
  readonly redis: Redis;
  readonly bounds: Bounds;
  readonly metrics: ProcessMetrics;
  connect(): Redis;
  /** The body. @throws FleetError if it has more bytes, or whoever asks may not any more when it has come */
  body(most: number): Promise<Uint8Array>;
  /** @throws FleetError if whoever asks may not any more */
  check(): Promise<void>;
}

/** An answer: bytes or text of a type, or an object as JSON. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly type?: string;
  readonly body?: Uint8Array | string | object;
}

/** A kind of request. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: RegExp;
  /** Undefined: any token is enough. */
  readonly scope: Scope | undefined;
  answer(exchange: Exchange): Promise<Answer>;
}

/** Bytes of a body that is JSON, with modules of jobs in it. */
const MOST_JSON = 8 << 20;

/** A body that is an object in JSON; none: an empty one. @throws FleetError for what is not, or has more bytes */
export async function jsonOf(
  { body }: Pick<Exchange, 'body'>,
  most: number = MOST_JSON,
): Promise<Readonly<Record<string, unknown>>> {
  const text = new TextDecoder().decode(await body(most));
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {}
  throw new FleetError('the body is no object in JSON');
}

/** Answers if there is a place for it among what its tenant has done at the same time; otherwise it may ask again later. */
export async function bounded(bound: Bound, { rights }: Exchange, answer: () => Promise<Answer>): Promise<Answer> {
  using place = bound.enter(rights.tenant);
  if (place !== undefined) return await answer();
  return { status: 429, headers: { 'retry-after': '10' }, body: 'too much of this is being done now; try again later' };
}

/** A text in a body. @throws FleetError if it is something else */
export function textIn(given: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = given[name];
  if (value === undefined || typeof value === 'string') return value;
  throw new FleetError(`${name} must be a text`);
}

/** A number in a body. @throws FleetError if it is something else */
export function numberIn(given: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = given[name];
  if (value === undefined || typeof value === 'number') return value;
  throw new FleetError(`${name} must be a number`);
}

/** A part of a path as it was before it was put there. @throws FleetError if it was not put there so */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new FleetError(`'${part}' is no part of an address`);
  }
}

/** Reads a request's body. @throws FleetError if it has more bytes */
export async function bodyOf(request: IncomingMessage, most: number): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > most) throw new FleetError(`the body has more than ${most} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Sends an answer. */
export function send(response: ServerResponse, { status = 200, headers = {}, type, body = '' }: Answer): void {
  const isPlain = typeof body === 'string' || body instanceof Uint8Array;
  const sent = { 'cache-control': 'no-store', 'content-type': type ?? (isPlain ? 'text/plain' : 'application/json') };
  // What cannot be said has no head either.
  const bytes = isPlain ? body : JSON.stringify(body);
  response.writeHead(status, { ...sent, ...headers }).end(bytes);
}
