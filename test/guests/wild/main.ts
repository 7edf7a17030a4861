/** `npm run wild -- [PATTERN] [SECONDS]`: runs the wild guests in all settings, and prints what each took. */
import { wildGuests } from './guests.ts';
import { runWild, type WildSetting, wildSettings } from './run.ts';

const [pattern = '', seconds = '3'] = process.argv.slice(2);

async function line(name: string, setting: WildSetting): Promise<string> {
  const place = `${name.padEnd(46)} ${setting.engine.padEnd(12)} ${setting.isolate.padEnd(7)}`;
  try {
    const { answered, stopped, megabytes, end, grown } = await runWild(name, setting, Number(seconds));
    const numbers = [answered, stopped, megabytes].map((n) => n.toFixed().padStart(7));
    const sign = end ?? `${wildGuests[name]!.sign} +${grown}`;
    return `${place}${numbers.join(' ms').replace(/ ms( *\d+)$/, ' ms$1 MB')}  ${sign}`;
  } catch (error) {
    process.exitCode = 1;
    return `${place} ${(error as Error).message.split('\n', 12).join('\n  ')}`;
  }
}

console.log(`${'guest'.padEnd(46)} engine       isolate    answer      stop   memory  does`);
for (const name of Object.keys(wildGuests).filter((guest) => guest.includes(pattern))) {
  for (const setting of wildSettings) console.log(await line(name, setting));
}
