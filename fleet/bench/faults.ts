/**
 * Machines that count, and jobs, while everything fails once: Redis is killed, restarted, stands still, is full and is emptied; hosts, workers and the
 * gateway are killed; all hosts are told to end, one after the other. All that machines and jobs say is looked at.
 *
 *     node --conditions=rawiron-source fleet/bench/faults.ts [MACHINES] [JOBS] [HOSTS] [WORKERS] [LEASE in seconds]
 */

import { sufferFaults } from '../test/support/faults.ts';
import { TestFleet } from '../test/support/fleet.ts';

const [machines = 20, jobs = 200, hosts = 3, workers = 2, lease = 6] = process.argv.slice(2).map(Number);

await using fleet = await TestFleet.start();
const figures = await sufferFaults(fleet, {
  ...{ machines, jobs, hosts, workers, lease, every: 10, processor: 3 },
  told: (fault) => console.log(fault),
});
console.log(figures);
process.exitCode = figures.faults.length > 0 ? 1 : 0;
