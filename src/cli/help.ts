import { ConfigurationError } from '../index.ts';
import { packageVersion } from '../node/version.ts';
import { similarNames } from '../util/similar.ts';
import { findCommand, programCommands } from './commands.ts';
import { escapeHelp } from './escape.ts';
import type { Flag } from './flag.ts';
import { type FlagGroup, flagGroups, flags, flagUsage } from './flags.ts';
import { line, terminalWidth, wrapped } from './layout.ts';

/** How a machine is described, in its simplest forms. */
export const usages = [
  'DISK-IMAGE [FLAGS]',
  'APPLIANCE.ova [FLAGS]',
  '-cdrom FILE [FLAGS]',
  '-kernel FILE [-initrd FILE] [-append TEXT] [FLAGS]',
  '-bios FILE [FLAGS]',
  'COMMAND …',
];

export const exitCodes = `Exit codes: 0 when the guest turns the machine off or you leave; 1 for an error; 2 for a triple fault with -no-reboot; 124 when -limits time= is over; the guest's own for isa-debug-exit.`;

/** The help for the command line, without the flags themselves. */
export function helpText(width: number = terminalWidth()): string {
  const commands = programCommands.map(({ name, argument, help }) => line(`${name} ${argument}`, help, width));
  const groups = flagGroups.map(({ name, title }) => line(name, title, width));
  return `${usages.map((usage, index) => `${index === 0 ? 'Usage:' : '      '} rawiron ${usage}`).join('\n')}

Commands; rawiron COMMAND --help says more:
${commands.join('\n')}

Flags, which have the meaning that they have in QEMU, by groups:
${groups.join('\n')}

rawiron --help GROUP lists the flags of a group, and --help all those of all;
rawiron --help FLAG tells all about a flag, such as rawiron --help -drive.
On the console Ctrl-A x leaves, and Ctrl-A h shows all such keys.
`;
}

/**
 * The help for each of these words: a command, a group, a flag with or without its dash, or `all`.
 * @throws ConfigurationError for a word that is none of these
 */
export function topicsText(topics: readonly string[], width: number = terminalWidth()): string {
  return topics.map((topic) => topicText(topic, width)).join('\n');
}

function topicText(topic: string, width: number): string {
  if (topic === 'all') return allText(width);
  const command = findCommand(topic);
  if (command) return fullText(`rawiron ${command.name} ${command.argument}`, command, width);
  const group = flagGroups.find(({ name }) => name === topic);
  if (group) return `${groupText(group, width)}\nrawiron --help FLAG tells all about one of them.\n`;
  const flag = flags.find(({ names }) => names.includes(topic.replace(/^--?/, '')));
  if (flag) return fullText(flagUsage(flag), flag, width);
  throw new ConfigurationError(
    `there is no help for '${topic}'${similarNames(topic, topicNames())}; --help lists groups`,
  );
}

function topicNames(): string[] {
  const names = flags.flatMap((flag) => flag.names);
  return [...programCommands, ...flagGroups]
    .map(({ name }) => name)
    .concat(
      names,
      names.map((name) => `-${name}`),
    );
}

/** A line for each flag. */
function groupText({ title, flags }: FlagGroup, width: number): string {
  const rows = flags.map((flag) => line(flagUsage(flag), flag.help, width));
  return `${capitalised(title)}:\n${rows.join('\n')}\n`;
}

function allText(width: number): string {
  return `${flagGroups.map((group) => groupText(group, width)).join('\n')}
${wrapped(exitCodes, width)}

On the console:
${escapeHelp.replace(/^/gm, '  ')}
`;
}

function fullText(usage: string, { help, details }: Pick<Flag, 'help' | 'details'>, width: number): string {
  const text = details === undefined ? `${capitalised(help)}.` : `${capitalised(help)}. ${details}`;
  return `${wrapped(usage, width)}\n${wrapped(text, width, '    ')}\n`;
}

/** A flag's or a command's whole help as a sentence or more. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function versionText(): string {
  return `rawiron ${packageVersion()}\n`;
}
