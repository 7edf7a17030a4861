import { packageVersion } from '../node/version.ts';
import { acceptedFlags } from './accepted.ts';
import { escapeHelp } from './escape.ts';
import { flags, flagUsage } from './flags.ts';

const column = 24;

export function helpText(): string {
  const [rows, accepted] = [flags, acceptedFlags].map((list) => list.map((flag) => row(flagUsage(flag), flag.help)));
  return `Usage: rawiron DISK-IMAGE [flags]
       rawiron -cdrom FILE [flags]
       rawiron -kernel FILE [-initrd FILE] [-append TEXT] [flags]
       rawiron -bios FILE [flags]
       rawiron start [flags]     boot Debian's kernel and busybox, got through apt
       rawiron debian [DISK]     make a disk with Debian, and boot it; debian --help says more
       rawiron demo [flags]      boot the small system that is built in
       rawiron image COMMAND     make, show, copy, check and resize disk images; image --help says more
       rawiron inspect COMMAND   look into the translation cache; inspect --help lists the commands
       rawiron profile           where a machine's time goes; profile --help says more
       rawiron pack F NEW-F      make of a folder what a web server needs for guests to share it; pack --help says more
       rawiron ps                the machines that run on this host; --json: for programs
       rawiron completion SHELL  what completes these words in bash, zsh or fish
       rawiron help [COMMAND]    show this help, or that of a command

Flags have the meaning that they have in QEMU.
${rows.join('\n')}

Flags of QEMU that ask for what is so anyway:
${accepted.join('\n')}

Exit codes: 0 when the guest turns the machine off or you leave; 1 for an error;
2 for a triple fault with -no-reboot; the guest's own for isa-debug-exit.

On the console:
${escapeHelp.replace(/^/gm, '  ')}
`;
}

/** A line of help. A long first column has a line of its own. */
export function row(usage: string, help: string): string {
  const left = `  ${usage}`;
  return left.length < column ? left.padEnd(column) + help : `${left}\n${' '.repeat(column)}${help}`;
}

export function versionText(): string {
  return `rawiron ${packageVersion()}\n`;
}
