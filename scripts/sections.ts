/** Sections of a Markdown file that are made by a program, by name: `<!-- made: NAME -->`, text, `<!-- end -->`. */
const SECTION = /^<!-- made: (\S+) -->\n([\s\S]*?)\n?^<!-- end -->$/gm;

export type Sections = Readonly<Record<string, string>>;

/** The file's text with its sections as they should be. Throws if it has one that is not among them. */
export function withSections(document: string, sections: Sections): string {
  return document.replace(SECTION, (_, name: string) => {
    if (!(name in sections))
      throw new Error(`there is no section "${name}"; known are: ${Object.keys(sections).join(' ')}`);
    return `<!-- made: ${name} -->\n${sections[name]}\n<!-- end -->`;
  });
}

/** Names of the sections in a file's text. */
export function sectionNames(document: string): string[] {
  return [...document.matchAll(SECTION)].map(([, name]) => name);
}

/** The sections as they stand in a file's text. */
export function sectionTexts(document: string): Sections {
  return Object.fromEntries([...document.matchAll(SECTION)].map(([, name, text]) => [name, text]));
}
