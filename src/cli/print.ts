import { standardOutputGone } from './output-error.ts';

/** Prints a text; returns the exit code. */
export async function print(text: string): Promise<number> {
  const { stdout } = process;
  // The same error comes as an event, once, after the callback.
  if (!stdout.listeners('error').includes(ignore)) stdout.on('error', ignore);
  const error = await new Promise<Error | null | undefined>((resolve) => stdout.write(text, resolve));
  return error ? standardOutputGone(error) : 0;
}

function ignore(): void {}
