import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { digestOf } from '../digest.ts';
import { FleetError } from '../error.ts';
import { OPERATOR } from './names.ts';
import { Tenants, TOKENS } from './tenants.ts';

/**
 * Rights that a token gives. view: lists, and pictures of screens. console: serial lines and screens, both ways. machines: to start, end and change
 * them. images: to add and remove them. jobs: to submit them and have their results. hosts: to see hosts and queues, which only tokens without a tenant can have.
 */
export const scopes = ['view', 'console', 'machines', 'images', 'jobs', 'hosts'] as const;
export type Scope = (typeof scopes)[number];

/** The rights of who has a token. */
export interface Rights {
  readonly tenant: string;
  readonly scopes: readonly Scope[];
}

/** A token, without its secret. */
export interface TokenRecord extends Rights {
  readonly id: string;
  /** When it was made, as ISO 8601 has it. */
  readonly created: string;
}

/** Begins a token. It has 256 random bits, so a quick digest is enough. */
const PREFIX = 'rwf_';
/** Digits of a token's digest by which people name it. */
const ID_DIGITS = 12;

/** @throws FleetError for a scope that there is not */
export function checkedScopes(names: readonly string[]): readonly Scope[] {
  const wrong = names.find((name) => !(scopes as readonly string[]).includes(name));
  if (wrong === undefined && names.length > 0) return names as readonly Scope[];
  throw new FleetError(`'${wrong ?? ''}' is no scope; there are ${scopes.join(', ')}`);
}

/** The tokens of a fleet, in Redis. */
export class Tokens {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /**
   * Makes a token. Nobody can find it out later.
   * @throws FleetError if there is no such tenant
   */
  async create({ tenant, scopes }: Rights): Promise<string> {
    if (tenant !== OPERATOR) {
      await new Tenants(this.#redis).find(tenant);
      if (scopes.includes('hosts'))
        throw new FleetError('the scope hosts is for tokens without a tenant: hosts have the machines of all');
    }
    const token = PREFIX + randomBytes(32).toString('base64url');
    const kept = { tenant, scopes, created: new Date().toISOString() };
    await this.#redis.hset(TOKENS, digest(token), JSON.stringify(kept));
    return token;
  }

  async list(): Promise<readonly TokenRecord[]> {
    const all = Object.entries(await this.#redis.hgetall(TOKENS)).map(([digest, text]) => recordOf(digest, text));
    return all.sort((a, b) => a.created.localeCompare(b.created));
  }

  /** @throws FleetError if there is none with this ID */
  async revoke(id: string): Promise<void> {
    const digests = (await this.#redis.hkeys(TOKENS)).filter((digest) => digest.slice(0, ID_DIGITS) === id);
    if (digests.length === 0) throw new FleetError(`there is no token '${id}'; 'rawiron-fleet token list' shows all`);
    await this.#redis.hdel(TOKENS, ...digests);
  }

  /** Undefined: it is not valid. */
  async check(token: string): Promise<TokenRecord | undefined> {
    if (!token.startsWith(PREFIX) || token.length > 100) return undefined;
    const found = await this.#redis.hget(TOKENS, digest(token));
    return found === null ? undefined : recordOf(digest(token), found);
  }
}

const digest = (token: string): string => digestOf(new TextEncoder().encode(token));

function recordOf(digest: string, text: string): TokenRecord {
  return { id: digest.slice(0, ID_DIGITS), ...(JSON.parse(text) as Omit<TokenRecord, 'id'>) };
}
