import type { FolderPlace, Places } from '../../ninep/places.ts';
import { check, checkedNumber } from './restored-tree.ts';
import { GONE, type SavedPlace } from './saved-tree.ts';

/**
 * The places of a saved folder, each kept once for who asks; the first is the folder itself. Anybody may have made the list.
 * @throws SavedFolderError if it is none
 * @throws FolderError if there are too many
 */
export function restoredPlaces(places: Places, saved: readonly SavedPlace[]): FolderPlace[] {
  const made: FolderPlace[] = [];
  for (const [n, [directory, name]] of saved.entries()) {
    check(typeof name === 'string', 'a place has no name');
    made.push(placeOf(places, n === 0 ? undefined : directory, name, made));
  }
  return made;
}

/** `directory`: its number, GONE, or undefined for the folder itself. */
function placeOf(
  places: Places,
  directory: number | undefined,
  name: string,
  made: readonly FolderPlace[],
): FolderPlace {
  if (directory === undefined) {
    places.root.keepers++;
    return places.root;
  }
  if (directory === GONE) return places.gone(name);
  // Of those before it.
  const within = made[checkedNumber(directory, made.length - 1, 'a place is nowhere')]!;
  return places.at(within, name);
}
