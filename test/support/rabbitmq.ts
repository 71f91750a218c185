import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { freePort } from './local-server.js';
import { skip } from './skip.js';

const run = promisify(execFile);

/**
 * The server's own programs in Debian's package. Those in /usr/sbin switch to another user, who
 * cannot write to this one's data.
 */
const PROGRAMS = '/usr/lib/rabbitmq/bin';

/**
 * For tests that need the broker: skips them if it is not installed, or fails them if
 * WASMEDGE_EMBED_RABBITMQ_REQUIRED is set.
 */
export function requireRabbitMq(context: Mocha.Context): void {
  if (existsSync(path.join(PROGRAMS, 'rabbitmq-server'))) return;
  if (process.env['WASMEDGE_EMBED_RABBITMQ_REQUIRED']) {
    throw new Error('RabbitMQ is missing: apt-get install rabbitmq-server.');
  }
  skip(context, "no RabbitMQ (Debian's package rabbitmq-server)");
}

/** A separate, empty RabbitMQ on the loopback interface. */
export class RabbitMq {
  readonly url: string;
  readonly #home: string;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(
    home: string,
    port: number,
    distributionPort: number,
    settings: readonly string[],
  ) {
    this.url = `amqp://guest:guest@127.0.0.1:${port}`;
    this.#home = home;
    const configuration = path.join(home, 'rabbitmq.conf');
    writeFileSync(
      configuration,
      [
        `listeners.tcp.1 = 127.0.0.1:${port}`,
        // The machine's memory and disk do not matter for this test.
        'vm_memory_high_watermark.absolute = 1GB',
        'disk_free_limit.absolute = 1MB',
        'log.console = false',
        ...settings,
      ].join('\n'),
    );
    writeFileSync(path.join(home, 'enabled_plugins'), '[].');
    this.#env = environment({
      HOME: home,
      // By its address: a container may have no /etc/hosts with localhost.
      RABBITMQ_USE_LONGNAME: 'true',
      RABBITMQ_NODENAME: `wasmedge-embed-test-${process.pid}@127.0.0.1`,
      RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
      RABBITMQ_DIST_PORT: String(distributionPort),
      RABBITMQ_CONFIG_FILE: configuration,
      RABBITMQ_ENABLED_PLUGINS_FILE: path.join(home, 'enabled_plugins'),
      RABBITMQ_MNESIA_BASE: path.join(home, 'data'),
      RABBITMQ_LOG_BASE: path.join(home, 'log'),
      RABBITMQ_PID_FILE: path.join(home, 'pid'),
      ERL_EPMD_ADDRESS: '127.0.0.1',
      // The consumers share two cores.
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 2:2 +sbwt none',
    });
  }

  /** Starts one, with additional lines in its configuration file; takes some seconds. */
  static async start(settings: readonly string[] = []): Promise<RabbitMq> {
    const home = mkdtempSync(path.join(os.tmpdir(), 'wasmedge-embed-rabbitmq-'));
    const broker = new RabbitMq(home, await freePort(), await freePort(), settings);
    await broker.#boot();
    return broker;
  }

  /** Stops it and starts it again, with all of its durable content. */
  async restart(): Promise<void> {
    await this.#control('stop', this.#pidFile);
    await this.#boot();
  }

  /** Stops it and removes its data. */
  async stop(): Promise<void> {
    await this.#control('stop', this.#pidFile);
    rmSync(this.#home, { recursive: true, force: true });
  }

  /** The ID of the server's process. */
  get pid(): number {
    return Number(readFileSync(this.#pidFile, 'utf8'));
  }

  get #pidFile(): string {
    return path.join(this.#home, 'pid');
  }

  async #boot(): Promise<void> {
    // In its own folder, where it leaves its core dumps.
    await run('rabbitmq-server', ['-detached'], { cwd: this.#home, env: this.#env });
    await this.#control('wait', this.#pidFile, '--timeout', '60');
  }

  async #control(...args: string[]): Promise<void> {
    await run('rabbitmqctl', args, { env: this.#env });
  }
}

function environment(added: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...process.env, PATH: [PROGRAMS, process.env['PATH']].join(':'), ...added };
}
