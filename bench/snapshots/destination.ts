/** The process that a machine moves to. It tells the port that it waits at, and then when the machine goes on, by the system's clock. */
import { awaitChannel, Machine } from '../../src/index.ts';
import { hostTime } from './figures.ts';

const { address, channel } = await awaitChannel('tcp:127.0.0.1:0');
process.send!({ port: (address as { port: number }).port });
await using machine = await Machine.receive(await channel);
let count = 0;
machine.serial.on('data', (bytes) => {
  count += bytes.filter((byte) => byte === 0x0a).length;
});
await machine.start();
const goesOn = hostTime();
// The guest still counts.
while (count < 10) await new Promise((resolve) => setTimeout(resolve, 10));
process.send!({ goesOn });
await new Promise((resolve) => process.once('message', resolve));
