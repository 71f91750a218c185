import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';

import type { Task } from '../../guest/task.js';
import { replyProblem } from '../reply.js';

/** What the page must know about the server. `lib/serve/page/browser/service.ts` reads it. */
export interface PageFacts {
  /** What to do with pictures, which is also the name of the resource. */
  task: Task;
  /** The isolations that a request may select; the first is the server's own. */
  isolations: readonly string[];
  /** Describes the model; absent if there is no description. */
  model?: string;
  /** Maximum size of a request's body. */
  maxBytes: number;
}

interface PageFile {
  type: string;
  content: Buffer;
  /** As in the header ETag, including quotation marks. */
  tag: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * Nothing from other origins, nothing inline, no frames: pictures are shown from the user's own
 * disk.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const HEADERS = {
  'cache-control': 'no-cache',
  'content-security-policy': POLICY,
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Serves the files that the build has created for the page, and no others. */
export class PageFiles {
  readonly #facts: PageFacts;
  /** Read once, when the first one is requested. */
  #files: Map<string, PageFile> | undefined;

  constructor(facts: PageFacts) {
    this.#facts = facts;
  }

  serve(name: string | undefined, request: IncomingMessage, response: ServerResponse): void {
    this.#files ??= read(this.#facts);
    const file = this.#files.get(name ?? '');
    if (!file) {
      replyProblem(response, 404, 'The page has no such file.');
      return;
    }
    const headers = { ...HEADERS, etag: file.tag };
    if (request.headers['if-none-match'] === file.tag) {
      response.writeHead(304, headers).end();
      return;
    }
    const { type, content } = file;
    response
      .writeHead(200, { ...headers, 'content-type': type, 'content-length': content.length })
      .end(content);
  }
}

function read(facts: PageFacts): Map<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const folder of [__dirname, path.join(__dirname, 'browser')]) {
    for (const name of readdirSync(folder)) {
      // The other modules in this folder belong to the server.
      const type = TYPES[path.extname(name)];
      if (type === undefined || (folder === __dirname && name.endsWith('.js'))) continue;
      const bytes = readFileSync(path.join(folder, name));
      const content = name.endsWith('.html') ? withFacts(bytes, facts) : bytes;
      const digest = createHash('sha256').update(content).digest('base64url');
      files.set(name, { type, content, tag: `"${digest}"` });
    }
  }
  return files;
}

/** In a data block, which is not a script: the policy allows it, and nothing in it can end it. */
function withFacts(html: Buffer, facts: PageFacts): Buffer {
  const json = JSON.stringify(facts).replaceAll('<', '\\u003c');
  return Buffer.from(html.toString().replace('"service facts"', () => json));
}
