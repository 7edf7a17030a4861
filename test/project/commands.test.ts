import { describe, expect, test } from 'vitest';
import { checkCommand } from '../support/command-check.ts';
import { commandsOf, wordsOf } from '../support/commands.ts';
import { blocksOf, pages } from '../support/documents.ts';

const languages = ['sh', 'console', 'ts', 'js', 'html', 'diff', 'yaml', ''];

describe.each(pages)('%s', (page) => {
  test('every block says what it holds, commands too', () => {
    const wrong = blocksOf(page).filter(
      ({ language, text }) =>
        !languages.includes(language) || (language === '' && /^\s*(\$ |(npm|npx|node|rawiron) )/m.test(text)),
    );
    expect(wrong.map(({ line, language }) => `line ${line}: ${language}`)).toEqual([]);
  });

  const commands = commandsOf(page);
  test.runIf(commands.length > 0)('its commands are read by the programs that they name', async () => {
    const checks = commands.map(async (command) => {
      await checkCommand(command).catch((error: Error) => expect.soft(error.message, command.text).toBe(''));
    });
    await Promise.all(checks);
  });
});

describe('a page is found out', () => {
  const complaint = (line: string) => checkCommand({ page: 'README.md', words: wordsOf(line), made: [] });

  test.each([
    ['npx rawiron start -inspekt', 'unknown flag -inspekt'],
    ['npx rawiron -kernel /nowhere/at/all', 'there is no file /nowhere/at/all'],
    ['npx rawiron inspect top --colour red', 'unknown option --colour'],
    ['npx rawiron image create --from a b', 'image: there is no flag --from'],
    ['rawiron inspekt', "unknown command 'inspekt'"],
    ['npm run dance', 'there is no npm script dance'],
    ['npm run bench --runs 3', '-- is missing'],
    ['npm run bench -- --rums 3', '--rums'],
    ['npm start -- -engine steam', 'steam'],
    ['npm run oracle -- fuzz --sead 1', '--sead'],
    ['npm run oracle -- native test/oracle/data/nothing.gz', 'there is no file test/oracle/data/nothing.gz'],
    ['npx node scripts/nothing.ts', 'there is no file scripts/nothing.ts'],
    ['npx vitest run test/nothing', 'there is no file test/nothing'],
  ])('%s', async (line, message) => {
    await expect(complaint(line)).rejects.toThrow(message);
  });

  test('a file that an earlier command makes is there', () => {
    const page = '```sh\ngcc -o hello hello.S\nnpx rawiron -kernel hello -nographic  # a comment\n```\n';
    const [command] = commandsOf('docs/guests.md', page);
    expect(command).toMatchObject({ words: ['npx', 'rawiron', '-kernel', 'hello', '-nographic'], made: ['hello'] });
  });
});
