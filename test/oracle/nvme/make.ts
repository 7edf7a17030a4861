/** Asks QEMU's controller again, writes test/oracle/data/nvme.json, and prints where ours answers otherwise. */
import { qemuVersion } from '../qemu-guest.ts';
import { answersOf } from './cases.ts';
import { ourController, qemuController } from './controller.ts';
import { writeRecorded } from './run.ts';

const answers = await answersOf(qemuController());
writeRecorded({ version: qemuVersion()!, answers });
for (const [name, ours] of Object.entries(await answersOf(ourController())))
  if (ours !== answers[name]) console.log(`${name}:\n  QEMU ${answers[name]}\n  ours ${ours}`);
