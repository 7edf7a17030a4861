/**
 * Asks QEMU all cases again and writes test/oracle/data/svm.json. Where a disagreement is listed, or QEMU is not asked, the answer of the interpreter is
 * taken down as that of the manual: look at the difference.
 */
import { variants } from '../../support/guest.ts';
import { writeRecorded } from '../protection/record.ts';
import { qemuVersion } from '../qemu-guest.ts';
import { groups, judged } from './cases/index.ts';
import { disagreements } from './disagreements.ts';
import { askOurs, askQemu } from './run.ts';

const qemu: Record<string, string> = {};
const manual: Record<string, string> = {};
for (const [group, cases] of Object.entries(groups)) {
  const theirs = group in judged ? askQemu(cases) : new Map<string, string>();
  if (theirs === undefined) throw new Error('there is no qemu-system-i386');
  const ours = await askOurs(cases, variants[1]!);
  for (const { name } of cases) {
    const [mine, other] = [ours.get(name)!, theirs.get(name)];
    if (name in qemu || name in manual) throw new Error(`two cases are called ${name}`);
    if (other !== undefined) qemu[name] = other;
    if (mine === other) continue;
    if (other === undefined || disagreements.some(([pattern]) => pattern.test(name))) manual[name] = mine;
    else console.log(`${name}\n  ours: ${mine}\n  QEMU: ${other}`);
  }
}
writeRecorded('svm', { version: qemuVersion()!, qemu, manual });
process.exit(0);
