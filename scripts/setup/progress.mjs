const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 100;
/** How often a long step shows that it is alive where lines cannot be redrawn. */
const heartbeatMs = 30_000;
const eraseLine = '\r\u001b[2K';
const escapeSequences = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[ -/]*[@-~]`, 'g');

/** "0.4 s", "12.3 s", "2 min 05 s". */
export function duration(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** Those that have not ended. On a terminal they share its last line, which is redrawn. */
const running = new Set();
/** The end of the last piece of work that was given the terminal. */
let interruptions = Promise.resolve();
let isInterrupted = false;
/** Lines that have to wait for its end. */
let held = '';

/** One line of progress: redrawn in place on a terminal, plain lines elsewhere. */
export class ProgressLine {
  #title;
  #started = performance.now();
  #timer;
  #frame = 0;
  #activity = '';

  /** @param {string} title such as "[3/9] LiteRT library" */
  constructor(title) {
    this.#title = title;
    running.add(this);
    this.#timer = isLive()
      ? setInterval(() => this.#draw(), frameMs)
      : setInterval(() => this.#beat(), heartbeatMs);
    // The work keeps the process alive; the display must not.
    this.#timer.unref();
    redraw();
  }

  /** Shows the current activity: on a terminal, the last line of `text`. */
  show(text) {
    const line = text
      .replace(escapeSequences, '')
      .split(/[\r\n]+/)
      .findLast((part) => part.trim() !== '');
    if (line !== undefined) this.#activity = line.trim();
  }

  /** Gives the terminal to `work`, for questions and for programs that interact with the user: one at a time. */
  async interrupt(work) {
    const turn = interruptions.then(async () => {
      if (isLive()) process.stdout.write(eraseLine);
      isInterrupted = true;
      try {
        return await work();
      } finally {
        isInterrupted = false;
        const lines = held;
        held = '';
        redraw(lines);
      }
    });
    interruptions = turn.catch(() => {});
    return turn;
  }

  /** Ends the line with its result, such as "done". */
  end(result) {
    clearInterval(this.#timer);
    running.delete(this);
    redraw(`${this.#title} … ${result} ${duration(this.milliseconds)}\n`);
  }

  get milliseconds() {
    return performance.now() - this.#started;
  }

  #draw() {
    this.#frame += 1;
    redraw();
  }

  #beat() {
    if (!isInterrupted) redraw(`${this.#title} … ${duration(this.milliseconds)}\n`);
  }

  /** In so many columns: rather without the activity, or the end of the title, than without the time. */
  shown(columns) {
    const time = ` … ${frames[this.#frame % frames.length]} ${duration(this.milliseconds)}  `;
    const title = this.#title.slice(0, Math.max(0, columns - time.length));
    return (title + time + this.#activity).slice(0, columns).padEnd(columns);
  }
}

function isLive() {
  return Boolean(process.stdout.isTTY) && !process.env.CI && process.env.TERM !== 'dumb';
}

/** Writes lines, with those that are redrawn below them. */
function redraw(lines = '') {
  if (isInterrupted) held += lines;
  else process.stdout.write(isLive() ? `${eraseLine}${lines}${lastLine()}` : lines);
}

function lastLine() {
  if (running.size === 0) return '';
  const width = Math.max(20, (process.stdout.columns || 80) - 1);
  const each = Math.floor(width / running.size) - 1;
  return [...running]
    .map((line) => line.shown(each))
    .join(' ')
    .trimEnd();
}
