import { standardOutputGone } from './output-error.ts';

/** Prints a text; returns the exit code. */
export async function print(text: string): Promise<number> {
  process.stdout.on('error', () => {});
  const error = await new Promise<Error | null | undefined>((resolve) => process.stdout.write(text, resolve));
  return error ? standardOutputGone(error) : 0;
}
