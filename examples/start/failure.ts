/** Something that the person at the keyboard can put right. Its message says what and how. */
export class Failure extends Error {}

/** A command of the tour has failed; it has said why. Its exit code is that of the tour. */
export class CommandFailed extends Error {
  readonly exitCode: number

  constructor(exitCode: number) {
    super(`A command ended with exit code ${exitCode}.`)
    this.exitCode = exitCode
  }
}
