import { disagreements } from '../../test/oracle/protection/disagreements.ts';
import { readRecorded } from '../../test/oracle/protection/record.ts';

/** The project's own suite of protected mode against QEMU: where they disagree, and why. */
export function protection(): string {
  const { version, qemu, manual } = readRecorded('protection');
  const names = Object.keys(manual);
  const rows = disagreements.map(([cases, reason]) => {
    const matching = names.filter((name) => cases.test(name));
    const more = matching.length > 1 ? ` and ${matching.length - 1} more` : '';
    return `| ${matching[0]}${more} | ${reason} |`;
  });
  return `QEMU ${version}: ${Object.keys(qemu).length} cases, ${Object.keys(qemu).length - names.length} with the same answer here, on every engine. The others
follow Intel's manual (volume and section); all engines give the answers that \`npm test\` knows.

| case | why QEMU is not followed |
|---|---|
${rows.join('\n')}`;
}
