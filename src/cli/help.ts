import { readFileSync } from 'node:fs';
import { changeableFeatures } from '../../runtime/cpu/features.ts';
import { cpuModelNames } from '../../runtime/cpu/model.ts';
import { escapeHelp } from './escape.ts';
import { flags, flagUsage } from './flags.ts';

const column = 24;

export function helpText(): string {
  const rows = flags.map((flag) => row(flagUsage(flag), flag.help));
  return `Usage: rawiron -kernel FILE [-initrd FILE] [-append TEXT] [flags]
       rawiron -bios FILE [flags]
       rawiron start [flags]     boot Debian's kernel and busybox, got through apt
       rawiron demo [flags]      boot the small system that is built in
       rawiron inspect COMMAND   look into the translation cache; inspect --help lists the commands

Flags have the meaning that they have in QEMU.
${rows.join('\n')}

On the console:
${escapeHelp.replace(/^/gm, '  ')}
`;
}

/** What `-cpu` takes. */
export function cpuText(): string {
  return `Models:
${indented(cpuModelNames)}

Features:
${indented(changeableFeatures)}
`;
}

/** Words in lines of at most 78 characters. */
function indented(words: readonly string[]): string {
  return words
    .join(' ')
    .replace(/(.{1,76})(?: |$)/g, '  $1\n')
    .trimEnd();
}

/** A line of help. A long first column has a line of its own. */
export function row(usage: string, help: string): string {
  const left = `  ${usage}`;
  return left.length < column ? left.padEnd(column) + help : `${left}\n${' '.repeat(column)}${help}`;
}

export function versionText(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return `rawiron ${version}\n`;
}
