import type { Component, Saved } from '../../runtime/snapshot/describe.ts';

/** Loads one component, both phases. */
export function restore(component: Component, saved: Saved): void {
  component.load(saved);
  component.restored();
}
