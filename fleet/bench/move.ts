/**
 * Moves a guest to and fro between two hosts of this computer while it writes to its disk, and a client hears it count through the gateway: how long
 * it stands still, how long a move takes, and how long the client hears nothing.
 *
 *     node --conditions=rawiron-source fleet/bench/move.ts [MOVES] [MEGABYTES of the disk]
 */
import { setTimeout as wait } from 'node:timers/promises';
import { findLinux } from '../../test/support/linux-shell.ts';
import { FleetMachines } from '../src/machines/machines.ts';
import { MachineNetworks } from '../src/machines/networks.ts';
import { SnapshotStore } from '../src/pieces.ts';
import { COUNT_PORT, checkedDisk, countFrom, putBusy, settleCommand } from '../test/support/busy-guest.ts';
import { TestFleet } from '../test/support/fleet.ts';
import { freePort } from '../test/support/ports.ts';
import { ask } from '../test/support/suspended.ts';

const [moves = 5, megabytes = 1024] = process.argv.slice(2).map(Number);
const disk = megabytes << 20;

const linux = await findLinux();
if (typeof linux === 'string') throw new Error(linux);
await using fleet = await TestFleet.start();
await using machines = new FleetMachines(fleet.connect, fleet.store);
await using _networks = await MachineNetworks.start({
  ...{ connect: fleet.connect, address: '127.0.0.1', log: console.error },
});
const filled = Math.floor(disk * 0.75);
await putBusy(fleet.store, linux, { disk, filled, parts: 64, memory: '128M' });
console.log(`a disk of ${megabytes} MB, of which ${filled >> 20} MB are noise; memory of 128 MB`);
for (let n = 0; n < 2; n++) fleet.host(10, '4G');
while ((await machines.hosts()).length < 2) await wait(100);
const port = await freePort();
await machines.start('busy', { image: 'busy', every: 0, forwards: [{ port, guestPort: COUNT_PORT }] });
await machines.running('busy');
await using client = await countFrom(port);
const silence = () => {
  const longest = Math.round(client.longestSilence);
  client.longestSilence = 0;
  return longest;
};
for (let n = 0; n < moves; n++) {
  silence();
  await wait(5000);
  const before = silence();
  const { owner } = await machines.find('busy');
  const to = (await machines.hosts()).find(({ id }) => id !== owner)!;
  const { stop, total, disk: sent, passes } = (await machines.move('busy', to.id))!;
  await wait(2000);
  console.log(
    `stop ${stop} ms, total ${(total / 1000).toFixed(1)} s, ${sent >> 20} MB of disk in ${passes} passes; the client heard nothing for ${silence()} ms, and for ${before} ms without a move`,
  );
}
console.log(`the client has heard ${client.count} numbers; faults: ${client.faults.join(', ') || 'none'}`);
await ask(machines, 'busy', settleCommand);
await machines.suspend('busy');
const { status, output } = await checkedDisk(
  await new SnapshotStore(fleet.store).get((await machines.find('busy')).manifest),
);
console.log(`e2fsck -f -n: ${status}\n${output.trim()}`);
