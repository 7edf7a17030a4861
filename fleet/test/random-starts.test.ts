import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findLinux, LinuxShell } from '../../test/support/linux-shell.ts';
import { ANSWER, ASK, expectAllOthers, STARTS } from '../../test/support/random-starts.ts';
import { putImage } from '../src/images.ts';
import { FleetMachines } from '../src/machines/machines.ts';
import { SubmittedRun } from '../src/submit.ts';
import { noRedis, TestFleet } from './support/fleet.ts';

const linux = await findLinux();
const lack = typeof linux === 'string' ? ` (${linux})` : noRedis;

let fleet: TestFleet;
beforeAll(async () => {
  if (typeof linux === 'string' || lack !== '') return;
  fleet = await TestFleet.start();
  await using shell = await LinuxShell.boot(linux, 'translator', 'quiet cryptomgr.notests');
  await shell.machine.pause();
  await putImage(fleet.store, 'linux', await shell.machine.snapshot());
}, 900_000);
afterAll(() => fleet?.[Symbol.asyncDispose]());

describe.skipIf(lack !== '')(`random numbers of guests of one image${lack}`, { timeout: 1_800_000 }, () => {
  test('jobs', async () => {
    fleet.worker(2);
    const options = { image: 'linux', script: `${ASK}\n`, count: STARTS };
    await using run = await SubmittedRun.submit(fleet.connect, fleet.store, options);
    const answers: string[] = [];
    for await (const { value } of run.results()) answers.push((value as { output: string }).output);
    expectAllOthers(answers);
  });

  test('machines, and clones of one that is suspended', async () => {
    await using machines = new FleetMachines(fleet.connect, fleet.store);
    fleet.host(30, '1G');
    const start = { image: 'linux', every: 0 };
    await machines.start('first', start);
    await machines.running('first');
    await machines.suspend('first');
    const answers: string[] = [];
    for (let n = 0; n < STARTS; n++) {
      const name = `copy${n}`;
      await (n % 2 === 0 ? machines.clone('first', name) : machines.start(name, start));
      await machines.running(name);
      answers.push(await answerOf(machines, name));
      await machines.stop(name);
    }
    expectAllOthers(answers);
  });
});

/** Types the question into a machine, and waits for its answer. */
async function answerOf(machines: FleetMachines, name: string): Promise<string> {
  await using console = machines.console(name);
  const output = console.output('kept');
  await console.send(Buffer.from(`${ASK}\r`));
  let text = '';
  for await (const { bytes } of output) {
    text += Buffer.from(bytes).toString();
    if (ANSWER.test(text)) return text;
  }
  expect.fail(`the console of ${name} is closed`);
}
