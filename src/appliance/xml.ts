import { parseXml, type XmlDocument, XmlElement } from '@rgrove/parse-xml';
import { ConfigurationError, messageOf } from '../util/errors.ts';
import { printable } from '../util/printable.ts';

/** An element of an XML document, by names without the prefixes of their namespaces. */
export class Element {
  readonly #element: XmlElement | XmlDocument;

  constructor(element: XmlElement | XmlDocument) {
    this.#element = element;
  }

  get #children(): XmlElement[] {
    return this.#element.children.filter((child) => child instanceof XmlElement);
  }

  /** All elements of these names right below it, in their order. */
  all(...names: readonly string[]): Element[] {
    return this.#children.filter(({ name }) => names.includes(localName(name))).map((child) => new Element(child));
  }

  /** All elements of a name below it, wherever they are. */
  anywhere(name: string): Element[] {
    return this.#children.flatMap((child) => {
      const below = new Element(child);
      return [...(localName(child.name) === name ? [below] : []), ...below.anywhere(name)];
    });
  }

  /** The text of the first element of a name right below it; '': there is none. */
  text(name: string): string {
    return this.#children.find((child) => localName(child.name) === name)?.text.trim() ?? '';
  }

  /** An attribute; '': it has none. */
  attribute(name: string): string {
    const { attributes = {} } = this.#element as Partial<XmlElement>;
    return Object.entries(attributes).find(([key]) => localName(key) === name)?.[1] ?? '';
  }
}

/**
 * Reads a document. Definitions of its own are neither read nor used.
 * @throws ConfigurationError if it is no XML
 */
export function readXml(text: string, name: string): Element {
  try {
    return new Element(parseXml(text));
  } catch (error) {
    throw new ConfigurationError(printable(`${name} is no XML that can be read: ${messageOf(error).split('\n')[0]}`));
  }
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
