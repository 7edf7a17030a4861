import type { MachineLimits } from 'rawiron';
import { FleetError } from '../error.ts';
import type { MachineStart } from '../machines/machines.ts';
import type { MachineRecord } from '../machines/record.ts';
import { bounded, type Exchange, jsonOf, numberIn, type Route, textIn } from './exchange.ts';

/** A machine as it is shown: without what only hosts need. */
export function shown({ name, image, memory, state, problem, owner, every, idle, policy, saved }: MachineRecord) {
  return { name, image, memory, state, problem, host: owner, checkpoint: every, idle, policy, saved };
}

async function startOf(exchange: Exchange): Promise<MachineStart> {
  const given = await jsonOf(exchange);
  const image = textIn(given, 'image');
  if (image === undefined) throw new FleetError('give image, the name of the one that it goes on from');
  const [every, idle, policy] = [numberIn(given, 'checkpoint'), numberIn(given, 'idle'), textIn(given, 'policy')];
  if (policy !== undefined && policy !== 'restart' && policy !== 'lost')
    throw new FleetError(`policy is '${policy}'; it must be restart or lost`);
  return {
    image,
    limits: limitsOf(given),
    ...(every !== undefined && { every }),
    ...(idle !== undefined && { idle }),
    ...(policy !== undefined && { policy }),
  };
}

/** Limits of machines as a body gives them. */
export function limitsOf(given: Readonly<Record<string, unknown>>): MachineLimits {
  const [processor, memory] = [numberIn(given, 'processor'), textIn(given, 'limit')];
  return { ...(processor !== undefined && { processor }), ...(memory !== undefined && { memory }) };
}

const one = (rest: string): RegExp => new RegExp(`^/machines/([^/]+)${rest}$`);

/** A name in a body. @throws FleetError if it is not there */
async function nameIn(exchange: Exchange, name: string): Promise<string> {
  const value = textIn(await jsonOf(exchange), name);
  if (value === undefined) throw new FleetError(`give ${name}`);
  return value;
}

/** Requests about machines that stay. */
export const machineRoutes: readonly Route[] = [
  {
    ...{ method: 'GET', path: /^\/machines$/, scope: 'view' },
    answer: async ({ machines }) => ({ body: (await machines.list()).map(shown) }),
  },
  {
    ...{ method: 'GET', path: one(''), scope: 'view' },
    answer: async ({ machines, names: [name] }) => ({ body: shown(await machines.find(name!)) }),
  },
  {
    ...{ method: 'GET', path: one('/screen\\.png'), scope: 'view' },
    async answer(exchange) {
      const { machines, names, bounds } = exchange;
      const picture = async () => ({ type: 'image/png', body: await machines.picture(names[0]!) });
      return await bounded(bounds.requests, exchange, picture);
    },
  },
  {
    ...{ method: 'POST', path: one(''), scope: 'machines' },
    async answer(exchange) {
      const { machines, names } = exchange;
      await machines.start(names[0]!, await startOf(exchange));
      return { status: 201, body: shown(await machines.find(names[0]!)) };
    },
  },
  {
    ...{ method: 'POST', path: one('/(suspend|resume|stop)'), scope: 'machines' },
    async answer({ machines, names: [name, action] }) {
      await machines[action as 'suspend' | 'resume' | 'stop'](name!);
      return { status: 204 };
    },
  },
  {
    ...{ method: 'POST', path: one('/clone'), scope: 'machines' },
    async answer(exchange) {
      await exchange.machines.clone(exchange.names[0]!, await nameIn(exchange, 'name'));
      return { status: 204 };
    },
  },
  {
    ...{ method: 'POST', path: one('/snapshot'), scope: 'images' },
    async answer(exchange) {
      const { name, memory } = await exchange.machines.snapshot(exchange.names[0]!, await nameIn(exchange, 'image'));
      return { status: 201, body: { name, memory } };
    },
  },
];
