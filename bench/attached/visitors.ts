import { setTimeout as wait } from 'node:timers/promises';
import type { Machine } from '../../src/index.ts';
import { RemoteMachine } from '../../src/node/inspector/client.ts';
import { InspectorServer } from '../../src/node/inspector/server.ts';
import { watchBlindly } from '../display/viewer.ts';
import { debug } from './debugger.ts';

/** How long a visitor looks, in milliseconds. */
const VISIT = 1000;

/** Attaches to a machine that runs, does what it is there for, and is detached again. */
type Visit = (machine: Machine) => Promise<void>;

/** An inspector that counts what is executed, takes a profile, and goes without a word. */
const inspect: Visit = async (machine) => {
  const server = await InspectorServer.listen(machine, { host: '127.0.0.1', port: 0 });
  const inspector = await RemoteMachine.connect(server.address);
  inspector.gone.catch(() => {});
  await inspector.ask('watch', true);
  const [first] = await inspector.ask('translations');
  if (first) await inspector.ask('countInstructions', first.linear);
  await inspector.probe.startProfile(1000);
  await wait(VISIT);
  await inspector.ask('exits');
  inspector.close();
  server.close();
};

const view: Visit = async (machine) => {
  const viewer = await watchBlindly(machine);
  await wait(VISIT);
  await viewer.stop();
  if (viewer.updates < 2) throw new Error('the viewer has seen no change');
};

/** By their names. */
export const visits: Readonly<Record<string, Visit>> = { debugger: debug, inspector: inspect, 'VNC viewer': view };
