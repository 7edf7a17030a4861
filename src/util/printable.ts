/** Control characters, and those that turn the direction of text: a terminal obeys them. */
const OBEYED = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Text from somebody else, such as a name in an image, to be shown: what a terminal would obey is written as in a string of
 * JavaScript. Otherwise it could hide what it says.
 */
export function printable(text: string): string {
  return text.replace(OBEYED, (character) => {
    const digits = character.charCodeAt(0).toString(16);
    return digits.length > 2 ? `\\u${digits.padStart(4, '0')}` : `\\x${digits.padStart(2, '0')}`;
  });
}

/** More characters than this say nothing to who reads them. */
const MOST_CHARACTERS = 4000;

/**
 * A printable form of a message that may have several lines, and of which parts come from somebody else: only its beginning,
 * where it is long.
 */
export function printableMessage(text: string): string {
  const shown = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)} …` : text;
  return shown.split('\n').map(printable).join('\n');
}
