/** Prints the Debian packages that the suites need and this machine lacks, one a line. */
import { missingPackages } from './run-suite.mjs'
import { SUITES } from './suites.mjs'

for (const name of new Set(SUITES.flatMap(missingPackages))) console.log(name)
