/** The manual page, in the macros of man(7), from the rows that the command line is read by: `node scripts/manual.ts > rawiron.1`. */
import { deviceModels } from '../runtime/machine/catalogue/index.ts';
import { programCommands } from '../src/cli/commands.ts';
import { devices, deviceUsage } from '../src/cli/devices.ts';
import { escapeRows, usualEscapeKey } from '../src/cli/escape.ts';
import { flagGroups, flagUsage } from '../src/cli/flags.ts';
import { capitalised, exitCodes, usages } from '../src/cli/help.ts';
import { packageVersion } from '../src/node/version.ts';

/** A text that is to be printed as it is. Lines may break where an argument has another part. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/(?<=[^[][,|])(?=\S)|(?<=\S)(?=\[)/g, '\\:')
    .replace(/[^\x20-\x7e\n]/gu, (character) => {
      return `\\[u${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`;
    })
    .replace(/^(?=[.'])/gm, '\\&');
}

/** A term and what it is. The argument of a flag may be long: it stands in front of the text, where lines are filled. */
function entry(term: string, text: string): string {
  const [, name, argument] = /^((?:-[\w-]+, )*\S+?)((?:\[?[ =[].*)?)$/s.exec(term)!;
  const sentence = capitalised(text);
  if (term.length <= 60) return `.TP\n\\fB${escaped(name!)}\\fR${italic(argument!)}\n${escaped(sentence)}`;
  return `.TP\n\\fB${escaped(name!)}\\fR\n${italic(argument!.trim())}\n.br\n${escaped(sentence)}`;
}

const italic = (text: string) => (text === '' ? '' : `\\fI${escaped(text)}\\fR`);

const whole = ({ help, details }: { help: string; details?: string | undefined }) =>
  details === undefined ? `${help}.` : `${help}. ${details}`;

export function manualPage(): string {
  const commands = programCommands.map((row) => entry(`${row.name} ${row.argument}`, whole(row)));
  const groups = flagGroups.map(({ title, flags }) => {
    return [`.SS ${escaped(capitalised(title))}`, ...flags.map((flag) => entry(flagUsage(flag), whole(flag)))];
  });
  const added = deviceModels.map((model) => entry(deviceUsage(model), `${devices[model].help}.`));
  const keys = escapeRows(usualEscapeKey, true).map(([key, help]) => entry(key, `${help}.`));
  return `${[
    `.TH RAWIRON 1 "" "rawiron ${packageVersion()}"`,
    '.ad l',
    '.nh',
    '.SH NAME',
    'rawiron \\- a 32\\-bit PC that runs by translation to JavaScript',
    '.SH SYNOPSIS',
    usages.map((usage) => `.B rawiron\n${italic(usage)}`).join('\n.br\n'),
    '.SH DESCRIPTION',
    'Runs a machine with an Intel processor of 32 bits, and the devices that flags add to it, until its guest turns it off.',
    'Flags have the meaning that they have in QEMU, and one dash or two.',
    '.SH COMMANDS',
    ...commands,
    '.SH FLAGS',
    ...groups.flat(),
    '.SH DEVICES',
    ...added,
    '.SH CONSOLE',
    ...keys,
    '.SH EXIT STATUS',
    escaped(exitCodes),
  ].join('\n')}\n`;
}

if (import.meta.main) process.stdout.write(manualPage());
