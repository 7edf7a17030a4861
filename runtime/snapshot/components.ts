import type { Component, Difference, Saved } from './describe.ts';

/** The saved states of several components, by name. */
export type SavedComponents = Readonly<Record<string, Saved>>;

export function saveComponents(components: readonly Component[]): SavedComponents {
  return Object.fromEntries(components.map((component) => [component.name, component.save()]));
}

/** A name that two have: the state of one of them would not be saved. */
export function nameOfTwo(components: readonly Component[]): string | undefined {
  const names = components.map(({ name }) => name);
  return names.find((name, n) => names.indexOf(name) !== n);
}

/**
 * Loads components in two phases: everything first, then what follows from it. Throws an Error that names what is missing,
 * unknown or doesn't fit, before anything has changed.
 */
export function loadComponents(components: readonly Component[], saved: SavedComponents): void {
  checkComponents(components, saved);
  for (const component of components) component.load(saved[component.name]);
  for (const component of components) component.restored();
}

/** Throws an Error that names what is missing, unknown or doesn't fit; changes nothing. */
export function checkComponents(components: readonly Component[], saved: SavedComponents): void {
  const names = new Set(components.map(({ name }) => name));
  const missing = [...names].find((name) => !(name in saved));
  if (missing !== undefined) throw new Error(`${missing}: missing`);
  const unknown = Object.keys(saved).find((name) => !names.has(name));
  if (unknown !== undefined) throw new Error(`${unknown}: unknown component`);
  for (const component of components) component.check(saved[component.name]);
}

/** Differences between the present states (left) and saved ones (right). */
export function compareComponents(components: readonly Component[], saved: SavedComponents): Difference[] {
  return components.flatMap((component) => component.compare(saved[component.name]));
}

/** Several components as one called `name`. */
export function joinComponents(name: string, components: readonly Component[]): Component {
  const savedParts = (saved: Saved): SavedComponents => {
    if (typeof saved !== 'object' || Array.isArray(saved)) throw new Error(`${name}: expected an object`);
    return saved as SavedComponents;
  };
  const within = (act: () => void): void => {
    try {
      act();
    } catch (error) {
      throw new Error(`${name}.${(error as Error).message}`, { cause: error });
    }
  };
  return {
    name,
    save: () => saveComponents(components),
    check(saved) {
      const parts = savedParts(saved);
      within(() => checkComponents(components, parts));
    },
    load(saved) {
      const parts = savedParts(saved);
      within(() => {
        for (const component of components) component.load(parts[component.name]);
      });
    },
    restored() {
      for (const component of components) component.restored();
    },
    compare: (saved) => compareComponents(components, savedParts(saved)),
    show: () => components.flatMap((component) => component.show()),
  };
}
