/**
 * Asks QEMU all cases again and writes test/oracle/data/ahci.json. Where a disagreement is listed our answer is taken down as the one that
 * counts: look at the difference.
 */
import { qemuVersion } from '../qemu-guest.ts';
import { cases } from './cases.ts';
import { disagreements } from './disagreements.ts';
import { askOurs, askQemu, writeRecorded } from './run.ts';

const qemu: Record<string, string> = {};
const manual: Record<string, string> = {};
for (const [name, steps] of Object.entries(cases)) {
  const [ours, theirs] = [askOurs(steps), await askQemu(steps)];
  qemu[name] = theirs;
  if (ours === theirs) continue;
  if (disagreements.some(([pattern]) => pattern.test(name))) manual[name] = ours;
  else console.log(`${name}\n  ours: ${ours}\n  QEMU: ${theirs}`);
}
writeRecorded({ version: qemuVersion()!, qemu, manual });
