/**
 * Asks QEMU all cases again and writes test/oracle/data/ide.json. Where a disagreement is listed the answer of the
 * interpreter is taken down as the one that counts: look at the difference.
 */
import { qemuVersion } from '../qemu-guest.ts';
import { groups } from './cases.ts';
import { disagreements } from './disagreements.ts';
import { askOurs, askQemu, writeRecorded } from './run.ts';

const qemu: Record<string, string> = {};
const manual: Record<string, string> = {};
for (const [group, cases] of Object.entries(groups)) {
  const theirs = askQemu(cases);
  const ours = await askOurs(cases, 'interpreter');
  for (const { name } of cases) {
    const key = `${group}: ${name}`;
    qemu[key] = theirs[name]!;
    if (ours[name] === theirs[name]) continue;
    if (disagreements.some(([pattern]) => pattern.test(name))) manual[key] = ours[name]!;
    else console.log(`${key}\n  ours: ${ours[name]}\n  QEMU: ${theirs[name]}`);
  }
}
writeRecorded({ version: qemuVersion()!, qemu, manual });
