/** Asks QEMU all cases again and writes test/oracle/data/cirrus.json. Where our adapter differs it prints the first step that does. */
import { qemuVersion } from '../qemu-guest.ts';
import { cases } from './cases.ts';
import { answersOfOurs, answersOfQemu, digestOf, writeRecorded } from './run.ts';

const answers: Record<string, string> = {};
for (const [name, steps] of Object.entries(cases)) {
  const [ours, theirs] = [answersOfOurs(steps), await answersOfQemu(steps)];
  answers[name] = digestOf(theirs);
  const first = steps.findIndex((_, n) => ours[n] !== theirs[n]);
  if (first < 0) continue;
  const at = [...theirs[first]!].findIndex((digit, n) => digit !== ours[first]![n]);
  const [mine, other] = [ours, theirs].map((all) => all[first]!.slice(Math.max(at - 8, 0), at + 24));
  console.log(`${name}: step ${first}, ${steps[first]!.slice(0, 40)}, digit ${at}: ours ${mine}, QEMU's ${other}`);
}
writeRecorded({ version: qemuVersion()!, answers });
