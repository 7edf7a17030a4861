/** The folder of the page's private files that kept images are in. */
export const FOLDER = 'rawiron';
/** The folder with a file for each image, which has another text after each change (image-version.ts). */
export const VERSIONS = 'rawiron-versions';
