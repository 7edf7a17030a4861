/**
 * Runs suites of test guests that others made and prints what docs/conformance.md says of them.
 *
 *     node scripts/conformance.ts kvm-unit-tests DIRECTORY VERSION [--write]
 *     node scripts/conformance.ts qemu [--source DIRECTORY] [--resume] [--write]
 *     node scripts/conformance.ts protection [--write]
 *
 * The directory holds the Multiboot images (*.flat) of kvm-unit-tests as its own build for i386 leaves them; the version
 * is what the page calls them. QEMU's user programs come from its source package through the apt client, or from the
 * source tree that is given, and are compiled with gcc -m32; with --resume a run that was stopped is gone on with. `protection` is about this project's own suite, from what was
 * recorded (test/oracle/protection/make.ts). With --write the page's section is made anew.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { kvmUnitTests } from './conformance/kvm-unit-tests/section.ts';
import { protection } from './conformance/protection.ts';
import { qemuTests } from './conformance/qemu/section.ts';
import { sectionTexts, withSections } from './sections.ts';

const page = new URL('../docs/conformance.md', import.meta.url);
const usage =
  'usage: conformance.ts kvm-unit-tests DIRECTORY VERSION | qemu [--source DIRECTORY] [--resume] | protection; --write';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    write: { type: 'boolean', default: false },
    source: { type: 'string' },
    resume: { type: 'boolean', default: false },
  },
});

async function make([suite, directory, version]: readonly string[]): Promise<string> {
  if (suite === 'kvm-unit-tests' && directory !== undefined && version !== undefined)
    return kvmUnitTests(directory, version);
  if (suite === 'qemu') return qemuTests(values.source, values.resume);
  if (suite === 'protection') return protection();
  throw new Error(usage);
}

const text = await make(positionals);
if (values.write) {
  const document = await readFile(page, 'utf8');
  await writeFile(page, withSections(document, { ...sectionTexts(document), [positionals[0]!]: text }));
} else console.log(text);
