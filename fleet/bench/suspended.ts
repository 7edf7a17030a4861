/**
 * What suspended machines of one image take in an S3 store, beside so many whole snapshots, and how long a resume takes.
 *
 *     node --conditions=rawiron-source fleet/bench/suspended.ts [MACHINES]
 */
import { findLinux } from '../../test/support/linux-shell.ts';
import { openStore } from '../src/open-store.ts';
import { TestFleet } from '../test/support/fleet.ts';
import { startS3Server } from '../test/support/s3-server.ts';
import { suspendMany } from '../test/support/suspended.ts';

const [machines = 300] = process.argv.slice(2).map(Number);

const linux = await findLinux();
if (typeof linux === 'string') throw new Error(linux);
await using server = await startS3Server();
await using fleet = await TestFleet.start(server);
fleet.host(10);
const store = openStore(server.place, server.environment);
const { image, all, full, resumes, answers } = await suspendMany(fleet, store, linux, machines);
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
console.log(
  `image ${megabytes(image)}; with ${machines} machines ${megabytes(all)}, ${megabytes((all - image) / machines)} each`,
);
console.log(`whole snapshots: ${megabytes(full)} each, ${megabytes(full * machines)} together`);
console.log(`resumes, until it runs: ${resumes.join(' ')} ms; until the shell answers: ${answers.join(' ')} ms`);
