/**
 * Machines that count, on hosts that are killed, stopped and started all the time: what they say is looked at.
 *
 *     node --conditions=rawiron-source fleet/bench/deaths.ts [MACHINES] [BLOWS] [HOSTS] [MOVES before each blow]
 */
import { randomFrom } from '../../test/support/samples.ts';
import { sufferDeaths } from '../test/support/deaths.ts';
import { TestFleet } from '../test/support/fleet.ts';

const [machines = 20, blows = 200, hosts = 4, moves = 0] = process.argv.slice(2).map(Number);

await using fleet = await TestFleet.start();
const settings = { lease: 6, every: 10, processor: 4, within: Number.POSITIVE_INFINITY };
const figures = await sufferDeaths(fleet, {
  machines,
  hosts,
  blows,
  moves,
  ...settings,
  random: randomFrom(Date.now()),
});
console.log(figures);
process.exitCode = figures.faults.length > 0 ? 1 : 0;
