// @ts-check
import { writeSync } from 'node:fs';
import { Session } from 'node:inspector';
import { setTimeout } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';

const STANDARD_ERROR = 2;
/** How long the other thread may take to tell where it is, in milliseconds. */
const PATIENCE = 5000;

await setTimeout(workerData.limit);
const { testPath, limit } = workerData;
writeSync(STANDARD_ERROR, `${testPath}: its tests have not ended within ${limit / 60_000} minutes\n`);
const session = new Session();
session.connectToMainThread();
/** @type {Map<string, string>} */
const addresses = new Map();
session.on('Debugger.scriptParsed', ({ params }) => addresses.set(params.scriptId, params.url));
session.on('Debugger.paused', ({ params }) => {
  for (const { functionName, location } of params.callFrames) {
    const address = addresses.get(location.scriptId) ?? '';
    if (address.includes('/node_modules/')) break;
    writeSync(STANDARD_ERROR, `    at ${functionName} (${address}:${location.lineNumber + 1})\n`);
  }
  process.kill(process.pid, 'SIGKILL');
});
session.post('Debugger.enable');
session.post('Debugger.pause');
await setTimeout(PATIENCE);
process.kill(process.pid, 'SIGKILL');
