import { expect, test } from 'vitest';
import { findLinux } from '../../test/support/linux-shell.ts';
import { openStore } from '../src/open-store.ts';
import { noRedis, TestFleet } from './support/fleet.ts';
import { startS3Server } from './support/s3-server.ts';
import { suspendMany } from './support/suspended.ts';

const MACHINES = 30;
const linux = await findLinux();
const lack = typeof linux === 'string' ? ` (${linux})` : noRedis;

test.skipIf(lack !== '')(
  `${MACHINES} suspended machines have what their image has once${lack}`,
  { timeout: 1_800_000 },
  async () => {
    if (typeof linux === 'string') return;
    await using server = await startS3Server();
    await using fleet = await TestFleet.start(server);
    fleet.host(10);
    const store = openStore(server.place, server.environment);
    const { image, all, full } = await suspendMany(fleet, store, linux, MACHINES);
    expect((all - image) / MACHINES).toBeLessThan(full / 8);
  },
);
