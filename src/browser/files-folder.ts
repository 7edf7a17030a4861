/** The folder of the page's private files that kept images are in. */
export const FOLDER = 'rawiron';
