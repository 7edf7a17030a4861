'use strict';

const { pathToFileURL } = require('node:url');

/** Runs the command line. In a file of its own because Nodes that are too old cannot read `import()`. */
module.exports = (file) => import(pathToFileURL(file).href);
