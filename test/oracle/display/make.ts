/** Asks QEMU what its adapter shows for all programs, and writes test/oracle/data/display.json. */
import { qemuVersion } from '../qemu-guest.ts';
import { answerOf, programs, writeRecorded } from './record.ts';
import { inRom, showQemu } from './run.ts';

const version = qemuVersion();
if (version === undefined) throw new Error('there is no qemu-system-i386');
const answers: Record<string, string> = {};
for (const [name, main] of Object.entries(programs)) answers[name] = answerOf(name, await showQemu(inRom(main)));
writeRecorded({ version, answers });
