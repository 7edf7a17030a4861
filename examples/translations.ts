/** Looks into the translation cache of a running machine: what is translated, what runs most, and what it was made to. */
import { Machine, type TranslationInfo } from 'rawiron';

const machine = await Machine.create({ memory: 64, boot: { demo: true } });
try {
  let translated = 0;
  // While somebody listens, executions are counted.
  machine.translations.on('translate', () => translated++);
  await machine.start();
  await machine.serial.expect(/demo> $/);
  machine.serial.write('bench 100\r');
  await machine.serial.expect(/with \d+ primes/, { timeout: 120_000 });

  const { translations, bytes, characters } = await machine.translations.stats();
  console.log(`${translations} translations: ${bytes} bytes of guest code in ${characters} characters of JavaScript`);
  console.log(`${translated} were made while we looked. Those that were entered most:`);
  const all = await machine.translations.snapshot();
  const most = all.sort((a, b) => (b.executions ?? 0) - (a.executions ?? 0)).slice(0, 3);
  for (const translation of most) console.log(`  ${line(translation)}`);

  const detail = await machine.translations.at(most[0].linear);
  console.log(`The first begins:\n${detail?.text.slice(0, 200)} …`);
} finally {
  await machine.stop();
}

function line({ linear, executions, blocks, instructions }: TranslationInfo): string {
  return `${linear.toString(16)}: ${executions} times, instructions: ${instructions}, blocks: ${blocks}`;
}
