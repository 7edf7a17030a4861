/**
 * `npm run kills -- [ROUNDS]`: kills the emulator while its guest writes to disks, and prints what each round found. It ends
 * after a round where Ctrl-C or SIGTERM asks for it, and at the first loss.
 */
import { inFolder } from '../boot/media.ts';
import { KillRounds } from './rounds.ts';

const count = Number(process.argv[2] ?? 200);
let isAsked = false;
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => (isAsked = true));

await inFolder(async (folder) => {
  const rounds = new KillRounds(folder);
  await rounds.prepare();
  for (let round = 1; round <= count && !isAsked; round++) {
    const { moment, flushes, moments, promises } = await rounds.next();
    const seen = `${moments} moments looked at, ${promises} files as promised`;
    console.log(`${round}: killed ${moment}; ${flushes} flushes told, ${seen}`);
  }
});
