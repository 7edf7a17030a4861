/** Elements of the page. */

/** The element with an ID. */
export const byId = (id) => document.getElementById(id);

/** Makes an element. */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** Fills the body of a table with rows of cells. */
export function fillTable(table, rows) {
  table.tBodies[0].replaceChildren(
    ...rows.map((cells) => element('tr', {}, ...cells.map((cell) => element('td', {}, cell)))),
  );
}

export const megabytes = (bytes) => `${Math.round(bytes / 2 ** 20).toLocaleString('en')} MB`;
