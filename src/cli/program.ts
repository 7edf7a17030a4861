import { ConfigurationError } from '../index.ts';
import { parseArguments } from './arguments.ts';
import { acceleratorText, cpuText, deviceText, helpText, logItemsText, machineText, versionText } from './help.ts';
import { standardOutputGone } from './output-error.ts';
import { demo, runMachine } from './run.ts';
import type { Settings } from './settings.ts';
import { start } from './start.ts';

const actions: Readonly<Record<Settings['action'], (settings: Settings) => number | Promise<number>>> = {
  run: (settings) => runMachine(settings),
  start,
  demo,
  help: () => say(helpText()),
  version: () => say(versionText()),
  'list-cpus': () => say(cpuText()),
  'list-machines': () => say(machineText()),
  'list-accelerators': () => say(acceleratorText()),
  'list-devices': () => say(deviceText()),
  'list-log-items': () => say(logItemsText()),
};

async function perform(settings: Settings): Promise<number> {
  return actions[settings.action](settings);
}

async function say(text: string): Promise<number> {
  process.stdout.on('error', () => {});
  const error = await new Promise<Error | null | undefined>((resolve) => process.stdout.write(text, resolve));
  return error ? standardOutputGone(error) : 0;
}

/** `help inspect block` is `inspect block --help`. */
function helpArguments(words: readonly string[]): readonly string[] {
  return [...words, '--help'];
}

/** Does what the command line asks for; returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const words = args[0] === 'help' ? helpArguments(args.slice(1)) : args;
    // The one command of the inspector that can start a machine is also one of its own.
    const [first, ...rest] = words[0] === 'inspect' && words[1] === 'profile' ? words.slice(1) : words;
    if (first === 'profile') return await (await import('./inspect/profile-machine.ts')).profile(rest, perform);
    if (first === 'image') return await (await import('./image/main.ts')).image(rest);
    if (first === 'inspect') return await (await import('./inspect/main.ts')).inspect(rest);
    return await perform(parseArguments(words));
  } catch (error) {
    const mistake = error instanceof ConfigurationError;
    process.stderr.write(`rawiron: ${mistake ? error.message : `internal error: ${(error as Error).stack}`}\n`);
    return 1;
  }
}
