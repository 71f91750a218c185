const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 100;
/** How often a long step shows that it is alive where lines cannot be redrawn. */
const heartbeatMs = 30_000;
const escapeSequences = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[ -/]*[@-~]`, 'g');

/** "0.4 s", "12.3 s", "2 min 05 s". */
export function duration(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** Those that are currently redrawn: a terminal has a single line, which they share. */
const live = new Set();

/** One line of progress: redrawn in place on a terminal, plain lines elsewhere. */
export class ProgressLine {
  #title;
  #stream = process.stdout;
  #live;
  #started = performance.now();
  #timer;
  #frame = 0;
  #activity = '';

  /** @param {string} title such as "[3/9] LiteRT library" */
  constructor(title) {
    this.#title = title;
    this.#live = Boolean(this.#stream.isTTY) && !process.env.CI && process.env.TERM !== 'dumb';
    this.#resume();
  }

  /** Shows the current activity: on a terminal, the last line of `text`. */
  show(text) {
    const line = text
      .replace(escapeSequences, '')
      .split(/[\r\n]+/)
      .findLast((part) => part.trim() !== '');
    if (line !== undefined) this.#activity = line.trim();
  }

  /** Gives the terminal to `work`, for questions and for programs that interact with the user. */
  async interrupt(work) {
    this.#pause();
    try {
      return await work();
    } finally {
      this.#resume();
    }
  }

  /** Ends the line with its result, such as "done". */
  end(result) {
    this.#pause();
    const line = `${this.#title} … ${result} ${duration(performance.now() - this.#started)}`;
    this.#stream.write(`${line}\n`);
    draw(this.#stream);
  }

  get milliseconds() {
    return performance.now() - this.#started;
  }

  #pause() {
    clearInterval(this.#timer);
    live.delete(this);
    if (this.#live) this.#stream.write('\r\u001b[2K');
  }

  #resume() {
    if (this.#live) live.add(this);
    this.#timer = this.#live
      ? setInterval(() => this.#draw(), frameMs)
      : setInterval(() => {
          this.#stream.write(`${this.#title} … ${duration(this.milliseconds)}\n`);
        }, heartbeatMs);
    // The work keeps the process alive; the display must not.
    this.#timer.unref();
    if (this.#live) this.#draw();
  }

  #draw() {
    this.#frame += 1;
    draw(this.#stream);
  }

  toString() {
    const frame = frames[this.#frame % frames.length];
    return `${this.#title} … ${frame} ${duration(this.milliseconds)}  ${this.#activity}`;
  }
}

function draw(stream) {
  if (live.size === 0) return;
  const width = Math.max(20, (stream.columns || 80) - 1);
  const each = Math.floor(width / live.size) - 1;
  const text = [...live].map((line) => String(line).slice(0, each).padEnd(each)).join(' ');
  stream.write(`\r\u001b[2K${text.trimEnd()}`);
}
