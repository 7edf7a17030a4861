import type { JobFunction } from './job.ts';

/** A script's result. */
export interface ScriptResult {
  readonly output: string;
  readonly code: number;
}

/** Characters of a line that a terminal of Linux takes at once (N_TTY_BUF_SIZE), with some to spare. */
const LINE = 1000;
/** Ends of lines, and the reports that a shell asks its terminal for (ECMA-48, 8.3.35). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what they begin with
const TERMINAL = /\r|\x1b\[[\d;?]*[a-zA-Z]/g;

/**
 * A job that runs a script in the guest's shell, which waits at its prompt on COM1. The script gets its number and how many jobs there are
 * in `JOB` and `JOBS`.
 * @param prompt the end of the prompt
 */
export function scriptJob(script: string, prompt: string): JobFunction {
  return async ({ serial }, { number, count }): Promise<ScriptResult> => {
    const type = (text: string) => void serial.write(text).catch(() => {});
    type('\r');
    await serial.expect(prompt, forever);
    type(`: >/tmp/job.text; while read -r part && [ "$part" != . ]; do echo "$part" >>/tmp/job.text; done\r`);
    for (const part of partsOf(Buffer.from(script).toString('base64'))) type(`${part}\r`);
    type('.\r');
    await serial.expect(prompt, forever);
    // What the shell echoes of this line has quotes in the middle of the words that are waited for.
    type(
      `base64 -d /tmp/job.text >/tmp/job; echo "job"-begins; JOB=${number} JOBS=${count} sh /tmp/job </dev/null; echo "job"-ends $?\r`,
    );
    const [, output, code] = await serial.expect(/job-begins\r?\n([\s\S]*?)job-ends (\d+)\r?\n/, forever);
    return { output: output!.replaceAll(TERMINAL, ''), code: Number(code) };
  };
}

/** The machine's limit of time ends it. */
const forever = { timeout: 2 ** 31 - 1 };

function partsOf(text: string): string[] {
  return text.match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
}
