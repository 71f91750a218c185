/** A failure that a person can act on. Any other exception is a bug in the set-up. */
export class SetupFailure extends Error {
  /**
   * @param {string} message what went wrong, as sentences
   * @param {object} [details]
   * @param {string} [details.advice] what to do next
   * @param {string} [details.commands] commands that the advice mentions, ready to be copied
   * @param {boolean} [details.seeLog] whether the end of the step's log gives more details
   */
  constructor(message, { advice, commands, seeLog = false } = {}) {
    super(message);
    this.name = 'SetupFailure';
    this.advice = advice;
    this.commands = commands;
    this.seeLog = seeLog;
  }
}

/** A program that could not be started, or ended with a code other than 0. */
export class CommandFailure extends SetupFailure {
  constructor(command, outcome, details) {
    super(`${command} ${outcome}.`, { seeLog: true, ...details });
    this.name = 'CommandFailure';
  }
}

/** A failure that has been reported already: there is nothing more to say. */
export class ExplainedFailure extends Error {}
