/** Runs the command lines of its argument, one after the other in this process, and prints as JSON what came of each (Ended). */
import { main } from '../../../src/cli/program.ts';

const lists = JSON.parse(process.argv[2]!) as readonly (readonly string[])[];
const ended: object[] = [];
for (const args of lists) {
  const text = { stdout: '', stderr: '' };
  const writes = (['stdout', 'stderr'] as const).map((name) => [name, process[name].write] as const);
  for (const [name] of writes) {
    process[name].write = ((chunk: string, done?: () => void) => {
      text[name] += chunk;
      done?.();
      return true;
    }) as typeof process.stdout.write;
  }
  const code = await main(args);
  for (const [name, write] of writes) process[name].write = write;
  ended.push({ code, output: text.stdout, errors: text.stderr });
}
process.stdout.write(JSON.stringify(ended), () => process.exit());
