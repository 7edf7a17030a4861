import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './ports.ts';

const require = createRequire(import.meta.url);
/** Its options are the last word. */
const program = `new (require(${JSON.stringify(require.resolve('@20minutes/s3rver'))}))(JSON.parse(process.argv[1])).run()`;

/** A server on the loopback that has the S3 protocol, with a bucket. */
export interface S3Server extends AsyncDisposable {
  readonly endpoint: string;
  readonly bucket: string;
  /** The store that it is. */
  readonly place: string;
  /** Variables by which the command finds it. */
  readonly environment: Record<string, string>;
}

export async function startS3Server(): Promise<S3Server> {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-s3-'));
  const [port, bucket] = [await freePort(), 'fleet'];
  const options = { directory: folder, address: '127.0.0.1', port, silent: true, configureBuckets: [{ name: bucket }] };
  // Its tokens for long lists are made by an old cipher.
  const words = ['--openssl-legacy-provider', '-e', program, JSON.stringify(options)];
  const server = spawn(process.execPath, words, { stdio: 'ignore' });
  const endpoint = `http://127.0.0.1:${port}`;
  const answers = () => fetch(endpoint).then(Boolean, () => false);
  while (server.exitCode === null && !(await answers())) await wait(100);
  if (server.exitCode !== null) throw new Error(`the S3 server has ended: ${server.exitCode}`);
  return {
    ...{ endpoint, bucket, place: `s3://${bucket}` },
    environment: { AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' },
    async [Symbol.asyncDispose]() {
      const gone = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGKILL');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
