/**
 * Asks QEMU all cases again and writes test/oracle/data/protection.json. Where a disagreement is listed the answer of the
 * interpreter is taken down as that of the manual: look at the difference.
 */
import { variants } from '../../support/guest.ts';
import { qemuVersion } from '../qemu-guest.ts';
import { groups } from './cases/index.ts';
import { disagreements } from './disagreements.ts';
import { writeRecorded } from './record.ts';
import { askOurs, askQemu } from './run.ts';

const qemu: Record<string, string> = {};
const manual: Record<string, string> = {};
for (const cases of Object.values(groups)) {
  const theirs = askQemu(cases);
  const version = qemuVersion();
  if (theirs === undefined || version === undefined) throw new Error('there is no qemu-system-i386');
  const ours = await askOurs(cases, variants[1]!);
  for (const { name } of cases) {
    if (name in qemu) throw new Error(`two cases are called ${name}`);
    qemu[name] = theirs.get(name)!;
    if (ours.get(name) === theirs.get(name)) continue;
    if (disagreements.some(([pattern]) => pattern.test(name))) manual[name] = ours.get(name)!;
    else console.log(`${name}\n  ours: ${ours.get(name)}\n  QEMU: ${theirs.get(name)}`);
  }
}
writeRecorded('protection', { version: qemuVersion()!, qemu, manual });
process.exit(0);
