/** `npm run kills -- [ROUNDS]`: kills the emulator while its guest writes to disks, and prints what each round found. */
import { inFolder } from '../boot/media.ts';
import { KillRounds } from './rounds.ts';

const count = Number(process.argv[2] ?? 200);

await inFolder(async (folder) => {
  const rounds = new KillRounds(folder);
  await rounds.prepare();
  for (let round = 1; round <= count; round++) {
    const { moment, flushes, promises } = await rounds.next();
    console.log(`${round}: killed ${moment}; ${flushes} flushes told, ${promises} files as promised`);
  }
});
