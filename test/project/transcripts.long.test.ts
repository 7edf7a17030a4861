import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Machine } from '../../src/index.ts';
import { addressOf } from '../../src/node/inspector/address.ts';
import { InspectorServer } from '../../src/node/inspector/server.ts';
import { CommandFolder, commandsOf } from '../support/commands.ts';

const pages = ['docs/inspector.md', 'docs/inspector-commands.md', 'docs/slow-guest.md'];
/** Transcripts of a running machine, which is named by its socket. */
const commands = pages
  .flatMap((page) => commandsOf(page))
  .filter(({ text, output }) => output !== undefined && text.includes('--connect vm.sock'));

/** The demo guest at work, as the pages have Linux; where it works most has the name of the pages' function. */
async function serve(folder: string): Promise<AsyncDisposable> {
  const machine = await Machine.create({ memory: 64, boot: { demo: true } });
  const server = await InspectorServer.listen(machine, addressOf(join(folder, 'vm.sock')));
  await machine.start();
  await machine.serial.expect('demo> ');
  const translated = new Promise<number>((resolve) => {
    machine.translations.on('translate', ({ translation }) => resolve(translation.linear));
  });
  machine.serial.write('bench 1000000\r');
  writeFileSync(join(folder, 'kallsyms'), `${(await translated).toString(16)} t vfs_read\n`);
  return {
    async [Symbol.asyncDispose]() {
      server.close();
      await machine.stop();
    },
  };
}

test('the commands that the pages show with a running machine work', { timeout: 600_000 }, async () => {
  expect(commands.length).toBeGreaterThan(10);
  using folder = new CommandFolder();
  await using _machine = await serve(folder.path);
  for (const { text, output } of commands) {
    const isMistake = output!.startsWith('rawiron: ') && !output!.includes('no machine listens');
    const { code, printed } = await folder.run(text);
    expect.soft({ code, printed }, text).toEqual({
      code: isMistake ? 1 : 0,
      printed: isMistake ? output : expect.stringMatching(/\S/),
    });
  }
});
