import type { Redis } from 'ioredis';
import { FleetError } from '../error.ts';
import { MOST_JOBS } from '../tenants/job-room.ts';
import { OPERATOR } from '../tenants/names.ts';
import { type Quota, type Tenant, Tenants } from '../tenants/tenants.ts';
import { checkedScopes, scopes, type TokenRecord, Tokens } from '../tenants/tokens.ts';
import {
  connectorOf,
  type Flags,
  number,
  parsed,
  placeFlags,
  placeOf,
  sizeOf,
  table,
  text,
  type Words,
} from './settings.ts';

const { redis, store } = placeFlags;
export const tokenFlags: Flags = {
  redis: redis!,
  tenant: { value: 'NAME', help: 'whose it is (of nobody: it is for the machines of all)' },
  scopes: { value: 'LIST', help: `what it is for: ${scopes.join(',')} (view)` },
};
export const tenantFlags: Flags = {
  redis: redis!,
  store: store!,
  machines: { value: 'N', help: 'machines that it may have (any number)' },
  memory: { value: 'SIZE', help: 'memory that they may have together, such as 8G (all that there is)' },
  slots: { value: 'N', help: 'jobs that are done at the same time (any number)' },
  jobs: { value: 'N', help: `jobs that have not ended (${MOST_JOBS})` },
};

async function withRedis(words: Words, act: (redis: Redis) => Promise<readonly string[]>): Promise<number> {
  const redis = connectorOf(placeOf(words))();
  try {
    for (const line of await act(redis)) process.stdout.write(`${line}\n`);
  } finally {
    redis.disconnect();
  }
  return 0;
}

/** `token create`, `token list`, `token revoke ID`. */
export async function tokenCommand(args: readonly string[]): Promise<number> {
  const words = parsed(args, tokenFlags);
  const [action, id, ...more] = words.rest;
  return await withRedis(words, async (redis) => {
    const tokens = new Tokens(redis);
    if (action === 'create' && id === undefined) {
      const names = (text(words, 'scopes') ?? 'view').split(',');
      return [await tokens.create({ tenant: text(words, 'tenant') ?? OPERATOR, scopes: checkedScopes(names) })];
    }
    if (action === 'list' && id === undefined)
      return [table([['ID', 'TENANT', 'SCOPES', 'CREATED'], ...(await tokens.list()).map(tokenRow)])];
    if (action === 'revoke' && id !== undefined && more.length === 0) {
      await tokens.revoke(id);
      return [`${id} is not valid any more`];
    }
    throw new FleetError('token: give create, list, or revoke ID');
  });
}

const tokenRow = ({ id, tenant, scopes, created }: TokenRecord): string[] => [
  ...[id, tenant || '-', scopes.join(','), created.slice(0, 19)],
];

/** `tenant set NAME`, `tenant list`, `tenant rm NAME`. */
export async function tenantCommand(args: readonly string[]): Promise<number> {
  const words = parsed(args, tenantFlags);
  const [action, name, ...more] = words.rest;
  return await withRedis(words, async (redis) => {
    const tenants = new Tenants(redis);
    if (action === 'set' && name !== undefined && more.length === 0) {
      await tenants.set(name, quotaOf(words));
      return [tableOf([await tenants.find(name)])];
    }
    if (action === 'list' && name === undefined) return [tableOf(await tenants.list())];
    if (action === 'rm' && name !== undefined && more.length === 0) {
      await tenants.remove(name, placeOf(words).store);
      return [`${name} is gone, with its tokens, images, runs and results`];
    }
    throw new FleetError('tenant: give set NAME, list, or rm NAME');
  });
}

const tableOf = (tenants: readonly Tenant[]): string =>
  table([['TENANT', 'MACHINES', 'MEMORY', 'SLOTS', 'JOBS'], ...tenants.map(tenantRow)]);

function quotaOf(words: Words): Quota {
  const [machines, slots, jobs] = (['machines', 'slots', 'jobs'] as const).map((name) => number(words, name));
  const memory = sizeOf(words, 'memory');
  return {
    ...(machines !== undefined && { machines }),
    ...(memory !== undefined && { memory }),
    ...(slots !== undefined && { slots }),
    ...(jobs !== undefined && { jobs }),
  };
}

function tenantRow({ name, quota, machines, memory }: Tenant): string[] {
  const megabytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MB`;
  const of = (most: string | undefined) => (most === undefined ? '' : ` of ${most}`);
  return [
    ...[name, `${machines}${of(quota.machines?.toString())}`],
    `${megabytes(memory)}${of(quota.memory === undefined ? undefined : megabytes(quota.memory))}`,
    ...[quota.slots?.toString() ?? '-', (quota.jobs ?? MOST_JOBS).toString()],
  ];
}
