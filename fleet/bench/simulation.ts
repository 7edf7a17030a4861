/**
 * A fleet whose Redis, registry and hosts are real, and whose machines only pretend to run: how quickly machines find their hosts, how long it takes
 * until a tenth of the hosts is replaced, and what Redis does for it.
 *
 *     node --conditions=rawiron-source fleet/bench/simulation.ts [--hosts 1000] [--machines 20000] [--lease SECONDS] [--rest SECONDS]
 */
import { parseArgs } from 'node:util';
import { TestFleet } from '../test/support/fleet.ts';
import { simulate } from '../test/support/simulation.ts';

const { values } = parseArgs({
  options: {
    hosts: { type: 'string', default: '1000' },
    machines: { type: 'string', default: '20000' },
    lease: { type: 'string', default: '10' },
    rest: { type: 'string', default: '20' },
  },
});
const [hosts, machines, lease, rest] = [values.hosts, values.machines, values.lease, values.rest].map(Number) as [
  ...[number, number, number, number],
];

const figures = await (async () => {
  await using fleet = await TestFleet.start();
  return await simulate(fleet, { hosts, machines, lease: 1000 * lease, rest: 1000 * rest });
})();
console.log(figures);
// Hosts that were cut off would still wait for Redis.
process.exit(figures.faults.length > 0 ? 1 : 0);
