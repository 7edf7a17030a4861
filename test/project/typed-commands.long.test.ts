import { describe, expect, test } from 'vitest';
import { beginning } from '../../scripts/inspector/output.ts';
import { type Command, CommandFolder, commandsOf } from '../support/commands.ts';
import { pages } from '../support/documents.ts';

/** Milliseconds that all commands of a page may take on a busy host. */
const TIMEOUT = 600_000;

/** Commands of ours that need no machine, and end by themselves. */
const cheap = /^(npx )?rawiron (image |inspect .*--hex|help|.*(--help|-version)$)/;

function linesOf({ output }: Command): number {
  const lines = output!.trimEnd().split('\n');
  return lines.at(-1)!.startsWith('… ') ? lines.length - 1 : lines.length;
}

describe.each(pages.filter((page) => commandsOf(page).some(({ text }) => cheap.test(text))))('%s', (page) => {
  const commands = commandsOf(page).filter(({ text }) => cheap.test(text));
  const typed = commands.filter(({ output }) => output === undefined);
  const shown = commands.filter(({ output }) => output !== undefined);

  test.runIf(typed.length > 0)('what it has its reader type works, in that order', { timeout: TIMEOUT }, async () => {
    using folder = new CommandFolder();
    for (const { text } of typed) expect({ text, ...(await folder.run(text)) }).toMatchObject({ text, code: 0 });
  });

  test.each(shown.map((command) => [command.text, command] as const))(
    '%s: prints what it shows',
    async (text, command) => {
      using folder = new CommandFolder();
      const { printed } = await folder.run(text);
      const refresh = `${page} doesn't show what this prints: run "node scripts/inspector.ts --no-machine"`;
      expect(beginning(printed, linesOf(command)), refresh).toBe(command.output!.trimEnd());
    },
  );
});
