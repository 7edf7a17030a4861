import { parseCommand } from './command.ts';
import { UsageError } from './settings.ts';

try {
  const run = await parseCommand(process.argv.slice(2));
  process.exitCode = await run();
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  // A file that cannot be read is named in the message.
  if (!(error instanceof UsageError) && code !== 'ENOENT' && code !== 'EISDIR' && code !== 'EACCES') throw error;
  console.error(message);
  process.exitCode = 1;
}
